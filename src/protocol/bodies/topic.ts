// JSON bodies about topics: their configuration, the table of a broker, offsets of their queues.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import { Perm } from '../flags.js';
import {
  decodeBody,
  encodeBody,
  flagOf,
  type MessageQueue,
  numberOf,
  objectOf,
  objectsOf,
  queueTableOf,
  textOf,
  textTableOf,
} from './json.js';

/** Settings of one topic; fields of other versions are kept beside those named here. */
export interface TopicConfig extends JsonObject {
  topicName: string;
  readQueueNums: number;
  writeQueueNums: number;
  perm: number;
  topicFilterType: string;
  topicSysFlag: number;
  order: boolean;
  attributes: Record<string, string>;
}

/** Which state of a table this is; a peer that has the same needs no copy. */
export interface DataVersion extends JsonObject {
  stateVersion: number;
  timestamp: number;
  counter: number;
}

/** TopicConfigSerializeWrapper: all topics of a broker, as in topics.json. */
export interface TopicTable {
  topicConfigTable: Map<string, TopicConfig>;
  dataVersion: DataVersion;
}

export interface TopicOffset extends JsonObject {
  minOffset: number;
  maxOffset: number;
  lastUpdateTimestamp: number;
}

export interface TopicStatsTable {
  offsetTable: Map<MessageQueue, TopicOffset>;
  topicPutTps: number;
}

/** Settings that RocketMQ gives a topic of which only the name is known. */
export function newTopicConfig(topicName: string, fields: Partial<TopicConfig> = {}): TopicConfig {
  return {
    topicName,
    readQueueNums: 16,
    writeQueueNums: 16,
    perm: Perm.READ | Perm.WRITE,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: {},
    ...fields,
  };
}

export function topicConfigOf(value: Json | undefined, name = ''): TopicConfig {
  const fields = objectOf(value);
  return {
    ...fields,
    topicName: textOf(fields.topicName, name),
    readQueueNums: numberOf(fields.readQueueNums, 16),
    writeQueueNums: numberOf(fields.writeQueueNums, 16),
    perm: numberOf(fields.perm, Perm.READ | Perm.WRITE),
    topicFilterType: textOf(fields.topicFilterType, 'SINGLE_TAG'),
    topicSysFlag: numberOf(fields.topicSysFlag),
    order: flagOf(fields.order),
    attributes: textTableOf(fields.attributes),
  };
}

export function dataVersionOf(value: Json | undefined): DataVersion {
  const fields = objectOf(value);
  return {
    stateVersion: numberOf(fields.stateVersion),
    timestamp: numberOf(fields.timestamp),
    counter: numberOf(fields.counter),
  };
}

export function sameDataVersion(a: DataVersion, b: DataVersion): boolean {
  return (
    a.stateVersion === b.stateVersion && a.timestamp === b.timestamp && a.counter === b.counter
  );
}

export function topicTableOf(fields: JsonObject): TopicTable {
  const topicConfigTable = new Map<string, TopicConfig>();
  for (const [name, config] of stringTable<Json>(fields.topicConfigTable)) {
    topicConfigTable.set(name, topicConfigOf(config, name));
  }
  return { topicConfigTable, dataVersion: dataVersionOf(fields.dataVersion) };
}

export function encodeTopicTable(table: TopicTable): Buffer {
  return encodeBody({ ...table });
}

export function decodeTopicTable(body: Buffer): TopicTable {
  return topicTableOf(decodeBody(body, 'TopicConfigSerializeWrapper'));
}

/** Answer of GET_TOPIC_CONFIG. */
export function encodeTopicConfig(config: TopicConfig): Buffer {
  return encodeBody(config);
}

export function decodeTopicConfig(body: Buffer): TopicConfig {
  return topicConfigOf(decodeBody(body, 'TopicConfig'));
}

/** Body of UPDATE_AND_CREATE_TOPIC_LIST. */
export function encodeTopicConfigList(topicConfigList: TopicConfig[]): Buffer {
  return encodeBody({ topicConfigList });
}

export function decodeTopicConfigList(body: Buffer): TopicConfig[] {
  const { topicConfigList } = decodeBody(body, 'CreateTopicListRequestBody');
  return objectsOf(topicConfigList).map((config) => topicConfigOf(config));
}

export function encodeTopicStats(stats: TopicStatsTable): Buffer {
  return encodeBody({ offsetTable: stats.offsetTable, topicPutTps: stats.topicPutTps });
}

export function decodeTopicStats(body: Buffer): TopicStatsTable {
  const fields = decodeBody(body, 'TopicStatsTable');
  const offsetTable = queueTableOf(fields.offsetTable, (item) => {
    const offset = objectOf(item);
    return {
      minOffset: numberOf(offset.minOffset),
      maxOffset: numberOf(offset.maxOffset),
      lastUpdateTimestamp: numberOf(offset.lastUpdateTimestamp),
    };
  });
  return { offsetTable, topicPutTps: numberOf(fields.topicPutTps) };
}
