// What is known of a request before it comes: its fields, and how they were written last.

import type { HeaderCodec, Kind } from './fields.js';
import { RecentTexts } from './recent-texts.js';

/** Index of a field that the request does not have. */
export const UNKNOWN = -1;

/** How the header of one request is read. */
export interface ScanPlan {
  readonly indexOf: ReadonlyMap<string, number>;
  readonly names: readonly string[];
  /** Names as they stand in the bytes, with the colon. */
  readonly written: readonly Buffer[];
  /**
   * What came last behind each field, behind none at `names.length`: clients write their fields in
   * the same order every time.
   */
  readonly follower: Int16Array;
  readonly kinds: readonly Kind[];
  /** Bits of the required fields. */
  readonly required: number;
  /** For the fields whose values come again and again. */
  readonly recent: readonly (RecentTexts | undefined)[];
}

const COME_AGAIN: ReadonlySet<string> = new Set(
  'brokerName consumerGroup defaultTopic expressionType producerGroup subscription topic'.split(
    ' ',
  ),
);

/** Bits of a JavaScript integer. */
const MAX_FIELDS = 31;

export function scanPlan(codec: HeaderCodec<unknown>): ScanPlan | undefined {
  const { fields } = codec;
  if (fields.length > MAX_FIELDS) return undefined;
  return {
    indexOf: new Map(fields.map(({ wire }, i) => [wire, i])),
    names: fields.map(({ name }) => name),
    written: fields.map(({ key }) => Buffer.from(key)),
    follower: new Int16Array(fields.length + 1).fill(UNKNOWN),
    kinds: fields.map(({ kind }) => kind),
    recent: fields.map(({ name }) => (COME_AGAIN.has(name) ? new RecentTexts() : undefined)),
    required: fields.reduce((bits, { required }, i) => (required ? bits | (1 << i) : bits), 0),
  };
}
