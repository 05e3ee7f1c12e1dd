// mqadmin haStatus: Fetch ha runtime status data.

import { command, notServed } from '../../cli/define.js';
import { int, option } from '../../cli/options.js';

export default command({
  summary: 'Fetch ha runtime status data.',
  options: {
    clusterName: option('c', 'which cluster'),
    brokerAddr: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  run: notServed('haStatus', 'a later version'),
});
