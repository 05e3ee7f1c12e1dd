// mqadmin brokerConsumeStats: Fetch broker consume stats data.

import { command, notServed } from '../../cli/define.js';
import { bool, int, required } from '../../cli/options.js';

export default command({
  summary: 'Fetch broker consume stats data.',
  options: {
    brokerAddr: required('b', 'Broker address'),
    timeoutMillis: int('t', 'request timeout Millis'),
    level: int('l', 'threshold of print diff'),
    order: bool('o', 'order topic'),
  },
  run: notServed('brokerConsumeStats', 'a later version'),
});
