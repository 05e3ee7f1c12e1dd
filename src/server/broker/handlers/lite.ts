// Questions about lite topics, their clients and groups (LiteManagerProcessor).

import { refuse } from '../../../base/errors.js';
import { encodeBody } from '../../../protocol/bodies/json.js';
import { LMQ_PREFIX } from '../../../protocol/flags.js';
import type { JsonObject } from '../../../protocol/fastjson.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Req } from '../../../protocol/requests/index.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { LiteEvents } from '../lite/events.js';
import type { LiteExpiry } from '../lite/expiry.js';
import type { LiteLag } from '../lite/lag.js';
import { LITE_QUEUE_ID, liteQueue } from '../lite/lite-names.js';
import type { LiteOrder } from '../lite/lite-order.js';
import { expirationOf, type LiteMetadata } from '../lite/metadata.js';
import type { LiteSharding } from '../lite/sharding.js';
import type { LiteSubscriptions } from '../lite/subscriptions.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';

export interface LiteHandlersDeps {
  storeConfig: { maxLmqConsumeQueueNum: number };
  metadata: LiteMetadata;
  subscriptions: LiteSubscriptions;
  events: LiteEvents;
  expiry: LiteExpiry;
  lag: LiteLag;
  order: LiteOrder;
  sharding: LiteSharding;
  store: MessageStore;
  offsets: ConsumerOffsets;
}

/** Lite topics of a client that one answer lists: when it is not said, and at most. */
const LISTED = 1000;
const MAX_LISTED = 10_000;

export function liteHandlers(deps: LiteHandlersDeps): Handlers {
  return { ...brokerHandlers(deps), ...topicHandlers(deps), ...groupHandlers(deps) };
}

function brokerHandlers(deps: LiteHandlersDeps): Handlers {
  const { events, metadata, offsets, order, store, storeConfig, subscriptions } = deps;
  return {
    GET_BROKER_LITE_INFO: () => {
      const queues = store.queues();
      return {
        body: encodeBody({
          storeType: 'default',
          maxLmqNum: storeConfig.maxLmqConsumeQueueNum,
          currentLmqNum: lightQueues(store),
          liteSubscriptionCount: subscriptions.count,
          orderInfoCount: order.size,
          cqTableSize: queues.size,
          offsetTableSize: offsets.size,
          eventMapSize: events.size,
          topicMeta: metadata.expirations(),
          groupMeta: metadata.groupsByTopic(),
        }),
      };
    },
    GET_PARENT_TOPIC_INFO: ({ topic }) => {
      const parent = metadata.parentTopic(topic);
      const groups = metadata.groupsByTopic().get(topic);
      return {
        body: encodeBody({
          topic,
          ttl: expirationOf(parent),
          ...(groups && { groups }),
          lmqNum: lightQueues(store),
          liteTopicCount: deps.expiry.queuesOf(topic).length,
        }),
      };
    },
  };
}

function topicHandlers(deps: LiteHandlersDeps): Handlers {
  const { events, metadata, sharding, store, subscriptions } = deps;
  return {
    GET_LITE_TOPIC_INFO: async ({ parentTopic = '', liteTopic = '' }) => {
      metadata.parentTopic(parentTopic);
      const queue = liteQueue(parentTopic, liteTopic);
      const maxOffset = store.maxOffset(queue, LITE_QUEUE_ID);
      const minOffset = maxOffset > 0 ? store.minOffset(queue, LITE_QUEUE_ID) : 0;
      const lastUpdateTimestamp =
        maxOffset > 0 ? await store.storeTimestamp(queue, LITE_QUEUE_ID, maxOffset - 1) : 0;
      const here = await sharding.ownership(parentTopic);
      const topicOffset = { minOffset, maxOffset, lastUpdateTimestamp };
      const subscriber = subscribers(deps, queue);
      const shardingToBroker = here(queue);
      return {
        body: encodeBody({ parentTopic, liteTopic, subscriber, topicOffset, shardingToBroker }),
      };
    },
    GET_LITE_CLIENT_INFO: ({ parentTopic = '', group = '', clientId = '', maxCount = LISTED }) => {
      metadata.parentTopic(parentTopic);
      metadata.checkBinding(group, parentTopic);
      const queues = subscriptions.get(clientId)?.queues;
      const most = Math.max(0, Math.min(maxCount, MAX_LISTED));
      return {
        body: encodeBody({
          parentTopic,
          group,
          clientId,
          lastAccessTime: events.lastAccess(clientId),
          lastConsumeTime: 0, // RocketMQ never sets it
          liteTopicCount: queues?.size ?? -1,
          ...(queues && { liteTopicSet: [...queues].slice(0, most) }),
        }),
      };
    },
  };
}

function groupHandlers(deps: LiteHandlersDeps): Handlers {
  const { events, metadata } = deps;
  return {
    GET_LITE_GROUP_INFO: async (header) => ({ body: encodeBody(await groupInfo(deps, header)) }),
    TRIGGER_LITE_DISPATCH: ({ group, clientId }) => {
      metadata.boundTopic(group);
      if (clientId) events.lookForClient(clientId, group);
      else events.lookForGroup(group);
      return {};
    },
  };
}

async function groupInfo(
  deps: LiteHandlersDeps,
  { group, liteTopic, topK = 0 }: Req<'GET_LITE_GROUP_INFO'>,
): Promise<JsonObject> {
  const parentTopic = deps.metadata.boundTopic(group);
  if (liteTopic) return oneTopicInfo(deps, group, parentTopic, liteTopic);
  if (topK < 1) throw refuse(ResponseCode.SYSTEM_ERROR, `topK is ${topK}, at least 1 is needed`);
  const counts = await deps.lag.byCount(group, topK);
  const times = deps.lag.byTime(group, parentTopic, topK);
  return {
    group,
    parentTopic,
    earliestUnconsumedTimestamp: times.earliest,
    totalLagCount: counts.total,
    lagCountTopK: counts.list.map((one) => ({ ...one })),
    lagTimestampTopK: times.list.map((one) => ({ ...one })),
  };
}

async function oneTopicInfo(
  { offsets, store }: LiteHandlersDeps,
  group: string,
  parentTopic: string,
  liteTopic: string,
): Promise<JsonObject> {
  const queue = liteQueue(parentTopic, liteTopic);
  const names = { group, parentTopic, liteTopic };
  const brokerOffset = store.maxOffset(queue, LITE_QUEUE_ID);
  const nothing = { ...names, earliestUnconsumedTimestamp: -1 };
  if (brokerOffset <= 0) return { ...nothing, totalLagCount: -1 };
  const consumerOffset = offsets.query(group, queue, LITE_QUEUE_ID);
  if (consumerOffset < 0) return { ...nothing, totalLagCount: 0 };
  const timeOf = (offset: number): Promise<number> =>
    store.storeTimestamp(queue, LITE_QUEUE_ID, offset);
  const lastTimestamp = consumerOffset > 0 ? await timeOf(consumerOffset - 1) : 0;
  return {
    ...names,
    earliestUnconsumedTimestamp: await timeOf(consumerOffset),
    totalLagCount: brokerOffset - consumerOffset,
    liteTopicOffsetWrapper: { brokerOffset, consumerOffset, pullOffset: 0, lastTimestamp },
  };
}

/** Clients by group; a group that takes all lite topics stands with a star. */
function subscribers({ metadata, subscriptions }: LiteHandlersDeps, queue: string): JsonObject[] {
  return [...subscriptions.subscribers(queue)].flatMap(([group, clients]) =>
    metadata.wildcard(group)
      ? [{ clientId: '*', group }]
      : clients.map((clientId) => ({ clientId, group })),
  );
}

const lightQueues = (store: MessageStore): number =>
  [...store.queues().keys()].filter((queue) => queue.startsWith(LMQ_PREFIX)).length;
