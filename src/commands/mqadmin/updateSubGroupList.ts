// mqadmin updateSubGroupList: Update or create subscription group in batch.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Update or create subscription group in batch',
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
  run: notServed('updateSubGroupList', 'a later version'),
});
