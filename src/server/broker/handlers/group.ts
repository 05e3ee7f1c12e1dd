// Subscription groups and how far their consumption has come (AdminBrokerProcessor).

import { refuse } from '../../../base/errors.js';
import {
  type ConsumeStats,
  decodeGroupConfig,
  decodeGroupConfigList,
  encodeConsumeStats,
  encodeConsumeStatsList,
  encodeGroupConfig,
  encodeGroupTable,
  type OffsetWrapper,
  type SubscriptionGroupConfig,
} from '../../../protocol/bodies/group.js';
import { encodeBody } from '../../../protocol/bodies/json.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { ConsumerTable } from '../clients/consumers.js';
import { FORBIDDEN_READ, type GroupConfigs } from '../metadata/groups.js';
import type { Stats } from '../running/stats.js';
import { groupNameFault } from '../metadata/topic-names.js';
import type { TopicConfigs } from '../metadata/topics.js';
import type { QueueMappings } from '../static-topics/queue-mappings.js';
import { MAX_QUEUES, versionOf } from './topic.js';

export interface GroupHandlersParts {
  config: {
    brokerName: string;
    autoDeleteUnusedStats: boolean;
    enableSplitMetadata: boolean;
    splitMetadataSize: number;
  };
  brokerAddr: () => string;
  groups: GroupConfigs;
  topics: TopicConfigs;
  mappings: Pick<QueueMappings, 'get'>;
  offsets: ConsumerOffsets;
  consumers: ConsumerTable;
  store: MessageStore;
  stats: Stats;
}

export function groupHandlers(parts: GroupHandlersParts): Handlers {
  return { ...configHandlers(parts), ...listHandlers(parts), ...progressHandlers(parts) };
}

function check({ groupName, retryQueueNums }: SubscriptionGroupConfig): void {
  const fault = groupNameFault(groupName);
  if (fault) throw refuse(ResponseCode.INVALID_PARAMETER, fault);
  if (retryQueueNums >= 0 && retryQueueNums <= MAX_QUEUES) return;
  const remark = `retryQueueNums is ${retryQueueNums}, allowed are 0 to ${MAX_QUEUES}`;
  throw refuse(ResponseCode.INVALID_PARAMETER, remark);
}

function configHandlers({ config, groups, offsets, stats }: GroupHandlersParts): Handlers {
  return {
    UPDATE_AND_CREATE_SUBSCRIPTIONGROUP: (_header, call) => {
      const group = decodeGroupConfig(call.body);
      check(group);
      groups.update([group]);
      return {};
    },
    UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST: (_header, call) => {
      const list = decodeGroupConfigList(call.body);
      list.forEach(check);
      groups.update(list);
      return {};
    },
    DELETE_SUBSCRIPTIONGROUP: ({ groupName, cleanOffset }) => {
      const lite = groups.get(groupName)?.attributes['lite.bind.topic'] !== undefined;
      groups.delete(groupName);
      if (cleanOffset || lite) offsets.removeGroup(groupName);
      if (config.autoDeleteUnusedStats) stats.groupDeleted(groupName);
      return {};
    },
    UPDATE_AND_GET_GROUP_FORBIDDEN: ({ group, topic, readable: wanted }) => {
      if (wanted !== undefined) groups.forbid(group, topic, FORBIDDEN_READ, !wanted);
      const readable = !groups.forbidden(group, topic, FORBIDDEN_READ);
      return { remark: '', body: encodeBody({ group, topic, readable }) };
    },
  };
}

function listHandlers({ config, groups }: GroupHandlersParts): Handlers {
  return {
    GET_SUBSCRIPTIONGROUP_CONFIG: ({ group }) => {
      const found = groups.find(group);
      if (found) return { body: encodeGroupConfig(found) };
      throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, 'No group in this broker');
    },
    GET_ALL_SUBSCRIPTIONGROUP_CONFIG: ({ groupSeq, dataVersion, maxGroupNum }) => {
      const old = groupSeq === undefined && dataVersion === undefined && maxGroupNum === undefined;
      const whole = old || !config.enableSplitMetadata;
      const count = Math.min(config.splitMetadataSize, maxGroupNum ?? config.splitMetadataSize);
      const table = whole
        ? groups.all()
        : groups.page(groupSeq ?? 0, count, versionOf(dataVersion));
      const body = encodeGroupTable({
        dataVersion: groups.dataVersion,
        forbiddenTable: groups.forbiddenOf(whole ? undefined : new Set(table.keys())),
        subscriptionGroupTable: table,
      });
      return { header: { totalGroupNum: groups.size }, body };
    },
  };
}

function progressHandlers(parts: GroupHandlersParts): Handlers {
  return {
    GET_CONSUME_STATS: async ({ consumerGroup, topic, topicList }) => {
      const stats: ConsumeStats = { consumeTps: 0, offsetTable: new Map() };
      for (const name of topicsOf(parts, consumerGroup, topic, topicList)) {
        await addProgress(parts, stats, consumerGroup, name);
      }
      return { body: encodeConsumeStats(stats) };
    },
    GET_BROKER_CONSUME_STATS: async ({ isOrder }) => {
      const { groups, topics } = parts;
      const consumeStatsList: Map<string, ConsumeStats[]>[] = [];
      let totalDiff = 0;
      let totalInflightDiff = 0;
      for (const group of groups.all().keys()) {
        const list: ConsumeStats[] = [];
        for (const name of topicsOf(parts, group)) {
          const topic = topics.get(name);
          if (!topic || (isOrder && !topic.order)) continue;
          const stats: ConsumeStats = { consumeTps: 0, offsetTable: new Map() };
          await addProgress(parts, stats, group, name, topic.writeQueueNums);
          for (const { brokerOffset, consumerOffset } of stats.offsetTable.values()) {
            totalDiff += brokerOffset - consumerOffset;
            totalInflightDiff -= consumerOffset; // RocketMQ leaves pullOffset at 0 here
          }
          list.push(stats);
        }
        consumeStatsList.push(new Map([[group, list]]));
      }
      const brokerAddr = parts.brokerAddr();
      const totals = { totalDiff, totalInflightDiff, brokerAddr };
      return { body: encodeConsumeStatsList({ consumeStatsList, ...totals }) };
    },
  };
}

/** Topics that a request for a group's progress means: those named, else those consumed. */
function topicsOf(
  { offsets, consumers }: GroupHandlersParts,
  group: string,
  topic?: string,
  topicList?: string,
): string[] {
  const listed = (topicList ?? '').split(';').filter((name) => name !== '');
  if (listed.length > 0) return listed;
  const names = topic?.trim() ? [topic] : [...offsets.topicsOf(group)];
  const online = consumers.group(group);
  if (!online || online.subscriptions.size === 0) return names;
  return names.filter((name) => online.subscriptions.has(name));
}

/** Adds the queues of a topic; a topic that does not exist any more has none. */
async function addProgress(
  parts: GroupHandlersParts,
  stats: ConsumeStats,
  group: string,
  topic: string,
  queueCount?: number,
): Promise<void> {
  const { config, topics } = parts;
  const queues = queueCount ?? topics.get(topic)?.readQueueNums ?? 0;
  const pulled = queueCount === undefined;
  const rows = await Promise.all(
    Array.from({ length: queues }, (_, id) => progressOf(parts, group, topic, id, pulled)),
  );
  rows.forEach((row, queueId) => {
    stats.offsetTable.set({ topic, brokerName: config.brokerName, queueId }, row);
  });
  stats.consumeTps += parts.stats.groupGetTps(group, topic);
}

async function progressOf(
  { store, offsets, mappings }: GroupHandlersParts,
  group: string,
  topic: string,
  queueId: number,
  pulled: boolean,
): Promise<OffsetWrapper> {
  const brokerOffset = Math.max(0, store.maxOffset(topic, queueId));
  const committed = offsets.query(group, topic, queueId);
  // In a static topic the offset may be at the broker from which the queue has moved.
  const consumerOffset = pulled && mappings.get(topic) ? committed : Math.max(0, committed);
  const pullOffset = pulled
    ? Math.max(consumerOffset, offsets.queryPulled(group, topic, queueId))
    : 0;
  const time =
    consumerOffset > 0 ? await store.storeTimestamp(topic, queueId, consumerOffset - 1) : 0;
  return { brokerOffset, consumerOffset, pullOffset, lastTimestamp: Math.max(0, time) };
}
