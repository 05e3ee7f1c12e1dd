// The end of the commitlog in memory: what is being appended, and what was written last, for
// readers that keep up. A block that was read from is never reused, so slices of it stay valid.

import assert from 'node:assert';
import { type Bytes, withView } from '../../base/bytes.js';

const BLOCK_BYTES = 1024 * 1024;
/** Blocks that nobody read from and that wait to be used again. */
const MAX_SPARE = 4;

export interface TailBlock {
  /** Log offset of the first byte. */
  readonly start: number;
  readonly bytes: Bytes;
  used: number;
  /** Slices of it are with readers. */
  lent: boolean;
}

/** Where to write a record: `buffer` at `at`. */
export interface Room extends Bytes {
  at: number;
}

/** Where bytes of the log stand in memory. */
export interface Place {
  bytes: Bytes;
  at: number;
  /** Of the tail; other memory is used again soon. */
  block: TailBlock | undefined;
  /** Log offsets of the first byte that stands there, and of what comes behind the last. */
  start: number;
  end: number;
}

/** Of a record, or whatever else, that stands alone. */
export const placeOf = (buffer: Buffer): Place => ({
  bytes: withView(buffer),
  at: 0,
  block: undefined,
  start: 0,
  end: 0,
});

export interface Piece {
  offset: number;
  bytes: Buffer;
}

export class Tail {
  private blocks: TailBlock[] = [];
  private held = 0;
  private readonly spare: Bytes[] = [];

  constructor(private readonly limitBytes: number) {}

  /**
   * Room for up to `size` bytes at log offset `offset`, which is the end or a file's begin. A file
   * begins with a block of its own, so that no piece reaches over two files.
   */
  room(offset: number, size: number, beginsFile: boolean): Room {
    const last = this.blocks.at(-1);
    const follows = last !== undefined && last.start + last.used === offset && !beginsFile;
    if (follows && last.used + size <= last.bytes.buffer.length) {
      const { buffer, view } = last.bytes;
      return { buffer, view, at: last.used };
    }
    const fresh = size <= BLOCK_BYTES ? this.spare.pop() : undefined;
    const bytes = fresh ?? withView(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, size)));
    this.blocks.push({ start: offset, bytes, used: 0, lent: false });
    this.held += bytes.buffer.length;
    // not spread: V8 would give each of them a hidden class of its own, and all readers be slow
    return { buffer: bytes.buffer, view: bytes.view, at: 0 };
  }

  /** The bytes that were written into the room given last now belong to the log. */
  take(size: number): void {
    this.blocks[this.blocks.length - 1].used += size;
  }

  /** False when the bytes are not all here; what is found is good for this turn only. */
  locate(offset: number, size: number, place: Place): boolean {
    const block = this.blocks[this.find(offset)];
    if (!block) return false;
    const at = offset - block.start;
    if (at + size > block.used) return false;
    place.bytes = block.bytes;
    place.at = at;
    place.block = block;
    place.start = block.start;
    place.end = block.start + block.used;
    return true;
  }

  /** What was located, to keep. */
  lend({ block, at }: Readonly<Place>, size: number): Buffer {
    block!.lent = true;
    return block!.bytes.buffer.subarray(at, at + size);
  }

  /** As many of the bytes as are in one block; undefined when the first is not here. */
  piece(offset: number, maxBytes: number): Buffer | undefined {
    const block = this.blocks[this.find(offset)];
    if (!block) return undefined;
    const at = offset - block.start;
    if (at >= block.used) return undefined;
    block.lent = true;
    return block.bytes.buffer.subarray(at, Math.min(at + maxBytes, block.used));
  }

  /** What was taken from log offset `from` on, in order. */
  pieces(from: number): Piece[] {
    const pieces: Piece[] = [];
    for (let i = this.blocks.length - 1; i >= 0; i--) {
      const { start, bytes, used } = this.blocks[i];
      if (start + used <= from) break;
      const at = Math.max(0, from - start);
      pieces.push({ offset: start + at, bytes: bytes.buffer.subarray(at, used) });
    }
    return pieces.reverse();
  }

  /** Forgets what was taken from log offset `end` on. */
  cut(end: number): void {
    while (this.blocks.length > 0) {
      const last = this.blocks[this.blocks.length - 1];
      if (last.start < end) {
        last.used = Math.min(last.used, end - last.start);
        return;
      }
      this.blocks.pop();
      this.held -= last.bytes.buffer.length;
    }
  }

  /** Drops the oldest blocks over the limit, but none that reaches beyond `written`. */
  trim(written: number): void {
    let drop = 0;
    while (this.held > this.limitBytes && drop < this.blocks.length - 1) {
      const { start, used, bytes, lent } = this.blocks[drop];
      if (start + used > written) break;
      const { length } = bytes.buffer;
      this.held -= length;
      const reusable = !lent && length === BLOCK_BYTES;
      if (reusable && this.spare.length < MAX_SPARE) this.spare.push(bytes);
      drop++;
    }
    if (drop > 0) this.blocks.splice(0, drop);
    assert(this.held >= 0);
  }

  /** Forgets what lies before log offset `offset`, where a file begins. */
  dropBefore(offset: number): void {
    const gone = this.blocks.findIndex(({ start }) => start >= offset);
    if (gone <= 0) return; // the last block is never of a file that goes
    for (const { bytes } of this.blocks.splice(0, gone)) this.held -= bytes.buffer.length;
  }

  clear(): void {
    this.blocks = [];
    this.held = 0;
  }

  /** Index of the last block that begins at or before `offset`. */
  private find(offset: number): number {
    let low = 0;
    let high = this.blocks.length - 1;
    if (high >= 0 && this.blocks[high].start <= offset) return high;
    while (low <= high) {
      const mid = (low + high) >> 1;
      if (this.blocks[mid].start <= offset) low = mid + 1;
      else high = mid - 1;
    }
    return high;
  }
}
