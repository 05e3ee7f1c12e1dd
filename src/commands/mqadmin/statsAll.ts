// mqadmin statsAll: Topic and Consumer tps stats.

import { command, notServed } from '../../cli/define.js';
import { option, toggle } from '../../cli/options.js';

export default command({
  summary: 'Topic and Consumer tps stats.',
  options: {
    activeTopic: toggle('a', 'print active topic only'),
    topic: option('t', 'print select topic only'),
  },
  run: notServed('statsAll', 'a later version'),
});
