// The timer log: one unit per timed message, chained backwards by the slot that it is due in
// (TimerLog, TimerMessageStore.doEnqueue). Files of mappedFileSizeTimerLog bytes; a unit is
//
//   0  size i32 = 52            24  delay from the write time i32     40  hash of real topic i32
//   4  previous position i64    28  commitlog offset i64              44  reserved i64
//  12  magic i32                36  record size i32
//  16  write time i64
//
// A file's unused end starts with its length i32, 0 i64, BLANK_MAGIC i32.

import { join } from 'node:path';
import type { FileSystem } from '../../../../base/files.js';
import { readInt64, writeInt64 } from '../../../../protocol/message.js';

export const UNIT_BYTES = 52;
const BLANK_BYTES = 16;
const BLANK_MAGIC = 0xcbd43194 | 0;

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

const nameOf = (start: number): string => String(start).padStart(20, '0');

export class TimerLog {
  /** Position behind the last unit. */
  end = 0;
  private readonly folder: string;
  private readonly fds = new Map<number, number>();

  constructor(
    private readonly files: FileSystem,
    root: string,
    private readonly fileBytes: number,
  ) {
    this.folder = join(root, 'timerlog');
  }

  /** Finds the end from `flushed` on; calls `seen` for the units found behind it. */
  recover(flushed: number, seen: (unit: TimerUnit, position: number) => void): void {
    const starts = this.starts();
    const first = starts[0] ?? 0;
    this.end = Math.max(first, flushed);
    if (starts.length === 0) return;
    for (;;) {
      const unit = this.read(this.end);
      if (unit === 'blank') {
        this.end = this.startOf(this.end) + this.fileBytes;
        continue;
      }
      if (!unit) return;
      seen(unit, this.end);
      this.end += UNIT_BYTES;
    }
  }

  /** Appends a unit; its position. */
  append(unit: TimerUnit): number {
    this.makeRoom();
    const position = this.end;
    const bytes = Buffer.alloc(UNIT_BYTES);
    bytes.writeInt32BE(UNIT_BYTES, 0);
    writeInt64(bytes, unit.previous, 4);
    bytes.writeInt32BE(unit.magic, 12);
    writeInt64(bytes, unit.writeTime, 16);
    bytes.writeInt32BE(unit.dueTime - unit.writeTime, 24);
    writeInt64(bytes, unit.physicalOffset, 28);
    bytes.writeInt32BE(unit.size, 36);
    bytes.writeInt32BE(unit.topicHash, 40);
    const start = this.startOf(position);
    this.files.writeSync(this.fd(start, true), bytes, 0, UNIT_BYTES, position - start);
    this.end += UNIT_BYTES;
    return position;
  }

  /** The unit at a position; undefined where there is none. */
  read(position: number): TimerUnit | 'blank' | undefined {
    const start = this.startOf(position);
    const fd = this.fd(start, false);
    if (fd === undefined) return undefined;
    const bytes = Buffer.alloc(UNIT_BYTES);
    const got = this.files.readSync(fd, bytes, 0, UNIT_BYTES, position - start);
    if (got < BLANK_BYTES) return undefined;
    const magic = bytes.readInt32BE(12);
    if (magic === BLANK_MAGIC) return 'blank';
    const legal = magic > 0 && magic <= 15 && bytes.readInt32BE(0) === UNIT_BYTES;
    if (!legal || got < UNIT_BYTES) return undefined;
    const writeTime = readInt64(bytes, 16);
    return {
      previous: readInt64(bytes, 4),
      magic,
      writeTime,
      dueTime: writeTime + bytes.readInt32BE(24),
      physicalOffset: readInt64(bytes, 28),
      size: bytes.readInt32BE(36),
      topicHash: bytes.readInt32BE(40),
    };
  }

  /** The last unit, if there is one. */
  last(): TimerUnit | undefined {
    const unit = this.end >= UNIT_BYTES ? this.read(this.end - UNIT_BYTES) : undefined;
    return unit === 'blank' ? undefined : unit;
  }

  /** Removes whole files whose messages the commitlog no longer holds. */
  cut(minPhysicalOffset: number): void {
    const starts = this.starts();
    for (let i = 0; i + 1 < starts.length; i++) {
      const next = this.read(starts[i + 1]);
      if (!next || next === 'blank' || next.physicalOffset >= minPhysicalOffset) return;
      this.closeFile(starts[i]);
      this.files.unlink(join(this.folder, nameOf(starts[i])));
    }
  }

  async flush(): Promise<void> {
    const fd = this.fds.get(this.startOf(this.end));
    if (fd !== undefined) await this.files.fdatasync(fd);
  }

  close(): void {
    for (const start of [...this.fds.keys()]) this.closeFile(start);
  }

  /** A unit needs room for itself and for the mark of a blank end. */
  private makeRoom(): void {
    const start = this.startOf(this.end);
    const left = this.fileBytes - (this.end - start);
    if (left >= UNIT_BYTES + BLANK_BYTES) return;
    const blank = Buffer.alloc(BLANK_BYTES);
    blank.writeInt32BE(left, 0);
    blank.writeInt32BE(BLANK_MAGIC, 12);
    this.files.writeSync(this.fd(start, true), blank, 0, BLANK_BYTES, this.end - start);
    this.end = start + this.fileBytes;
  }

  private startOf(position: number): number {
    return position - (position % this.fileBytes);
  }

  private starts(): number[] {
    return this.files
      .readdir(this.folder)
      .filter(({ name }) => /^\d{20}$/.test(name))
      .map(({ name }) => Number(name));
  }

  private fd(start: number, create: true): number;
  private fd(start: number, create: boolean): number | undefined;
  private fd(start: number, create: boolean): number | undefined {
    const known = this.fds.get(start);
    if (known !== undefined) return known;
    const path = join(this.folder, nameOf(start));
    const exists = this.files.exists(path);
    if (!exists && !create) return undefined;
    if (!exists) this.files.mkdirp(this.folder);
    const fd = this.files.openSync(path, exists ? 'r+' : 'wx+');
    if (!exists) this.files.ftruncate(fd, this.fileBytes);
    this.fds.set(start, fd);
    return fd;
  }

  private closeFile(start: number): void {
    const fd = this.fds.get(start);
    if (fd === undefined) return;
    this.fds.delete(start);
    this.files.closeSync(fd);
  }
}
