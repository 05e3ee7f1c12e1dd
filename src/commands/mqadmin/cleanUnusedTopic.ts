// mqadmin cleanUnusedTopic: Clean unused topic on broker.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Clean unused topic on broker.',
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'cluster name'),
  },
  run: notServed('cleanUnusedTopic', 'a later version'),
});
