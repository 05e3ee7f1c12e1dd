// The entries of one queue: the newest in memory, all of them in files. Entries are written in
// pieces some time after the log, and are rebuilt from it when that did not happen.

import {
  FILLER_SIZE,
  UNIT_BYTES,
  fillFront,
  unitOffset,
  unitSize,
  writeUnit,
} from '../format/consume-queue-unit.js';
import type { BlockCache } from '../files/block-cache.js';
import type { SegmentList } from '../files/segment-list.js';

/** Entries in one piece of memory: the first pieces of a queue are smaller. */
const MAX_CHUNK_UNITS = 1600;
const MIN_CHUNK_UNITS = 50;
const BLOCK_BYTES = 64_000;

interface Chunk {
  /** Queue offset of the first entry. */
  start: number;
  count: number;
  units: Buffer;
}

/** Consecutive entries, beginning with the one that was asked for. */
export interface Units {
  buffer: Buffer;
  at: number;
  count: number;
}

export class ConsumeQueue {
  /** The offset that the next message gets. */
  next = 0;
  /** Behind the last entry that readers see. */
  max = 0;
  /** The first entry whose record is still in the log. */
  min = 0;
  /** Behind the record of the last entry. */
  maxPhysical = -1;
  /** Entries in the files. */
  written = 0;
  /** Entries that are flushed. */
  flushed = 0;
  private chunk: Chunk | undefined;
  private previous: Chunk | undefined;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    readonly list: SegmentList,
    private readonly cache: BlockCache,
  ) {}

  /** Appends the entry number `max`. */
  append(physicalOffset: number, size: number, tagsCode: number): void {
    let chunk = this.chunk;
    if (!chunk || chunk.count * UNIT_BYTES === chunk.units.length) chunk = this.moreRoom();
    writeUnit(chunk.units, chunk.count * UNIT_BYTES, physicalOffset, size, tagsCode);
    chunk.count++;
    this.max++;
    this.maxPhysical = physicalOffset + size;
  }

  /** An empty queue begins at `offset`; the front of its first file is filled. */
  beginAt(offset: number): void {
    this.next = this.max = this.min = this.written = this.flushed = offset;
    this.chunk = this.previous = undefined;
  }

  /** After recovery: the files hold exactly the entries before `max`. */
  openAt(max: number): void {
    this.next = this.max = this.written = this.flushed = max;
    this.chunk = this.previous = undefined;
    const units = max > 0 ? this.list.readSync((max - 1) * UNIT_BYTES, UNIT_BYTES) : undefined;
    const size = units?.length === UNIT_BYTES ? unitSize(units, 0) : 0;
    this.maxPhysical = units && size > 0 && size !== FILLER_SIZE ? unitOffset(units, 0) + size : -1;
  }

  /** Log offset of the last entry's record, or -1. */
  lastRecord(): number {
    if (this.max === 0) return -1;
    const last = this.list.readSync((this.max - 1) * UNIT_BYTES, UNIT_BYTES);
    const real = last.length === UNIT_BYTES && unitSize(last, 0) !== FILLER_SIZE;
    return real ? unitOffset(last, 0) : -1;
  }

  /** Drops the entries from `offset` on, which are all in the files. */
  truncate(offset: number): void {
    if (!this.list.first) return;
    this.list.truncate(offset * UNIT_BYTES);
    this.openAt(offset);
    this.min = Math.min(this.min, offset);
  }

  /** Drops the entries from `offset` on, to append that one next. */
  restartAt(offset: number): void {
    this.writePending();
    const first = this.list.first?.start ?? 0;
    if (offset * UNIT_BYTES > first) return this.truncate(offset);
    this.list.truncate(0);
    this.beginAt(offset);
  }

  /** Puts fillers in place of entries that are nowhere. */
  fillTo(offset: number): void {
    while (this.max < offset) this.append(0, FILLER_SIZE, 0);
  }

  /** Entries from memory; undefined when they have to be loaded. */
  units(offset: number): Units | undefined {
    const { chunk, previous } = this;
    if (chunk && offset >= chunk.start) return within(chunk, offset);
    if (previous && offset >= previous.start) return within(previous, offset);
    const start = this.blockStart(offset);
    const block = this.cache.get(this.blockKey(start), (offset + 1) * UNIT_BYTES);
    if (!block) return undefined;
    const at = offset * UNIT_BYTES - block.start;
    return { buffer: block.bytes, at, count: Math.floor((block.bytes.length - at) / UNIT_BYTES) };
  }

  /** Entries from the files; undefined where no file is. */
  async load(offset: number): Promise<Units | undefined> {
    const start = this.blockStart(offset);
    const end = Math.min(start + BLOCK_BYTES, this.written * UNIT_BYTES);
    const block = await this.cache.load(this.blockKey(start), async () => {
      const bytes = await this.list.read(start, end - start);
      return bytes && { start, bytes };
    });
    if (!block) return undefined;
    const at = offset * UNIT_BYTES - start;
    const count = Math.floor((block.bytes.length - at) / UNIT_BYTES);
    return count > 0 ? { buffer: block.bytes, at, count } : undefined;
  }

  get pending(): number {
    return this.max - this.written;
  }

  /** Writes what is only in memory: one write per file. */
  writePending(): void {
    if (this.written === this.max) return;
    for (const chunk of [this.previous, this.chunk]) {
      if (chunk) this.writeChunk(chunk);
    }
  }

  /** Gives memory back: entries that are in the files are read from there. */
  release(): void {
    if (this.written < this.max) return;
    this.chunk = this.previous = undefined;
  }

  get inMemory(): boolean {
    return this.chunk !== undefined;
  }

  private moreRoom(): Chunk {
    try {
      this.writePending();
    } catch {
      // the disk is full: the flush policy will tell; until then the entries stay in memory
      const full = this.chunk!;
      full.units = Buffer.concat([full.units, Buffer.allocUnsafe(full.units.length)]);
      return full;
    }
    const before = this.chunk ? this.chunk.units.length / UNIT_BYTES : 0;
    const size = Math.min(Math.max(before * 2, MIN_CHUNK_UNITS), MAX_CHUNK_UNITS);
    this.previous = this.chunk;
    this.chunk = { start: this.max, count: 0, units: Buffer.allocUnsafe(size * UNIT_BYTES) };
    return this.chunk;
  }

  private writeChunk(chunk: Chunk): void {
    const end = chunk.start + chunk.count;
    while (this.written < end) {
      const { fileBytes } = this.list;
      const from = this.written * UNIT_BYTES;
      this.fillFirstFile(from);
      const fileEnd = from - (from % fileBytes) + fileBytes;
      const to = Math.min(end * UNIT_BYTES, fileEnd);
      const base = chunk.start * UNIT_BYTES;
      this.list.write(from, [chunk.units.subarray(from - base, to - base)]);
      this.written = to / UNIT_BYTES;
    }
  }

  /** ConsumeQueue.fillPreBlank. */
  private fillFirstFile(from: number): void {
    const inFile = from % this.list.fileBytes;
    if (this.list.first || inFile === 0) return;
    const front = Buffer.alloc(inFile);
    fillFront(front, 0, inFile);
    this.list.write(from - inFile, [front]);
  }

  private blockStart(offset: number): number {
    const inFile = (offset * UNIT_BYTES) % this.list.fileBytes;
    return offset * UNIT_BYTES - (inFile % BLOCK_BYTES);
  }

  private blockKey(start: number): string {
    return `${this.list.directory}:${start}`;
  }
}

function within(chunk: Chunk, offset: number): Units | undefined {
  const count = chunk.start + chunk.count - offset;
  return count > 0
    ? { buffer: chunk.units, at: (offset - chunk.start) * UNIT_BYTES, count }
    : undefined;
}
