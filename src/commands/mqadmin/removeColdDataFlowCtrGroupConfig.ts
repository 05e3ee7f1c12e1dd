// mqadmin removeColdDataFlowCtrGroupConfig: Remove consumer from cold ctr config.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Remove consumer from cold ctr config.',
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    consumerGroup: required('g', 'the consumer group will remove from the config'),
  },
  run: notServed('removeColdDataFlowCtrGroupConfig', 'cold data flow control'),
});
