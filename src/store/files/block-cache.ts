// Blocks of files that were read off the loop, dropped in turn but for those that were used since
// their last turn. Slices of a block stay valid after it was dropped, unless its memory came from
// `room`.

import { type Bytes, withView } from '../../base/bytes.js';
import { type BlockKey, CacheLimit } from './cache-limit.js';

export interface Block {
  /** Offset of the first byte in the sequence of files. */
  start: number;
  bytes: Bytes;
  /** From `room`: used again once the block is dropped, so nobody may keep slices of it. */
  room?: Buffer;
  /** Since its last turn to be dropped. */
  used?: boolean;
}

/** Blocks that are read at a time: more than the thread pool reads would only cost memory. */
const MAX_LOADS = 8;
/** So many are not read ahead after one was dropped that nobody had asked for. */
const SKIPPED = 100;

const NOTHING = withView(Buffer.alloc(0));

export class BlockCache {
  private readonly blocks = new Map<BlockKey, Block>();
  private readonly loading = new Map<BlockKey, Promise<Block | undefined>>();
  private bytes = 0;
  private loads = 0;
  private generation = 0;
  /** Keys of blocks that nobody has asked for yet. */
  private readonly ahead = new Set<BlockKey>();
  /** Blocks that are not read ahead because others were in vain. */
  private skips = 0;
  private readonly queue: (() => void)[] = [];
  private readonly spare: Buffer[] = [];

  private readonly limit: CacheLimit;

  /** With `leastBytes` it holds no more than that while nobody misses what was dropped. */
  constructor(limitBytes: number, leastBytes = limitBytes) {
    this.limit = new CacheLimit(leastBytes, limitBytes);
  }

  /** The block when it reaches up to `end`. */
  get(key: BlockKey, end: number): Block | undefined {
    const block = this.blocks.get(key);
    if (!block || block.start + block.bytes.buffer.length < end) return undefined;
    if (this.ahead.size > 0) this.ahead.delete(key);
    block.used = true;
    return block;
  }

  /**
   * Memory for a block, of one that was dropped if there is one: to allocate it costs more than the
   * read itself.
   */
  room(bytes: number): Buffer {
    const spare = this.spare.pop();
    return spare?.length === bytes ? spare : Buffer.allocUnsafeSlow(bytes);
  }

  has(key: BlockKey): boolean {
    return this.blocks.has(key) || this.loading.has(key);
  }

  /** Loads a block that will be asked for soon, unless too many are under way or were in vain. */
  loadAhead(key: BlockKey, read: () => Promise<Block | undefined>): void {
    if (this.has(key) || this.loads >= MAX_LOADS) return;
    if (this.skips > 0) {
      this.skips--;
      return;
    }
    this.load(key, read, true).catch(() => undefined); // whoever asks for it will be told
  }

  /** Loads a block once for all who ask for it meanwhile. */
  load(
    key: BlockKey,
    read: () => Promise<Block | undefined>,
    ahead = false,
  ): Promise<Block | undefined> {
    const under = this.loading.get(key);
    if (under) return under;
    this.limit.read(key);
    const { generation } = this;
    const promise = this.inTurn(read)
      .then((block) => {
        if (block && generation === this.generation) {
          if (ahead) this.ahead.add(key);
          block.used = ahead;
          this.keep(key, block);
        }
        return block;
      })
      .finally(() => {
        if (this.loading.get(key) === promise) this.loading.delete(key);
      });
    this.loading.set(key, promise);
    return promise;
  }

  private async inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (this.loads >= MAX_LOADS) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.loads++;
    try {
      return await read();
    } finally {
      this.loads--;
      this.queue.shift()?.();
    }
  }

  /** Forgets everything, also what is being read. */
  clear(): void {
    this.generation++;
    this.blocks.clear();
    this.loading.clear();
    this.ahead.clear();
    this.limit.clear();
    this.bytes = 0;
  }

  private keep(key: BlockKey, block: Block): void {
    const before = this.blocks.get(key);
    if (before) this.bytes -= before.bytes.buffer.length;
    this.toEnd(key, block);
    this.bytes += block.bytes.buffer.length;
    for (const [oldest, dropped] of this.blocks) {
      if (this.bytes <= this.limit.bytes || this.blocks.size === 1) return;
      if (dropped.used || oldest === key) {
        dropped.used = false;
        this.toEnd(oldest, dropped);
        continue;
      }
      if (!this.limit.drop(oldest, !this.ahead.delete(oldest))) this.skips = SKIPPED;
      this.blocks.delete(oldest);
      this.bytes -= dropped.bytes.buffer.length;
      if (dropped.room) this.recycle(dropped);
    }
  }

  private toEnd(key: BlockKey, block: Block): void {
    this.blocks.delete(key);
    this.blocks.set(key, block);
  }

  private recycle(block: Block): void {
    if (this.spare.length < MAX_LOADS) this.spare.push(block.room!);
    block.bytes = NOTHING;
  }
}
