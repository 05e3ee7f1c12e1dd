// mqadmin topicRoute: Examine topic route info.

import { command, notServed } from '../../cli/define.js';
import { required, toggle } from '../../cli/options.js';

export default command({
  summary: 'Examine topic route info.',
  options: {
    topic: required('t', 'topic name'),
    list: toggle('l', 'Use list format to print data'),
  },
  run: notServed('topicRoute', 'a later version'),
});
