// mqadmin updateTopicList: create or update topic in batch.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'create or update topic in batch',
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    filename: required(
      'f',
      'Path to a file with list of org.apache.rocketmq.common.TopicConfig in json format',
    ),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('updateTopicList', 'a later version'),
});
