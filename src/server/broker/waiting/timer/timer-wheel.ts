// The timer wheel: for each second the chain of units in the timer log that are due in it
// (TimerWheel, Slot). Two weeks of slots of 32 bytes; a slot is
//
//   0  time / precision i64    8  first position i64    16  last position i64
//  24  messages i32           28  magic i32

import { join } from 'node:path';
import type { FileSystem } from '../../../../base/files.js';
import { readInt64, writeInt64 } from '../../../../protocol/message.js';

const SLOT_BYTES = 32;
/** Slots of the days that RocketMQ's wheel holds; the file has twice as many. */
export const SLOTS = 7 * 24 * 3600;
const FILE_SLOTS = 2 * SLOTS;
const FILE_BYTES = FILE_SLOTS * SLOT_BYTES;
const READ_BYTES = 1024 * 1024;

export interface Slot {
  first: number;
  last: number;
  count: number;
}

export class TimerWheel {
  /** Slots that have messages and are not read yet, by time / precision. */
  private readonly slots = new Map<number, Slot>();
  private readonly dirty = new Set<number>();
  private readonly path: string;
  private fd: number | undefined;

  constructor(
    private readonly files: FileSystem,
    root: string,
    private readonly precisionMs: number,
  ) {
    this.path = join(root, 'timerwheel');
  }

  /** Reads the slots from `fromMs` on; false when there is no wheel yet. */
  load(fromMs: number): boolean {
    if (!this.files.exists(this.path)) return false;
    const fd = this.open();
    const from = this.tick(fromMs);
    const bytes = Buffer.alloc(READ_BYTES);
    for (let at = 0; at < FILE_BYTES; at += READ_BYTES) {
      const got = this.files.readSync(fd, bytes, 0, Math.min(READ_BYTES, FILE_BYTES - at), at);
      for (let i = 0; i + SLOT_BYTES <= got; i += SLOT_BYTES) {
        if (bytes.readInt32BE(i + 4) === 0) continue;
        const tick = readInt64(bytes, i);
        if (tick < from) continue;
        this.slots.set(tick, {
          first: readInt64(bytes, i + 8),
          last: readInt64(bytes, i + 16),
          count: bytes.readInt32BE(i + 24),
        });
      }
    }
    return true;
  }

  get(timeMs: number): Slot | undefined {
    return this.slots.get(this.tick(timeMs));
  }

  /** Notes a unit of the timer log; `count` 0 when only its place is to be mended. */
  add(timeMs: number, position: number, count: number): void {
    const tick = this.tick(timeMs);
    const slot = this.slots.get(tick);
    if (!slot) this.slots.set(tick, { first: position, last: position, count });
    else if (position > slot.last || count !== 0) {
      slot.last = position;
      slot.count += count;
    }
    this.dirty.add(tick);
  }

  /** The time of the first slot with messages, undefined when there is none. */
  firstTime(): number | undefined {
    let first: number | undefined;
    for (const tick of this.slots.keys()) if (first === undefined || tick < first) first = tick;
    return first === undefined ? undefined : first * this.precisionMs;
  }

  /** A slot that has been read stays in the file, where its time tells that it is over. */
  drop(timeMs: number): void {
    const tick = this.tick(timeMs);
    this.slots.delete(tick);
    this.dirty.delete(tick);
  }

  flush(): void {
    if (this.dirty.size === 0) return;
    const fd = this.open();
    const bytes = Buffer.alloc(SLOT_BYTES);
    for (const tick of this.dirty) {
      const slot = this.slots.get(tick);
      if (!slot) continue;
      writeInt64(bytes, tick, 0);
      writeInt64(bytes, slot.first, 8);
      writeInt64(bytes, slot.last, 16);
      bytes.writeInt32BE(slot.count, 24);
      this.files.writeSync(fd, bytes, 0, SLOT_BYTES, (tick % FILE_SLOTS) * SLOT_BYTES);
    }
    this.dirty.clear();
  }

  close(): void {
    this.flush();
    if (this.fd !== undefined) this.files.closeSync(this.fd);
    this.fd = undefined;
  }

  private tick(timeMs: number): number {
    return Math.floor(timeMs / this.precisionMs);
  }

  private open(): number {
    if (this.fd !== undefined) return this.fd;
    const exists = this.files.exists(this.path);
    this.fd = this.files.openSync(this.path, exists ? 'r+' : 'wx+');
    if (!exists) this.files.ftruncate(this.fd, FILE_BYTES);
    return this.fd;
  }
}
