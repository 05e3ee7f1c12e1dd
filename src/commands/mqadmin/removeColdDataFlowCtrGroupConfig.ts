// mqadmin removeColdDataFlowCtrGroupConfig: Remove consumer from cold ctr config.

import { command } from '../../cli/command/define.js';
import { removeColdDataGroup } from '../../client/admin/broker.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Remove consumer from cold ctr config.',
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    consumerGroup: required('g', 'the consumer group will remove from the config'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run: ({ session }, { brokerAddr, clusterName, consumerGroup }) =>
    removeColdDataGroup(session, { brokerAddr, clusterName }, consumerGroup),
  text: (addresses) =>
    addresses.map((one) => `remove broker cold read threshold success, ${one}\n`).join(''),
});
