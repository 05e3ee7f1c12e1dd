// Offsets of groups: reset, skip, clone (the offset commands of mqadmin).

import { MqError } from '../../base/errors.js';
import {
  decodeResetOffsets,
  decodeTimeSpans,
  type QueueTimeSpan,
} from '../../protocol/bodies/group.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { ResponseCode } from '../../protocol/responses.js';
import { brokerOf, physicalQueues } from '../queues.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';
import { consumeStats, consumeStatsAt } from './groups.js';
import { compareQueues, topicStatsAt } from './topics.js';

export interface ResetArgs {
  group: string;
  topic: string;
  /** ms since 1970; -1 means the end of each queue. */
  timestamp: number;
  /** Also moves offsets forward. */
  force?: boolean;
  clusterName?: string | undefined;
}

export type QueueOffset = MessageQueue & { offset: number };

/**
 * resetOffsetByTime: the broker tells connected clients. Throws REMOTE_ERROR with
 * CONSUMER_NOT_ONLINE when there are none; resetStored then does it.
 */
export async function resetOffsets(session: Session, args: ResetArgs): Promise<QueueOffset[]> {
  const { group, topic, timestamp, force = true } = args;
  const offsets: QueueOffset[] = [];
  for (const address of await brokersOfTopic(session, args)) {
    const header = { topic, group, timestamp, isForce: force };
    const answer = await session.request(address, 'INVOKE_BROKER_TO_RESET_OFFSET', header);
    for (const [queue, offset] of decodeResetOffsets(answer.body)) {
      offsets.push({ ...queue, offset });
    }
  }
  return offsets.sort(compareQueues);
}

/** RollbackStats: what resetStored did with one queue. */
export interface ResetRow extends MessageQueue {
  brokerOffset: number;
  consumerOffset: number;
  timestampOffset: number;
  /** The offset that the group has now. */
  rollbackOffset: number;
}

/** Changes the stored offsets of a group without clients (resetOffsetByTimestampOld). */
export async function resetStored(session: Session, args: ResetArgs): Promise<ResetRow[]> {
  const route = await session.route(routeTopicOf(args));
  const rows: ResetRow[] = [];
  for (const data of route.brokerDatas) {
    const address = readAddressOf(data);
    if (address === undefined) continue;
    const queues = physicalQueues(args.topic, route).filter(
      (queue) => queue.brokerName === data.brokerName,
    );
    for (const found of await offsetsAt(session, address, args, queues)) {
      rows.push(await resetQueue(session, address, args, found));
    }
  }
  return rows.sort(compareQueues);
}

interface FoundOffset {
  queue: MessageQueue;
  brokerOffset: number;
  consumerOffset: number;
}

async function offsetsAt(
  session: Session,
  address: string,
  { group, topic }: ResetArgs,
  queues: readonly MessageQueue[],
): Promise<FoundOffset[]> {
  const stats = await consumeStatsAt(session, address, { group });
  const consumed = [...stats.offsetTable]
    .filter(([queue]) => queue.topic === topic)
    .map(([queue, { brokerOffset, consumerOffset }]) => ({ queue, brokerOffset, consumerOffset }));
  if (consumed.length > 0) return consumed;
  const table = [...(await topicStatsAt(session, address, topic)).offsetTable];
  return queues.flatMap((queue) => {
    const found = table.find(([key]) => key.queueId === queue.queueId)?.[1];
    if (!found) return [];
    return [{ queue, brokerOffset: found.maxOffset, consumerOffset: found.minOffset }];
  });
}

async function resetQueue(
  session: Session,
  address: string,
  { group, timestamp, force = true }: ResetArgs,
  { queue, brokerOffset, consumerOffset }: FoundOffset,
): Promise<ResetRow> {
  const { topic, queueId, brokerName: bname } = queue;
  const place = { topic, queueId, bname };
  const { offset } =
    timestamp === -1
      ? (await session.request(address, 'GET_MAX_OFFSET', place)).header
      : (await session.request(address, 'SEARCH_OFFSET_BY_TIMESTAMP', { ...place, timestamp }))
          .header;
  const row = { ...queue, brokerOffset, consumerOffset, timestampOffset: offset };
  if (!force && offset > consumerOffset) return { ...row, rollbackOffset: consumerOffset };
  const header = { ...place, consumerGroup: group, commitOffset: offset };
  await session.request(address, 'UPDATE_CONSUMER_OFFSET', header);
  return { ...row, rollbackOffset: offset };
}

export type ResetOutcome =
  { online: true; offsets: QueueOffset[] } | { online: false; rows: ResetRow[] };

/** Through the clients when some are connected, else in the broker's table. */
export async function resetAnyhow(session: Session, args: ResetArgs): Promise<ResetOutcome> {
  try {
    return { online: true, offsets: await resetOffsets(session, args) };
  } catch (error) {
    const offline =
      error instanceof MqError && error.responseCode === ResponseCode.CONSUMER_NOT_ONLINE;
    if (!offline) throw error;
    return { online: false, rows: await resetStored(session, args) };
  }
}

/** resetOffsetByTime -b -q: one queue, to an offset or to that of a time. Returns the offset. */
export async function resetQueueOffset(
  session: Session,
  args: {
    brokerAddr: string;
    group: string;
    topic: string;
    queueId: number;
    offset?: number | undefined;
    timestamp: number;
  },
): Promise<number> {
  const { brokerAddr, group, topic, queueId, timestamp } = args;
  const offset =
    args.offset ??
    (
      await session.request(brokerAddr, 'SEARCH_OFFSET_BY_TIMESTAMP', {
        topic,
        queueId,
        timestamp,
      })
    ).header.offset;
  if (offset <= 0) return offset;
  const header = { consumerGroup: group, topic, queueId, commitOffset: offset };
  await session.request(brokerAddr, 'UPDATE_CONSUMER_OFFSET', header);
  const reset = { group, topic, queueId, offset, timestamp: 0, isForce: true };
  await session.request(brokerAddr, 'INVOKE_BROKER_TO_RESET_OFFSET', reset);
  return offset;
}

/** cloneGroupOffset: gives a group the offsets of another. */
export async function cloneOffsets(
  session: Session,
  { srcGroup, destGroup, topic }: { srcGroup: string; destGroup: string; topic: string },
): Promise<QueueOffset[]> {
  const stats = await consumeStats(session, { group: srcGroup });
  const route = await session.route(topic);
  const cloned: QueueOffset[] = [];
  for (const [queue, { consumerOffset }] of stats.offsetTable) {
    const broker = brokerOf(route, queue.brokerName);
    const address = broker && readAddressOf(broker);
    if (address === undefined || consumerOffset < 0) continue;
    const { queueId } = queue;
    const header = { consumerGroup: destGroup, topic: queue.topic, queueId };
    const commit = { ...header, commitOffset: consumerOffset, bname: queue.brokerName };
    await session.request(address, 'UPDATE_CONSUMER_OFFSET', commit);
    cloned.push({ ...queue, offset: consumerOffset });
  }
  return cloned.sort(compareQueues);
}

/** How old the messages are that a group has not consumed, per queue. */
export async function consumeTimeSpans(
  session: Session,
  { topic, group }: { topic: string; group: string },
): Promise<QueueTimeSpan[]> {
  const spans: QueueTimeSpan[] = [];
  for (const address of await brokersOfTopic(session, { topic })) {
    const header = { topic, group };
    const answer = await session.request(address, 'QUERY_CONSUME_TIME_SPAN', header);
    spans.push(...decodeTimeSpans(answer.body));
  }
  return spans;
}

/** The topic whose route counts: light queues have none and are found by their cluster. */
function routeTopicOf({ topic, clusterName }: { topic: string; clusterName?: string }): string {
  const routeless = topic.startsWith('%LMQ%') || topic === 'rmq_sys_wheel_timer';
  return routeless && clusterName !== undefined ? clusterName : topic;
}

async function brokersOfTopic(
  session: Session,
  args: { topic: string; clusterName?: string },
): Promise<string[]> {
  const route = await session.route(routeTopicOf(args));
  return route.brokerDatas.map(readAddressOf).filter((address) => address !== undefined);
}
