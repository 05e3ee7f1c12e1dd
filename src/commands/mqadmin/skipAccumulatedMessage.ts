// mqadmin skipAccumulatedMessage: Skip all messages that are accumulated (not consumed) currently.

import { command } from '../../cli/command/define.js';
import { resetTable, resetText } from '../../cli/text/offset.js';
import { resetAnyhow } from '../../client/admin/offsets.js';
import { bool, option, required } from '../../cli/flags/options.js';
import { RESET } from '../../cli/command/shapes.js';

export default command({
  summary: 'Skip all messages that are accumulated (not consumed) currently.',
  effect: 'destroys',
  loss: ({ group, topic }) => `has ${group} skip what it has not consumed of ${topic}`,
  shape: RESET,
  options: {
    group: required('g', 'set the consumer group'),
    topic: required('t', 'set the topic'),
    force: bool('f', 'set the force rollback by timestamp switch[true|false]'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: ({ session }, { group, topic, force, cluster: clusterName }) =>
    resetAnyhow(session, { group, topic, timestamp: -1, force: force ?? true, clusterName }),
  text: (outcome) => resetText(outcome),
  json: (outcome) => (outcome.online ? outcome.offsets : outcome.rows),
  table: (outcome) => resetTable(outcome),
});
