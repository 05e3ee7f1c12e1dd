// The last field of a consume queue entry: what a broker filters by without reading the record.

import { Property, SystemTopic } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import type { Indexed } from './record-scan.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds by level - 1 of `messageDelayLevel` (DefaultMessageStore.parseDelayLevel). */
export function parseDelayLevels(text: string): number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((level) => Number(level.slice(0, -1)) * (UNIT_MS[level.slice(-1)] ?? NaN));
}

type Tagged = Pick<Indexed, 'topic' | 'properties' | 'storeTimestamp' | 'keys'>;

/** The hash of TAGS; the delivery time of a message that waits in the schedule topic. */
export function tagsCodeOf(record: Tagged, delayMs: readonly number[]): number {
  if (record.topic === SystemTopic.SCHEDULE) {
    const named = Number(findProperty(record.properties, Property.DELAY) ?? 0);
    const level = Math.min(named, delayMs.length);
    if (level > 0) return record.storeTimestamp + delayMs[level - 1];
  }
  return record.keys.tagsCode;
}
