// Fields of a config file that this version does not know: found when the file is read, written
// again with what took their record's place. RocketMQ drops them; a newer one would miss them.

import { type Json, type JsonObject, writeJson } from '../../../protocol/fastjson.js';

/**
 * What a part of a file is. Fields of a record stay when they are not known; entries of a table and
 * items of a list, which `by` tells apart, are gone when the state has them no more.
 */
export type Shape =
  | { kind: 'record'; fields: Readonly<Record<string, Shape>> }
  | { kind: 'table'; of: Shape }
  | { kind: 'list'; of: Shape; by: string }
  | { kind: 'value' };

const VALUE: Shape = { kind: 'value' };
const VERSION: Shape = { kind: 'record', fields: {} };

export const record = (fields: Readonly<Record<string, Shape>> = {}): Shape => ({
  kind: 'record',
  fields: { dataVersion: VERSION, ...fields },
});

export const table = (of: Shape): Shape => ({ kind: 'table', of });

export const list = (by: string, of: Shape): Shape => ({ kind: 'list', of, by });

/** What the state lacks of one part of a file. */
export interface Kept {
  /** Fields and what they held. */
  readonly fields: ReadonlyMap<string, Json>;
  /** Of parts that the state has; those of parts that are gone are forgotten. */
  readonly parts: Map<string, Kept>;
  /** A value with numbers that the state holds rounded. */
  readonly exact?: Json;
}

/** What `file` holds and `state`, as it was loaded from it, does not. */
export function unknownIn(file: Json, state: Json, shape: Shape): Kept | undefined {
  if (shape.kind === 'value') return exactValue(file, state);
  const fields = new Map<string, Json>();
  const parts = new Map<string, Kept>();
  const known = entriesOf(state, shape);
  for (const [key, value] of entriesOf(file, shape)) {
    if (value === null) continue;
    const mine = known.get(key);
    if (mine === undefined || mine === null) {
      if (shape.kind === 'record') fields.set(key, value);
      continue;
    }
    const kept = unknownIn(value, mine, shapeOf(shape, key));
    if (kept) parts.set(key, kept);
  }
  return fields.size + parts.size > 0 ? { fields, parts } : undefined;
}

/** The state with what it lacks, which is not changed by this. */
export function withUnknown(state: Json, kept: Kept | undefined, shape: Shape): Json {
  if (!kept) return state;
  if (kept.exact !== undefined) return sameRounded(kept.exact, state) ? kept.exact : state;
  const known = entriesOf(state, shape);
  for (const key of kept.parts.keys()) if (!known.has(key)) kept.parts.delete(key);
  const of = (key: string, value: Json): Json =>
    withUnknown(value, kept.parts.get(key), shapeOf(shape, key));
  if (Array.isArray(state)) return state.map((item) => of(keyOf(item, shape), item));
  const missing = [...kept.fields].filter(([key]) => !known.has(key));
  if (state instanceof Map) {
    const entries = [...state].map(([key, value]) => [key, of(String(key), value)] as const);
    const more = missing.map(([key, value]) => [mapKey(key), value] as const);
    return new Map([...entries, ...more]);
  }
  const entries = [...known].map(([key, value]) => [key, of(key, value)] as const);
  return Object.fromEntries([...entries, ...missing]) as JsonObject;
}

const shapeOf = (shape: Shape, key: string): Shape => {
  if (shape.kind === 'record') return shape.fields[key] ?? VALUE;
  return shape.kind === 'value' ? VALUE : shape.of;
};

function entriesOf(value: Json, shape: Shape): Map<string, Json> {
  if (value === null || typeof value !== 'object') return new Map();
  if (Array.isArray(value)) {
    return shape.kind === 'list'
      ? new Map(value.map((item) => [keyOf(item, shape), item]))
      : new Map();
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const present = entries.filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return new Map(present.map(([key, item]) => [String(key), item]));
}

function keyOf(item: Json, shape: Shape): string {
  if (shape.kind !== 'list' || item === null || typeof item !== 'object') return '';
  return Array.isArray(item) || item instanceof Map ? '' : String(item[shape.by]);
}

/** Tables with number keys are the only ones that are no plain objects. */
const mapKey = (key: string): string | number => (/^\d+$/.test(key) ? Number(key) : key);

function exactValue(file: Json, state: Json): Kept | undefined {
  const rounded = holdsBigint(file) && sameRounded(file, state);
  return rounded ? { fields: new Map(), parts: new Map(), exact: file } : undefined;
}

function holdsBigint(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (Array.isArray(value)) return value.some(holdsBigint);
  return (value instanceof Map ? [...value.values()] : Object.values(value)).some(holdsBigint);
}

const sameRounded = (exact: Json, state: Json): boolean =>
  writeJson(rounded(exact)) === writeJson(state);

function rounded(value: Json | undefined): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map(rounded);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, rounded(item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]));
}
