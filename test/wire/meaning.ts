// What an answer says, without what differs from run to run: ids, times, versions.

import { parseJson } from '../../src/protocol/fastjson.js';
import type { Frame } from '../../src/protocol/frame.js';
import { decodeRecords } from '../../src/protocol/message.js';
import { parseProperties } from '../../src/protocol/properties.js';
import type { CapturedFrame } from './captures.js';

export interface Meaning {
  code: number;
  flag: number;
  remark: string | undefined;
  ext: Record<string, unknown>;
  body: unknown;
}

const RECORDS = ['PULL_MESSAGE', 'LITE_PULL_MESSAGE', 'POP_MESSAGE', 'CHECK_TRANSACTION_STATE'];
const BYTES = ['PUSH_REPLY_MESSAGE_TO_CLIENT'];
/** Fields of headers whose value nobody can foretell: only that they are there. */
const DYNAMIC = [
  'msgId',
  'transactionId',
  'storeTimestamp',
  'bornHost',
  'popTime',
  'reviveQid',
  'recallHandle',
];
/** Likewise among properties of messages. */
const DYNAMIC_PROPERTIES = ['ORIGIN_MESSAGE_ID', 'PUSH_REPLY_TIME', '1ST_POP_TIME', 'POP_CK'];
/** Likewise in JSON bodies. */
const DYNAMIC_KEYS = new Set(['timestamp', 'counter', 'stateVersion', 'lastUpdateTimestamp']);
/** Lists with a part for each queue: POP begins with any of the queues. */
const BY_QUEUE = ['startOffsetInfo', 'msgOffsetInfo'];
/** Host-dependent numbers of brokerStatus: their names are compared, their values are not. */
const NAMES_ONLY = ['GET_BROKER_RUNTIME_INFO'];

export function answerOf(frame: Frame, captured: CapturedFrame): Meaning {
  const request = captured.answers ?? captured.codeName;
  const ext: Record<string, unknown> = { ...frame.ext };
  for (const key of DYNAMIC) if (key in ext) ext[key] = '(any)';
  for (const key of BY_QUEUE) {
    if (typeof ext[key] === 'string') ext[key] = ext[key].split(';').sort().join(';');
  }
  if (typeof ext.properties === 'string') ext.properties = propertiesOf(ext.properties);
  const { code, flag, remark } = frame;
  const text = remark?.replace(/Producer: [\d.:]+$/, 'Producer: (any)') || undefined;
  return { code, flag, remark: text, ext, body: bodyOf(frame.body, request) };
}

function bodyOf(body: Buffer, request: string): unknown {
  if (body.length === 0) return undefined;
  if (RECORDS.includes(request)) {
    const records = decodeRecords(body);
    if (request === 'POP_MESSAGE') records.sort((a, b) => a.queueId - b.queueId);
    return records.map(recordOf);
  }
  if (BYTES.includes(request)) return body.toString('base64');
  const value = plain(parseJson(body.toString()));
  if (!NAMES_ONLY.includes(request)) return value;
  const { table } = value as { table: Record<string, unknown> };
  return Object.keys(table).sort();
}

function recordOf(record: ReturnType<typeof decodeRecords>[number]): unknown {
  const { topic, queueId, queueOffset, flag, sysFlag, bornTimestamp, reconsumeTimes } = record;
  return {
    topic,
    queueId,
    queueOffset,
    flag,
    sysFlag,
    bornTimestamp,
    reconsumeTimes,
    body: record.body.toString('base64'),
    properties: propertiesOf(record.properties),
  };
}

function propertiesOf(text: string): Record<string, string> {
  const properties = parseProperties(text);
  for (const key of DYNAMIC_PROPERTIES) if (key in properties) properties[key] = '(any)';
  return properties;
}

/** Maps become objects, lists of words are put in order (Java's come from hash sets). */
function plain(value: unknown): unknown {
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]): [string, unknown] => [
      typeof key === 'object' ? JSON.stringify(plain(key)) : String(key),
      plain(one),
    ]);
    return Object.fromEntries(entries);
  }
  if (Array.isArray(value)) {
    const items = value.map(plain);
    const key = (item: unknown): string => JSON.stringify(item);
    return items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
    key,
    DYNAMIC_KEYS.has(key) ? '(any)' : plain(one),
  ]);
  return Object.fromEntries(entries);
}
