// mqadmin resetOffsetByTime: Reset consumer offset by timestamp(without client restart).

import { command } from '../../cli/command/define.js';
import { timestampOf } from '../../cli/text/message.js';
import { resetTable, resetText } from '../../cli/text/offset.js';
import { resetAnyhow, type ResetOutcome, resetQueueOffset } from '../../client/admin/offsets.js';
import { bool, int, option, required } from '../../cli/flags/options.js';
import { RESET } from '../../cli/command/shapes.js';

export default command({
  summary: 'Reset consumer offset by timestamp(without client restart).',
  effect: 'destroys',
  loss: ({ group, topic }) => `overwrites the offsets of ${group} in ${topic}`,
  shape: { '|': [...RESET['|'], { offset: 'int' }] },
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
  async run(ctx, flags): Promise<Done> {
    const { group, topic, timestamp: text, cluster: clusterName } = flags;
    const timestamp = text === 'now' ? ctx.io.clock.now() : timestampOf(text)!;
    const times = `timestamp(string)[${text}], timestamp(long)[${timestamp}]`;
    const { broker: brokerAddr, queue: queueId, offset } = flags;
    if (brokerAddr !== undefined && queueId !== undefined && queueId >= 0) {
      const args = { brokerAddr, group, topic, queueId, offset, timestamp };
      const what = `group[${group}], topic[${topic}], queueId[${queueId}], broker[${brokerAddr}]`;
      return { what: `${what}, ${times}`, offset: await resetQueueOffset(ctx.session, args) };
    }
    const force = flags.force ?? true;
    const args = { group, topic, timestamp, force, clusterName };
    const what = `group[${group}], topic[${topic}], force[${force}], ${times}`;
    return { what, outcome: await resetAnyhow(ctx.session, args) };
  },
  text({ what, outcome, offset }) {
    const start = `start reset consumer offset by specified, ${what}\n`;
    if (!outcome) return `${start}reset consumer offset to ${offset}\n`;
    return start + resetText(outcome);
  },
  json: ({ outcome, offset }) =>
    outcome ? (outcome.online ? outcome.offsets : outcome.rows) : { offset },
  table: ({ outcome, offset }) =>
    outcome ? resetTable(outcome) : { head: ['offset'], rows: [[offset]] },
});

interface Done {
  what: string;
  outcome?: ResetOutcome;
  offset?: number;
}
