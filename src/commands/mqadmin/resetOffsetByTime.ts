// mqadmin resetOffsetByTime: Reset consumer offset by timestamp(without client restart).

import { command, notServed } from '../../cli/define.js';
import { bool, int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Reset consumer offset by timestamp(without client restart).',
  options: {
    group: required('g', 'set the consumer group'),
    topic: required('t', 'set the topic'),
    timestamp: required('s', 'set the timestamp[now|currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]'),
    force: bool('f', 'set the force rollback by timestamp switch[true|false]. Deprecated.'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
    broker: option('b', 'broker addr'),
    queue: int('q', 'queue id'),
    offset: int('o', 'Expect queue offset, not support old version broker'),
  },
  run: notServed('resetOffsetByTime', 'a later version'),
});
