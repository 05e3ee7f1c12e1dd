// What was read of the log's files, in blocks: those read last stay in memory, and a reader who
// goes on from one to the next finds those behind it loaded.

import { withView } from '../../base/bytes.js';
import { BlockCache } from '../files/block-cache.js';
import type { Block } from '../files/block-cache.js';
import type { SegmentList } from '../files/segment-list.js';
import type { Place } from './tail.js';

export const BLOCK_BYTES = 256 * 1024;
const CACHE_BYTES = 48 * BLOCK_BYTES;
const LEAST_CACHE_BYTES = 7 * BLOCK_BYTES;
/** Blocks that are loaded ahead of a reader who comes from the block before. */
const BLOCKS_AHEAD = 2;

export class LogBlocks {
  private readonly cache = new BlockCache(CACHE_BYTES, LEAST_CACHE_BYTES);
  /** The block that was read from last. */
  private recent: Block | undefined;

  constructor(
    private readonly list: SegmentList,
    /** Up to here the log is in the files. */
    private readonly written: () => number,
  ) {}

  clear(): void {
    this.cache.clear();
    this.recent = undefined;
  }

  /** As `locate`, where nothing has to be looked up. */
  locateInRecent(offset: number, end: number, place: Place): boolean {
    const { recent } = this;
    if (!recent || offset < recent.start) return false;
    const behind = recent.start + recent.bytes.buffer.length;
    if (end > behind) return false;
    place.bytes = recent.bytes;
    place.at = offset - recent.start;
    place.block = undefined;
    place.start = recent.start;
    place.end = behind;
    return true;
  }

  /** False when a block has to be loaded; what is found is good for this turn only. */
  locate(offset: number, end: number, place: Place): boolean {
    const start = this.blockStart(offset);
    const next = this.blockEnd(start);
    const block = this.cache.get(start, Math.min(end, next));
    if (!block) return false;
    this.enter(block);
    return end > next
      ? this.join(block, offset, end, place)
      : this.locateInRecent(offset, end, place);
  }

  /** Puts together what stands in two blocks that are both loaded. */
  private join(first: Block, offset: number, end: number, place: Place): boolean {
    const edge = endOf(first);
    const second = this.cache.get(edge, end);
    if (!second) return false;
    place.bytes = withView(Buffer.concat([copy(first, offset, edge), copy(second, edge, end)]));
    place.at = 0;
    place.block = undefined;
    place.start = offset;
    place.end = end;
    return true;
  }

  /** A copy of a record no longer than a block; undefined where the files do not have it. */
  async load(offset: number, size: number): Promise<Buffer | undefined> {
    const end = offset + size;
    const start = this.blockStart(offset);
    const first = this.cache.get(start, Math.min(end, this.blockEnd(start)));
    const head = first ?? (await this.loadBlock(start));
    if (!head) return undefined;
    if (end <= endOf(head)) return copy(head, offset, end);
    const next = this.blockEnd(start);
    if (endOf(head) < next) return this.readAlone(offset, size);
    const begin = copy(head, offset, next);
    const rest = this.cache.get(next, end) ?? (await this.loadBlock(next));
    if (!rest || endOf(rest) < end) return this.readAlone(offset, size);
    return Buffer.concat([begin, copy(rest, next, end)]);
  }

  /** A reader that came from the block before goes on to those behind: they are loaded ahead. */
  private enter(block: Block): void {
    if (this.recent === block) return;
    this.recent = block;
    const before = this.blockStart(Math.max(block.start - 1, 0));
    if (block.start === before || !this.cache.has(before)) return;
    let next = this.blockEnd(block.start);
    for (let i = 0; i < BLOCKS_AHEAD && next < this.written(); i++) {
      const start = next;
      this.cache.loadAhead(start, () => this.readBlock(start));
      next = this.blockEnd(start);
    }
  }

  /** Undefined where the file is shorter than it says. */
  private async readAlone(offset: number, size: number): Promise<Buffer | undefined> {
    const bytes = await this.list.read(offset, size);
    return bytes?.length === size ? bytes : undefined;
  }

  private blockStart(offset: number): number {
    const inFile = offset % this.list.fileBytes;
    return offset - (inFile % BLOCK_BYTES);
  }

  private blockEnd(start: number): number {
    const { fileBytes } = this.list;
    return Math.min(start + BLOCK_BYTES, start - (start % fileBytes) + fileBytes);
  }

  private loadBlock(start: number): Promise<Block | undefined> {
    return this.cache.load(start, () => this.readBlock(start));
  }

  private async readBlock(start: number): Promise<Block | undefined> {
    const end = Math.min(this.blockEnd(start), this.written());
    const room = this.cache.room(BLOCK_BYTES);
    const bytes = await this.list.readLater(start, room.subarray(0, end - start));
    return bytes && { start, bytes: withView(bytes), room };
  }
}

const endOf = ({ start, bytes }: Block): number => start + bytes.buffer.length;

/** The memory of a block is used again. */
function copy(block: Block, from: number, to: number): Buffer {
  return copyOf({ bytes: block.bytes, at: from - block.start }, to - from);
}

export function copyOf({ bytes, at }: Pick<Place, 'bytes' | 'at'>, size: number): Buffer {
  const out = Buffer.allocUnsafe(size);
  bytes.buffer.copy(out, 0, at, at + size);
  return out;
}
