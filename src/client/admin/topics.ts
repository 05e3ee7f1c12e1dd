// Topics: create, delete, list, route, statistics (the topic commands of mqadmin).

import type { MessageQueue } from '../../protocol/bodies/json.js';
import { decodeGroupList } from '../../protocol/bodies/group.js';
import {
  type ClusterInfo,
  decodeTopicList,
  type QueueData,
  type TopicRoute,
} from '../../protocol/bodies/route.js';
import {
  decodeTopicConfig,
  decodeTopicStats,
  encodeTopicConfigList,
  type TopicConfig,
  type TopicStatsTable,
} from '../../protocol/bodies/topic.js';
import { DLQ_PREFIX, RETRY_PREFIX, SystemTopic } from '../../protocol/flags.js';
import { atEach, tellEach } from '../each.js';
import { AT_ONCE, inParallel } from '../in-parallel.js';
import type { Session } from '../session.js';
import {
  addressesOf,
  brokerNameAt,
  brokersOf,
  mastersOf,
  readAddressOf,
  type Where,
} from '../targets.js';
import { formatAttributes } from './attributes.js';
import { deleteKv, mergeOrderConf, ORDER_NAMESPACE, putKv } from './kv.js';

/** Creates or changes a topic on one broker (UPDATE_AND_CREATE_TOPIC). */
export async function putTopic(
  session: Session,
  brokerAddr: string,
  config: TopicConfig,
): Promise<void> {
  await session.request(brokerAddr, 'UPDATE_AND_CREATE_TOPIC', {
    topic: config.topicName,
    defaultTopic: SystemTopic.AUTO_CREATE,
    readQueueNums: config.readQueueNums,
    writeQueueNums: config.writeQueueNums,
    perm: config.perm,
    topicFilterType: config.topicFilterType,
    topicSysFlag: config.topicSysFlag,
    order: config.order,
    attributes: formatAttributes(config.attributes),
  });
}

export interface UpdatedTopic {
  /** Brokers that took the change, in the order asked. */
  addresses: string[];
  config: TopicConfig;
  /** The order configuration that was written, for order topics. */
  orderConf?: string;
}

/** updateTopic: on one broker, or on the masters of a cluster, with the order configuration. */
export async function updateTopic(
  session: Session,
  where: Where,
  config: TopicConfig,
): Promise<UpdatedTopic> {
  const targets = await addressesOf(session, where);
  const addresses = await tellEach(session, targets, (address) =>
    putTopic(session, address, config),
  );
  if (!config.order) return { addresses, config };
  const { topicName, writeQueueNums } = config;
  if (where.brokerAddr !== undefined) {
    const orderConf = `${await brokerNameAt(session, where.brokerAddr)}:${writeQueueNums}`;
    await mergeOrderConf(session, topicName, orderConf);
    return { addresses, config, orderConf };
  }
  const masters = await mastersOf(session, where.clusterName);
  const orderConf = masters.map((one) => `${one.brokerName}:${writeQueueNums}`).join(';');
  await putKv(session, { namespace: ORDER_NAMESPACE, key: topicName, value: orderConf });
  return { addresses, config, orderConf };
}

/** updateTopicList: several topics in one request per broker. */
export async function updateTopics(
  session: Session,
  where: Where,
  configs: TopicConfig[],
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = encodeTopicConfigList(configs);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_AND_CREATE_TOPIC_LIST', {}, { body }),
  );
}

/** Settings of a topic on one broker. */
export async function topicConfig(
  session: Session,
  brokerAddr: string,
  topic: string,
): Promise<TopicConfig> {
  return decodeTopicConfig((await session.request(brokerAddr, 'GET_TOPIC_CONFIG', { topic })).body);
}

export interface ChangedPerm {
  address: string;
  from: number;
  to: number;
}

/** updateTopicPerm: changes the permission and nothing else, on each broker that has the topic. */
export async function updateTopicPerm(
  session: Session,
  where: Where,
  change: { topic: string; perm: number },
): Promise<ChangedPerm[]> {
  const route = await session.route(change.topic, { fresh: true });
  const targets = await addressesOf(session, where);
  const having = targets.filter((address) => queuesAt(route, address));
  const changed = await atEach(session, having, async (address) => {
    const config = await topicConfig(session, address, change.topic);
    await putTopic(session, address, { ...config, perm: change.perm, attributes: {} });
    return config.perm;
  });
  return changed.map(({ address, result: from }) => ({ address, from, to: change.perm }));
}

function queuesAt(route: TopicRoute, address: string): QueueData | undefined {
  const broker = route.brokerDatas.find((data) => [...data.brokerAddrs.values()].includes(address));
  return broker && route.queueDatas.find((queues) => queues.brokerName === broker.brokerName);
}

/**
 * deleteTopic: from every broker of the cluster, the name servers and the order configuration;
 * not from the latter, and not `complete`, when a broker still has it.
 */
export async function deleteTopic(
  session: Session,
  { topic, clusterName }: { topic: string; clusterName: string },
): Promise<{ addresses: string[]; complete: boolean }> {
  const brokers = await brokersOf(session, clusterName);
  const targets = brokers.map((broker) => broker.address);
  const addresses = await tellEach(session, targets, (address) =>
    session.request(address, 'DELETE_TOPIC_IN_BROKER', { topic }),
  );
  if (addresses.length < targets.length) return { addresses, complete: false };
  await session.tellNamesrvs('DELETE_TOPIC_IN_NAMESRV', { topic });
  await deleteKv(session, { namespace: ORDER_NAMESPACE, key: topic });
  return { addresses, complete: true };
}

/** topicList: every topic name that the name server knows. */
export async function listTopics(session: Session): Promise<string[]> {
  const answer = await session.askNamesrv('GET_ALL_TOPIC_LIST_FROM_NAMESERVER', {});
  return decodeTopicList(answer.body).topicList;
}

/** Topics of one cluster. */
export async function listTopicsByCluster(session: Session, cluster: string): Promise<string[]> {
  const answer = await session.askNamesrv('GET_TOPICS_BY_CLUSTER', { cluster });
  return decodeTopicList(answer.body).topicList;
}

export interface TopicRow {
  clusterName: string;
  topic: string;
  /** A group that consumes the topic; '' when there is none. */
  group: string;
}

/** topicList -c: a row per topic and consuming group, without retry and dead letter topics. */
export async function listTopicRows(session: Session): Promise<TopicRow[]> {
  const info = await session.clusterInfo();
  const topics = (await listTopics(session)).filter(
    (topic) => !topic.startsWith(RETRY_PREFIX) && !topic.startsWith(DLQ_PREFIX),
  );
  const rows = await inParallel(topics, AT_ONCE, async (topic) => {
    const route = await session.findRoute(topic).catch(() => undefined);
    const clusterName = (route && clusterOf(route, info)) ?? '';
    const groups = route ? await groupsOf(session, topic).catch(() => []) : [];
    return (groups.length === 0 ? [''] : groups).map((group) => ({ clusterName, topic, group }));
  });
  return rows.flat();
}

function clusterOf(route: TopicRoute, info: ClusterInfo): string | undefined {
  const name = route.brokerDatas[0]?.brokerName;
  if (name === undefined) return undefined;
  return [...info.clusterAddrTable].find(([, names]) => names.includes(name))?.[0];
}

/** Groups that consume a topic, as the first broker of its route knows them. */
export async function groupsOf(session: Session, topic: string): Promise<string[]> {
  const route = await session.route(topic);
  for (const data of route.brokerDatas) {
    const address = readAddressOf(data);
    if (address === undefined) continue;
    const answer = await session.request(address, 'QUERY_TOPIC_CONSUME_BY_WHO', { topic });
    return decodeGroupList(answer.body);
  }
  return [];
}

/** topicRoute. Throws TOPIC_NOT_FOUND. */
export function topicRoute(session: Session, topic: string): Promise<TopicRoute> {
  return session.route(topic, { fresh: true });
}

/** topicClusterList: the clusters that hold a topic. */
export async function topicClusters(session: Session, topic: string): Promise<string[]> {
  const route = await session.route(topic);
  return [...new Set(route.brokerDatas.map((data) => data.cluster))];
}

/** Offsets of a topic's queues on one broker. */
export async function topicStatsAt(
  session: Session,
  brokerAddr: string,
  topic: string,
): Promise<TopicStatsTable> {
  const answer = await session.request(brokerAddr, 'GET_TOPIC_STATS_INFO', { topic });
  return decodeTopicStats(answer.body);
}

/** Order of queues: topic, broker, id (MessageQueue.compareTo). */
export function compareQueues(a: MessageQueue, b: MessageQueue): number {
  return (
    compareText(a.topic, b.topic) ||
    compareText(a.brokerName, b.brokerName) ||
    a.queueId - b.queueId
  );
}

/** Java's order of text: by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
