// Offsets of queues and of groups on them, asked of the broker that has the queue.

import type { MessageQueue } from '../protocol/bodies/json.js';
import { ResponseCode } from '../protocol/responses.js';
import { queueAddress } from './queues.js';
import type { Session } from './session.js';

const headerOf = ({ topic, queueId, brokerName }: MessageQueue) => ({
  topic,
  queueId,
  bname: brokerName,
});

/** The offset behind the last message. */
export async function maxOffset(session: Session, queue: MessageQueue): Promise<number> {
  const address = await queueAddress(session, queue);
  return (await session.request(address, 'GET_MAX_OFFSET', headerOf(queue))).header.offset;
}

/** The offset of the first message that is still stored. */
export async function minOffset(session: Session, queue: MessageQueue): Promise<number> {
  const address = await queueAddress(session, queue);
  return (await session.request(address, 'GET_MIN_OFFSET', headerOf(queue))).header.offset;
}

/** The first offset at or after a time, ms. */
export async function searchOffset(
  session: Session,
  queue: MessageQueue,
  timestamp: number,
): Promise<number> {
  const address = await queueAddress(session, queue);
  const header = { ...headerOf(queue), timestamp };
  return (await session.request(address, 'SEARCH_OFFSET_BY_TIMESTAMP', header)).header.offset;
}

/** When the first message of a queue was stored, ms; -1 for an empty queue. */
export async function earliestStoreTime(session: Session, queue: MessageQueue): Promise<number> {
  const address = await queueAddress(session, queue);
  const answer = await session.request(address, 'GET_EARLIEST_MSG_STORETIME', headerOf(queue));
  return answer.header.timestamp;
}

/** How far a group has consumed a queue, undefined when the broker has no offset of it. */
export async function consumerOffset(
  session: Session,
  consumerGroup: string,
  queue: MessageQueue,
): Promise<number | undefined> {
  const address = await queueAddress(session, queue, { read: true });
  const header = { ...headerOf(queue), consumerGroup };
  const allow = [ResponseCode.QUERY_NOT_FOUND];
  const answer = await session.request(address, 'QUERY_CONSUMER_OFFSET', header, { allow });
  return answer.code === ResponseCode.SUCCESS ? answer.header.offset : undefined;
}

/** Tells the broker how far a group has consumed a queue. */
export async function commitOffset(
  session: Session,
  consumerGroup: string,
  queue: MessageQueue,
  offset: number,
): Promise<void> {
  const address = await queueAddress(session, queue, { read: true });
  const header = { ...headerOf(queue), consumerGroup, commitOffset: offset };
  await session.request(address, 'UPDATE_CONSUMER_OFFSET', header);
}
