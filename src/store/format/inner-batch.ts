// Records that hold several messages in their body (INNER_BATCH_FLAG): their properties say how
// many and which queue offset the first one has (CommitLog.setBatchSizeIfNeeded).

import { Property } from '../../protocol/flags.js';
import { findProperty, formatProperties, parseProperties } from '../../protocol/properties.js';
import type { Indexed } from './record-scan.js';

const MAX_INNER = 0x7fff;

export interface InnerBatch {
  /** Queue offset of the first message. */
  base: number;
  messages: number;
}

/** Of a record of a queue of batches; a plain message there is a batch of one. */
export function innerBatchOf({ properties, queueOffset }: Indexed): InnerBatch {
  if (!properties.includes(Property.INNER_NUM)) return { base: queueOffset, messages: 1 };
  const base = findProperty(properties, Property.INNER_BASE);
  if (base === undefined) return { base: queueOffset, messages: 1 };
  return { base: Number(base), messages: innerCount(properties) };
}

/** Messages of a record by its properties, one at least. */
export function innerCount(properties: string): number {
  const count = Number(findProperty(properties, Property.INNER_NUM) ?? 1);
  return Number.isInteger(count) && count >= 1 && count <= MAX_INNER ? count : 1;
}

/** The properties with the queue offset of the first message. */
export function withInnerBase(properties: string, base: number): string {
  const kept = parseProperties(properties);
  kept[Property.INNER_BASE] = String(base);
  return formatProperties(kept);
}
