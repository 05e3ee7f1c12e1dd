// Halves of transactions: the message while its producer has not decided, and what it becomes
// (TransactionalMessageBridge, TransactionalMessageUtil).

import { Property, SysFlag, SystemTopic } from '../../../protocol/flags.js';
import { type DecodedRecord, encodedRecord } from '../../../protocol/message.js';
import {
  findProperty,
  formatProperties,
  parseProperties,
  withoutProperty,
} from '../../../protocol/properties.js';
import type { PutMessage, PutResult } from '../../../store/message-store.js';
import { dueMessage } from './due-message.js';

export const CHECK_TIMES = 'TRANSACTION_CHECK_TIMES';
export const PREPARED_QUEUE_OFFSET = 'TRAN_PREPARED_QUEUE_OFFSET';
export const IMMUNITY_SECONDS = 'CHECK_IMMUNITY_TIME_IN_SECONDS';

/** Seconds for which a half asked not to be checked; `otherwise` for what is no whole number. */
export const immuneSeconds = (text: string, otherwise: number): number =>
  /^[+-]?\d+$/.test(text) ? Number(text) : otherwise;

const cleared = (sysFlag: number): number => sysFlag & ~SysFlag.TRANSACTION_MASK;

/** Turns a message that is about to be stored into a half. */
export function prepareHalf(message: PutMessage): void {
  const properties = parseProperties(message.properties);
  const uniqueKey = properties[Property.UNIQ_KEY];
  if (uniqueKey !== undefined) properties[Property.TRANSACTION_ID] = uniqueKey;
  properties[Property.REAL_TOPIC] = message.topic;
  properties[Property.REAL_QID] = String(message.queueId);
  message.properties = formatProperties(properties);
  message.topic = SystemTopic.TRANS_HALF;
  message.queueId = 0;
  message.sysFlag = cleared(message.sysFlag);
}

/** The message as its consumers get it; undefined for a half that names no queue. */
export function committedMessage(half: DecodedRecord): PutMessage | undefined {
  const { properties } = half;
  const topic = findProperty(properties, Property.REAL_TOPIC);
  const queueId = Number(findProperty(properties, Property.REAL_QID) ?? NaN);
  if (topic === undefined || !Number.isInteger(queueId)) return undefined;
  const withoutTopic = withoutProperty(properties, Property.REAL_TOPIC);
  const kept = withoutProperty(withoutTopic, Property.REAL_QID);
  const message = dueMessage(half, topic, queueId, kept);
  message.sysFlag = cleared(half.sysFlag) | SysFlag.TRANSACTION_COMMIT;
  message.preparedTransactionOffset = half.physicalOffset;
  return message;
}

/** The half put behind the others again, with some properties changed. */
export function renewedHalf(half: DecodedRecord, changes: Record<string, string>): PutMessage {
  const properties = { ...parseProperties(half.properties), ...changes };
  return {
    ...contentOf(half),
    topic: half.topic,
    queueId: half.queueId,
    sysFlag: half.sysFlag,
    properties: formatProperties(properties),
  };
}

/** A half whose producer never decided, for people to look at. */
export function discardedHalf(half: DecodedRecord): PutMessage {
  return {
    ...contentOf(half),
    topic: SystemTopic.TRANS_CHECK_MAX_TIME,
    queueId: 0,
    sysFlag: half.sysFlag,
    properties: half.properties,
  };
}

/** Body of CHECK_TRANSACTION_STATE: the renewed half under its real topic and queue. */
export function checkBody(half: DecodedRecord, renewed: PutMessage, at: PutResult): Buffer {
  const properties = parseProperties(renewed.properties);
  const record = {
    ...half,
    topic: properties[Property.REAL_TOPIC] ?? half.topic,
    queueId: Number(properties[Property.REAL_QID] ?? half.queueId),
    queueOffset: at.queueOffset,
    physicalOffset: at.physicalOffsets[0],
    // nobody waits for the copy of a half, and RocketMQ says so to the producer too
    properties: formatProperties({ ...properties, [Property.WAIT]: 'false' }),
  };
  return encodedRecord(record);
}

function contentOf(half: DecodedRecord) {
  const { flag, bornTimestamp, bornHost, reconsumeTimes, body } = half;
  return { flag, bornTimestamp, bornHost, reconsumeTimes, body };
}
