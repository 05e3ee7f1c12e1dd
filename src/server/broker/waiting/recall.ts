// Handles by which a timed message can be called back (RecallMessageHandle, version 1).

import { Property, RETRY_PREFIX } from '../../../protocol/flags.js';
import { findProperty } from '../../../protocol/properties.js';

/** Node.js would leave out signs that do not belong there. */
const BASE64_URL = /^[\w-]+={0,2}$/;

export interface Recall {
  topic: string;
  brokerName: string;
  /** When the message is due, ms, as text. */
  timestamp: string;
  messageId: string;
}

/** The handle of a stored message that waits for its time; undefined for any other. */
export function recallHandle(
  properties: string,
  brokerName: string,
  uniqueKey: string,
): string | undefined {
  const due = findProperty(properties, Property.TIMER_OUT_MS);
  const topic = findProperty(properties, Property.REAL_TOPIC);
  if (due === undefined || topic === undefined || topic.startsWith(RETRY_PREFIX)) return undefined;
  const parts = ['v1', topic, brokerName, String(Number(due) + 1), uniqueKey];
  const base64 = Buffer.from(parts.join(' ')).toString('base64');
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

/** Reads a handle; undefined for text that is none. */
export function parseRecallHandle(handle: string): Recall | undefined {
  if (!BASE64_URL.test(handle)) return undefined;
  const parts = Buffer.from(handle, 'base64url').toString().split(' ');
  if (parts.length < 5 || parts[0] !== 'v1') return undefined;
  const [, topic, brokerName, timestamp, messageId] = parts;
  return { topic, brokerName, timestamp, messageId };
}
