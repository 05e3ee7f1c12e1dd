// mqadmin updateColdDataFlowCtrGroupConfig: Add or update cold data flow ctr group config.

import { command, notServed } from '../../cli/define.js';
import { option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Add or update cold data flow ctr group config.',
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    consumerGroup: required('g', 'specific consumerGroup'),
    threshold: requiredInt('v', 'cold read threshold value'),
  },
  run: notServed('updateColdDataFlowCtrGroupConfig', 'cold data flow control'),
});
