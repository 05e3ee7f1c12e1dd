// mqadmin updateColdDataFlowCtrGroupConfig: Add or update cold data flow ctr group config.

import { command } from '../../cli/command/define.js';
import { updateColdDataGroup } from '../../client/admin/broker.js';
import { option, required, requiredInt } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Add or update cold data flow ctr group config.',
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    consumerGroup: required('g', 'specific consumerGroup'),
    threshold: requiredInt('v', 'cold read threshold value'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run: ({ session }, { brokerAddr, clusterName, consumerGroup: group, threshold }) =>
    updateColdDataGroup(
      session,
      { brokerAddr, clusterName },
      { group, threshold: String(threshold) },
    ),
  text: (addresses) =>
    addresses.map((one) => `updateColdDataFlowCtrGroupConfig success, ${one}\n`).join(''),
});
