// mqadmin consumerProgress: Query consumer's progress, speed.

import { command } from '../../cli/command/define.js';
import { dateTime, format, front } from '../../cli/output/format.js';
import {
  allProgress,
  consumerProgress,
  type GroupRow,
  type Progress,
  type ProgressRow,
} from '../../client/admin/groups.js';
import { versionText } from '../../client/java-text.js';
import { bool, option } from '../../cli/flags/options.js';
import { QUEUE } from '../../cli/command/shapes.js';

export default command({
  summary: "Query consumer's progress, speed.",
  effect: 'reads',
  shape: {
    '|': [
      [
        {
          group: 'text',
          count: 'int',
          'version?': 'int',
          'consumeType?': 'text',
          'messageModel?': 'text',
          consumeTps: 'number',
          diffTotal: 'int',
        },
      ],
      {
        rows: [
          {
            ...QUEUE,
            brokerOffset: 'int',
            consumerOffset: 'int',
            pullOffset: 'int',
            lastTimestamp: 'int',
            diff: 'int',
            inflight: 'int',
            'clientIp?': 'text',
          },
        ],
        consumeTps: 'number',
        diffTotal: 'int',
        inflightTotal: 'int',
      },
    ],
  },
  options: {
    groupName: option('g', 'consumer group name'),
    topicName: option('t', 'topic name'),
    showClientIP: bool('s', 'Show Client IP per Queue'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  async run(ctx, { groupName, topicName, showClientIP, cluster }): Promise<Found> {
    const { session } = ctx;
    if (groupName === undefined) {
      return { groups: await ctx.progress('asking every group', () => allProgress(session)) };
    }
    const args = { group: groupName, topic: topicName, clusterName: cluster };
    return {
      progress: await consumerProgress(session, { ...args, clients: showClientIP ?? false }),
    };
  },
  text: ({ groups, progress }, { showClientIP }) =>
    groups ? groupsText(groups) : progressText(progress!, showClientIP ?? false),
  json: ({ groups, progress }) => groups ?? progress,
  table: ({ groups, progress }, { showClientIP }) =>
    groups
      ? { head: GROUPS_HEAD, rows: groups.map(groupCells) }
      : {
          head: headOf(showClientIP ?? false),
          rows: progress!.rows.map((row) => cells(row, showClientIP ?? false)),
        },
});

interface Found {
  groups?: GroupRow[];
  progress?: Progress;
}

const GROUPS_HEAD = ['#Group', '#Count', '#Version', '#Type', '#Model', '#TPS', '#Diff Total'];
const GROUPS_ROW = '%-64s  %-6s  %-24s %-5s  %-14s  %-7s  %s%n';

function groupCells(row: GroupRow): (string | number)[] {
  const online = row.count > 0;
  const passive = row.consumeType === 'CONSUME_PASSIVELY';
  return [
    front(row.group, 64),
    row.count,
    online ? versionText(row.version ?? 0) : 'OFFLINE',
    online ? (row.consumeType === 'CONSUME_ACTIVELY' ? 'PULL' : 'PUSH') : '',
    online && passive ? (row.messageModel ?? '') : '',
    Math.trunc(row.consumeTps),
    row.diffTotal,
  ];
}

const groupsText = (groups: GroupRow[]): string =>
  [GROUPS_HEAD, ...groups.map(groupCells)].map((row) => format(GROUPS_ROW, ...row)).join('');

const headOf = (clients: boolean): string[] => [
  '#Topic',
  '#Broker Name',
  '#QID',
  '#Broker Offset',
  '#Consumer Offset',
  ...(clients ? ['#Client IP'] : []),
  '#Diff',
  '#Inflight',
  '#LastTime',
];

const cells = (row: ProgressRow, clients: boolean): (string | number)[] => [
  front(row.topic, 64),
  front(row.brokerName, 32),
  row.queueId,
  row.brokerOffset,
  row.consumerOffset,
  ...(clients ? [row.clientIp ?? 'N/A'] : []),
  row.diff,
  row.inflight,
  row.lastTimestamp === 0 ? 'N/A' : dateTime(row.lastTimestamp),
];

function progressText(progress: Progress, clients: boolean): string {
  const start = '%-64s  %-32s  %-4s  %-20s  %-20s  ';
  const wide = start + (clients ? '%-20s %-20s %-20s' : '%-20s %-20s');
  return [
    format(`${wide}%s%n`, ...headOf(clients)),
    ...progress.rows.map((row) => format(`${wide} %s%n`, ...cells(row, clients))),
    format('%nConsume TPS: %.2f%n', progress.consumeTps),
    `Consume Diff Total: ${progress.diffTotal}\n`,
    `Consume Inflight Total: ${progress.inflightTotal}\n`,
  ].join('');
}
