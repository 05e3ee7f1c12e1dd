// Topics: creation and deletion by requests, their lists and statistics (AdminBrokerProcessor).

import { refuse } from '../../../base/errors.js';
import { encodeGroupList } from '../../../protocol/bodies/group.js';
import { decodeBody, encodeBody, type MessageQueue } from '../../../protocol/bodies/json.js';
import { encodeTopicList } from '../../../protocol/bodies/route.js';
import {
  type DataVersion,
  dataVersionOf,
  decodeTopicConfigList,
  encodeTopicStats,
  newTopicConfig,
  type TopicConfig,
  type TopicOffset,
} from '../../../protocol/bodies/topic.js';
import { decodeMapping, encodeMappedTopic } from '../../../protocol/bodies/static-topic.js';
import { LMQ_PREFIX, RETRY_PREFIX } from '../../../protocol/flags.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore, StoreMaintenance } from '../../../store/message-store.js';
import { parseAttributes } from '../metadata/attributes.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { ConsumerTable } from '../clients/consumers.js';
import type { Stats } from '../running/stats.js';
import { allSystemTopics, isSystemTopic, topicNameFault } from '../metadata/topic-names.js';
import type { TopicConfigs } from '../metadata/topics.js';
import type { QueueMappings } from '../static-topics/queue-mappings.js';

export interface TopicHandlersParts {
  config: {
    brokerName: string;
    validateSystemTopicWhenUpdateTopic: boolean;
    enableMixedMessageType: boolean;
    clearRetryTopicWhenDeleteTopic: boolean;
    autoDeleteUnusedStats: boolean;
    enableSplitMetadata: boolean;
    splitMetadataSize: number;
  };
  /** `brokerIP1:listenPort`. */
  brokerAddr: () => string;
  /** Resolves when the name servers know of the last change, or do not answer in time. */
  registered(): Promise<void>;
  /** Removes the lite topics of a parent topic. */
  cleanLiteTopics(parent: string): Promise<void>;
  topics: TopicConfigs;
  mappings: QueueMappings;
  offsets: ConsumerOffsets;
  consumers: ConsumerTable;
  store: MessageStore & StoreMaintenance;
  stats: Stats;
}

const { INVALID_PARAMETER, TOPIC_NOT_EXIST } = ResponseCode;
/** Queues that a topic may have at most. */
export const MAX_QUEUES = 65_535;

export function topicHandlers(parts: TopicHandlersParts): Handlers {
  return { ...changeHandlers(parts), ...listHandlers(parts), ...usageHandlers(parts) };
}

function changeHandlers(parts: TopicHandlersParts): Handlers {
  const { topics, mappings } = parts;
  return {
    UPDATE_AND_CREATE_TOPIC: async (header) => {
      const wish = wishOf(parts, header);
      checkMessageType(parts, wish);
      if (!isSame(topics.get(wish.topicName), wish)) topics.update([wish]);
      await parts.registered();
      return {};
    },
    UPDATE_AND_CREATE_TOPIC_LIST: async (_header, call) => {
      const wishes = decodeTopicConfigList(call.body);
      for (const wish of wishes) {
        checkName(parts, wish.topicName);
        checkQueues(wish);
        checkMessageType(parts, wish);
      }
      const changed = wishes.filter((wish) => !isSame(topics.get(wish.topicName), wish));
      if (changed.length > 0) topics.update(changed);
      await parts.registered();
      return {};
    },
    UPDATE_AND_CREATE_STATIC_TOPIC: async (header, call) => {
      const wish = wishOf(parts, header);
      const mapping = mappings.merged(decodeMapping(call.body), header.force ?? false);
      mappings.put(mapping);
      topics.update([wish]);
      await parts.registered();
      return {};
    },
    DELETE_TOPIC_IN_BROKER: async ({ topic }) => {
      if (topic.trim() === '') throw refuse(INVALID_PARAMETER, 'The specified topic is blank.');
      checkNotSystem(parts, topic);
      await parts.cleanLiteTopics(topic);
      await deleteTopics(parts, [topic, ...popRetryTopics(parts, topic)]);
      return {};
    },
    CLEAN_UNUSED_TOPIC: async () => {
      const kept = [...parts.store.queues().keys()].filter(
        (topic) => isSystemTopic(topic) || topic.startsWith(LMQ_PREFIX),
      );
      await parts.store.cleanUnusedTopics(new Set([...topics.names(), ...kept]));
      return {};
    },
  };
}

function wishOf(parts: TopicHandlersParts, header: Req<'UPDATE_AND_CREATE_TOPIC'>): TopicConfig {
  checkName(parts, header.topic);
  const wish = newTopicConfig(header.topic, {
    readQueueNums: header.readQueueNums,
    writeQueueNums: header.writeQueueNums,
    perm: header.perm,
    topicFilterType: header.topicFilterType,
    topicSysFlag: header.topicSysFlag ?? 0,
    order: header.order,
    attributes: parseAttributes(header.attributes),
  });
  checkQueues(wish);
  return wish;
}

function checkName(parts: TopicHandlersParts, topic: string): void {
  const fault = topicNameFault(topic);
  if (fault) throw refuse(INVALID_PARAMETER, fault);
  checkNotSystem(parts, topic);
}

function checkNotSystem({ config }: TopicHandlersParts, topic: string): void {
  if (config.validateSystemTopicWhenUpdateTopic && isSystemTopic(topic)) {
    throw refuse(INVALID_PARAMETER, `The topic[${topic}] is conflict with system topic.`);
  }
}

/** One number too long must not make every later request about the topic endless. */
function checkQueues({ readQueueNums, writeQueueNums }: TopicConfig): void {
  for (const [name, count] of Object.entries({ readQueueNums, writeQueueNums })) {
    if (count >= 0 && count <= MAX_QUEUES) continue;
    throw refuse(INVALID_PARAMETER, `${name} is ${count}, allowed are 0 to ${MAX_QUEUES}`);
  }
}

function checkMessageType({ config }: TopicHandlersParts, wish: TopicConfig): void {
  if (!config.enableMixedMessageType && wish.attributes['+message.type'] === 'MIXED') {
    throw refuse(INVALID_PARAMETER, 'MIXED message type is not supported.');
  }
}

function isSame(current: TopicConfig | undefined, wish: TopicConfig): boolean {
  if (!current) return false;
  const fields = Object.keys(newTopicConfig('')).filter((key) => key !== 'attributes');
  const none = Object.keys({ ...current.attributes, ...wish.attributes }).length === 0;
  return none && fields.every((key) => current[key] === wish[key]);
}

/** Retry topics that POP consumers of the topic have, in both spellings (KeyBuilder). */
function popRetryTopics({ config, offsets, topics }: TopicHandlersParts, topic: string): string[] {
  if (!config.clearRetryTopicWhenDeleteTopic) return [];
  return [...offsets.groupsOf(topic)]
    .flatMap((group) => ['+', '_'].map((sign) => RETRY_PREFIX + group + sign + topic))
    .filter((name) => topics.get(name));
}

async function deleteTopics(parts: TopicHandlersParts, names: string[]): Promise<void> {
  const { topics, mappings, offsets, stats, config, store } = parts;
  for (const name of names) {
    topics.delete(name);
    mappings.delete(name);
    offsets.removeTopic(name);
    if (config.autoDeleteUnusedStats) stats.topicDeleted(name);
  }
  await store.deleteTopics(names);
}

function listHandlers({ config, topics, mappings }: TopicHandlersParts): Handlers {
  return {
    GET_ALL_TOPIC_CONFIG: ({ topicSeq, dataVersion, maxTopicNum }) => {
      const old = topicSeq === undefined && dataVersion === undefined && maxTopicNum === undefined;
      const whole = old || !config.enableSplitMetadata;
      const count = Math.min(config.splitMetadataSize, maxTopicNum ?? config.splitMetadataSize);
      const topicConfigTable = whole
        ? topics.all()
        : topics.page(topicSeq ?? 0, count, versionOf(dataVersion));
      const body = encodeBody({
        dataVersion: topics.dataVersion,
        mappingDataVersion: mappings.dataVersion,
        topicConfigTable,
        topicQueueMappingDetailMap: mappings.json(new Set(topicConfigTable.keys())),
        topicQueueMappingInfoMap: {},
      });
      return { header: { totalTopicNum: topics.size }, body };
    },
    GET_TOPIC_CONFIG: ({ topic, lo }) => {
      const config = topics.get(topic);
      if (!config) throw refuse(TOPIC_NOT_EXIST, `No topic in this broker. topic: ${topic}`);
      const mapping = lo ? mappings.get(topic) : undefined;
      return { body: encodeMappedTopic({ config, ...(mapping && { mapping }) }) };
    },
    GET_SYSTEM_TOPIC_LIST_FROM_BROKER: () => ({
      body: encodeTopicList({ topicList: allSystemTopics() }),
    }),
  };
}

/** The version that a request for a page names; undefined for an empty one. */
export function versionOf(text: string | undefined): DataVersion | undefined {
  if (!text) return undefined;
  return dataVersionOf(decodeBody(Buffer.from(text), 'DataVersion'));
}

function usageHandlers(parts: TopicHandlersParts): Handlers {
  const { config, topics, offsets, consumers, store, stats } = parts;
  return {
    GET_TOPIC_STATS_INFO: async ({ topic }) => {
      const found = topics.get(topic);
      if (!found) throw refuse(TOPIC_NOT_EXIST, `topic[${topic}] not exist`);
      const offsetTable = new Map<MessageQueue, TopicOffset>();
      const queues = Math.max(found.writeQueueNums, found.readQueueNums);
      const rows = await Promise.all(
        Array.from({ length: queues }, (_, queueId) => offsetOf(store, topic, queueId)),
      );
      rows.forEach((row, queueId) => {
        offsetTable.set({ topic, brokerName: config.brokerName, queueId }, row);
      });
      const topicPutTps = stats.topicPutTps(topic);
      return { body: encodeTopicStats({ offsetTable, topicPutTps }) };
    },
    QUERY_TOPIC_CONSUME_BY_WHO: ({ topic }) => {
      const groups = new Set([...consumers.groupsWith(topic), ...offsets.groupsOf(topic)]);
      return { body: encodeGroupList([...groups]) };
    },
    QUERY_TOPICS_BY_CONSUMER: ({ group }) => {
      const topicList = [...offsets.topicsOf(group)];
      return { body: encodeTopicList({ topicList, brokerAddr: parts.brokerAddr() }) };
    },
  };
}

async function offsetOf(store: MessageStore, topic: string, queueId: number): Promise<TopicOffset> {
  const minOffset = Math.max(0, store.minOffset(topic, queueId));
  const maxOffset = Math.max(0, store.maxOffset(topic, queueId));
  const lastUpdateTimestamp =
    maxOffset > 0 ? await store.storeTimestamp(topic, queueId, maxOffset - 1) : 0;
  return { minOffset, maxOffset, lastUpdateTimestamp };
}
