// mqadmin startMonitoring: Start Monitoring.

import { command } from '../../cli/command/define.js';
import type { Context } from '../../cli/command/context.js';
import { report } from '../../cli/command/failure.js';
import { dateTime } from '../../cli/output/format.js';
import { type Finding, monitorRound } from '../../client/admin/monitor.js';
import { createPushConsumer } from '../../client/consumer/push-consumer.js';
import { messageQueueText } from '../../client/java-text.js';

/** What RocketMQ writes to its log is printed here, with the time. */
export default command({
  summary: 'Start Monitoring.',
  effect: 'reads',
  endless: true,
  shape: {
    '|': [
      { time: 'int', kind: 'text' },
      {
        time: 'int',
        kind: 'text',
        consumerGroup: 'text',
        topic: 'text',
        undoneMsgsTotal: 'int',
        undoneMsgsSingleMQ: 'int',
        undoneMsgsDelayTimeMills: 'int',
      },
      { time: 'int', kind: 'text', consumerGroup: 'text' },
      { time: 'int', kind: 'text', consumerGroup: 'text', clientId: 'text', problem: 'text' },
      { time: 'int', kind: 'text', eventTimestamp: 'int', offsetMovedEvent: { '*': 'any' } },
    ],
  },
  differs: 'prints what RocketMQ writes to a log, and begins at once',
  options: {},
  async run(ctx) {
    await ctx.session.clusterInfo(); // whoever mistyped an address learns it at once
    const consumer = movedOffsets(ctx);
    await consumer.start();
    try {
      do {
        await round(ctx);
        ctx.session.forget();
      } while (await ctx.pause(ctx.watchMs ?? ROUND_MS));
    } finally {
      await consumer.stop();
    }
  },
});

/** MonitorConfig.roundInterval. */
const ROUND_MS = 60_000;
const LINE = '='.repeat(41);

async function round(ctx: Context): Promise<void> {
  say(ctx, `${LINE}beginRound`, { kind: 'beginRound' });
  try {
    for await (const finding of monitorRound(ctx.session, () => ctx.stopped)) {
      say(ctx, findingText(finding), finding);
    }
  } catch (error) {
    await report(error, ctx.io); // the next round may find the name server again
  }
  say(ctx, `${LINE}endRound`, { kind: 'endRound' });
}

function say(ctx: Context, text: string, data: object): void {
  const time = ctx.io.clock.now();
  ctx.report(`${dateTime(time)} [MONITOR] ${text}\n`, { time, ...data });
}

function findingText(finding: Finding): string {
  if (finding.kind === 'undoneMsgs') {
    const { kind: _kind, ...undone } = finding;
    const fields = Object.entries(undone).map(([name, value]) => `${name}=${value}`);
    return `reportUndoneMsgs: UndoneMsgs [${fields.join(', ')}]`;
  }
  const who = ` [NOTIFY] reportConsumerRunningInfo: ConsumerGroup: ${finding.consumerGroup}, `;
  return finding.kind === 'differentSubscription'
    ? `${who}Subscription different`
    : `${who}ClientId: ${finding.clientId}, ${finding.problem}`;
}

interface OffsetMoved {
  consumerGroup: string;
  messageQueue: Parameters<typeof messageQueueText>[0];
  offsetRequest: number;
  offsetNew: number;
}

/** Brokers write a message when a group asked for what was deleted already. */
function movedOffsets(ctx: Context) {
  const consumer = createPushConsumer({ ...ctx.client, group: '__MONITOR_CONSUMER' });
  consumer.subscribe('OFFSET_MOVED_EVENT');
  return consumer.listen((messages) => {
    for (const { body, storeTimestamp: eventTimestamp } of messages) {
      const event = JSON.parse(body.toString()) as OffsetMoved;
      const fields = [
        `consumerGroup=${event.consumerGroup}`,
        `messageQueue=${messageQueueText(event.messageQueue)}`,
        `offsetRequest=${event.offsetRequest}`,
        `offsetNew=${event.offsetNew}`,
      ];
      const text = `OffsetMovedEvent [${fields.join(', ')}], eventTimestamp=${eventTimestamp}`;
      const data = { kind: 'deleteMsgsEvent', eventTimestamp, offsetMovedEvent: event };
      say(ctx, `reportDeleteMsgsEvent: DeleteMsgsEvent [offsetMovedEvent=${text}]`, data);
    }
  });
}
