// One entry of a consume queue (ConsumeQueue, CQ_STORE_UNIT_SIZE). Entry number = queue offset.
//
//   0  commitLogOffset i64
//   8  size i32          <= 0: the end of the data; 0x7fffffff at offset 0: a filler in front
//  12  tagsCode i64      hash of TAGS, or the delivery time in SCHEDULE_TOPIC_XXXX

import { setInt64, viewOf } from '../../base/bytes.js';
import { readInt64 } from '../../protocol/message.js';

export const UNIT_BYTES = 20;

/** Size in the entries that fill a file in front of a queue that starts in its middle. */
export const FILLER_SIZE = 0x7fffffff;

export function writeUnit(
  out: DataView,
  at: number,
  physicalOffset: number,
  size: number,
  tagsCode: number,
): void {
  setInt64(out, at, physicalOffset);
  out.setInt32(at + 8, size);
  setInt64(out, at + 12, tagsCode);
}

export const unitOffset = (units: Buffer, at: number): number => readInt64(units, at);

export const unitSize = (units: Buffer, at: number): number => units.readInt32BE(at + 8);

export const unitTagsCode = (units: Buffer, at: number): bigint => units.readBigInt64BE(at + 12);

/** Fills `out` with the entries that stand in front of the first real one. */
export function fillFront(out: Buffer): void {
  const view = viewOf(out);
  for (let at = 0; at < out.length; at += UNIT_BYTES) writeUnit(view, at, 0, FILLER_SIZE, 0);
}
