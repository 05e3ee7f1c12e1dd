// mqadmin checkMsgSendRT: Check message send response time.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { createProducer } from '../../client/producer.js';
import { failureOf } from '../../cli/command/failure.js';
import { int, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Check message send response time.',
  effect: 'changes',
  stoppable: true,
  shape: {
    rows: [{ brokerName: 'text', queueId: 'int', sent: 'bool', rtMs: 'int' }],
    averageMs: 'number',
  },
  options: {
    topic: required('t', 'topic name'),
    amount: int('a', 'message amount | default 100'),
    size: int('s', 'message size | default 128 Byte'),
  },
  async run(ctx, { topic, amount = 100, size = 128 }) {
    const { clock } = ctx.io;
    const producer = createProducer({ ...ctx.client, group: String(clock.now()) });
    const rows: Row[] = [];
    // Nothing is printed where nothing can be reached.
    const heading = format(ROW, '#Broker Name', '#QID', '#Send Result', '#RT');
    try {
      await producer.start();
      for (let i = 0; i < amount && !ctx.stopped; i++) {
        const row: Row = { brokerName: '', queueId: 0, sent: true, rtMs: 0 };
        const begin = clock.monotonic();
        try {
          const { queue } = await producer.send(
            { topic, body: 'a'.repeat(size) },
            { select: (queues) => queues[i % queues.length]! },
          );
          Object.assign(row, { brokerName: queue.brokerName, queueId: queue.queueId });
        } catch (error) {
          // Who cannot be reached at all, or what cannot be sent, is said once.
          const { exit } = failureOf(error);
          if (exit === 2 || (i === 0 && exit === 3)) throw error;
          row.sent = false;
          ctx.fail(error);
        }
        row.rtMs = Math.round(clock.monotonic() - begin);
        if (rows.length === 0) ctx.emit(heading);
        ctx.emit(format(ROW, row.brokerName, row.queueId, row.sent, row.rtMs));
        rows.push(row);
      }
    } finally {
      await producer.stop();
    }
    ctx.emit(format('Avg RT: %.2f%n', average(rows)));
    return { rows, averageMs: average(rows) };
  },
});

interface Row {
  brokerName: string;
  queueId: number;
  sent: boolean;
  rtMs: number;
}

const ROW = '%-32s  %-4s  %-20s    %s%n';

/** Without the first, which connects. */
function average(rows: readonly Row[]): number {
  const total = rows.slice(1).reduce((sum, { rtMs }) => sum + rtMs, 0);
  return rows.length < 2 ? 0 : total / (rows.length - 1);
}
