// One unit of the timer log (TimerLog, TimerMessageStore.doEnqueue):
//
//   0  size i32 = 52            24  delay from the write time i32     40  hash of real topic i32
//   4  previous position i64    28  commitlog offset i64              44  reserved i64
//  12  magic i32                36  record size i32
//  16  write time i64
//
// A file's unused end starts with its length i32, 0 i64, BLANK_MAGIC i32.

import { readInt64, writeInt64 } from '../../../../protocol/message.js';

export const UNIT_BYTES = 52;
export const BLANK_BYTES = 16;
const BLANK_MAGIC = 0xcbd43194 | 0;
const MAX_MAGIC = 15;

/** Bits of a unit's magic; every unit has the first. */
export const Magic = { DEFAULT: 1, ROLL: 2, DELETE: 4 } as const;

export interface TimerUnit {
  /** Position of the unit before it in its slot; -1 for none. */
  previous: number;
  magic: number;
  writeTime: number;
  /** Time of its slot. */
  dueTime: number;
  physicalOffset: number;
  size: number;
  topicHash: number;
}

/** Writes a unit; the bytes at `at` must be zero. */
export function encodeUnit(unit: TimerUnit, bytes: Buffer, at: number): void {
  bytes.writeInt32BE(UNIT_BYTES, at);
  writeInt64(bytes, unit.previous, at + 4);
  bytes.writeInt32BE(unit.magic, at + 12);
  writeInt64(bytes, unit.writeTime, at + 16);
  bytes.writeInt32BE(unit.dueTime - unit.writeTime, at + 24);
  writeInt64(bytes, unit.physicalOffset, at + 28);
  bytes.writeInt32BE(unit.size, at + 36);
  bytes.writeInt32BE(unit.topicHash, at + 40);
}

/** Undefined where there is no unit, or only a part of one. */
export function decodeUnit(bytes: Buffer, at: number): TimerUnit | 'blank' | undefined {
  if (at < 0 || at + BLANK_BYTES > bytes.length) return undefined;
  const magic = bytes.readInt32BE(at + 12);
  if (magic === BLANK_MAGIC) return 'blank';
  if (magic <= 0 || magic > MAX_MAGIC || bytes.readInt32BE(at) !== UNIT_BYTES) return undefined;
  if (at + UNIT_BYTES > bytes.length) return undefined;
  const size = bytes.readInt32BE(at + 36);
  if (size <= 0) return undefined; // a write that a crash has cut
  const writeTime = readInt64(bytes, at + 16);
  return {
    previous: readInt64(bytes, at + 4),
    magic,
    writeTime,
    dueTime: writeTime + bytes.readInt32BE(at + 24),
    physicalOffset: readInt64(bytes, at + 28),
    size,
    topicHash: bytes.readInt32BE(at + 40),
  };
}

/** Marks the last `left` bytes of a file as unused. */
export function encodeBlank(left: number): Buffer {
  const blank = Buffer.alloc(BLANK_BYTES);
  blank.writeInt32BE(left, 0);
  blank.writeInt32BE(BLANK_MAGIC, 12);
  return blank;
}
