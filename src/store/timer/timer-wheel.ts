// The timer wheel: for each second the chain of units in the timer log that are due in it
// (TimerWheel, Slot). Two weeks of slots of 32 bytes; a slot is
//
//   0  time / precision i64    8  first position i64    16  last position i64
//  24  messages i32           28  magic i32

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { readInt64, writeInt64 } from '../../protocol/message.js';

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

/** Slots beside each other in the file. */
export interface Change {
  ticks: number[];
  bytes: Buffer;
}

export class TimerWheel {
  /** Slots that have messages and are not read yet, by time / precision. */
  private readonly slots = new Map<number, Slot>();
  private readonly dirty = new Set<number>();
  /** Slots that were read before they were written. */
  private readonly unwritten = new Map<number, Slot>();
  private readonly path: string;
  private fd: number | undefined;

  constructor(
    private readonly files: FileSystem,
    root: string,
    private readonly precisionMs: number,
  ) {
    this.path = join(root, 'timerwheel');
  }

  /** What is wrong with its file as such. */
  oddFile(): string | undefined {
    const found = this.files.stat(this.path);
    if (!found) return undefined;
    if (found.isDirectory) return `${this.path} is a directory`;
    return found.size === FILE_BYTES
      ? undefined
      : `${this.path} has ${found.size} bytes, not ${FILE_BYTES}`;
  }

  /** Removes it, with all that is noted. */
  clear(): void {
    this.close();
    this.slots.clear();
    this.dirty.clear();
    this.unwritten.clear();
    this.files.rmdir(this.path, { recursive: true });
  }

  /** Slots that have messages and are not read yet, by tick. */
  get waiting(): ReadonlyMap<number, Slot> {
    return this.slots;
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

  /** Messages of all slots that are not read yet. */
  get total(): number {
    let total = 0;
    for (const { count } of this.slots.values()) total += count;
    return total;
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

  /** The first slot with messages that is no earlier than `fromMs` and earlier than `endMs`. */
  next(fromMs: number, endMs: number): number | undefined {
    if (this.slots.size === 0) return undefined;
    const end = this.tick(endMs);
    for (let tick = this.tick(fromMs); tick < end; tick++) {
      if (this.slots.has(tick)) return tick * this.precisionMs;
    }
    return undefined;
  }

  /**
   * A slot that has been read is in the file all the same, where its time tells that it is over: a
   * start that does not know that time finds the units of the log in it.
   */
  drop(timeMs: number): void {
    this.forget(this.tick(timeMs));
  }

  dropBefore(timeMs: number): void {
    const end = this.tick(timeMs);
    for (const tick of this.slots.keys()) {
      if (tick < end) this.forget(tick);
    }
  }

  /** What has changed, as pieces of the file: neighbours are one piece. */
  takeChanges(): Change[] {
    const ticks = [...this.dirty].filter((tick) => this.known(tick));
    this.dirty.clear();
    ticks.sort((a, b) => (a % FILE_SLOTS) - (b % FILE_SLOTS));
    const changes: Change[] = [];
    for (let from = 0; from < ticks.length;) {
      let to = from + 1;
      while (to < ticks.length && ticks[to] === ticks[from] + to - from) to++;
      const run = ticks.slice(from, to);
      changes.push({ ticks: run, bytes: this.encode(run) });
      from = to;
    }
    this.unwritten.clear();
    return changes;
  }

  write(changes: readonly Change[]): void {
    const fd = this.open();
    for (const { ticks, bytes } of changes) {
      const at = (ticks[0] % FILE_SLOTS) * SLOT_BYTES;
      this.files.writeSync(fd, bytes, 0, bytes.length, at);
    }
  }

  /** Changes that did not reach the disk are among the next. */
  giveBack(changes: readonly Change[]): void {
    for (const { ticks } of changes) for (const tick of ticks) this.dirty.add(tick);
  }

  /** Makes what is written durable. */
  async flush(): Promise<void> {
    if (this.fd !== undefined) await this.files.fdatasync(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) this.files.closeSync(this.fd);
    this.fd = undefined;
  }

  tick(timeMs: number): number {
    return Math.floor(timeMs / this.precisionMs);
  }

  private forget(tick: number): void {
    const slot = this.slots.get(tick);
    if (slot && this.dirty.has(tick)) this.unwritten.set(tick, slot);
    this.slots.delete(tick);
  }

  private known(tick: number): Slot | undefined {
    return this.slots.get(tick) ?? this.unwritten.get(tick);
  }

  private encode(ticks: readonly number[]): Buffer {
    const bytes = Buffer.alloc(ticks.length * SLOT_BYTES);
    for (const [i, tick] of ticks.entries()) {
      const slot = this.known(tick)!;
      const at = i * SLOT_BYTES;
      writeInt64(bytes, tick, at);
      writeInt64(bytes, slot.first, at + 8);
      writeInt64(bytes, slot.last, at + 16);
      bytes.writeInt32BE(slot.count, at + 24);
    }
    return bytes;
  }

  private open(): number {
    if (this.fd !== undefined) return this.fd;
    const exists = this.files.exists(this.path);
    this.fd = this.files.openSync(this.path, exists ? 'r+' : 'wx+');
    if (!exists) this.files.ftruncate(this.fd, FILE_BYTES);
    return this.fd;
  }
}
