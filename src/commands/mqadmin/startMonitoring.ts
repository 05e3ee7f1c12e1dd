// mqadmin startMonitoring: Start Monitoring.

import { command, notServed } from '../../cli/define.js';

export default command({
  summary: 'Start Monitoring.',
  options: {},
  run: notServed('startMonitoring', 'a later version'),
});
