// Texts as RocketMQ's Java classes print them, for output that scripts compare.

import type { MessageQueue } from '../protocol/bodies/json.js';
import { Perm } from '../protocol/flags.js';
import { hashCode } from '../protocol/properties.js';
import { versionName } from '../protocol/versions.js';
import type { ReceivedMessage } from './message.js';
import type { SendResult } from './send-result.js';

/**
 * Keys in the order that a Java HashMap of this initial capacity iterates them: by bucket, then by
 * insertion. The map doubles when it is three quarters full.
 */
export function hashMapOrder(keys: readonly string[], capacity = 16): string[] {
  let size = capacity;
  while (keys.length > size * 0.75) size *= 2;
  const bucket = (key: string): number => {
    const hash = hashCode(key);
    return (hash ^ (hash >>> 16)) & (size - 1);
  };
  return keys
    .map((key, i) => ({ key, i, at: bucket(key) }))
    .sort((a, b) => a.at - b.at || a.i - b.i)
    .map(({ key }) => key);
}

/** `{a=b, c=d}` as AbstractMap.toString prints a HashMap. */
export function hashMapText(table: Readonly<Record<string, string>>, capacity = 16): string {
  const order = hashMapOrder(Object.keys(table), capacity);
  return `{${order.map((key) => `${key}=${table[key]}`).join(', ')}}`;
}

/** MessageDecoder.string2messageProperties makes maps of this capacity. */
const PROPERTIES_CAPACITY = 128;

export function propertiesText(properties: Readonly<Record<string, string>>): string {
  return hashMapText(properties, PROPERTIES_CAPACITY);
}

/** `[104, -23]`: bytes are signed in Java. */
export function bytesText(bytes: Buffer): string {
  return `[${[...bytes].map((byte) => (byte << 24) >> 24).join(', ')}]`;
}

export function messageQueueText(queue: MessageQueue): string {
  const { topic, brokerName, queueId } = queue;
  return `MessageQueue [topic=${topic}, brokerName=${brokerName}, queueId=${queueId}]`;
}

/** MessageExt.toString. */
export const messageExtText = (message: ReceivedMessage): string => extText(message, true);

/** The same of a message that was decoded without its body. */
export const bodilessText = (message: ReceivedMessage): string => extText(message, false);

function extText(message: ReceivedMessage, withBody: boolean): string {
  const fields = [
    `brokerName=${message.brokerName ?? 'null'}`,
    `queueId=${message.queueId}`,
    `storeSize=${message.storeSize}`,
    `queueOffset=${message.queueOffset}`,
    `sysFlag=${message.sysFlag}`,
    `bornTimestamp=${message.bornTimestamp}`,
    `bornHost=/${message.bornHost}`,
    `storeTimestamp=${message.storeTimestamp}`,
    `storeHost=/${message.storeHost}`,
    `msgId=${message.offsetMsgId}`,
    `commitLogOffset=${message.commitLogOffset}`,
    `bodyCRC=${message.bodyCrc}`,
    `reconsumeTimes=${message.reconsumeTimes}`,
    `preparedTransactionOffset=${message.preparedTransactionOffset}`,
    `toString()=${messageText(message, withBody)}`,
  ];
  return `MessageExt [${fields.join(', ')}]`;
}

/** Message.toString. */
function messageText(message: ReceivedMessage, withBody: boolean): string {
  const { topic, flag, properties, body, transactionId } = message;
  const bytes = withBody ? bytesText(body) : 'null';
  return (
    `Message{topic='${topic}', flag=${flag}, properties=${propertiesText(properties)}, ` +
    `body=${bytes}, transactionId='${transactionId ?? 'null'}'}`
  );
}

/** SendResult.toString. */
export function sendResultText(result: SendResult): string {
  return (
    `SendResult [sendStatus=${result.status}, msgId=${result.msgId}, ` +
    `offsetMsgId=${result.offsetMsgId ?? 'null'}, ` +
    `messageQueue=${messageQueueText(result.queue)}, queueOffset=${result.queueOffset}, ` +
    `recallHandle=${result.recallHandle ?? 'null'}]`
  );
}

/** Permission bits of a topic: `RW-` (PermName.perm2String). */
export const permText = (perm: number): string =>
  (perm & Perm.READ ? 'R' : '-') +
  (perm & Perm.WRITE ? 'W' : '-') +
  (perm & Perm.INHERIT ? 'X' : '-');

/** `V5_5_0` (MQVersion.getVersionDesc). */
export const versionText = (version: number): string => versionName(version);
