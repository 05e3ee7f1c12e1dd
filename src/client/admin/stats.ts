// Rates and totals of topics and their groups (statsAll).

import { RETRY_PREFIX, DLQ_PREFIX, MASTER_ID } from '../../protocol/flags.js';
import type { BrokerStatsData } from '../../protocol/bodies/broker.js';
import type { TopicRoute } from '../../protocol/bodies/route.js';
import type { Session } from '../session.js';
import { brokerStats } from './broker.js';
import { consumeStats } from './groups.js';
import { groupsOf, listTopics } from './topics.js';

export interface StatsRow {
  topic: string;
  /** Absent for a topic that nobody consumes. */
  group?: string;
  accumulation: number;
  inTps: number;
  outTps: number;
  inMsg24Hour: number;
  outMsg24Hour: number;
}

/** A row per topic and group; topics that cannot be asked are left out, as in RocketMQ. */
export async function statsAll(
  session: Session,
  options: {
    topic?: string | undefined;
    active?: boolean;
    /** Asked before each topic; what was found so far is the result then. */
    stopped?: () => boolean;
  } = {},
): Promise<StatsRow[]> {
  const { topic: only, active = false, stopped = () => false } = options;
  const topics = (await listTopics(session)).filter(
    (topic) =>
      !topic.startsWith(RETRY_PREFIX) &&
      !topic.startsWith(DLQ_PREFIX) &&
      (only === undefined || topic === only),
  );
  const rows: StatsRow[] = [];
  for (const topic of topics) {
    if (stopped()) break;
    const found = await topicRows(session, topic).catch(() => []);
    rows.push(...found.filter((row) => !active || row.inMsg24Hour > 0 || row.outMsg24Hour > 0));
  }
  return rows;
}

async function topicRows(session: Session, topic: string): Promise<StatsRow[]> {
  const route = await session.route(topic);
  const groups = await groupsOf(session, topic);
  const put = await counted(session, route, 'TOPIC_PUT_NUMS', topic);
  const base = { topic, accumulation: 0, inTps: put.tps, inMsg24Hour: put.sum };
  if (groups.length === 0) return [{ ...base, outTps: 0, outMsg24Hour: 0 }];
  return Promise.all(
    groups.map(async (group) => {
      const got = await counted(session, route, 'GROUP_GET_NUMS', `${topic}@${group}`);
      const accumulation = await lagOf(session, group, topic);
      return { ...base, group, accumulation, outTps: got.tps, outMsg24Hour: got.sum };
    }),
  );
}

/** A counter over all masters; one that does not answer counts for nothing. */
async function counted(
  session: Session,
  { brokerDatas }: TopicRoute,
  statsName: string,
  statsKey: string,
): Promise<{ tps: number; sum: number }> {
  const total = { tps: 0, sum: 0 };
  for (const { brokerAddrs } of brokerDatas) {
    const address = brokerAddrs.get(MASTER_ID);
    if (address === undefined) continue;
    const data = await brokerStats(session, address, { statsName, statsKey }).catch(
      () => undefined,
    );
    if (!data) continue;
    total.tps += data.statsMinute.tps;
    total.sum += daySum(data);
  }
  return total;
}

/** The longest time that has a count (StatsAllSubCommand.compute24HourSum). */
export const daySum = ({ statsDay, statsHour, statsMinute }: BrokerStatsData): number =>
  statsDay.sum || statsHour.sum || statsMinute.sum;

async function lagOf(session: Session, group: string, topic: string): Promise<number> {
  const stats = await consumeStats(session, { group, topic }).catch(() => undefined);
  let lag = 0;
  for (const { brokerOffset, consumerOffset } of stats?.offsetTable.values() ?? []) {
    lag += brokerOffset - consumerOffset;
  }
  return Math.max(0, lag);
}
