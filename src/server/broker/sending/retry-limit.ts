// Messages that consumers send to their retry topics themselves: after the last try, or when the
// group consumes in order, they become dead letters (SendMessageProcessor.handleRetryAndDLQ).

import { refuse } from '../../../base/errors.js';
import { DLQ_PREFIX, Perm, Property, RETRY_PREFIX } from '../../../protocol/flags.js';
import { formatProperties, parseProperties } from '../../../protocol/properties.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call } from '../../../remoting/handler.js';
import type { PutMessage } from '../../../store/message-store.js';
import type { Groups, QueueLocks, Topics } from '../parts.js';
import { FURTHER_DETAILS } from '../remarks.js';
import type { SendHeader } from './send-checks.js';

/** Queues of a group's dead letter topic (DLQ_NUMS_PER_GROUP). */
export const DLQ_QUEUES = 1;
/** Ordinal of V3_4_9, from which on consumers send their own limit. */
export const SENDS_OWN_LIMIT = 121;

export interface RetryLimitDeps {
  topics: Topics;
  groups: Groups;
  queueLocks: QueueLocks;
}

/** The group of a retry topic; `%RETRY%group+topic` is what POP makes. */
export function groupOfRetryTopic(topic: string): string {
  const parts = topic.slice(RETRY_PREFIX.length).split('+');
  return parts.length === 2 ? parts[0] : topic.slice(RETRY_PREFIX.length);
}

export function redirectDeadLetter(
  { topics, groups, queueLocks }: RetryLimitDeps,
  header: SendHeader,
  call: Call,
  message: PutMessage,
): void {
  const name = groupOfRetryTopic(header.topic);
  const group = groups.find(name);
  if (!group) {
    const text = `subscription group not exist, ${name} ${FURTHER_DETAILS}`;
    throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, text);
  }
  const own = call.frame.version >= SENDS_OWN_LIMIT ? header.maxReconsumeTimes : undefined;
  const limit = own ?? group.retryMaxTimes;
  const inOrder = !queueLocks.allExpired(name);
  if (message.reconsumeTimes <= limit && !inOrder) return;
  topics.createSendBack(`${DLQ_PREFIX}${name}`, DLQ_QUEUES, Perm.WRITE | Perm.READ, 0);
  const properties = parseProperties(message.properties);
  properties[Property.DELAY] = '-1';
  message.topic = `${DLQ_PREFIX}${name}`;
  message.queueId = 0;
  message.properties = formatProperties(properties);
}
