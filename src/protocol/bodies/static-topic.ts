// JSON bodies about static topics: where each logical queue has been (TopicQueueMappingDetail).

import { type Json, type JsonObject, numberTable, stringTable } from '../fastjson.js';
import { decodeBody, encodeBody, flagOf, numberOf, objectOf, objectsOf, textOf } from './json.js';
import type { QueueMappingInfo } from './route.js';
import { type DataVersion, dataVersionOf, type TopicConfig, topicConfigOf } from './topic.js';

/** LogicQueueMappingItem: a stretch of a logical queue on one physical queue. */
export interface MappingItem extends JsonObject {
  gen: number;
  queueId: number;
  bname: string;
  /** Logical offset at `startOffset`; -1 while it is not decided. */
  logicOffset: number;
  startOffset: number;
  /** -1: still written. */
  endOffset: number;
  timeOfStart: number;
  timeOfEnd: number;
}

export interface QueueMapping {
  topic: string;
  scope: string;
  totalQueues: number;
  bname: string;
  epoch: number;
  dirty: boolean;
  /** By logical queue id; the last item is where it is now. */
  hostedQueues: Map<number, MappingItem[]>;
}

/** TopicConfigAndQueueMapping; without a mapping the topic is not static. */
export interface MappedTopic {
  config: TopicConfig;
  mapping?: QueueMapping;
}

const itemOf = (fields: JsonObject): MappingItem => ({
  gen: numberOf(fields.gen),
  queueId: numberOf(fields.queueId),
  bname: textOf(fields.bname),
  logicOffset: numberOf(fields.logicOffset),
  startOffset: numberOf(fields.startOffset),
  endOffset: numberOf(fields.endOffset, -1),
  timeOfStart: numberOf(fields.timeOfStart, -1),
  timeOfEnd: numberOf(fields.timeOfEnd, -1),
});

function mappingOf(value: Json): QueueMapping {
  const fields = objectOf(value);
  const hosted = [...numberTable<Json>(fields.hostedQueues)];
  return {
    topic: textOf(fields.topic),
    scope: textOf(fields.scope, '__global__'),
    totalQueues: numberOf(fields.totalQueues),
    bname: textOf(fields.bname),
    epoch: numberOf(fields.epoch),
    dirty: flagOf(fields.dirty),
    hostedQueues: new Map(hosted.map(([id, items]) => [id, objectsOf(items).map(itemOf)])),
  };
}

export function mappedTopicOf(fields: JsonObject): MappedTopic {
  const { mappingDetail, ...rest } = fields;
  const config = topicConfigOf(rest);
  return mappingDetail ? { config, mapping: mappingOf(mappingDetail) } : { config };
}

/** Answer of GET_TOPIC_CONFIG. */
export function decodeMappedTopic(body: Buffer): MappedTopic {
  return mappedTopicOf(decodeBody(body, 'TopicConfigAndQueueMapping'));
}

/** Body of UPDATE_AND_CREATE_STATIC_TOPIC. */
export function encodeMapping(mapping: QueueMapping): Buffer {
  return encodeBody(mappingJson(mapping));
}

export function decodeMapping(body: Buffer): QueueMapping {
  return mappingOf(decodeBody(body, 'TopicQueueMappingDetail'));
}

/** The table of queues that is only of use in routes is always empty here. */
export const mappingJson = (mapping: QueueMapping): JsonObject => ({ ...mapping, currIdMap: {} });

/** Answer of GET_TOPIC_CONFIG to those who ask for the mapping too. */
export function encodeMappedTopic({ config, mapping }: MappedTopic): Buffer {
  return encodeBody(mapping ? { ...config, mappingDetail: mappingJson(mapping) } : config);
}

/** Mappings by topic, as GET_ALL_TOPIC_CONFIG answers them to slaves. */
export interface MappingTable {
  mappings: Map<string, QueueMapping>;
  dataVersion: DataVersion;
}

export function mappingsOf(table: Json | undefined, dataVersion: Json | undefined): MappingTable {
  const rows = [...stringTable<Json>(table)];
  const mappings = new Map(rows.map(([topic, value]) => [topic, mappingOf(value)]));
  return { mappings, dataVersion: dataVersionOf(dataVersion) };
}

/** What routes tell of a mapping: the queues that this broker writes (buildIdMap). */
export function mappingInfoOf(mapping: QueueMapping): QueueMappingInfo {
  const { hostedQueues, ...info } = mapping;
  const currIdMap = new Map<number, number>();
  for (const [id, items] of hostedQueues) {
    const leader = items.at(-1);
    if (leader?.bname === mapping.bname) currIdMap.set(id, leader.queueId);
  }
  return { ...info, currIdMap };
}
