// The last field of a consume queue entry: what a broker filters by without reading the record.

import { Property, SystemTopic } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import { hashSpan, sharedSpans } from './property-spans.js';

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

/** The hash of TAGS; the delivery time of a message that waits in the schedule topic. */
export function tagsCodeOf(
  topic: string,
  properties: string,
  storeTimestamp: number,
  delayMs: readonly number[],
): number {
  if (topic === SystemTopic.SCHEDULE) {
    const level = Math.min(Number(findProperty(properties, Property.DELAY) ?? 0), delayMs.length);
    if (level > 0) return storeTimestamp + delayMs[level - 1];
  }
  const spans = sharedSpans;
  spans.scan(properties);
  return spans.tagsEnd > 0 ? hashSpan(0, properties, spans.tagsStart, spans.tagsEnd) : 0;
}
