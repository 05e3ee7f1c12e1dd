// mqadmin startMonitoring: Start Monitoring.

import { command, notServed } from '../../cli/define.js';

export default command({
  summary: 'Start Monitoring.',
  effect: 'reads',
  options: {},
  run: notServed('startMonitoring', 'a later version'),
});
