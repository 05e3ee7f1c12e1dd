// One entry of a compacted queue (BatchConsumeQueue, CQ_STORE_UNIT_SIZE; SparseConsumeQueue): queue
// offsets have gaps, so every entry carries its own.
//
//   0  offset i64 in the compaction log    28  queueOffset i64
//   8  size i32                            36  batchSize i16, always 1 here
//  12  tagsCode i64                        38  compactedOffset i32, -1
//  20  storeTimestamp i64                  42  reserved i32

import { readInt64, writeInt64 } from '../../protocol/message.js';

export const SPARSE_UNIT_BYTES = 46;

export interface SparseUnit {
  physicalOffset: number;
  size: number;
  tagsCode: number;
  storeTimestamp: number;
  queueOffset: number;
}

export function writeSparseUnit(out: Buffer, at: number, unit: SparseUnit): void {
  writeInt64(out, unit.physicalOffset, at);
  out.writeInt32BE(unit.size, at + 8);
  writeInt64(out, unit.tagsCode, at + 12);
  writeInt64(out, unit.storeTimestamp, at + 20);
  writeInt64(out, unit.queueOffset, at + 28);
  out.writeInt16BE(1, at + 36);
  out.writeInt32BE(-1, at + 38);
  out.writeInt32BE(0, at + 42);
}

/** The entry behind the last one of a file that is not full (putEndPositionInfo). */
export function sparseEnd(): Buffer {
  const end = Buffer.alloc(SPARSE_UNIT_BYTES);
  writeInt64(end, -1, 0);
  end.writeInt32BE(-1, 38);
  return end;
}

/** Whether there is an entry at `at`, not the end or nothing. */
export function isSparseUnit(units: Buffer, at: number): boolean {
  return (
    at + SPARSE_UNIT_BYTES <= units.length &&
    sparseOffset(units, at) >= 0 &&
    sparseSize(units, at) > 0 &&
    sparseQueueOffset(units, at) >= 0 &&
    units.readInt16BE(at + 36) > 0
  );
}

export const sparseOffset = (units: Buffer, at: number): number => readInt64(units, at);

export const sparseSize = (units: Buffer, at: number): number => units.readInt32BE(at + 8);

export const sparseTagsCode = (units: Buffer, at: number): bigint => units.readBigInt64BE(at + 12);

export const sparseQueueOffset = (units: Buffer, at: number): number => readInt64(units, at + 28);
