// The brokers of clusters with their figures (clusterList).

import { describeError } from '../../base/log.js';
import type { Session } from '../session.js';
import { type Broker, brokersOf } from '../targets.js';
import { runtimeInfo } from './broker.js';

/** A broker with what it says of itself; without `info` it could not be asked. */
export interface BrokerState extends Broker {
  info?: Record<string, string>;
  error?: string;
}

/** Every broker with its runtime figures; a broker that does not answer is listed with why. */
export async function clusterState(session: Session, clusterName?: string): Promise<BrokerState[]> {
  const brokers = await brokersOf(session, clusterName);
  return Promise.all(
    brokers.map(async (broker) => {
      try {
        return { ...broker, info: await runtimeInfo(session, broker.address) };
      } catch (error) {
        return { ...broker, error: describeError(error) };
      }
    }),
  );
}

/** A row of clusterList; texts are as the broker gave them, '' where it gave nothing. */
export interface ClusterRow extends Broker {
  version: string;
  inTps: number;
  outTps: number;
  sendQueueSize: string;
  sendQueueWaitMs: string;
  pullQueueSize: string;
  pullQueueWaitMs: string;
  ackQueueSize: string;
  ackQueueWaitMs: string;
  timerReadBehind: number;
  timerOffsetBehind: number;
  timerCongestNum: number;
  timerEnqueueTps: number;
  timerDequeueTps: number;
  pageCacheLockMs: string;
  /** Age of the oldest message in hours. */
  hour: number;
  /** Share of the commitlog's disk that is used, 0 to 1. */
  space: number;
  active: boolean;
  error?: string;
}

/** clusterList without -m. */
export async function clusterList(session: Session, clusterName?: string): Promise<ClusterRow[]> {
  const now = session.clock.now();
  return (await clusterState(session, clusterName)).map((broker) => clusterRow(broker, now));
}

function clusterRow({ info, ...broker }: BrokerState, now: number): ClusterRow {
  const text = (key: string, fallback = ''): string => info?.[key] ?? fallback;
  const number = (key: string): number => Number(text(key, '0')) || 0;
  const tps = (key: string): number => Number(text(key).trim().split(' ')[0]) || 0;
  const earliest = number('earliestMessageTimeStamp');
  return {
    ...broker,
    version: text('brokerVersionDesc'),
    inTps: tps('putTps'),
    outTps: tps('getTransferredTps'),
    sendQueueSize: text('sendThreadPoolQueueSize'),
    sendQueueWaitMs: text('sendThreadPoolQueueHeadWaitTimeMills'),
    pullQueueSize: text('pullThreadPoolQueueSize'),
    pullQueueWaitMs: text('pullThreadPoolQueueHeadWaitTimeMills'),
    ackQueueSize: text('ackThreadPoolQueueSize', info ? 'N' : ''),
    ackQueueWaitMs: text('ackThreadPoolQueueHeadWaitTimeMills', info ? 'N' : ''),
    timerReadBehind: number('timerReadBehind'),
    timerOffsetBehind: number('timerOffsetBehind'),
    timerCongestNum: number('timerCongestNum'),
    timerEnqueueTps: number('timerEnqueueTps'),
    timerDequeueTps: number('timerDequeueTps'),
    pageCacheLockMs: text('pageCacheLockTimeMills'),
    hour: text('earliestMessageTimeStamp') === '' ? 0 : (now - earliest) / 3_600_000,
    space: number('commitLogDiskRatio'),
    active: text('brokerActive') === 'true',
  };
}

/** A row of clusterList -m: messages in and out, yesterday and today. */
export interface ClusterTotals extends Broker {
  inTotalYesterday: number;
  outTotalYesterday: number;
  inTotalToday: number;
  outTotalToday: number;
  error?: string;
}

/** clusterList -m. */
export async function clusterTotals(
  session: Session,
  clusterName?: string,
): Promise<ClusterTotals[]> {
  const brokers = await clusterState(session, clusterName);
  return brokers.map(({ info, ...broker }) => {
    const total = (key: string): number => Number(info?.[key] ?? 0) || 0;
    const put = total('msgPutTotalTodayMorning');
    const got = total('msgGetTotalTodayMorning');
    return {
      ...broker,
      inTotalYesterday: put - total('msgPutTotalYesterdayMorning'),
      outTotalYesterday: got - total('msgGetTotalYesterdayMorning'),
      inTotalToday: total('msgPutTotalTodayNow') - put,
      outTotalToday: total('msgGetTotalTodayNow') - got,
    };
  });
}
