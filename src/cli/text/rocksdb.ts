// What a broker keeps in RocksDB as its JSON files, and as RocketMQ's commands print it.

import { hashMapOrder } from '../../client/java-text.js';

type ConfigKind = 'topics' | 'subscriptionGroups' | 'consumerOffsets';

/** Names and JSON texts. */
type ConfigEntries = readonly (readonly [name: string, text: string])[];

interface Config {
  entries: ConfigEntries;
  dataVersion: string | undefined;
  forbidden: ConfigEntries;
}

/** A JSON value whose objects are maps, so that their fields stay in order. */
export type Ordered = Map<string | number, unknown>;

const TABLES: Readonly<Record<ConfigKind, string>> = {
  topics: 'topicConfigTable',
  subscriptionGroups: 'subscriptionGroupTable',
  consumerOffsets: 'offsetTable',
};

/** The content of the broker's JSON file of this kind. */
export function configJson(config: Config, kind: ConfigKind): Ordered {
  const table: Ordered = new Map();
  for (const [name, text] of config.entries) {
    const value = ordered(JSON.parse(text));
    table.set(name, kind === 'consumerOffsets' ? offsetsOf(value) : value);
  }
  const fields: Ordered = new Map();
  if (config.dataVersion !== undefined && kind !== 'consumerOffsets') {
    fields.set('dataVersion', ordered(JSON.parse(config.dataVersion)));
  }
  fields.set(TABLES[kind], table);
  // RocketMQ leaves these out, and a broker that takes the file over forgets them
  if (kind === 'subscriptionGroups' && config.forbidden.length > 0) {
    fields.set('forbiddenTable', forbiddenOf(config.forbidden));
  }
  return inHashOrder(fields);
}

/** `1, Key: name, Value: text` for each, as exportMetadataInRocksDB prints them. */
export const entryLines = (entries: ConfigEntries): string =>
  entries.map(([name, text], i) => `${i + 1}, Key: ${name}, Value: ${text}\n`).join('');

/** rocksDBConfigToJson -j false. */
export function fieldLines(fields: Ordered): string {
  let count = 0;
  let text = '';
  for (const [field, table] of fields) {
    text += `type: ${field}`;
    for (const [name, value] of table as Ordered) {
      text += `${++count}, Key: ${name}, Value: ${valueText(value)}\n`;
    }
  }
  return text;
}

/** As a Java HashMap has the keys. */
export function inHashOrder(fields: Ordered): Ordered {
  return new Map(hashMapOrder([...fields.keys()].map(String)).map((key) => [key, fields.get(key)]));
}

/** Objects become maps; keys that look like numbers stay where they stood only in these. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, one]) => [key, ordered(one)]));
}

/** RocksDBOffsetSerializeWrapper: offsets by queue id. */
function offsetsOf(value: unknown): Ordered {
  const table = value instanceof Map ? (value as Ordered).get('offsetTable') : undefined;
  const offsets = table instanceof Map ? [...(table as Ordered)] : [];
  return new Map(offsets.map(([id, offset]) => [Number(id), offset]));
}

const forbiddenOf = (entries: ConfigEntries): Ordered =>
  new Map(entries.map(([name, text]) => [name, ordered(JSON.parse(text))]));

function valueText(value: unknown): string {
  if (!(value instanceof Map)) return JSON.stringify(value);
  const offsets = value as Ordered;
  const numbered = [...offsets.keys()].every((key) => typeof key === 'number');
  if (!numbered || offsets.size === 0) return JSON.stringify(plain(value));
  return `{${[...offsets].map(([id, offset]) => `${id}=${String(offset)}`).join(', ')}}`;
}

/** Objects again, for JSON.stringify. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...(value as Ordered)].map(([key, one]) => [key, plain(one)]));
}
