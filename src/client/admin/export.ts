// What a cluster consists of, as one document (exportMetadata, exportConfigs, exportMetrics).

import type { SubscriptionGroupConfig } from '../../protocol/bodies/group.js';
import type { TopicConfig } from '../../protocol/bodies/topic.js';
import { CURRENT_VERSION, SystemTopic } from '../../protocol/flags.js';
import { versionName } from '../../protocol/versions.js';
import type { Session } from '../session.js';
import { brokersOf, mastersOf } from '../targets.js';
import { brokerConfig, brokerStats, runtimeInfo } from './broker.js';
import { consumerConnection } from './clients.js';
import { daySum } from './stats.js';
import { userGroupConfigs, userTopicConfigs } from './tables.js';

export interface Metadata {
  topicConfigTable: Map<string, TopicConfig>;
  subscriptionGroupTable: Map<string, SubscriptionGroupConfig>;
  exportTime: number;
}

/** exportMetadata -c: topics and groups of all masters, their queues added up. */
export async function clusterMetadata(
  session: Session,
  clusterName: string,
  options: { special?: boolean } = {},
): Promise<Metadata> {
  const topicConfigTable = new Map<string, TopicConfig>();
  const subscriptionGroupTable = new Map<string, SubscriptionGroupConfig>();
  for (const { address } of await mastersOf(session, clusterName)) {
    const topics = await userTopicConfigs(session, address, options);
    for (const [topic, config] of topics.topicConfigTable) {
      const known = topicConfigTable.get(topic);
      config.writeQueueNums += known?.writeQueueNums ?? 0;
      config.readQueueNums += known?.readQueueNums ?? 0;
      topicConfigTable.set(topic, config);
    }
    const groups = await userGroupConfigs(session, address);
    for (const [group, config] of groups.subscriptionGroupTable) {
      config.retryQueueNums += subscriptionGroupTable.get(group)?.retryQueueNums ?? 0;
      subscriptionGroupTable.set(group, config);
    }
  }
  return { topicConfigTable, subscriptionGroupTable, exportTime: session.clock.now() };
}

/** Settings that exportConfigs shows. */
const EXPORTED_SETTINGS = [
  'brokerClusterName',
  'brokerId',
  'brokerName',
  'brokerRole',
  'fileReservedTime',
  'filterServerNums',
  'flushDiskType',
  'maxMessageSize',
  'messageDelayLevel',
  'msgTraceTopicName',
  'slaveReadEnable',
  'traceOn',
  'traceTopicEnable',
  'useTLS',
  'autoCreateTopicEnable',
  'autoCreateSubscriptionGroup',
] as const;

export interface ClusterConfigs {
  /** By broker name. */
  brokerConfigs: Record<string, Record<string, string>>;
  clusterScale: { namesrvSize: number; masterBrokerSize: number; slaveBrokerSize: number };
}

/** exportConfigs: the settings that matter of every master, and how large the cluster is. */
export async function clusterConfigs(
  session: Session,
  clusterName: string,
): Promise<ClusterConfigs> {
  const brokers = await brokersOf(session, clusterName);
  const masters = brokers.filter(({ brokerId }) => brokerId === 0);
  const brokerConfigs: ClusterConfigs['brokerConfigs'] = {};
  for (const { address } of masters) {
    const all = await brokerConfig(session, address);
    const shown = EXPORTED_SETTINGS.filter((key) => all[key] !== undefined);
    brokerConfigs[all.brokerName ?? address] = Object.fromEntries(
      shown.map((key) => [key, all[key]!]),
    );
  }
  const clusterScale = {
    namesrvSize: session.namesrvAddrs.length,
    masterBrokerSize: masters.length,
    slaveBrokerSize: brokers.length - masters.length,
  };
  return { brokerConfigs, clusterScale };
}

export interface BrokerMetrics {
  runtimeEnv: { cpuNum?: string; totalMemKBytes?: string };
  runtimeQuota: {
    diskRatio: { commitLogDiskRatio?: string; consumeQueueDiskRatio?: string };
    tps: Rates;
    oneDayNum: DayCounts;
    messageAverageSize?: string;
    topicSize: number;
    groupSize: number;
  };
  runtimeVersion: { rocketmqVersion: string; clientInfo: string[] };
}

interface Rates {
  normalInTps: number;
  normalOutTps: number;
  transInTps: number;
  scheduleInTps: number;
}

interface DayCounts {
  normalOneDayInNum: number;
  normalOneDayOutNum: number;
  transOneDayInNum: number;
  scheduleOneDayInNum: number;
}

export interface ClusterMetrics {
  /** By broker name. */
  evaluateReport: Record<string, BrokerMetrics>;
  totalData: { totalTps: Record<string, number>; totalOneDayNum: Record<string, number> };
}

/** exportMetrics: rates, sizes and client versions of every master, and their sums. */
export async function clusterMetrics(
  session: Session,
  clusterName: string,
): Promise<ClusterMetrics> {
  const evaluateReport: Record<string, BrokerMetrics> = {};
  const totalTps: Record<string, number> = {};
  const totalOneDayNum: Record<string, number> = {};
  for (const { brokerName, address } of await mastersOf(session, clusterName)) {
    const metrics = await brokerMetrics(session, address);
    evaluateReport[brokerName] = metrics;
    for (const [key, value] of Object.entries(metrics.runtimeQuota.tps)) {
      const total = `total${key[0]!.toUpperCase()}${key.slice(1)}`;
      totalTps[total] = (totalTps[total] ?? 0) + value;
    }
    for (const [key, value] of Object.entries(metrics.runtimeQuota.oneDayNum)) {
      totalOneDayNum[key] = (totalOneDayNum[key] ?? 0) + value;
    }
  }
  return { evaluateReport, totalData: { totalTps, totalOneDayNum } };
}

async function brokerMetrics(session: Session, address: string): Promise<BrokerMetrics> {
  const info = await runtimeInfo(session, address);
  const settings = await brokerConfig(session, address);
  const { topicConfigTable } = await userTopicConfigs(session, address);
  const { subscriptionGroupTable } = await userGroupConfigs(session, address);
  const { commitLogDiskRatio, consumeQueueDiskRatio, putMessageAverageSize } = info;
  const { tps, oneDayNum } = await flowOf(session, address, info);
  return {
    runtimeEnv: given({
      cpuNum: settings.clientCallbackExecutorThreads,
      totalMemKBytes: info.totalMemKBytes,
    }),
    runtimeQuota: {
      diskRatio: given({ commitLogDiskRatio, consumeQueueDiskRatio }),
      tps,
      oneDayNum,
      ...given({ messageAverageSize: putMessageAverageSize }),
      topicSize: topicConfigTable.size,
      groupSize: subscriptionGroupTable.size,
    },
    runtimeVersion: {
      rocketmqVersion: versionName(CURRENT_VERSION),
      clientInfo: await clientVersions(session, [...subscriptionGroupTable.keys()]),
    },
  };
}

async function flowOf(
  session: Session,
  address: string,
  info: Readonly<Record<string, string>>,
): Promise<{ tps: Rates; oneDayNum: DayCounts }> {
  const putsTo = (statsKey: string) =>
    brokerStats(session, address, { statsName: 'TOPIC_PUT_NUMS', statsKey }).catch(() => undefined);
  const trans = await putsTo(SystemTopic.TRANS_HALF);
  const schedule = await putsTo(SystemTopic.SCHEDULE);
  const rate = (key: string): number => Number((info[key] ?? '').trim().split(' ')[0]) || 0;
  const total = (key: string): number => Number(info[key] ?? 0) || 0;
  return {
    tps: {
      normalInTps: rate('putTps'),
      normalOutTps: rate('getTransferredTps'),
      transInTps: trans?.statsMinute.tps ?? 0,
      scheduleInTps: schedule?.statsMinute.tps ?? 0,
    },
    oneDayNum: {
      normalOneDayInNum: total('msgPutTotalTodayMorning') - total('msgPutTotalYesterdayMorning'),
      normalOneDayOutNum: total('msgGetTotalTodayMorning') - total('msgGetTotalYesterdayMorning'),
      transOneDayInNum: trans ? daySum(trans) : 0,
      scheduleOneDayInNum: schedule ? daySum(schedule) : 0,
    },
  };
}

/** Language and version of every connected consumer, each once. */
async function clientVersions(session: Session, groups: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const group of groups) {
    const connection = await consumerConnection(session, { group }).catch(() => undefined);
    for (const { language, version } of connection?.connectionSet ?? []) {
      found.add(`${language}%${versionName(version)}`);
    }
  }
  return [...found];
}

/** The fields that have a value. */
function given<K extends string>(
  fields: Readonly<Record<K, string | undefined>>,
): Partial<Record<K, string>> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}
