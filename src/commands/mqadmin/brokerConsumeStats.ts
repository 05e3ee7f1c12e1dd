// mqadmin brokerConsumeStats: Fetch broker consume stats data.

import { command } from '../../cli/command/define.js';
import { dateTime, format, front } from '../../cli/output/format.js';
import { brokerConsumeStats } from '../../client/admin/groups.js';
import { compareQueues } from '../../client/admin/topics.js';
import { bool, int, required } from '../../cli/flags/options.js';
import { QUEUE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Fetch broker consume stats data.',
  effect: 'reads',
  shape: {
    consumeStatsList: [
      {
        '*': [
          {
            consumeTps: 'number',
            offsetTable: [
              {
                ...QUEUE,
                brokerOffset: 'int',
                consumerOffset: 'int',
                pullOffset: 'int',
                lastTimestamp: 'int',
              },
            ],
          },
        ],
      },
    ],
    brokerAddr: 'text',
    totalDiff: 'int',
    totalInflightDiff: 'int',
  },
  options: {
    brokerAddr: required('b', 'Broker address'),
    timeoutMillis: int('t', 'request timeout Millis'),
    level: int('l', 'threshold of print diff'),
    order: bool('o', 'order topic'),
  },
  run: ({ session }, { brokerAddr, timeoutMillis, order }) =>
    brokerConsumeStats(session, brokerAddr, {
      isOrder: order ?? false,
      timeoutMs: timeoutMillis ?? 50_000,
    }),
  text: (list, { level = 0 }) =>
    [HEAD, ...rowsOf(list, level)].map((row) => format(ROW, ...row)).join('') +
    `\nDiff Total: ${list.totalDiff}\n`,
  table: (list, { level = 0 }) => ({ head: HEAD, rows: rowsOf(list, level) }),
});

const HEAD = [
  '#Topic',
  '#Group',
  '#Broker Name',
  '#QID',
  '#Broker Offset',
  '#Consumer Offset',
  '#Diff',
  '#LastTime',
];
const ROW = '%-64s  %-64s  %-32s  %-4s  %-20s  %-20s  %-20s  %s%n';

type List = Awaited<ReturnType<typeof brokerConsumeStats>>;

/** Queues from which the group has consumed something, with a lag of at least `level`. */
function rowsOf({ consumeStatsList }: List, level: number): (string | number)[][] {
  const groups = consumeStatsList.flatMap((table) => [...table]);
  return groups.flatMap(([group, stats]) =>
    stats.flatMap(({ offsetTable }) =>
      [...offsetTable]
        .map(([queue, offset]) => ({
          ...queue,
          ...offset,
          diff: offset.brokerOffset - offset.consumerOffset,
        }))
        .filter((row) => row.diff >= level && row.lastTimestamp > 0)
        .sort(compareQueues)
        .map((row) => [
          front(row.topic, 64),
          group,
          front(row.brokerName, 32),
          row.queueId,
          row.brokerOffset,
          row.consumerOffset,
          row.diff,
          dateTime(row.lastTimestamp),
        ]),
    ),
  );
}
