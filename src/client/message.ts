// Messages as programs see them: what is sent, what is received, and between them and records.

import { Property } from '../protocol/flags.js';
import { formatHost, offsetMessageId } from '../protocol/host.js';
import { type DecodedRecord, decodeRecords } from '../protocol/message.js';
import { parseProperties, type Properties } from '../protocol/properties.js';
import { uncompress } from './uncompress.js';

/** What a program sends. */
export interface Message {
  topic: string;
  body: Buffer | string;
  tags?: string;
  /** Index keys; several as an array. */
  keys?: string | readonly string[];
  flag?: number;
  /** 1 to 18: 1s 5s 10s 30s 1m … 2h. */
  delayLevel?: number;
  /** Further properties; their names must not be RocketMQ's own. */
  properties?: Properties;
}

/** What a consumer gets (MessageExt). */
export interface ReceivedMessage {
  topic: string;
  /** Uncompressed. */
  body: Buffer;
  tags?: string;
  keys?: string;
  flag: number;
  properties: Properties;
  /** The producer's unique id, the offset id where there is none. */
  msgId: string;
  offsetMsgId: string;
  /** Known for messages that were pulled. */
  brokerName?: string;
  queueId: number;
  queueOffset: number;
  storeSize: number;
  sysFlag: number;
  bornTimestamp: number;
  bornHost: string;
  storeTimestamp: number;
  storeHost: string;
  commitLogOffset: number;
  bodyCrc: number;
  reconsumeTimes: number;
  preparedTransactionOffset: number;
  transactionId?: string;
}

/** Messages of a pull or query answer. */
export function receivedMessages(body: Buffer): ReceivedMessage[] {
  return decodeRecords(body).map(receivedMessage);
}

export function receivedMessage(record: DecodedRecord): ReceivedMessage {
  const properties = parseProperties(record.properties);
  const offsetMsgId = offsetMessageId(record.storeHost, record.physicalOffset);
  const message: ReceivedMessage = {
    topic: record.topic,
    body: uncompress(record.body, record.sysFlag),
    flag: record.flag,
    properties,
    msgId: properties[Property.UNIQ_KEY] ?? offsetMsgId,
    offsetMsgId,
    queueId: record.queueId,
    queueOffset: record.queueOffset,
    storeSize: record.totalSize,
    sysFlag: record.sysFlag,
    bornTimestamp: record.bornTimestamp,
    bornHost: formatHost(record.bornHost),
    storeTimestamp: record.storeTimestamp,
    storeHost: formatHost(record.storeHost),
    commitLogOffset: record.physicalOffset,
    bodyCrc: record.bodyCrc,
    reconsumeTimes: record.reconsumeTimes,
    preparedTransactionOffset: record.preparedTransactionOffset,
  };
  const {
    [Property.TAGS]: tags,
    [Property.KEYS]: keys,
    [Property.TRAN_MSG]: prepared,
  } = properties;
  if (tags !== undefined) message.tags = tags;
  if (keys !== undefined) message.keys = keys;
  if (prepared === 'true') message.transactionId = message.msgId;
  return message;
}
