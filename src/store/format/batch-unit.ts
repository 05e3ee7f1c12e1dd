// One entry of a batch consume queue (BatchConsumeQueue, CQ_STORE_UNIT_SIZE), which stands for all
// messages of one record. It begins as an entry of a plain consume queue does.
//
//   0  commitLogOffset i64
//   8  size i32            <= 0: the end of the data
//  12  tagsCode i64
//  20  storeTimestamp i64
//  28  baseOffset i64      queue offset of the first message
//  36  batchSize i16       messages
//  38  compactedOffset i32 = -1
//  42  reserved i32 = 0

import { setInt64 } from '../../base/bytes.js';
import { readInt64 } from '../../protocol/message.js';
import { writeUnit } from './consume-queue-unit.js';

export const BATCH_UNIT_BYTES = 46;

export interface BatchUnit {
  physicalOffset: number;
  size: number;
  tagsCode: number;
  storeTimestamp: number;
  baseOffset: number;
  batchSize: number;
}

export function writeBatchUnit(out: DataView, at: number, unit: BatchUnit): void {
  writeUnit(out, at, unit.physicalOffset, unit.size, unit.tagsCode);
  setInt64(out, at + 20, unit.storeTimestamp);
  setInt64(out, at + 28, unit.baseOffset);
  out.setInt16(at + 36, unit.batchSize);
  out.setInt32(at + 38, -1);
  out.setInt32(at + 42, 0);
}

export const unitBase = (units: Buffer, at: number): number => readInt64(units, at + 28);

/** Messages that the entry stands for; one at least, or a reader would not get beyond it. */
export const unitMessages = (units: Buffer, at: number): number =>
  Math.max(1, units.readInt16BE(at + 36));
