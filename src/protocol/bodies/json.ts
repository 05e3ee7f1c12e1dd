// Between the JSON bodies of requests and the objects that handlers and clients work with.

import { MqError } from '../../base/errors.js';
import { type Json, type JsonObject, parseJson, writeJson } from '../fastjson.js';

/** A queue of a topic on a broker; in several bodies it is the key of a table. */
export interface MessageQueue extends JsonObject {
  topic: string;
  brokerName: string;
  queueId: number;
}

/** JSON text of a body. */
export function encodeBody(value: Json): Buffer {
  return Buffer.from(writeJson(value));
}

/** The object that a body holds; throws BAD_HEADER naming `what` for anything else. */
export function decodeBody(body: Buffer, what: string): JsonObject {
  let value: Json;
  try {
    value = parseJson(body.toString());
  } catch (cause) {
    const reason = `the body is not JSON: ${(cause as Error).message}`;
    throw new MqError('BAD_HEADER', { request: what, reason }, { cause });
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MqError('BAD_HEADER', { request: what, reason: 'the body is not a JSON object' });
  }
  return value;
}

/** An object as it is, `{}` for anything else. */
export function objectOf(value: Json | undefined): JsonObject {
  return value && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Map)
    ? value
    : {};
}

/** The items of an array that are objects. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The items of an array that are text. */
export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}

export function numberOf(value: Json | undefined, fallback = 0): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : fallback;
}

export function textOf(value: Json | undefined, fallback = ''): string {
  return typeof value === 'string' ? value : fallback;
}

export function flagOf(value: Json | undefined, fallback = false): boolean {
  return typeof value === 'boolean' ? value : fallback;
}

/** Fields of an object that are text. */
export function textTableOf(value: Json | undefined): Record<string, string> {
  const table: Record<string, string> = {};
  const entries = value instanceof Map ? [...value] : Object.entries(objectOf(value));
  for (const [key, item] of entries) {
    if (typeof item === 'string') table[String(key)] = item;
    else if (item !== null && item !== undefined) table[String(key)] = writeJson(item);
  }
  return table;
}

export function queueOf(value: Json | undefined): MessageQueue {
  const { topic, brokerName, queueId } = objectOf(value);
  return { topic: textOf(topic), brokerName: textOf(brokerName), queueId: numberOf(queueId) };
}

/** A table whose keys are queues: bare objects, or their JSON text in quotes. */
export function queueTableOf<T>(
  value: Json | undefined,
  read: (item: Json) => T,
): Map<MessageQueue, T> {
  const table = new Map<MessageQueue, T>();
  const entries = value instanceof Map ? [...value] : Object.entries(objectOf(value));
  for (const [key, item] of entries) {
    if (item === undefined) continue;
    table.set(queueOf(typeof key === 'string' ? jsonOf(key) : (key as Json)), read(item));
  }
  return table;
}

/** A key in quotes that is no JSON stands for a queue without a name. */
function jsonOf(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function isObject(value: Json): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}
