// Which queues a consumer gets of a group's (AllocateMessageQueueAveragely and -ByCircle).

import type { MessageQueue } from '../../../protocol/bodies/json.js';

/** Queues in the order in which all brokers and clients divide them (MessageQueue.compareTo). */
export function sortedQueues(queues: readonly MessageQueue[]): MessageQueue[] {
  return [...queues].sort(
    (a, b) =>
      compare(a.topic, b.topic) || compare(a.brokerName, b.brokerName) || a.queueId - b.queueId,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Allocate = (queues: readonly MessageQueue[], index: number, count: number) => MessageQueue[];

const strategies: Readonly<Record<string, Allocate>> = {
  AVG(queues, index, count) {
    const rest = queues.length % count;
    const least = Math.floor(queues.length / count);
    const size = index < rest ? least + 1 : least;
    const from = index < rest ? index * size : index * size + rest;
    return queues.slice(from, from + size);
  },
  AVG_BY_CIRCLE: (queues, index, count) => queues.filter((_, i) => i % count === index),
};

/** The client's queues; none when it is not a member, undefined for an unknown strategy. */
export function allocate(
  strategy: string,
  queues: readonly MessageQueue[],
  clientIds: readonly string[],
  clientId: string,
): MessageQueue[] | undefined {
  const divide = Object.hasOwn(strategies, strategy) ? strategies[strategy]! : undefined;
  if (!divide) return undefined;
  const members = [...clientIds].sort();
  const index = members.indexOf(clientId);
  return index < 0 ? [] : divide(sortedQueues(queues), index, members.length);
}

/**
 * Queues that a POP client asks: each queue may be shared by `share` clients behind its owner.
 * Queue -1 of a broker stands for all of its queues.
 */
export function allocatePop(
  strategy: string,
  queues: readonly MessageQueue[],
  clientIds: readonly string[],
  clientId: string,
  share: number,
): MessageQueue[] | undefined {
  if (!Object.hasOwn(strategies, strategy)) return undefined;
  const members = [...clientIds].sort();
  if (share <= 0 || share >= members.length - 1) {
    const whole = queues.map(({ topic, brokerName }) => ({ topic, brokerName, queueId: -1 }));
    return distinct(whole);
  }
  const index = members.indexOf(clientId);
  if (index < 0) return [];
  const sorted = sortedQueues(queues);
  if (members.length > sorted.length) return [sorted[index % sorted.length]!];
  const shared: MessageQueue[] = [];
  for (let i = 0; i <= share; i++) {
    const owner = members[(index + i) % members.length]!;
    shared.push(...allocate(strategy, sorted, members, owner)!);
  }
  return distinct(shared);
}

function distinct(queues: readonly MessageQueue[]): MessageQueue[] {
  const table = new Map(queues.map((queue) => [`${queue.brokerName}@${queue.queueId}`, queue]));
  return [...table.values()];
}
