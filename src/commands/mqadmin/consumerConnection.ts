// mqadmin consumerConnection: Query consumer's socket connection, client version and subscription.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: "Query consumer's socket connection, client version and subscription.",
  options: {
    consumerGroup: required('g', 'consumer group name'),
    brokerAddr: option('b', 'broker address'),
  },
  run: notServed('consumerConnection', 'a later version'),
});
