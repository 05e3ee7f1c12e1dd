// Subscription groups: create, delete, settings, and how far they have consumed.

import { MqError } from '../../base/errors.js';
import type { Json } from '../../protocol/fastjson.js';
import {
  type ConsumeStats,
  decodeConsumeStats,
  decodeConsumeStatsList,
  decodeGroupConfig,
  encodeGroupConfig,
  encodeGroupConfigList,
  type ConsumeStatsList,
  type OffsetWrapper,
  type SubscriptionGroupConfig,
} from '../../protocol/bodies/group.js';
import { encodeBody, type MessageQueue } from '../../protocol/bodies/json.js';
import type { TopicRoute } from '../../protocol/bodies/route.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { AT_ONCE, inParallel } from '../in-parallel.js';
import { queueKey } from '../queues.js';
import { tellEach } from '../each.js';
import type { Session } from '../session.js';
import { addressesOf, readAddressOf, type Where } from '../targets.js';
import { type ConsumerConnection, consumerConnection } from './clients.js';
import { runningInfo } from './running.js';
import { compareQueues, listTopics } from './topics.js';

/** updateSubGroup: on one broker, or on the masters of a cluster. */
export async function updateGroup(
  session: Session,
  where: Where,
  config: SubscriptionGroupConfig,
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = encodeGroupConfig(config);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, { body }),
  );
}

/** updateSubGroupList: several groups in one request per broker. */
export async function updateGroups(
  session: Session,
  where: Where,
  configs: SubscriptionGroupConfig[],
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = encodeGroupConfigList(configs);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST', {}, { body }),
  );
}

/** deleteSubGroup; with `cleanOffset` its offsets go too. */
export async function deleteGroup(
  session: Session,
  where: Where,
  { groupName, cleanOffset = false }: { groupName: string; cleanOffset?: boolean },
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'DELETE_SUBSCRIPTIONGROUP', { groupName, cleanOffset }),
  );
}

/** Settings of a group on one broker. */
export async function groupConfig(
  session: Session,
  brokerAddr: string,
  group: string,
): Promise<SubscriptionGroupConfig> {
  const answer = await session.request(brokerAddr, 'GET_SUBSCRIPTIONGROUP_CONFIG', { group });
  return decodeGroupConfig(answer.body);
}

/** setConsumeMode: whether brokers give queues out (PULL) or messages (POP). */
export async function setConsumeMode(
  session: Session,
  where: Where,
  mode: { topic: string; consumerGroup: string; mode: string; popShareQueueNum: number },
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = encodeBody({ ...mode } as Json);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'SET_MESSAGE_REQUEST_MODE', {}, { body }),
  );
}

/** What a group has consumed on one broker; of one topic when it is given. */
export async function consumeStatsAt(
  session: Session,
  brokerAddr: string,
  { group, topic }: { group: string; topic?: string | undefined },
): Promise<ConsumeStats> {
  const header = { consumerGroup: group, ...(topic === undefined ? {} : { topic }) };
  const options = { timeoutMs: session.timeoutMs * 3 };
  const answer = await session.request(brokerAddr, 'GET_CONSUME_STATS', header, options);
  return decodeConsumeStats(answer.body);
}

/** brokerConsumeStats: every group of one broker. */
export async function brokerConsumeStats(
  session: Session,
  brokerAddr: string,
  { isOrder = false, timeoutMs = 50_000 }: { isOrder?: boolean; timeoutMs?: number } = {},
): Promise<ConsumeStatsList> {
  const header = { isOrder };
  const answer = await session.request(brokerAddr, 'GET_BROKER_CONSUME_STATS', header, {
    timeoutMs,
  });
  return decodeConsumeStatsList(answer.body);
}

export interface ConsumeArgs {
  group: string;
  topic?: string | undefined;
  /** Names the topic whose route is used, for light queues that have none of their own. */
  clusterName?: string | undefined;
}

/**
 * What a group has consumed, over the brokers of its retry topic's route (examineConsumeStats).
 * Throws GROUP_OFFLINE when no broker has an offset of it and no client is connected.
 */
export async function consumeStats(session: Session, args: ConsumeArgs): Promise<ConsumeStats> {
  const { group, topic } = args;
  const route = await statsRoute(session, args);
  const stats: ConsumeStats = { consumeTps: 0, offsetTable: new Map() };
  for (const data of route.brokerDatas) {
    const address = readAddressOf(data);
    if (address === undefined) continue;
    const part = await consumeStatsAt(session, address, { group, topic });
    for (const [queue, offset] of part.offsetTable) stats.offsetTable.set(queue, offset);
    stats.consumeTps += part.consumeTps;
  }
  if (stats.offsetTable.size === 0) await explainNoOffsets(session, group);
  return stats;
}

async function statsRoute(session: Session, args: ConsumeArgs): Promise<TopicRoute> {
  const { group, topic, clusterName } = args;
  const candidates = [RETRY_PREFIX + group];
  if (topic !== undefined) candidates.push(topic, `${RETRY_PREFIX}${group}_${topic}`);
  const ownRoute = topic === undefined || !/^(%LMQ%|rmq_sys_wheel_timer$)/.test(topic);
  if (!ownRoute && clusterName !== undefined) candidates.push(clusterName);
  for (const candidate of candidates) {
    const route = await session.findRoute(candidate);
    if (route) return route;
  }
  const hint = `no consumer of the group ${group} has ever been connected`;
  throw new MqError('TOPIC_NOT_FOUND', { topic: candidates.at(-1) }, { hint });
}

async function explainNoOffsets(session: Session, group: string): Promise<void> {
  const connection = await consumerConnection(session, { group }).catch(() => undefined);
  if (!connection) {
    const hint = 'no broker has an offset of this group: it has consumed nothing';
    throw new MqError('GROUP_OFFLINE', { group }, { hint, responseCode: 206 });
  }
  if (connection.messageModel === 'BROADCASTING') {
    const text = `the group ${group} consumes in broadcast mode: its offsets are with its clients`;
    throw new MqError('USAGE', { text }, { responseCode: 213 });
  }
}

export interface ProgressRow extends MessageQueue, OffsetWrapper {
  diff: number;
  inflight: number;
  /** IP address of the client that has the queue; only with `clients`. */
  clientIp?: string;
}

export interface Progress {
  rows: ProgressRow[];
  consumeTps: number;
  diffTotal: number;
  inflightTotal: number;
}

/** consumerProgress -g: a row per queue, by topic, broker and queue id. */
export async function consumerProgress(
  session: Session,
  args: ConsumeArgs & { clients?: boolean },
): Promise<Progress> {
  const stats = await consumeStats(session, args);
  const owners = args.clients ? await queueOwners(session, args.group) : undefined;
  const rows = [...stats.offsetTable].map(([queue, offset]) => {
    const row: ProgressRow = {
      ...queue,
      ...offset,
      diff: offset.brokerOffset - offset.consumerOffset,
      inflight: offset.pullOffset - offset.consumerOffset,
    };
    const owner = owners?.get(queueKey(queue));
    if (owner !== undefined) row.clientIp = owner;
    return row;
  });
  rows.sort(compareQueues);
  return {
    rows,
    consumeTps: stats.consumeTps,
    diffTotal: rows.reduce((sum, row) => sum + row.diff, 0),
    inflightTotal: rows.reduce((sum, row) => sum + row.inflight, 0),
  };
}

/** IP address of the client that has each queue, as the clients themselves say. */
async function queueOwners(session: Session, group: string): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  const connection = await consumerConnection(session, { group }).catch(() => undefined);
  for (const { clientId } of connection?.connectionSet ?? []) {
    const info = await runningInfo(session, { group, clientId }).catch(() => undefined);
    for (const queue of info?.mqTable.keys() ?? []) {
      owners.set(queueKey(queue), clientId.split('@')[0]!);
    }
  }
  return owners;
}

export interface GroupRow {
  group: string;
  /** Connected clients. */
  count: number;
  /** Lowest client version. */
  version?: number;
  consumeType?: string;
  messageModel?: string;
  consumeTps: number;
  diffTotal: number;
}

/** consumerProgress without -g: a row per group that has a retry topic. */
export async function allProgress(session: Session): Promise<GroupRow[]> {
  const groups = await groupNames(session);
  return inParallel(groups, AT_ONCE, (group) => groupRow(session, group));
}

/** Groups that have a retry topic: those that a client has ever used. */
export async function groupNames(session: Session): Promise<string[]> {
  const topics = await listTopics(session);
  const groups = topics
    .filter((topic) => topic.startsWith(RETRY_PREFIX))
    // POP's retry topics are named group+topic.
    .map((topic) => topic.slice(RETRY_PREFIX.length).replace(/\+.*$/, ''));
  return [...new Set(groups)];
}

async function groupRow(session: Session, group: string): Promise<GroupRow> {
  const stats = await consumeStats(session, { group }).catch(() => undefined);
  const connection = await consumerConnection(session, { group }).catch(() => undefined);
  let diffTotal = 0;
  for (const offset of stats?.offsetTable.values() ?? []) {
    diffTotal += offset.brokerOffset - offset.consumerOffset;
  }
  const row: GroupRow = { group, count: 0, consumeTps: stats?.consumeTps ?? 0, diffTotal };
  return connection ? { ...row, ...connectionSummary(connection) } : row;
}

function connectionSummary(
  connection: ConsumerConnection,
): Pick<GroupRow, 'count' | 'version' | 'consumeType' | 'messageModel'> {
  const { connectionSet, consumeType, messageModel } = connection;
  return {
    count: connectionSet.length,
    version: Math.min(...connectionSet.map((client) => client.version)),
    consumeType,
    messageModel,
  };
}
