// What the entries of one consume queue have no room for, in files of its own (ConsumeQueueExt):
// units of different sizes, the newest in memory.

import { withView } from '../../base/bytes.js';
import { MqError } from '../../base/errors.js';
import type { BlockCache } from '../files/block-cache.js';
import type { SegmentList } from '../files/segment-list.js';
import {
  EXT_END_BYTES,
  decodeExtUnit,
  encodeExtUnit,
  extOffset,
  isExtAddress,
} from '../format/ext-unit.js';
import type { ExtUnit } from '../format/ext-unit.js';

const TAIL_BYTES = 16 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Enough for a unit of any size. */
const UNIT_BYTES = 32 * 1024;
const END_MARK = -1;

export class QueueExt {
  /** Behind the last unit; -1 before that was looked for. */
  private end = -1;
  private tailStart = 0;
  private tail: Buffer = Buffer.alloc(0);
  private written = 0;
  private flushed = 0;
  private loaded = false;
  private lacking = false;

  constructor(
    private readonly list: SegmentList,
    private readonly cache: BlockCache,
    /** Units are written (enableConsumeQueueExt); those that are there are read in any case. */
    readonly writing: boolean,
    private readonly warn: (text: string) => void,
  ) {}

  /**
   * Appends a unit; its offset. `before` tells the tags code of the entry before, behind whose unit
   * the first one is put.
   */
  put(
    tagsCode: number,
    storeTimestamp: number,
    bitMap: Buffer | undefined,
    before: (() => bigint | undefined) | undefined,
  ): number {
    if (this.end < 0) this.openBehind(before?.());
    const unit = encodeExtUnit(tagsCode, storeTimestamp, bitMap);
    const rest = this.list.fileBytes - (this.end % this.list.fileBytes);
    if (unit.length > rest - EXT_END_BYTES) this.nextFile(rest);
    const at = this.end - this.tailStart;
    if (at + unit.length > this.tail.length) this.moreRoom(unit.length);
    unit.copy(this.tail, this.end - this.tailStart);
    this.end += unit.length;
    return this.end - unit.length;
  }

  /** A unit that is in memory. */
  get(address: bigint): ExtUnit | undefined {
    const offset = extOffset(address);
    if (this.end >= 0 && offset >= this.tailStart) {
      return decodeExtUnit(
        this.tail.subarray(0, this.end - this.tailStart),
        offset - this.tailStart,
      );
    }
    const start = offset - (offset % BLOCK_BYTES);
    const block = this.cache.get(this.blockKey(start), offset);
    return block && decodeExtUnit(block.bytes.buffer, offset - start);
  }

  /** Undefined when the files do not have it: its message then passes every filter by tags. */
  async load(address: bigint): Promise<ExtUnit | undefined> {
    const offset = extOffset(address);
    this.loadFiles();
    const start = offset - (offset % BLOCK_BYTES);
    const block = await this.cache.load(this.blockKey(start), async () => {
      const bytes = await this.list.read(start, BLOCK_BYTES);
      return bytes && { start, bytes: withView(bytes) };
    });
    const known = block && decodeExtUnit(block.bytes.buffer, offset - start);
    if (known) return known;
    // over the end of the block, or written since
    const bytes = await this.list.read(offset, UNIT_BYTES);
    const unit = bytes && decodeExtUnit(bytes, 0);
    if (!unit) this.tellLacking(offset);
    return unit;
  }

  writePending(): void {
    if (this.written >= this.end || this.end < 0) return;
    this.list.write(this.written, [
      this.tail.subarray(this.written - this.tailStart, this.end - this.tailStart),
    ]);
    this.written = this.end;
  }

  async flush(): Promise<void> {
    const { written, flushed } = this;
    if (written <= flushed || this.end < 0) return;
    await this.list.flush(flushed, written);
    this.flushed = Math.max(this.flushed, written);
  }

  release(): void {
    if (this.end < 0 || this.written < this.end) return;
    this.tailStart = this.end;
    this.tail = Buffer.alloc(0);
  }

  /** The queue was cut or opened: where the units end is looked for again. */
  forget(): void {
    this.end = -1;
    this.tail = Buffer.alloc(0);
  }

  /** Removes files whose units are all before that of the queue's first entry. */
  deleteBefore(address: bigint): void {
    if (!isExtAddress(address)) return;
    this.loadFiles();
    const offset = extOffset(address);
    // ConsumeQueueExt.truncateByMinAddress
    while (this.list.all.length > 1 && this.list.all[0].start + this.list.fileBytes < offset) {
      this.list.deleteFirst();
    }
  }

  destroy(): void {
    this.list.destroy();
    this.forget();
    this.loaded = false;
  }

  /** Once, as every entry may lack its unit. */
  private tellLacking(offset: number): void {
    if (this.lacking) return;
    this.lacking = true;
    const what = 'consumers look through such messages themselves';
    this.warn(`${this.list.directory} lacks units that entries name, such as ${offset}: ${what}`);
  }

  private loadFiles(): void {
    if (this.loaded) return;
    this.loaded = true;
    try {
      this.list.load();
    } catch (error) {
      if (!(error instanceof MqError) || error.code !== 'STORE_UNREADABLE') throw error;
      const what = 'its files are removed, and consumers look through more messages themselves';
      this.warn(`${error.details.reason}: ${what}`);
      this.list.destroy();
    }
  }

  /** Units behind that of the last entry belong to entries that were cut. */
  private openBehind(lastCode: bigint | undefined): void {
    this.loadFiles();
    let end = this.list.first?.start ?? 0;
    if (lastCode !== undefined && isExtAddress(lastCode)) {
      const offset = extOffset(lastCode);
      const unit = decodeExtUnit(this.list.readSync(offset, UNIT_BYTES), 0);
      end = unit ? offset + unit.size : this.behindLost(offset);
    } else if (lastCode !== undefined) {
      end = this.endOfFiles();
    }
    this.list.truncate(end);
    this.end = this.tailStart = this.written = this.flushed = end;
    this.tail = Buffer.alloc(0);
  }

  /** Where no address of an entry before points at: its unit is not to be another's. */
  private behindLost(offset: number): number {
    const { first, capacityEnd, fileBytes } = this.list;
    return first ? capacityEnd : offset - (offset % fileBytes) + fileBytes;
  }

  /** ConsumeQueueExt.recover: entries before were written without units, so all are kept. */
  private endOfFiles(): number {
    const last = this.list.last;
    if (!last) return 0;
    let offset = last.start;
    for (;;) {
      const unit = decodeExtUnit(this.list.readSync(offset, UNIT_BYTES), 0);
      if (!unit) return offset;
      offset += unit.size;
    }
  }

  private nextFile(rest: number): void {
    this.writePending();
    const mark = Buffer.alloc(2);
    mark.writeInt16BE(END_MARK, 0);
    if (rest >= EXT_END_BYTES) this.list.write(this.end, [mark]);
    this.end += rest;
    this.written = this.tailStart = this.end;
    this.tail = Buffer.alloc(0);
  }

  private moreRoom(bytes: number): void {
    this.writePending();
    this.tailStart = this.end;
    this.tail = Buffer.allocUnsafe(Math.max(TAIL_BYTES, bytes));
  }

  private blockKey(start: number): string {
    return `${this.list.directory}:${start}`;
  }
}
