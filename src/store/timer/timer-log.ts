// The timer log: one unit per timed message, chained backwards by the slot that it is due in
// (TimerLog). Files of mappedFileSizeTimerLog bytes. What is appended is written in one piece by
// `write`; chains are read in blocks, for the units of a slot mostly stand close together.

import { join } from 'node:path';
import { viewOf } from '../../base/bytes.js';
import type { FileSystem } from '../../base/files.js';
import {
  BLANK_BYTES,
  blankUnit,
  decodeUnit,
  encodeBlank,
  encodeUnit,
  readUnit,
  type TimerUnit,
  UNIT_BYTES,
} from './timer-unit.js';

/** What is gathered before it is written, and what is read at once. */
const GATHER_BYTES = UNIT_BYTES * 1024;
const BLOCK_BYTES = 32 * 1024;

/** Bytes of the log from `start` on. */
interface Block {
  start: number;
  view: DataView;
}

const NO_BYTES = viewOf(Buffer.alloc(0));

const nameOf = (start: number): string => String(start).padStart(20, '0');

export class TimerLog {
  /** Position behind the last unit, written or not. */
  end = 0;
  private written = 0;
  private gathered = Buffer.alloc(GATHER_BYTES);
  private readonly folder: string;
  private readonly fds = new Map<number, number>();
  /** Reads and flushes under way: their files must not be closed. */
  private busy = 0;

  constructor(
    private readonly files: FileSystem,
    root: string,
    private readonly fileBytes: number,
  ) {
    this.folder = join(root, 'timerlog');
  }

  /** Where its first file begins; undefined without any. */
  get first(): number | undefined {
    return this.starts()[0];
  }

  /** Finds the end from `flushed` on; calls `seen` for the units found behind it. */
  recover(flushed: number, seen: (unit: TimerUnit, position: number) => void): void {
    const { first } = this;
    const from = Math.max(first ?? 0, flushed);
    this.end = this.written = first === undefined ? from : this.walk(from, Infinity, seen);
  }

  /**
   * Calls `seen` for the units from `from` on; where it meets `end`, or something that is none. The
   * unit is the same object each time.
   */
  walk(from: number, end: number, seen: (unit: TimerUnit, position: number) => void): number {
    let at = from;
    const unit = blankUnit();
    for (let block: Block = { start: at, view: NO_BYTES }; at < end;) {
      if (at + UNIT_BYTES > block.start + block.view.byteLength || at < block.start) {
        block = this.readBlock(at);
      }
      const found = readUnit(block.view, at - block.start, unit);
      if (!found) break;
      if (found === 'blank') {
        at = this.startOf(at) + this.fileBytes;
        continue;
      }
      seen(unit, at);
      at += UNIT_BYTES;
    }
    return at;
  }

  /** What is wrong with its files as such: one is missing, or has another size. */
  oddFile(): string | undefined {
    const other = this.files.readdir(this.folder).find(({ isDirectory }) => isDirectory);
    if (other) return `${join(this.folder, other.name)} is a directory`;
    const starts = this.starts();
    for (const [i, start] of starts.entries()) {
      const path = join(this.folder, nameOf(start));
      const bytes = this.files.stat(path)?.size ?? 0;
      if (start % this.fileBytes !== 0 || bytes !== this.fileBytes) {
        return `${path} has ${bytes} bytes, not ${this.fileBytes}`;
      }
      if (start !== starts[0] + i * this.fileBytes) return `the file before ${path} is missing`;
    }
    return undefined;
  }

  /** Where the unit begins that a position is in. */
  unitAt(position: number): number {
    const start = this.startOf(position);
    return position - ((position - start) % UNIT_BYTES);
  }

  /** Removes all files. */
  clear(): void {
    for (const start of [...this.fds.keys()]) this.closeFile(start);
    this.files.rmdir(this.folder, { recursive: true });
    this.end = this.written = 0;
  }

  /** Appends a unit, in memory until the next `write`; its position. */
  append(unit: TimerUnit): number {
    this.makeRoom();
    const position = this.end;
    encodeUnit(unit, this.gathered, position - this.written);
    this.end += UNIT_BYTES;
    return position;
  }

  /** Writes what was appended, as one piece. */
  write(): void {
    const length = this.end - this.written;
    if (length === 0) return;
    const start = this.startOf(this.written);
    const fd = this.fd(start, true);
    this.files.writeSync(fd, this.gathered, 0, length, this.written - start);
    this.written = this.end;
    this.gathered.fill(0, 0, length);
  }

  /** The chain that ends with the unit at a position, in the order in which it was appended. */
  async chain(last: number): Promise<TimerUnit[]> {
    const units: TimerUnit[] = [];
    if (last < 0) return units;
    this.write();
    let block: Block | undefined;
    for (let position = last; position >= 0;) {
      if (!block || position < block.start) block = await this.readBack(position);
      const unit = decodeUnit(block.view, position - block.start);
      if (!unit || unit === 'blank') break;
      units.push(unit);
      if (unit.previous >= position) break;
      position = unit.previous;
    }
    return units.reverse();
  }

  /** All units that there are now, from the first file on, a block at a time. */
  async *units(): AsyncGenerator<TimerUnit[], void> {
    this.write();
    const { end } = this;
    let position = Math.min(...this.starts(), end);
    while (position < end) {
      const { view } = await this.readAhead(position);
      const page: TimerUnit[] = [];
      let at = 0;
      for (let unit = decodeUnit(view, at); unit; unit = decodeUnit(view, at)) {
        if (unit === 'blank') break;
        page.push(unit);
        at += UNIT_BYTES;
      }
      yield page;
      const blank = page.length === 0 || decodeUnit(view, at) === 'blank';
      position = blank ? this.startOf(position) + this.fileBytes : position + at;
    }
  }

  /** The last unit, if there is one. */
  last(): TimerUnit | undefined {
    if (this.end < UNIT_BYTES) return undefined;
    this.write();
    // where a file ended with a blank, and nothing has come behind it yet
    const blank = BLANK_BYTES + ((this.fileBytes - BLANK_BYTES) % UNIT_BYTES);
    const end = this.end % this.fileBytes === 0 ? this.end - blank : this.end;
    const unit = decodeUnit(this.readBlock(end - UNIT_BYTES).view, 0);
    return unit === 'blank' ? undefined : unit;
  }

  /** Removes whole files whose messages the commitlog no longer holds. */
  cut(minPhysicalOffset: number): void {
    if (this.busy > 0) return; // there is a next time
    const starts = this.starts();
    for (let i = 0; i + 1 < starts.length; i++) {
      const next = decodeUnit(this.readBlock(starts[i + 1]).view, 0);
      if (!next || next === 'blank' || next.physicalOffset >= minPhysicalOffset) return;
      this.closeFile(starts[i]);
      this.files.unlink(join(this.folder, nameOf(starts[i])));
    }
  }

  /** Makes what is written durable. */
  async flush(): Promise<void> {
    const start = this.startOf(Math.max(0, this.written - 1));
    const fd = this.fds.get(start);
    if (fd !== undefined) await this.using(() => this.files.fdatasync(fd));
  }

  close(): void {
    this.write();
    for (const start of [...this.fds.keys()]) this.closeFile(start);
  }

  /** A unit needs room for itself and for the mark of a blank end. */
  private makeRoom(): void {
    const start = this.startOf(this.end);
    const left = this.fileBytes - (this.end - start);
    if (left < UNIT_BYTES + BLANK_BYTES) {
      this.write();
      const fd = this.fd(start, true);
      this.files.writeSync(fd, encodeBlank(left), 0, BLANK_BYTES, this.end - start);
      this.files.fdatasyncSync(fd); // `flush` sees to the last file only
      this.end = this.written = start + this.fileBytes;
    }
    if (this.end - this.written + UNIT_BYTES > GATHER_BYTES) this.write();
  }

  /** The block that ends with the unit at a position, off the event loop. */
  private readBack(position: number): Promise<Block> {
    const file = this.startOf(position);
    const end = Math.min(position + UNIT_BYTES, file + this.fileBytes);
    return this.readPiece(file, Math.max(file, end - BLOCK_BYTES), end);
  }

  /** The block that begins at a position, off the event loop. */
  private readAhead(start: number): Promise<Block> {
    const file = this.startOf(start);
    return this.readPiece(file, start, Math.min(start + BLOCK_BYTES, file + this.fileBytes));
  }

  private async readPiece(file: number, start: number, end: number): Promise<Block> {
    const fd = this.fd(file, false);
    const bytes = Buffer.allocUnsafeSlow(fd === undefined ? 0 : end - start);
    const read = (): Promise<number> => this.files.pread(fd!, bytes, 0, bytes.length, start - file);
    const got = fd === undefined ? 0 : await this.using(read);
    return { start, view: viewOf(bytes.subarray(0, got)) };
  }

  /** The block that begins at a position. */
  private readBlock(start: number): Block {
    const file = this.startOf(start);
    const fd = this.fd(file, false);
    if (fd === undefined) return { start, view: NO_BYTES };
    const bytes = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, file + this.fileBytes - start));
    const got = this.files.readSync(fd, bytes, 0, bytes.length, start - file);
    return { start, view: viewOf(bytes.subarray(0, got)) };
  }

  private async using<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
    }
  }

  private startOf(position: number): number {
    return position - (position % this.fileBytes);
  }

  private starts(): number[] {
    return this.files
      .readdir(this.folder)
      .filter(({ name, isDirectory }) => !isDirectory && /^\d{20}$/.test(name))
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
