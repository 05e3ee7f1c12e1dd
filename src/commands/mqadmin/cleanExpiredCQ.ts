// mqadmin cleanExpiredCQ: Clean expired ConsumeQueue on broker.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Clean expired ConsumeQueue on broker.',
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'clustername'),
  },
  run: notServed('cleanExpiredCQ', 'a later version'),
});
