// From a message to what a send request carries: checks, properties, compression.

import { deflateSync } from 'node:zlib';
import { MqError } from '../base/errors.js';
import type { BatchMessage } from '../protocol/batch.js';
import { NAME_LIMITS, Property, SysFlag, SystemTopic } from '../protocol/flags.js';
import { formatProperties, type Properties } from '../protocol/properties.js';
import type { Message } from './message.js';

/** Topics that clients may not send to (TopicValidator.NOT_ALLOWED_SEND_TOPIC_SET). */
const CLOSED_TOPICS = new Set<string>([
  SystemTopic.SCHEDULE,
  SystemTopic.TRANS_HALF,
  SystemTopic.TRANS_OP_HALF,
  SystemTopic.TRANS_CHECK_MAX_TIME,
  SystemTopic.SELF_TEST,
  SystemTopic.OFFSET_MOVED_EVENT,
]);
const TOPIC = /^[%|a-zA-Z0-9_-]+$/;
const COMPRESSION_LEVEL = 5;

export interface Limits {
  maxMessageBytes: number;
  /** Bodies longer than this travel compressed. */
  compressAboveBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxMessageBytes: 4 * 1024 * 1024,
  compressAboveBytes: 4096,
};

export interface Outgoing {
  body: Buffer;
  sysFlag: number;
  flag: number;
  properties: Properties;
}

/** Throws MESSAGE_INVALID for what a broker would refuse. */
export function checkMessage(message: Message, limits: Limits): void {
  const { topic } = message;
  const size = Buffer.byteLength(message.body);
  const reason =
    topicProblem(topic) ??
    (size === 0 ? 'its body is empty' : undefined) ??
    (size > limits.maxMessageBytes
      ? `its body has ${size} bytes, more than ${limits.maxMessageBytes}`
      : undefined);
  if (reason !== undefined) throw new MqError('MESSAGE_INVALID', { reason });
}

function topicProblem(topic: string): string | undefined {
  if (topic.trim() === '') return 'it has no topic';
  if (topic.length > NAME_LIMITS.topic) {
    return `the topic is longer than ${NAME_LIMITS.topic} characters`;
  }
  if (!TOPIC.test(topic)) {
    return `the topic ${topic} has characters other than letters, digits, %, |, _ and -`;
  }
  return CLOSED_TOPICS.has(topic) ? `${topic} is RocketMQ's own` : undefined;
}

/** Properties as the broker stores them; `uniqKey` becomes the message's id. */
export function propertiesOf(message: Message, uniqKey: string): Properties {
  const { keys, tags, delayLevel } = message;
  const properties: Properties = { ...message.properties };
  if (keys !== undefined && keys.length > 0) {
    properties[Property.KEYS] = typeof keys === 'string' ? keys : keys.join(' ');
  }
  properties[Property.UNIQ_KEY] ??= uniqKey;
  properties[Property.WAIT] ??= 'true';
  if (tags !== undefined && tags !== '') properties[Property.TAGS] = tags;
  if (delayLevel !== undefined && delayLevel > 0) properties[Property.DELAY] = String(delayLevel);
  return properties;
}

export function outgoing(message: Message, uniqKey: string, limits: Limits): Outgoing {
  const bytes = bodyOf(message);
  const properties = propertiesOf(message, uniqKey);
  const flag = message.flag ?? 0;
  if (bytes.length <= limits.compressAboveBytes) {
    return { body: bytes, sysFlag: 0, flag, properties };
  }
  const body = deflateSync(bytes, { level: COMPRESSION_LEVEL });
  return { body, sysFlag: SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZLIB, flag, properties };
}

/** One message inside a batch: never compressed by itself. */
export function batchMessage(message: Message, uniqKey: string): BatchMessage {
  return {
    flag: message.flag ?? 0,
    body: bodyOf(message),
    properties: formatProperties(propertiesOf(message, uniqKey)),
  };
}

function bodyOf({ body }: Message): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}
