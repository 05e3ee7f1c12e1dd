// What goes out in one send request: a message, or several as a batch; with the request's header.

import { MqError } from '../base/errors.js';
import { encodeBatch } from '../protocol/batch.js';
import type { MessageQueue } from '../protocol/bodies/json.js';
import { Property, RETRY_PREFIX, SystemTopic } from '../protocol/flags.js';
import { formatProperties } from '../protocol/properties.js';
import type { Req } from '../protocol/requests/index.js';
import type { Message } from './message.js';
import { batchMessage, type Limits, outgoing, type Outgoing } from './outgoing.js';

/** MSG_TYPE of an answer to a request (MixAll.REPLY_MESSAGE_FLAG). */
export const REPLY = 'reply';

export interface Parcel extends Omit<Outgoing, 'properties'> {
  topic: string;
  properties: string;
  batch: boolean;
  msgId: string;
  first: Message;
}

export function singleParcel(
  message: Message,
  id: string,
  limits: Limits,
  sysFlag: number,
): Parcel {
  const made = outgoing(message, id, limits);
  return {
    ...made,
    topic: message.topic,
    sysFlag: made.sysFlag | sysFlag,
    properties: formatProperties(made.properties),
    batch: false,
    msgId: made.properties[Property.UNIQ_KEY]!,
    first: message,
  };
}

/** Throws MESSAGE_INVALID for messages that cannot travel together. */
export function batchParcel(messages: readonly Message[], newId: () => string): Parcel {
  const [first] = messages;
  const reason = batchProblem(messages);
  if (!first || reason !== undefined) throw new MqError('MESSAGE_INVALID', { reason });
  const ids = messages.map(newId);
  return {
    topic: first.topic,
    body: encodeBatch(messages.map((message, i) => batchMessage(message, ids[i]!))),
    sysFlag: 0,
    flag: 0,
    properties: formatProperties({ [Property.WAIT]: 'true' }),
    batch: true,
    msgId: ids.join(','),
    first,
  };
}

function batchProblem(messages: readonly Message[]): string | undefined {
  if (messages.length === 0) return 'the batch is empty';
  const { topic } = messages[0]!;
  if (topic.startsWith(RETRY_PREFIX)) return 'messages of a retry topic cannot be batched';
  if (messages.some((message) => message.topic !== topic)) {
    return 'the messages of a batch must have one topic';
  }
  return messages.some((message) => (message.delayLevel ?? 0) > 0)
    ? 'delayed messages cannot be batched'
    : undefined;
}

export function requestOf({ batch, first }: Parcel) {
  if (batch) return 'SEND_BATCH_MESSAGE';
  return first.properties?.[Property.MSG_TYPE] === REPLY
    ? 'SEND_REPLY_MESSAGE_V2'
    : 'SEND_MESSAGE_V2';
}

export function headerOf(
  parcel: Parcel,
  queue: MessageQueue,
  producer: { group: string; defaultTopicQueueNums: number; bornTimestamp: number },
): Req<'SEND_MESSAGE_V2'> {
  const { properties: own } = parcel.first;
  const retry = parcel.topic.startsWith(RETRY_PREFIX);
  const maxTimes = retry ? own?.[Property.MAX_RECONSUME_TIMES] : undefined;
  return {
    producerGroup: producer.group,
    topic: parcel.topic,
    defaultTopic: SystemTopic.AUTO_CREATE,
    defaultTopicQueueNums: producer.defaultTopicQueueNums,
    queueId: queue.queueId,
    sysFlag: parcel.sysFlag,
    bornTimestamp: producer.bornTimestamp,
    flag: parcel.flag,
    properties: parcel.properties,
    reconsumeTimes: retry ? Number(own?.[Property.RECONSUME_TIME] ?? 0) : 0,
    unitMode: false,
    batch: parcel.batch,
    bname: queue.brokerName,
    ...(maxTimes === undefined ? {} : { maxReconsumeTimes: Number(maxTimes) }),
  };
}
