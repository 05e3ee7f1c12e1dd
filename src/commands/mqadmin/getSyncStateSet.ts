// mqadmin getSyncStateSet: Fetch syncStateSet for target brokers.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Fetch syncStateSet for target brokers.',
  options: {
    controllerAddress: required('a', 'the address of controller'),
    clusterName: option('c', 'which cluster'),
    brokerName: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  run: notServed('getSyncStateSet', 'a controller'),
});
