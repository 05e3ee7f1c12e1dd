// JSON bodies about groups: subscription groups and the state of their consumption.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import {
  decodeBody,
  encodeBody,
  flagOf,
  type MessageQueue,
  numberOf,
  objectOf,
  objectsOf,
  queueOf,
  queueTableOf,
  textOf,
  textsOf,
  textTableOf,
} from './json.js';
import { type DataVersion, dataVersionOf } from './topic.js';

/** Settings of a subscription group; fields of other versions are kept beside those named here. */
export interface SubscriptionGroupConfig extends JsonObject {
  groupName: string;
  consumeEnable: boolean;
  consumeFromMinEnable: boolean;
  consumeBroadcastEnable: boolean;
  consumeMessageOrderly: boolean;
  retryQueueNums: number;
  retryMaxTimes: number;
  groupRetryPolicy: JsonObject;
  brokerId: number;
  whichBrokerWhenConsumeSlowly: number;
  notifyConsumerIdsChangedEnable: boolean;
  groupSysFlag: number;
  consumeTimeoutMinute: number;
  attributes: Record<string, string>;
}

/** SubscriptionGroupWrapper: all groups of a broker, as in subscriptionGroup.json. */
export interface GroupTable {
  subscriptionGroupTable: Map<string, SubscriptionGroupConfig>;
  /** By group and topic: bits of what the group may not do there. */
  forbiddenTable: Map<string, Map<string, number>>;
  dataVersion: DataVersion;
}

export function newGroupConfig(
  groupName: string,
  fields: Partial<SubscriptionGroupConfig> = {},
): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    consumeMessageOrderly: false,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    groupRetryPolicy: { type: 'CUSTOMIZED' },
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    groupSysFlag: 0,
    consumeTimeoutMinute: 15,
    attributes: {},
    ...fields,
  };
}

export function groupConfigOf(value: Json | undefined, name = ''): SubscriptionGroupConfig {
  const fields = objectOf(value);
  const base = newGroupConfig(textOf(fields.groupName, name));
  const config: SubscriptionGroupConfig = { ...base, ...fields, groupName: base.groupName };
  for (const key of Object.keys(base)) {
    if (typeof config[key] !== typeof base[key] || config[key] === null) config[key] = base[key];
  }
  config.attributes = textTableOf(fields.attributes);
  return config;
}

export function groupTableOf(fields: JsonObject): GroupTable {
  const subscriptionGroupTable = new Map<string, SubscriptionGroupConfig>();
  for (const [name, config] of stringTable<Json>(fields.subscriptionGroupTable)) {
    subscriptionGroupTable.set(name, groupConfigOf(config, name));
  }
  const forbiddenTable = new Map<string, Map<string, number>>();
  for (const [group, topics] of stringTable<Json>(fields.forbiddenTable)) {
    const table = [...stringTable<Json>(topics)];
    forbiddenTable.set(group, new Map(table.map(([topic, bits]) => [topic, numberOf(bits)])));
  }
  return { subscriptionGroupTable, forbiddenTable, dataVersion: dataVersionOf(fields.dataVersion) };
}

export function encodeGroupTable(table: GroupTable): Buffer {
  return encodeBody({ ...table });
}

export function decodeGroupTable(body: Buffer): GroupTable {
  return groupTableOf(decodeBody(body, 'SubscriptionGroupWrapper'));
}

export function encodeGroupConfig(config: SubscriptionGroupConfig): Buffer {
  return encodeBody(config);
}

export function decodeGroupConfig(body: Buffer): SubscriptionGroupConfig {
  return groupConfigOf(decodeBody(body, 'SubscriptionGroupConfig'));
}

/** Body of UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST. */
export function encodeGroupConfigList(groupConfigList: SubscriptionGroupConfig[]): Buffer {
  return encodeBody({ groupConfigList });
}

export function decodeGroupConfigList(body: Buffer): SubscriptionGroupConfig[] {
  const { groupConfigList } = decodeBody(body, 'SubscriptionGroupList');
  return objectsOf(groupConfigList).map((config) => groupConfigOf(config));
}

/** Answer of QUERY_TOPIC_CONSUME_BY_WHO. */
export function encodeGroupList(groupList: string[]): Buffer {
  return encodeBody({ groupList });
}

export function decodeGroupList(body: Buffer): string[] {
  return textsOf(decodeBody(body, 'GroupList').groupList);
}

export interface OffsetWrapper extends JsonObject {
  brokerOffset: number;
  consumerOffset: number;
  pullOffset: number;
  lastTimestamp: number;
}

export interface ConsumeStats {
  consumeTps: number;
  offsetTable: Map<MessageQueue, OffsetWrapper>;
}

const consumeStatsOf = (value: Json | undefined): ConsumeStats => {
  const fields = objectOf(value);
  const offsetTable = queueTableOf(fields.offsetTable, (item) => {
    const offset = objectOf(item);
    return {
      brokerOffset: numberOf(offset.brokerOffset),
      consumerOffset: numberOf(offset.consumerOffset),
      pullOffset: numberOf(offset.pullOffset),
      lastTimestamp: numberOf(offset.lastTimestamp),
    };
  });
  return { consumeTps: numberOf(fields.consumeTps), offsetTable };
};

export function encodeConsumeStats(stats: ConsumeStats): Buffer {
  return encodeBody({ ...stats });
}

export function decodeConsumeStats(body: Buffer): ConsumeStats {
  return consumeStatsOf(decodeBody(body, 'ConsumeStats'));
}

/** Answer of GET_BROKER_CONSUME_STATS: per group, the statistics of each of its topics. */
export interface ConsumeStatsList {
  consumeStatsList: Map<string, ConsumeStats[]>[];
  brokerAddr: string;
  totalDiff: number;
  totalInflightDiff: number;
}

export function encodeConsumeStatsList(list: ConsumeStatsList): Buffer {
  const consumeStatsList = list.consumeStatsList.map(
    (groups) => new Map([...groups].map(([group, all]) => [group, all.map((one) => ({ ...one }))])),
  );
  return encodeBody({ ...list, consumeStatsList });
}

export function decodeConsumeStatsList(body: Buffer): ConsumeStatsList {
  const fields = decodeBody(body, 'ConsumeStatsList');
  const rows = Array.isArray(fields.consumeStatsList) ? fields.consumeStatsList : [];
  const consumeStatsList = rows.map((row) => {
    const groups = [...stringTable<Json>(row)];
    return new Map(
      groups.map(([group, all]) => [group, Array.isArray(all) ? all.map(consumeStatsOf) : []]),
    );
  });
  return {
    consumeStatsList,
    brokerAddr: textOf(fields.brokerAddr),
    totalDiff: numberOf(fields.totalDiff),
    totalInflightDiff: numberOf(fields.totalInflightDiff),
  };
}

/** Body of LOCK_BATCH_MQ and UNLOCK_BATCH_MQ. */
export interface LockBatch {
  consumerGroup: string;
  clientId: string;
  onlyThisBroker: boolean;
  mqSet: MessageQueue[];
}

export function encodeLockBatch(batch: LockBatch): Buffer {
  return encodeBody({ ...batch });
}

export function decodeLockBatch(body: Buffer): LockBatch {
  const fields = decodeBody(body, 'LockBatchRequestBody');
  return {
    consumerGroup: textOf(fields.consumerGroup),
    clientId: textOf(fields.clientId),
    onlyThisBroker: flagOf(fields.onlyThisBroker),
    mqSet: objectsOf(fields.mqSet).map(queueOf),
  };
}

/** Answer of LOCK_BATCH_MQ. */
export function encodeLockedQueues(lockOKMQSet: MessageQueue[]): Buffer {
  return encodeBody({ lockOKMQSet });
}

export function decodeLockedQueues(body: Buffer): MessageQueue[] {
  return objectsOf(decodeBody(body, 'LockBatchResponseBody').lockOKMQSet).map(queueOf);
}

export interface QueueTimeSpan extends JsonObject {
  messageQueue: MessageQueue;
  minTimeStamp: number;
  maxTimeStamp: number;
  consumeTimeStamp: number;
  delayTime: number;
}

/** Answer of QUERY_CONSUME_TIME_SPAN; RocketMQ adds the times as text. */
export function encodeTimeSpans(spans: QueueTimeSpan[]): Buffer {
  const consumeTimeSpanSet = spans.map((span) => ({
    ...span,
    minTimeStampStr: timeText(span.minTimeStamp),
    maxTimeStampStr: timeText(span.maxTimeStamp),
    consumeTimeStampStr: timeText(span.consumeTimeStamp),
  }));
  return encodeBody({ consumeTimeSpanSet });
}

/** `2026-11-21#07:30:00:123`, local time (UtilAll.YYYY_MM_DD_HH_MM_SS_SSS). */
function timeText(ms: number): string {
  const at = new Date(ms);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()];
  const two = (value: number): string => String(value).padStart(2, '0');
  const millis = String(at.getMilliseconds()).padStart(3, '0');
  return `${day.map(two).join('-')}#${time.map(two).join(':')}:${millis}`;
}

export function decodeTimeSpans(body: Buffer): QueueTimeSpan[] {
  const { consumeTimeSpanSet } = decodeBody(body, 'QueryConsumeTimeSpanBody');
  return objectsOf(consumeTimeSpanSet).map((span) => ({
    messageQueue: queueOf(span.messageQueue),
    minTimeStamp: numberOf(span.minTimeStamp),
    maxTimeStamp: numberOf(span.maxTimeStamp),
    consumeTimeStamp: numberOf(span.consumeTimeStamp),
    delayTime: numberOf(span.delayTime),
  }));
}

/** Answer of INVOKE_BROKER_TO_RESET_OFFSET and body of RESET_CONSUMER_CLIENT_OFFSET. */
export function encodeResetOffsets(offsetTable: Map<MessageQueue, number>): Buffer {
  return encodeBody({ offsetTable });
}

export function decodeResetOffsets(body: Buffer): Map<MessageQueue, number> {
  const fields = decodeBody(body, 'ResetOffsetBody');
  return queueTableOf(fields.offsetTable, (item) => numberOf(item));
}

/** Body of RESET_CONSUMER_CLIENT_OFFSET for C++ clients: a list in place of the table. */
export function encodeResetOffsetsForC(offsets: Map<MessageQueue, number>): Buffer {
  const offsetTable = [...offsets].map(([queue, offset]) => ({ ...queue, offset }));
  return encodeBody({ offsetTable });
}
