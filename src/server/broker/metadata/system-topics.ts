// The topics that a broker makes for itself at its start (TopicConfigManager.init), in the order
// and with the settings of RocketMQ 5.5.0.

import { newTopicConfig, type TopicConfig } from '../../../protocol/bodies/topic.js';
import { Perm, SYSTEM_TOPIC_PREFIX, SystemTopic } from '../../../protocol/flags.js';

/** What of the configuration decides about system topics. */
export interface SystemTopicsConfig {
  brokerClusterName: string;
  brokerName: string;
  autoCreateTopicEnable: boolean;
  defaultTopicQueueNums: number;
  clusterTopicEnable: boolean;
  brokerTopicEnable: boolean;
  traceTopicEnable: boolean;
  msgTraceTopicName: string;
  reviveQueueNum: number;
}

const DELAY_LEVELS = 18;
const BENCHMARK_QUEUES = 1024;
const READ_WRITE = Perm.READ | Perm.WRITE;
const ALL = READ_WRITE | Perm.INHERIT;

export const replyTopicOf = (cluster: string): string => `${cluster}_REPLY_TOPIC`;
/** Check points and acknowledgements of POP. */
export const REVIVE_PREFIX = `${SYSTEM_TOPIC_PREFIX}REVIVE_LOG_`;
export const reviveTopicOf = (cluster: string): string => REVIVE_PREFIX + cluster;

export function systemTopics(config: SystemTopicsConfig, timerWheel: boolean): TopicConfig[] {
  const cluster = config.brokerClusterName;
  const topic = (name: string, queues: number, perm: number = READ_WRITE): TopicConfig =>
    newTopicConfig(name, { readQueueNums: queues, writeQueueNums: queues, perm });
  const list = [topic(SystemTopic.SELF_TEST, 1)];
  if (config.autoCreateTopicEnable) {
    list.push(topic(SystemTopic.AUTO_CREATE, config.defaultTopicQueueNums, ALL));
  }
  list.push(
    topic(SystemTopic.BENCHMARK, BENCHMARK_QUEUES),
    topic(cluster, 16, config.clusterTopicEnable ? ALL : Perm.INHERIT),
    topic(config.brokerName, 1, config.brokerTopicEnable ? ALL : Perm.INHERIT),
    topic(SystemTopic.OFFSET_MOVED_EVENT, 1),
    topic(SystemTopic.SCHEDULE, DELAY_LEVELS),
  );
  if (config.traceTopicEnable) list.push(topic(config.msgTraceTopicName, 1));
  list.push(
    topic(replyTopicOf(cluster), 1),
    topic(reviveTopicOf(cluster), config.reviveQueueNum),
    topic(`${SYSTEM_TOPIC_PREFIX}SYNC_BROKER_MEMBER_${config.brokerName}`, 1, Perm.INHERIT),
    topic(SystemTopic.TRANS_HALF, 1),
    topic(SystemTopic.TRANS_OP_HALF, 1),
    topic(SystemTopic.ROCKSDB_TRANS_HALF, 1),
    topic(SystemTopic.ROCKSDB_TRANS_OP_HALF, 1),
  );
  if (timerWheel) list.push(topic(SystemTopic.TIMER_WHEEL, 1));
  return list;
}
