// mqadmin clusterList: List cluster infos.

import { command } from '../../cli/command/define.js';
import { MqError } from '../../base/errors.js';
import { format } from '../../cli/output/format.js';
import {
  clusterList,
  type ClusterRow,
  clusterTotals,
  type ClusterTotals,
} from '../../client/admin/cluster.js';
import { int, option, toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'List cluster infos.',
  effect: 'reads',
  every: 'interval',
  shape: {
    '|': [
      [
        {
          version: 'text',
          inTps: 'number',
          outTps: 'number',
          sendQueueSize: 'text',
          sendQueueWaitMs: 'text',
          pullQueueSize: 'text',
          pullQueueWaitMs: 'text',
          ackQueueSize: 'text',
          ackQueueWaitMs: 'text',
          timerReadBehind: 'int',
          timerOffsetBehind: 'int',
          timerCongestNum: 'int',
          timerEnqueueTps: 'number',
          timerDequeueTps: 'number',
          pageCacheLockMs: 'text',
          hour: 'number',
          space: 'number',
          active: 'bool',
          'error?': 'text',
          clusterName: 'text',
          brokerName: 'text',
          brokerId: 'int',
          address: 'text',
        },
      ],
      [
        {
          inTotalYesterday: 'int',
          outTotalYesterday: 'int',
          inTotalToday: 'int',
          outTotalToday: 'int',
          'error?': 'text',
          clusterName: 'text',
          brokerName: 'text',
          brokerId: 'int',
          address: 'text',
        },
      ],
    ],
  },
  options: {
    moreStats: toggle('m', 'Print more stats'),
    interval: int('i', 'specify intervals numbers, it is in seconds'),
    clusterName: option('c', 'which cluster'),
  },
  async run(ctx, { moreStats, clusterName }): Promise<Found> {
    try {
      const found = moreStats
        ? { totals: await clusterTotals(ctx.session, clusterName) }
        : { brokers: await clusterList(ctx.session, clusterName) };
      for (const broker of found.totals ?? found.brokers) {
        if (broker.error !== undefined) ctx.warn(`${broker.address}: ${broker.error}`);
      }
      return found;
    } catch (error) {
      // RocketMQ prints the heading alone for a cluster that is not there.
      if (!(error instanceof MqError) || error.code !== 'CLUSTER_NOT_FOUND') throw error;
      ctx.fail(error);
      return moreStats ? { totals: [] } : { brokers: [] };
    }
  },
  text: (found) => textOf(found),
  json: ({ brokers, totals }) => totals ?? brokers,
  table: ({ brokers, totals }) => ({
    head: totals ? TOTALS_HEAD : HEAD,
    rows: totals ? totals.map(totalsCells) : brokers!.map(cells),
  }),
});

interface Found {
  brokers?: ClusterRow[];
  totals?: ClusterTotals[];
}

const HEAD = [
  '#Cluster Name',
  '#Broker Name',
  '#BID',
  '#Addr',
  '#Version',
  '#InTPS(LOAD)',
  '#OutTPS(LOAD)',
  '#Timer(Progress)',
  '#PCWait(ms)',
  '#Hour',
  '#SPACE',
  '#ACTIVATED',
];
const HEAD_ROW = '%-22s  %-22s  %-4s  %-22s %-16s  %16s  %30s  %-22s  %-11s  %-12s  %-8s  %-10s%n';
const ROW = '%-22s  %-22s  %-4s  %-22s %-16s  %16s  %30s  %-22s  %11s  %-12s  %-8s  %10s%n';

const TOTALS_HEAD = [
  '#Cluster Name',
  '#Broker Name',
  '#InTotalYest',
  '#OutTotalYest',
  '#InTotalToday',
  '#OutTotalToday',
];
const TOTALS_ROW = '%-16s  %-32s %14s %14s %14s %14s%n';

function textOf({ brokers, totals }: Found): string {
  const rows = totals
    ? totals.map((row) => format(TOTALS_ROW, ...totalsCells(row)))
    : brokers!.map((row) => format(ROW, ...cells(row)));
  return (totals ? format(TOTALS_ROW, ...TOTALS_HEAD) : format(HEAD_ROW, ...HEAD)) + rows.join('');
}

function cells(row: ClusterRow): (string | number | boolean)[] {
  const pulls = `${row.pullQueueSize},${row.pullQueueWaitMs}`;
  const acks = `${row.ackQueueSize},${row.ackQueueWaitMs}`;
  const { timerCongestNum, timerEnqueueTps, timerDequeueTps } = row;
  const timer = [`${format('%.1f', timerCongestNum / 10_000)}w`].concat(
    [timerEnqueueTps, timerDequeueTps].map((tps) => format('%.1f', tps)),
  );
  return [
    row.clusterName,
    row.brokerName,
    row.brokerId,
    row.address,
    row.version,
    format('%9.2f(%s,%sms)', row.inTps, row.sendQueueSize, row.sendQueueWaitMs),
    format('%9.2f(%sms|%sms)', row.outTps, pulls, acks),
    `${row.timerReadBehind}-${row.timerOffsetBehind}(${timer.join(', ')})`,
    row.pageCacheLockMs,
    format('%2.2f', row.hour),
    format('%.4f', row.space),
    row.active,
  ];
}

const totalsCells = (row: ClusterTotals): (string | number)[] => [
  row.clusterName,
  row.brokerName,
  row.inTotalYesterday,
  row.outTotalYesterday,
  row.inTotalToday,
  row.outTotalToday,
];
