// mqadmin switchTimerEngine: switch the engine of timer message in broker.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'switch the engine of timer message in broker',
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    engineType: required('e', 'R/F, R for rocksdb timeline engine, F for file time wheel engine'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('switchTimerEngine', 'timer messages'),
});
