// Finding and reading messages: by offset id, unique id, key or queue offset, and who consumed one.

import { MqError } from '../../base/errors.js';
import { describeError } from '../../base/log.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { formatHost, parseOffsetMessageId } from '../../protocol/host.js';
import { ResponseCode } from '../../protocol/responses.js';
import { type ReceivedMessage, receivedMessages } from '../message.js';
import { pull, type PullResult, TOOLS_GROUP } from '../pull.js';
import { maxOffset, minOffset, searchOffset } from '../queue-offsets.js';
import { topicQueues } from '../queues.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';
import { consumerConnection } from './clients.js';
import { consumeStats } from './groups.js';
import { groupsOf } from './topics.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The message at an offset id (VIEW_MESSAGE_BY_ID). Throws MESSAGE_NOT_FOUND. */
export async function viewMessage(
  session: Session,
  { topic, msgId }: { topic: string; msgId: string },
): Promise<ReceivedMessage> {
  const place = parseOffsetMessageId(msgId);
  if (!place) throw new MqError('USAGE', { text: `'${msgId}' is not an offset message id` });
  const header = { topic, offset: place.offset };
  const answer = await session.request(formatHost(place.host), 'VIEW_MESSAGE_BY_ID', header);
  const [message] = receivedMessages(answer.body);
  if (!message) throw notFound(`with the id ${msgId}`);
  return message;
}

export interface FindArgs {
  topic: string;
  msgId: string;
  /** Only brokers of this cluster. */
  clusterName?: string | undefined;
}

/** queryMsgById: by offset id, else by unique id. Throws MESSAGE_NOT_FOUND. */
export async function findMessage(session: Session, args: FindArgs): Promise<ReceivedMessage> {
  // A unique id has the same form, with a host and port that hardly ever exist.
  if (parseOffsetMessageId(args.msgId)) {
    try {
      return await viewMessage(session, args);
    } catch (error) {
      // It is there, but compressed in a way that this Node.js does not know.
      if (error instanceof MqError && error.code === 'BAD_FRAME') throw error;
      session.log.debug(`view ${args.msgId}: ${describeError(error)}`);
    }
  }
  const [message] = await findByUniqueId(session, args);
  return message!;
}

/** queryMsgByUniqueKey: every message that carries the id. Throws MESSAGE_NOT_FOUND. */
export async function findByUniqueId(
  session: Session,
  { topic, msgId, clusterName }: FindArgs,
): Promise<ReceivedMessage[]> {
  const since = session.clock.now() - 3 * DAY_MS;
  const query = { topic, key: msgId, maxNum: 32, beginTimestamp: since, clusterName };
  const found = await queryIndex(session, query, { _UNIQUE_KEY_QUERY: 'true' });
  const messages = found.messages.filter((message) => message.msgId === msgId);
  if (messages.length === 0) throw notFound(`with the id ${msgId} in topic ${topic}`);
  return messages;
}

export interface KeyQuery {
  topic: string;
  key: string;
  maxNum?: number;
  /** ms; 0 and the end of time by default. */
  beginTimestamp?: number | undefined;
  endTimestamp?: number | undefined;
  /** K for keys, T for tags. */
  indexType?: string | undefined;
  /** Continues behind an earlier answer. */
  lastKey?: string | undefined;
  clusterName?: string | undefined;
}

/** queryMsgByKey: messages whose keys (or tag) hold `key`. Throws MESSAGE_NOT_FOUND. */
export async function findByKey(session: Session, query: KeyQuery): Promise<ReceivedMessage[]> {
  const { messages } = await queryIndex(session, query, { _UNIQUE_KEY_QUERY: 'false' });
  const { topic, key, indexType } = query;
  const matching = messages.filter((message) => {
    if (message.topic !== topic && !topic.startsWith('%LMQ%')) return false;
    return indexType === 'T' ? message.tags === key : message.keys?.split(' ').includes(key);
  });
  if (matching.length === 0) throw notFound(`with the key ${key} in topic ${topic}`);
  return matching;
}

async function queryIndex(
  session: Session,
  query: KeyQuery,
  ext: Record<string, string>,
): Promise<{ messages: ReceivedMessage[]; indexLastUpdateTimestamp: number }> {
  const { topic, key, clusterName, indexType, lastKey } = query;
  const light = topic.startsWith('%LMQ%');
  const ownRoute = !light && topic !== 'rmq_sys_wheel_timer';
  const route = await session.route(ownRoute ? topic : (clusterName ?? topic));
  const header = {
    topic: light ? (clusterName ?? topic) : topic,
    key,
    maxNum: query.maxNum ?? 64,
    beginTimestamp: query.beginTimestamp ?? 0,
    endTimestamp: query.endTimestamp ?? Number.MAX_SAFE_INTEGER,
    ...(indexType === undefined ? {} : { indexType }),
    ...(lastKey === undefined ? {} : { lastKey }),
  };
  const options = { ext, timeoutMs: session.timeoutMs * 3, allow: [ResponseCode.QUERY_NOT_FOUND] };
  const addresses = route.brokerDatas
    .filter((data) => light || clusterName === undefined || data.cluster === clusterName)
    .map(readAddressOf)
    .filter((address) => address !== undefined);
  const answers = await Promise.all(
    addresses.map((address) => session.request(address, 'QUERY_MESSAGE', header, options)),
  );
  const good = answers.filter((answer) => answer.code === ResponseCode.SUCCESS);
  return {
    messages: good.flatMap((answer) => receivedMessages(answer.body)),
    indexLastUpdateTimestamp: Math.max(
      0,
      ...good.map((answer) => answer.header.indexLastUpdateTimestamp),
    ),
  };
}

/** queryMsgByOffset: the message at a queue offset, undefined where there is none. */
export async function messageAt(
  session: Session,
  queue: MessageQueue,
  offset: number,
): Promise<ReceivedMessage | undefined> {
  const result = await pull(session, { group: TOOLS_GROUP, queue, offset, maxNums: 1 });
  return result.messages[0];
}

export interface ReadArgs {
  topic: string;
  /** One queue of one broker; all readable queues without it. */
  brokerName?: string | undefined;
  queueId?: number | undefined;
  /** First offset, only with a queue. */
  offset?: number | undefined;
  /** Most messages to read, of all queues together. */
  count?: number;
  group?: string;
  expression?: string;
  /** ms; messages stored from and until then. */
  beginTimestamp?: number | undefined;
  endTimestamp?: number | undefined;
}

/** What happened while queues were read, in order. */
export type ReadEvent =
  | { kind: 'limited'; queue: MessageQueue; count: number }
  | { kind: 'beyond'; queue: MessageQueue; offset: number }
  | { kind: 'pulled'; queue: MessageQueue; result: PullResult };

/** consumeMessage, printMsg: reads queues from their first to their last offset of now. */
export async function* readMessages(session: Session, args: ReadArgs): AsyncGenerator<ReadEvent> {
  const { topic, brokerName, queueId, count = 128 } = args;
  if (brokerName !== undefined && queueId !== undefined) {
    yield* readOneQueue(session, { topic, brokerName, queueId }, args);
    return;
  }
  const queues = (await topicQueues(session, topic)).filter(
    (queue) => brokerName === undefined || queue.brokerName === brokerName,
  );
  let left = count;
  for (const queue of queues) {
    if (left <= 0) return;
    const [first, end] = await rangeOf(session, queue, args);
    let last = end;
    if (end - first > left) {
      yield { kind: 'limited', queue, count: left };
      last = first + left - 1;
      left = 0;
    } else {
      left -= end - first;
    }
    yield* pullRange(session, queue, first, last, args);
  }
}

async function* readOneQueue(
  session: Session,
  queue: MessageQueue,
  args: ReadArgs,
): AsyncGenerator<ReadEvent> {
  const { offset = 0, count = 128 } = args;
  const [first, end] = await rangeOf(session, queue, args);
  if (offset > end) {
    yield { kind: 'beyond', queue, offset };
    return;
  }
  const start = Math.max(first, offset);
  if (end - start > count) yield { kind: 'limited', queue, count };
  yield* pullRange(session, queue, start, end - start > count ? start + count - 1 : end, args);
}

async function rangeOf(
  session: Session,
  queue: MessageQueue,
  { beginTimestamp = 0, endTimestamp = 0 }: ReadArgs,
): Promise<[number, number]> {
  const first = beginTimestamp > 0 ? searchOffset : minOffset;
  const end = endTimestamp > 0 ? searchOffset : maxOffset;
  return [await first(session, queue, beginTimestamp), await end(session, queue, endTimestamp)];
}

/** Pulls offsets `first` to `last`; stops where the broker has nothing more. */
async function* pullRange(
  session: Session,
  queue: MessageQueue,
  first: number,
  last: number,
  { group = TOOLS_GROUP, expression = '*' }: ReadArgs,
): AsyncGenerator<ReadEvent> {
  for (let offset = first; offset <= last;) {
    const maxNums = last - offset + 1;
    const result = await pull(session, { group, queue, offset, maxNums, expression });
    offset = result.nextBeginOffset;
    yield { kind: 'pulled', queue, result };
    if (result.status === 'NO_NEW_MSG' || result.status === 'OFFSET_ILLEGAL') return;
  }
}

export type TrackType =
  | 'CONSUMED'
  | 'CONSUMED_BUT_FILTERED'
  | 'PULL'
  | 'NOT_CONSUME_YET'
  | 'NOT_ONLINE'
  | 'CONSUME_BROADCASTING'
  | 'UNKNOWN';

export interface MessageTrack {
  consumerGroup: string;
  trackType: TrackType;
  exceptionDesc?: string;
}

/** Which groups have consumed a message (messageTrackDetail). */
export async function messageTracks(
  session: Session,
  message: ReceivedMessage,
): Promise<MessageTrack[]> {
  const groups = await groupsOf(session, message.topic);
  return Promise.all(groups.map((group) => trackOf(session, message, group)));
}

async function trackOf(
  session: Session,
  message: ReceivedMessage,
  consumerGroup: string,
): Promise<MessageTrack> {
  try {
    const connection = await consumerConnection(session, { group: consumerGroup });
    if (connection.consumeType === 'CONSUME_ACTIVELY') return { consumerGroup, trackType: 'PULL' };
    if (connection.messageModel === 'BROADCASTING')
      return { consumerGroup, trackType: 'CONSUME_BROADCASTING' };
    if (!(await consumed(session, message, consumerGroup)))
      return { consumerGroup, trackType: 'NOT_CONSUME_YET' };
    const tags = connection.subscriptionTable.get(message.topic)?.tagsSet ?? [];
    const all = tags.length === 0 || tags.includes('*') || tags.includes(message.tags ?? '');
    return { consumerGroup, trackType: all ? 'CONSUMED' : 'CONSUMED_BUT_FILTERED' };
  } catch (error) {
    if (!(error instanceof MqError) || error.code !== 'GROUP_OFFLINE')
      return { consumerGroup, trackType: 'UNKNOWN', exceptionDesc: describeError(error) };
    const exceptionDesc = `CODE:206 DESC:the consumer group[${consumerGroup}] not online`;
    return { consumerGroup, trackType: 'NOT_ONLINE', exceptionDesc };
  }
}

/** Whether the group's offset is behind the message, on the broker that stores it. */
async function consumed(
  session: Session,
  message: ReceivedMessage,
  group: string,
): Promise<boolean> {
  const stats = await consumeStats(session, { group });
  const { brokerAddrTable } = await session.clusterInfo();
  for (const [queue, { consumerOffset }] of stats.offsetTable) {
    if (queue.topic !== message.topic || queue.queueId !== message.queueId) continue;
    const addresses = brokerAddrTable.get(queue.brokerName)?.brokerAddrs.values() ?? [];
    if ([...addresses].includes(message.storeHost) && consumerOffset > message.queueOffset)
      return true;
  }
  return false;
}

function notFound(what: string): MqError {
  return new MqError('MESSAGE_NOT_FOUND', { what }, { responseCode: ResponseCode.NO_MESSAGE });
}
