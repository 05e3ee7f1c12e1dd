// The queues of a topic as its route gives them, and where each of them is.

import { MqError } from '../base/errors.js';
import type { MessageQueue } from '../protocol/bodies/json.js';
import type { BrokerData, QueueData, TopicRoute } from '../protocol/bodies/route.js';
import { MASTER_ID, Perm } from '../protocol/flags.js';
import { brokerNameOf, logicalQueuesOf } from './logical-queues.js';
import type { Session } from './session.js';
import { readAddressOf } from './targets.js';

/** Queues that may be written: of brokers with a master, as the order configuration says if any. */
export function writableQueues(topic: string, route: TopicRoute): MessageQueue[] {
  const logical = logicalQueuesOf(topic, route);
  if (logical) return logical;
  if (route.orderTopicConf) return orderedQueues(topic, route.orderTopicConf);
  return sorted(route.queueDatas)
    .filter(({ brokerName, perm }) => {
      const broker = brokerOf(route, brokerName);
      return (perm & Perm.WRITE) !== 0 && broker?.brokerAddrs.has(MASTER_ID);
    })
    .flatMap((data) => queuesOn(topic, data.brokerName, data.writeQueueNums));
}

/** Queues that may be read. */
export function readableQueues(topic: string, route: TopicRoute): MessageQueue[] {
  return logicalQueuesOf(topic, route) ?? physicalQueues(topic, route);
}

/** Queues as the brokers have them, of a static topic too. */
export function physicalQueues(topic: string, route: TopicRoute): MessageQueue[] {
  return sorted(route.queueDatas)
    .filter(({ perm }) => (perm & Perm.READ) !== 0)
    .flatMap((data) => queuesOn(topic, data.brokerName, data.readQueueNums));
}

function orderedQueues(topic: string, conf: string): MessageQueue[] {
  return conf
    .split(';')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [brokerName, count] = part.split(':');
      return queuesOn(topic, brokerName!, Number(count));
    });
}

function queuesOn(topic: string, brokerName: string, count: number): MessageQueue[] {
  return Array.from({ length: count }, (_, queueId) => ({ topic, brokerName, queueId }));
}

function sorted(datas: readonly QueueData[]): QueueData[] {
  return [...datas].sort((a, b) => (a.brokerName < b.brokerName ? -1 : 1));
}

export function brokerOf(route: TopicRoute, brokerName: string): BrokerData | undefined {
  return route.brokerDatas.find((data) => data.brokerName === brokerName);
}

export const sameQueue = (a: MessageQueue, b: MessageQueue): boolean =>
  a.queueId === b.queueId && a.brokerName === b.brokerName && a.topic === b.topic;

/** A queue as a key of a Map, and in log lines. */
export const queueKey = (queue: MessageQueue): string =>
  `${queue.topic}@${queue.brokerName}@${queue.queueId}`;

/** All readable queues of a topic. Throws TOPIC_NOT_FOUND or NO_QUEUE. */
export async function topicQueues(session: Session, topic: string): Promise<MessageQueue[]> {
  const queues = readableQueues(topic, await session.route(topic));
  if (queues.length === 0) throw new MqError('NO_QUEUE', { topic, use: 'read' });
  return queues;
}

/**
 * Address of the broker that has a queue: its master, or with `read` also a slave when there is no
 * master. `routeTopic` is for light queues, which have no route of their own.
 */
export async function queueAddress(
  session: Session,
  queue: MessageQueue,
  options: { read?: boolean; brokerId?: number; routeTopic?: string } = {},
): Promise<string> {
  const route = await session.route(options.routeTopic ?? queue.topic);
  const broker = brokerOf(route, brokerNameOf(queue, route));
  const chosen = broker?.brokerAddrs.get(options.brokerId ?? MASTER_ID);
  const master = broker?.brokerAddrs.get(MASTER_ID);
  const address = chosen ?? master ?? (broker && options.read ? readAddressOf(broker) : undefined);
  if (address === undefined) {
    const known = route.brokerDatas.map((data) => data.brokerName).join(', ');
    const hint = `topic ${queue.topic} is on: ${known || 'no broker'}`;
    throw new MqError('BROKER_NOT_FOUND', { broker: queue.brokerName }, { hint });
  }
  return address;
}
