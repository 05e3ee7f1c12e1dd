// mqadmin topicStatus: Examine topic Status info.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Examine topic Status info.',
  options: {
    topic: required('t', 'topic name'),
    cluster: option('c', 'cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: notServed('topicStatus', 'a later version'),
});
