// Entries of one size, one behind the other: the newest in memory, all of them in files. They are
// written in pieces some time after the log, and are rebuilt from it when that did not happen.

import { type Bytes, withView } from '../../base/bytes.js';
import type { Block, BlockCache } from '../files/block-cache.js';
import type { SegmentList } from '../files/segment-list.js';

/** Bytes in one piece of memory: the first pieces are smaller. */
const MAX_CHUNK_BYTES = 32_000;
const MIN_CHUNK_BYTES = 1000;
const BLOCK_BYTES = 64_000;

interface Chunk {
  /** Number of the first entry. */
  start: number;
  count: number;
  units: Bytes;
}

/** Consecutive entries, beginning with the one that was asked for. */
export interface Units extends Bytes {
  at: number;
  count: number;
}

/** Where to write an entry: `buffer` at `at`. */
export interface UnitRoom extends Bytes {
  at: number;
}

export interface UnitLogOptions {
  list: SegmentList;
  cache: BlockCache;
  unitBytes: number;
  /** Fills the front of the first file when the first entry is not at its begin. */
  fillFront?: (out: Buffer) => void;
}

export class UnitLog {
  /** Behind the last entry. */
  count = 0;
  /** Entries in the files. */
  written = 0;
  /** Entries that are flushed. */
  flushed = 0;
  readonly list: SegmentList;
  readonly unitBytes: number;
  private readonly cache: BlockCache;
  private readonly blockUnits: number;
  private chunk: Chunk | undefined;
  private previous: Chunk | undefined;
  /** Key of the block that was asked for last: readers ask for one many times. */
  private lastKey = '';
  private lastStart = -1;
  /** Where the block begins that was read from last. */
  private entered = -1;

  constructor(private readonly options: UnitLogOptions) {
    this.list = options.list;
    this.cache = options.cache;
    this.unitBytes = options.unitBytes;
    this.blockUnits = Math.floor(BLOCK_BYTES / options.unitBytes);
  }

  /** Room for the next entry, which from now on counts. */
  room(): UnitRoom {
    let chunk = this.chunk;
    const end = chunk ? (chunk.count + 1) * this.unitBytes : Infinity;
    if (!chunk || end > chunk.units.buffer.length) chunk = this.moreRoom();
    this.count++;
    const { buffer, view } = chunk.units;
    return { buffer, view, at: chunk.count++ * this.unitBytes };
  }

  /** The files hold exactly the entries before `count`, or none when they are to begin there. */
  openAt(count: number): void {
    this.count = this.written = this.flushed = count;
    this.chunk = this.previous = undefined;
  }

  /** Drops the entries from `index` on, which are all in the files. */
  truncate(index: number): void {
    if (!this.list.first) return;
    this.list.truncate(index * this.unitBytes);
    this.cache.clear();
    this.openAt(index);
  }

  /** Drops all entries; the next one gets the number `index`. */
  restart(index: number): void {
    this.list.truncate(0);
    this.cache.clear();
    this.openAt(index);
  }

  /** Number of the first entry in the files, and of that behind their end. */
  get first(): number {
    return (this.list.first?.start ?? 0) / this.unitBytes;
  }

  get capacityEnd(): number {
    return this.list.capacityEnd / this.unitBytes;
  }

  /** Entries from the files, for starting up and for removing what is old. */
  readSync(index: number, count: number): Buffer {
    return this.list.readSync(index * this.unitBytes, count * this.unitBytes);
  }

  /** One entry by a small read, without keeping its neighbours. */
  async readOne(index: number): Promise<Units | undefined> {
    const known = this.units(index);
    if (known) return known;
    const buffer = await this.list.read(index * this.unitBytes, this.unitBytes);
    return buffer?.length === this.unitBytes ? { ...withView(buffer), at: 0, count: 1 } : undefined;
  }

  /** Entries from memory; undefined when they have to be loaded. */
  units(index: number): Units | undefined {
    const { chunk, previous } = this;
    if (chunk && index >= chunk.start) return this.within(chunk, index);
    if (previous && index >= previous.start) return this.within(previous, index);
    const start = this.blockStart(index);
    const block = this.cache.get(this.blockKey(start), (index + 1) * this.unitBytes);
    if (!block) return undefined;
    if (start !== this.entered) this.enter(start);
    return this.unitsIn(block, index);
  }

  /** Entries from the files; undefined where no file is. */
  async load(index: number): Promise<Units | undefined> {
    const start = this.blockStart(index);
    const block = await this.cache.load(this.blockKey(start), () => this.readBlock(start));
    const units = block && this.unitsIn(block, index);
    return units && units.count > 0 ? units : undefined;
  }

  /** Number of the first entry that is in memory. */
  get firstInMemory(): number {
    return this.previous?.start ?? this.chunk?.start ?? this.count;
  }

  get pending(): number {
    return this.count - this.written;
  }

  get unflushedBytes(): number {
    return (this.written - this.flushed) * this.unitBytes;
  }

  /** Writes what is only in memory: one write per file. */
  writePending(): void {
    if (this.written === this.count) return;
    for (const chunk of [this.previous, this.chunk]) {
      if (chunk) this.writeChunk(chunk);
    }
  }

  async flush(): Promise<void> {
    const { written, flushed, unitBytes } = this;
    await this.list.flush(flushed * unitBytes, written * unitBytes);
    this.flushed = Math.max(this.flushed, written);
  }

  /** Gives memory back: entries that are in the files are read from there. */
  release(): void {
    if (this.written < this.count) return;
    this.chunk = this.previous = undefined;
  }

  /** A reader that came from the block before goes on to the one behind: it is loaded ahead. */
  private enter(start: number): void {
    this.entered = start;
    const { directory, fileBytes } = this.list;
    const before = this.blockStart(Math.max(start / this.unitBytes - 1, 0));
    if (before === start || !this.cache.has(`${directory}:${before}`)) return;
    const fileEnd = start - (start % fileBytes) + fileBytes;
    const next = Math.min(start + this.blockUnits * this.unitBytes, fileEnd);
    if (next >= this.written * this.unitBytes) return;
    this.cache.loadAhead(`${directory}:${next}`, () => this.readBlock(next));
  }

  private async readBlock(start: number): Promise<Block | undefined> {
    const end = Math.min(start + this.blockUnits * this.unitBytes, this.written * this.unitBytes);
    const bytes = await this.list.read(start, end - start);
    return bytes && { start, bytes: withView(bytes) };
  }

  private within(chunk: Chunk, index: number): Units | undefined {
    const count = chunk.start + chunk.count - index;
    if (count <= 0) return undefined;
    const { buffer, view } = chunk.units;
    return { buffer, view, at: (index - chunk.start) * this.unitBytes, count };
  }

  private unitsIn({ start, bytes: { buffer, view } }: Block, index: number): Units {
    const at = index * this.unitBytes - start;
    return { buffer, view, at, count: Math.floor((buffer.length - at) / this.unitBytes) };
  }

  private moreRoom(): Chunk {
    try {
      this.writePending();
    } catch {
      // the disk is full: the flush policy will tell; until then the entries stay in memory
      const full = this.chunk!;
      const { buffer } = full.units;
      full.units = withView(Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]));
      return full;
    }
    const before = this.chunk?.units.buffer.length ?? 0;
    const bytes = Math.min(Math.max(before * 2, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
    const units = withView(Buffer.allocUnsafe(bytes - (bytes % this.unitBytes)));
    this.previous = this.chunk;
    this.chunk = { start: this.count, count: 0, units };
    return this.chunk;
  }

  private writeChunk(chunk: Chunk): void {
    const { unitBytes } = this;
    const end = chunk.start + chunk.count;
    while (this.written < end) {
      const { fileBytes } = this.list;
      const from = this.written * unitBytes;
      this.fillFirstFile(from);
      const fileEnd = from - (from % fileBytes) + fileBytes;
      const to = Math.min(end * unitBytes, fileEnd);
      const base = chunk.start * unitBytes;
      this.list.write(from, [chunk.units.buffer.subarray(from - base, to - base)]);
      this.written = to / unitBytes;
    }
  }

  private fillFirstFile(from: number): void {
    const inFile = from % this.list.fileBytes;
    if (this.list.first || inFile === 0) return;
    const front = Buffer.alloc(inFile);
    this.options.fillFront?.(front);
    this.list.write(from - inFile, [front]);
  }

  private blockStart(index: number): number {
    const inFile = (index * this.unitBytes) % this.list.fileBytes;
    return index * this.unitBytes - (inFile % (this.blockUnits * this.unitBytes));
  }

  private blockKey(start: number): string {
    if (start === this.lastStart) return this.lastKey;
    this.lastStart = start;
    return (this.lastKey = `${this.list.directory}:${start}`);
  }
}
