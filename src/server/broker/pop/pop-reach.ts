// Which queues a POP request reaches: those of its topic, and those of the group's retry topics.

import type { MessageStore } from '../../../store/message-store.js';
import type { MessageFilter } from '../filter/message-filter.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { MessagingConfig, Topics, TopicView } from '../parts.js';
import type { OrderInfo } from './order-info.js';
import { retryTopicV1, retryTopicV2 } from './receipt.js';

export interface PopReachDeps {
  config: MessagingConfig;
  topics: Topics;
  store: MessageStore;
  offsets: ConsumerOffsets;
  orderInfo: OrderInfo;
}

export interface PopAim {
  consumerGroup: string;
  /** -1 for all queues. */
  queueId: number;
  order?: boolean | undefined;
  attemptId?: string | undefined;
}

/** The queues of a topic whose numbers are priorities, the most urgent first. */
export function queuesByPriority({ readQueueNums }: TopicView, ascending: boolean): number[] {
  const last = readQueueNums - 1;
  return Array.from({ length: readQueueNums }, (_, i) => (ascending ? last - i : i));
}

/** The queues of a topic, from the one with number `turn` on. */
export function queuesOf({ readQueueNums }: TopicView, turn: number): number[] {
  return Array.from({ length: readQueueNums }, (_, i) => (turn + i) % readQueueNums);
}

/** The retry topics there are. */
export function retriesOf(
  { config, topics }: Pick<PopReachDeps, 'config' | 'topics'>,
  topic: string,
  group: string,
): TopicView[] {
  const { enableRetryTopicV2, retrieveMessageFromPopRetryTopicV1 } = config;
  const names = enableRetryTopicV2 ? [retryTopicV2(topic, group)] : [retryTopicV1(topic, group)];
  if (enableRetryTopicV2 && retrieveMessageFromPopRetryTopicV1) {
    names.push(retryTopicV1(topic, group));
  }
  return names.map((name) => topics.get(name)).filter((view) => view !== undefined);
}

/** Whether there is something to pop now. */
export function hasMessage(deps: PopReachDeps, aim: PopAim, topic: TopicView): boolean {
  const { queueId } = aim;
  const own = queueId >= 0 ? [queueId] : queuesOf(topic, 0);
  if (own.some((id) => hasFreeMessage(deps, aim, topic.topicName, id))) return true;
  return hasRetry(deps, aim, topic);
}

function hasRetry(deps: PopReachDeps, aim: PopAim, topic: TopicView): boolean {
  if (aim.order) return false; // ordered POP keeps no retries
  return retriesOf(deps, topic.topicName, aim.consumerGroup).some((view) =>
    queuesOf(view, 0).some((id) => hasFreeMessage(deps, aim, view.topicName, id)),
  );
}

type MatchTags = MessageFilter['matchTags'];

/** As hasMessage, but for those of the topic's own messages whose tags do not match. */
export async function hasMatch(
  deps: PopReachDeps,
  aim: PopAim,
  topic: TopicView,
  matchTags: MatchTags,
): Promise<boolean> {
  if (!matchTags || !hasMessage(deps, aim, topic)) return hasMessage(deps, aim, topic);
  const { consumerGroup: group, queueId } = aim;
  const own = queueId >= 0 ? [queueId] : queuesOf(topic, 0);
  for (const id of own) {
    if (!hasFreeMessage(deps, aim, topic.topicName, id)) continue;
    if (await matchesSoon(deps, group, topic.topicName, id, matchTags)) return true;
  }
  return hasRetry(deps, aim, topic);
}

/** One of the next messages matches, or there are too many to look. */
async function matchesSoon(
  deps: PopReachDeps,
  group: string,
  topic: string,
  queueId: number,
  matchTags: NonNullable<MatchTags>,
): Promise<boolean> {
  const { config, store } = deps;
  const offset = nextOffset(deps, topic, group, queueId);
  const rest = store.maxOffset(topic, queueId) - offset;
  if (rest >= config.maxMessageFilterNumForNotification) return true;
  const wish = { topic, queueId, offset, maxMessages: 1, maxBytes: 1, matchTags };
  return (await store.get(wish)).records.length > 0;
}

function hasFreeMessage(deps: PopReachDeps, aim: PopAim, topic: string, queueId: number): boolean {
  const { consumerGroup: group, order, attemptId } = aim;
  if (order && deps.orderInfo.blocked(topic, group, queueId, attemptId)) return false;
  return deps.store.maxOffset(topic, queueId) > nextOffset(deps, topic, group, queueId);
}

function nextOffset(
  { config, offsets, store }: PopReachDeps,
  topic: string,
  group: string,
  queueId: number,
): number {
  const committed = offsets.query(group, topic, queueId);
  const offset = config.popConsumerKVServiceEnable
    ? Math.max(offsets.queryPulled(group, topic, queueId), committed)
    : committed;
  return offset >= 0 ? offset : store.minOffset(topic, queueId);
}
