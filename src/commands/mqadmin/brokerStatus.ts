// mqadmin brokerStatus: Fetch broker runtime status data.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Fetch broker runtime status data.',
  options: {
    brokerAddr: option('b', 'Broker address'),
    clusterName: option('c', 'which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('brokerStatus', 'a later version'),
});
