// mqadmin updateTopicList: create or update topic in batch.

import { command } from '../../cli/command/define.js';
import { updateTopics } from '../../client/admin/topics.js';
import { topicsOf } from '../../client/config-lists.js';
import { jsonFile } from '../../cli/flags/json-file.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'create or update topic in batch',
  effect: 'changes',
  shape: ADDRESSES,
  differs: 'no usage text behind a success with -c',
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    filename: required(
      'f',
      'Path to a file with list of org.apache.rocketmq.common.TopicConfig in json format',
    ),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ io, session }, { brokerAddr, clusterName, filename }) {
    const configs = topicsOf(jsonFile(io, filename), filename);
    return updateTopics(session, { brokerAddr, clusterName }, configs);
  },
  text: (addresses) =>
    addresses
      .map(
        (one) => `submit batch of topic config to ${one} success, please check the result later.\n`,
      )
      .join(''),
});
