// mqadmin clusterRT: List All clusters Message Send RT.

import { command } from '../../cli/command/define.js';
import type { Context } from '../../cli/command/context.js';
import { dateTime, format } from '../../cli/output/format.js';
import { createProducer, type Producer } from '../../client/producer.js';
import { mastersOf } from '../../client/targets.js';
import { int, option } from '../../cli/flags/options.js';

export default command({
  summary: 'List All clusters Message Send RT.',
  effect: 'changes',
  endless: true,
  shape: {
    time: 'int',
    machineRoom: 'text',
    clusterName: 'text',
    brokerName: 'text',
    rtMs: 'number',
    sent: 'int',
    failed: 'int',
  },
  options: {
    amount: int('a', 'message amount | default 100'),
    size: int('s', 'message size | default 128 Byte'),
    cluster: option('c', 'cluster name | default display all cluster'),
    printLog: option('p', 'print as tlog | default false', 'print log'),
    machineRoom: option('m', 'machine room name | default noname', 'machine room'),
    interval: int('i', 'print interval | default 10 seconds'),
  },
  async run(ctx, { amount = 100, size = 128, cluster, interval = 10, ...flags }) {
    const asLog = flags.printLog?.toLowerCase() === 'true';
    const { clock } = ctx.io;
    const producer = createProducer({ ...ctx.client, group: String(clock.now()) });
    await producer.start();
    let masters = await mastersOf(ctx.session, cluster);
    if (!asLog) ctx.emit(HEAD);
    do {
      for (const { clusterName, brokerName } of masters) {
        const { rtMs, sent, failed } = await measure(ctx, producer, brokerName, { amount, size });
        const room = flags.machineRoom ?? 'noname';
        const now = clock.now();
        ctx.report(
          asLog
            ? `${dateTime(now)}|${room}|${clusterName}|${brokerName}|${Math.round(rtMs)}\n`
            : format(ROW, clusterName, brokerName, format('%.2f', rtMs), sent, failed),
          { time: now, machineRoom: room, clusterName, brokerName, rtMs, sent, failed },
        );
      }
      if (!(await ctx.pause(interval * 1000))) break;
      ctx.session.forget();
      masters = await mastersOf(ctx.session, cluster);
    } while (!ctx.stopped);
    await producer.stop();
  },
});

const HEAD = format(
  '%-24s  %-24s  %-4s  %-8s  %-8s%n',
  '#Cluster Name',
  '#Broker Name',
  '#RT',
  '#successCount',
  '#failCount',
);
const ROW = '%-24s  %-24s  %-8s  %-16s  %-16s%n';

/** Sends to the topic that is named as the broker; the first message connects and is not timed. */
async function measure(
  ctx: Context,
  producer: Producer,
  topic: string,
  { amount, size }: { amount: number; size: number },
): Promise<{ rtMs: number; sent: number; failed: number }> {
  let [elapsed, sent, failed] = [0, 0, 0];
  for (let i = 0; i < amount && !ctx.stopped; i++) {
    const begin = ctx.io.clock.monotonic();
    await producer.send({ topic, body: 'a'.repeat(size) }).then(
      () => sent++,
      () => failed++,
    );
    if (i > 0) elapsed += ctx.io.clock.monotonic() - begin;
  }
  const timed = sent + failed - 1;
  return { rtMs: timed > 0 ? elapsed / timed : 0, sent, failed };
}
