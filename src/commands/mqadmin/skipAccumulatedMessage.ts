// mqadmin skipAccumulatedMessage: Skip all messages that are accumulated (not consumed) currently.

import { command, notServed } from '../../cli/define.js';
import { bool, option, required } from '../../cli/options.js';

export default command({
  summary: 'Skip all messages that are accumulated (not consumed) currently.',
  options: {
    group: required('g', 'set the consumer group'),
    topic: required('t', 'set the topic'),
    force: bool('f', 'set the force rollback by timestamp switch[true|false]'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: notServed('skipAccumulatedMessage', 'a later version'),
});
