// Which queues a POP request reaches: those of its topic, and those of the group's retry topics.

import type { MessageStore } from '../../../store/message-store.js';
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
  const { consumerGroup: group, queueId, order } = aim;
  const own = queueId >= 0 ? [queueId] : queuesOf(topic, 0);
  if (own.some((id) => hasFreeMessage(deps, aim, topic.topicName, id))) return true;
  if (order) return false; // ordered POP keeps no retries
  return retriesOf(deps, topic.topicName, group).some((view) =>
    queuesOf(view, 0).some((id) => hasFreeMessage(deps, aim, view.topicName, id)),
  );
}

function hasFreeMessage(deps: PopReachDeps, aim: PopAim, topic: string, queueId: number): boolean {
  const { consumerGroup: group, order, attemptId } = aim;
  if (order && deps.orderInfo.blocked(topic, group, queueId, attemptId)) return false;
  const offset = deps.offsets.query(group, topic, queueId);
  const from = offset >= 0 ? offset : deps.store.minOffset(topic, queueId);
  return deps.store.maxOffset(topic, queueId) > from;
}
