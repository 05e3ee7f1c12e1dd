// Attributes of topics and groups: which there are, and how a request changes them
// (TopicAttributes, SubscriptionGroupAttributes, AttributeUtil, AttributeParser).

import { refuse } from '../../../base/errors.js';
import { ResponseCode } from '../../../protocol/responses.js';

export type Attributes = Record<string, string>;

interface AttributeRow {
  /** Not set: only when the topic is created. */
  changeable?: boolean;
  values?: readonly string[];
  range?: readonly [min: number, max: number];
  flag?: boolean;
}
export type AttributeTable = Readonly<Record<string, AttributeRow>>;

const MAX = Number.MAX_SAFE_INTEGER;
/** In the order in which a refusal lists them. */
const MESSAGE_TYPES = [
  'UNSPECIFIED',
  'MIXED',
  'TRANSACTION',
  'PRIORITY',
  'FIFO',
  'DELAY',
  'LITE',
  'NORMAL',
];

export const TOPIC_ATTRIBUTES: AttributeTable = {
  'queue.type': { values: ['BatchCQ', 'SimpleCQ'] },
  'cleanup.policy': { values: ['DELETE', 'COMPACTION'] },
  'message.type': { changeable: true, values: MESSAGE_TYPES },
  'reserve.time': { changeable: true, range: [-1, MAX] },
  'lite.topic.expiration': { changeable: true, range: [-1, 30 * 24 * 60] },
};

export const GROUP_ATTRIBUTES: AttributeTable = {
  'priority.factor': { changeable: true, range: [0, 100] },
  'lite.bind.topic': { changeable: true },
  'lite.sub.model': { changeable: true, values: ['Shared', 'Exclusive'] },
  'lite.sub.reset.offset.exclusive': { changeable: true, flag: true },
  'lite.sub.reset.offset.unsubscribe': { changeable: true, flag: true },
  'lite.sub.client.quota': { changeable: true, range: [-1, MAX] },
  'lite.sub.client.max.event.cnt': { changeable: true, range: [10, MAX] },
  'lite.sub.wildcard': { changeable: true },
};

/** Whether the queues of a topic hold batches; undefined when there is no such topic. */
export const batchAttributeOf = (
  topic: { attributes?: Readonly<Attributes> } | undefined,
): boolean | undefined => topic && topic.attributes?.['queue.type'] === 'BatchCQ';

const fail = (remark: string): never => {
  throw refuse(ResponseCode.SYSTEM_ERROR, remark);
};

/** Reads `+key1=value1,-key2` of a request. */
export function parseAttributes(text: string | undefined): Attributes {
  const attributes: Attributes = {};
  if (!text) return attributes;
  for (const item of text.split(',')) {
    const [key = '', value] = item.split('=');
    if (value === undefined && !key.includes('-')) {
      fail(`delete attribute format is wrong: ${key}`);
    }
    if (value !== undefined && !key.includes('+')) {
      fail(`add/alter attribute format is wrong: ${key}`);
    }
    if (key in attributes) fail(`key duplication: ${key}`);
    attributes[key] = value ?? '';
  }
  return attributes;
}

/**
 * What `current` becomes by a request's `changes` (keys with a leading + or -). `current` is
 * undefined for what is being created. Refuses with RocketMQ's remarks.
 */
export function alterAttributes(
  table: AttributeTable,
  current: Readonly<Attributes> | undefined,
  changes: Readonly<Attributes>,
): Attributes {
  const result: Attributes = { ...current };
  const seen = new Set<string>();
  for (const [signed, value] of Object.entries(changes)) {
    const sign = signed[0];
    const key = signed.slice(1);
    if (key === '' || /[+-]/.test(key)) fail('kv string format wrong.');
    if (seen.has(key)) fail(`alter duplication key. key: ${key}`);
    seen.add(key);
    if (sign !== '+' && !current) {
      fail(`only add attribute is supported while creating topic. key: ${key}`);
    }
    if (sign !== '+' && sign !== '-') fail(`wrong format key: ${key}`);
    if (sign === '-' && !(key in (current ?? {}))) {
      fail(`attempt to delete a nonexistent key: ${key}`);
    }
    verify(table, key, sign === '-' ? undefined : value, current === undefined);
    if (sign === '-') delete result[key];
    else result[key] = value;
  }
  return result;
}

function verify(
  table: AttributeTable,
  key: string,
  value: string | undefined,
  creating: boolean,
): void {
  const row = Object.hasOwn(table, key) ? table[key]! : fail(`unsupported key: ${key}`);
  if (!creating && !row.changeable) {
    fail(`attempt to update an unchangeable attribute. key: ${key}`);
  }
  if (value === undefined) return;
  if (row.values && !row.values.includes(value)) {
    fail(`value is not in set: [${row.values.join(', ')}]`);
  }
  if (row.flag && !/^(true|false)$/i.test(value)) fail('boolean attribute format is wrong.');
  if (row.range) {
    const number = Number(value);
    if (!/^-?\d+$/.test(value)) fail(`For input string: "${value}"`);
    const [min, max] = row.range;
    if (number < min || number > max) {
      const top = max === MAX ? '9223372036854775807' : max;
      fail(`value is not in range(${min}, ${top})`);
    }
  }
}
