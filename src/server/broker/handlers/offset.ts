// Offsets of queues and of consumer groups (ConsumerManageProcessor, AdminBrokerProcessor).

import { encodeBody, type MessageQueue } from '../../../protocol/bodies/json.js';
import { encodeTimeSpans, type QueueTimeSpan } from '../../../protocol/bodies/group.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { Clock } from '../../../base/clock.js';
import type { MessageStore } from '../../../store/message-store.js';
import { storedTopic } from '../lite/lite-names.js';
import { boundaryOf } from '../pulling/boundary.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { Consumers, Groups, MessagingConfig, Topics } from '../parts.js';
import { isYoungQueue } from '../pulling/young-queue.js';

export interface OffsetDeps {
  config: MessagingConfig;
  store: MessageStore;
  offsets: ConsumerOffsets;
  topics: Topics;
  groups: Groups;
  consumers: Consumers;
  clock: Clock;
  /** delayOffset.json as one line. */
  delayOffsets(): string;
}

export function offsetHandlers(deps: OffsetDeps): Handlers {
  const { offsets } = deps;
  return {
    ...queueOffsetHandlers(deps),
    QUERY_CONSUMER_OFFSET: (header) => queryOffset(deps, header),
    UPDATE_CONSUMER_OFFSET: (header) => updateOffset(deps, header),
    GET_ALL_CONSUMER_OFFSET: () => ({ body: Buffer.from(offsets.encode()) }),
    GET_ALL_DELAY_OFFSET: () => ({ body: Buffer.from(deps.delayOffsets()) }),

    QUERY_CORRECTION_OFFSET({ topic, filterGroups, compareGroup }) {
      const without = (filterGroups ?? '').split(',').filter((group) => group !== '');
      const correctionOffsets = offsets.leastOffsets(topic, without);
      for (const [queueId, offset] of offsets.ofTopic(compareGroup, topic) ?? []) {
        const least = correctionOffsets.get(queueId) ?? 0;
        if (least > offset) correctionOffsets.set(queueId, Number.MAX_SAFE_INTEGER);
      }
      return { body: encodeBody({ correctionOffsets }) };
    },

    CLONE_GROUP_OFFSET({ srcGroup, destGroup, topic, offline }) {
      const wanted = topic?.trim() ? [topic] : offsets.topicsOf(srcGroup);
      const members = deps.consumers.group(srcGroup);
      for (const name of wanted) {
        if (!deps.topics.get(name)) continue;
        if (!offline && members && !members.subscription(name)) continue;
        offsets.clone(srcGroup, destGroup, name);
      }
      return {};
    },

    QUERY_CONSUME_TIME_SPAN: (header) => queryTimeSpan(deps, header),
  };
}

function queueOffsetHandlers({ store }: OffsetDeps): Handlers {
  return {
    async SEARCH_OFFSET_BY_TIMESTAMP({ topic, queueId, timestamp, boundaryType, liteTopic }) {
      const boundary = boundaryOf(boundaryType);
      const queue = storedTopic(topic, liteTopic);
      const offset = await store.offsetByTime(queue, queueId, timestamp, boundary);
      return { header: { offset } };
    },
    GET_MAX_OFFSET: ({ topic, queueId }) => ({
      header: { offset: store.maxOffset(topic, queueId) },
    }),
    GET_MIN_OFFSET: ({ topic, queueId }) => ({
      header: { offset: store.minOffset(topic, queueId) },
    }),
    async GET_EARLIEST_MSG_STORETIME({ topic, queueId }) {
      return { header: { timestamp: await store.earliestTimestamp(topic, queueId) } };
    },
  };
}

async function queryOffset(
  deps: OffsetDeps,
  { consumerGroup, topic, queueId, setZeroIfNotFound }: Req<'QUERY_CONSUMER_OFFSET'>,
): Promise<Reply<'QUERY_CONSUMER_OFFSET'>> {
  const offset = deps.offsets.query(consumerGroup, topic, queueId);
  if (offset >= 0) return { header: { offset } };
  if (setZeroIfNotFound === false) {
    const remark = 'Not found, do not set to zero, maybe this group boot first';
    return { code: ResponseCode.QUERY_NOT_FOUND, remark };
  }
  if (await isYoungQueue(deps.store, topic, queueId)) {
    return { header: { offset: 0 } };
  }
  const remark = 'Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first';
  return { code: ResponseCode.QUERY_NOT_FOUND, remark };
}

function updateOffset(
  { config, groups, offsets, topics }: OffsetDeps,
  { consumerGroup, topic, queueId, commitOffset }: Req<'UPDATE_CONSUMER_OFFSET'>,
): Reply {
  if (!groups.has(consumerGroup)) {
    const remark = `Group ${consumerGroup} not exist!`;
    return { code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark };
  }
  if (!topics.get(topic)) {
    return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `Topic ${topic} not exist!` };
  }
  if (config.useServerSideResetOffset && offsets.hasReset(consumerGroup, topic, queueId)) {
    return { remark: 'Offset has been previously reset' };
  }
  offsets.commit(consumerGroup, topic, queueId, commitOffset);
  return {};
}

async function queryTimeSpan(
  deps: OffsetDeps,
  { topic: name, group }: Req<'QUERY_CONSUME_TIME_SPAN'>,
): Promise<Reply> {
  const topic = deps.topics.get(name);
  if (!topic) {
    return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `topic[${name}] not exist` };
  }
  const spans: QueueTimeSpan[] = [];
  for (let queueId = 0; queueId < topic.writeQueueNums; queueId++) {
    const { brokerName } = deps.config;
    spans.push(await timeSpan(deps, group, { topic: name, brokerName, queueId }));
  }
  return { body: encodeTimeSpans(spans) };
}

async function timeSpan(
  { clock, offsets, store }: OffsetDeps,
  group: string,
  messageQueue: MessageQueue,
): Promise<QueueTimeSpan> {
  const { topic, queueId } = messageQueue;
  const max = store.maxOffset(topic, queueId);
  const consumed = offsets.query(group, topic, queueId);
  const minTimeStamp = await store.earliestTimestamp(topic, queueId);
  const maxTimeStamp = await store.storeTimestamp(topic, queueId, max - 1);
  const consumeTimeStamp =
    consumed > 0 ? await store.storeTimestamp(topic, queueId, consumed - 1) : minTimeStamp;
  const next = consumed < max ? await store.storeTimestamp(topic, queueId, consumed) : undefined;
  const delayTime = next === undefined ? 0 : clock.now() - next;
  return { messageQueue, minTimeStamp, maxTimeStamp, consumeTimeStamp, delayTime };
}
