// The `checkpoint` file: how far what is on disk can be trusted (StoreCheckpoint).
//
//   0 physicMsgTimestamp i64    8 logicsMsgTimestamp i64   16 indexMsgTimestamp i64
//  24 masterFlushedOffset i64  32 confirmPhyOffset i64     40 logicsPhysicalOffset i64 (5.5)
//  zeros to 4096

import { readInt64, writeInt64 } from '../../protocol/message.js';

export const CHECKPOINT_BYTES = 4096;

export interface Checkpoint {
  /** Store time of the last message whose log record is flushed. */
  physicMsgTimestamp: number;
  /** Store time of the last message whose consume queue entry is flushed. */
  logicsMsgTimestamp: number;
  /** Store time of the last message whose index entries are flushed. */
  indexMsgTimestamp: number;
  masterFlushedOffset: number;
  confirmPhyOffset: number;
  /** Start of the last record whose consume queue entry is flushed. */
  logicsPhysicalOffset: number;
}

const FIELDS: readonly (keyof Checkpoint)[] = [
  'physicMsgTimestamp',
  'logicsMsgTimestamp',
  'indexMsgTimestamp',
  'masterFlushedOffset',
  'confirmPhyOffset',
  'logicsPhysicalOffset',
];

export function emptyCheckpoint(): Checkpoint {
  return {
    physicMsgTimestamp: 0,
    logicsMsgTimestamp: 0,
    indexMsgTimestamp: 0,
    masterFlushedOffset: 0,
    confirmPhyOffset: 0,
    logicsPhysicalOffset: 0,
  };
}

export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const out = Buffer.alloc(CHECKPOINT_BYTES);
  FIELDS.forEach((field, i) => writeInt64(out, checkpoint[field], i * 8));
  return out;
}

/** Undefined for bytes that no store wrote: cut off, or values that cannot be. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint | undefined {
  if (bytes.length < FIELDS.length * 8) return undefined;
  const checkpoint = emptyCheckpoint();
  for (const [i, field] of FIELDS.entries()) {
    const value = readInt64(bytes, i * 8);
    // -1 is Java's "none" for the offsets
    if (!Number.isSafeInteger(value) || value < -1) return undefined;
    checkpoint[field] = value;
  }
  return checkpoint;
}

/** Everything stored until this time is flushed; 0 trusts nothing (getMinTimestamp). */
export function trustedTimestamp(checkpoint: Checkpoint): number {
  const { physicMsgTimestamp, logicsMsgTimestamp } = checkpoint;
  return Math.max(0, Math.min(physicMsgTimestamp, logicsMsgTimestamp) - 3000);
}
