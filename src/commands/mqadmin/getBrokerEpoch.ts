// mqadmin getBrokerEpoch: Fetch broker epoch entries.

import { command, notServed } from '../../cli/define.js';
import { int, option } from '../../cli/options.js';

export default command({
  summary: 'Fetch broker epoch entries.',
  options: {
    clusterName: option('c', 'which cluster'),
    brokerName: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  oneOf: [['clusterName', 'brokerName']],
  run: notServed('getBrokerEpoch', 'a controller'),
});
