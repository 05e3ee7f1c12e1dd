// One unit of the timer log (TimerLog, TimerMessageStore.doEnqueue):
//
//   0  size i32 = 52            24  delay from the write time i32     40  hash of real topic i32
//   4  previous position i64    28  commitlog offset i64              44  reserved i64
//  12  magic i32                36  record size i32
//  16  write time i64
//
// A file's unused end starts with its length i32, 0 i64, BLANK_MAGIC i32.

import { viewInt64 } from '../../base/bytes.js';
import { writeInt64 } from '../../protocol/message.js';

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

/** What stands at `at`, a unit into `unit`; undefined where there is none, or a part of one. */
export function readUnit(
  view: DataView,
  at: number,
  unit: TimerUnit,
): 'unit' | 'blank' | undefined {
  if (at < 0 || at + BLANK_BYTES > view.byteLength) return undefined;
  const magic = view.getInt32(at + 12);
  if (magic === BLANK_MAGIC) return 'blank';
  if (magic <= 0 || magic > MAX_MAGIC || view.getInt32(at) !== UNIT_BYTES) return undefined;
  if (at + UNIT_BYTES > view.byteLength) return undefined;
  const size = view.getInt32(at + 36);
  if (size <= 0) return undefined; // a write that a crash has cut
  const writeTime = viewInt64(view, at + 16);
  unit.previous = viewInt64(view, at + 4);
  unit.magic = magic;
  unit.writeTime = writeTime;
  unit.dueTime = writeTime + view.getInt32(at + 24);
  unit.physicalOffset = viewInt64(view, at + 28);
  unit.size = size;
  unit.topicHash = view.getInt32(at + 40);
  return 'unit';
}

/** As `readUnit`, into a unit of its own. */
export function decodeUnit(view: DataView, at: number): TimerUnit | 'blank' | undefined {
  const unit = blankUnit();
  const found = readUnit(view, at, unit);
  return found === 'unit' ? unit : found;
}

export const blankUnit = (): TimerUnit => ({
  previous: -1,
  magic: 0,
  writeTime: 0,
  dueTime: 0,
  physicalOffset: 0,
  size: 0,
  topicHash: 0,
});

/** Marks the last `left` bytes of a file as unused. */
export function encodeBlank(left: number): Buffer {
  const blank = Buffer.alloc(BLANK_BYTES);
  blank.writeInt32BE(left, 0);
  blank.writeInt32BE(BLANK_MAGIC, 12);
  return blank;
}
