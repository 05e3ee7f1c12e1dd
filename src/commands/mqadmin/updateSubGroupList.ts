// mqadmin updateSubGroupList: Update or create subscription group in batch.

import { command } from '../../cli/command/define.js';
import { updateGroups } from '../../client/admin/groups.js';
import { groupsOf } from '../../client/config-lists.js';
import { jsonFile } from '../../cli/flags/json-file.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update or create subscription group in batch',
  effect: 'changes',
  shape: ADDRESSES,
  differs: 'no usage text behind a success with -c',
  options: {
    brokerAddr: option('b', 'create groups to which broker'),
    clusterName: option('c', 'create groups to which cluster'),
    filename: required(
      'f',
      'Path to a file with a list of ' +
        'org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig in ' +
        'json format',
    ),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ io, session }, { brokerAddr, clusterName, filename }) {
    const configs = groupsOf(jsonFile(io, filename), filename);
    return updateGroups(session, { brokerAddr, clusterName }, configs);
  },
  text(addresses, { brokerAddr }) {
    const what = `${brokerAddr === undefined ? 'subscription ' : ''}group config`;
    const lines = addresses.map(
      (one) => `submit batch of ${what} to ${one} success, please check the result later.\n`,
    );
    return lines.join('');
  },
});
