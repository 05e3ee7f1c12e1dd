// mqadmin consumerStatus: Query consumer's internal data structure.

import { command, notServed } from '../../cli/define.js';
import { option, required, toggle } from '../../cli/options.js';

export default command({
  summary: "Query consumer's internal data structure.",
  options: {
    consumerGroup: required('g', 'consumer group name'),
    clientId: option('i', "The consumer's client id"),
    brokerAddr: option('b', 'broker address'),
    jstack: toggle('s', 'Run jstack command in the consumer progress'),
  },
  run: notServed('consumerStatus', 'a later version'),
});
