// mqadmin getColdDataFlowCtrInfo: Get cold data flow ctr info.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get cold data flow ctr info.',
  options: {
    brokerAddr: option('b', 'get from which broker'),
    clusterName: option('c', 'get from which cluster'),
  },
  run: notServed('getColdDataFlowCtrInfo', 'cold data flow control'),
});
