// Blocks of files that were read off the loop, the least used dropped first. A block is never
// written again, so slices of it stay valid after it was dropped.

export interface Block {
  /** Offset of the first byte in the sequence of files. */
  start: number;
  bytes: Buffer;
}

/** Blocks that are read at a time: more than the thread pool reads would only cost memory. */
const MAX_LOADS = 8;

export class BlockCache {
  private readonly blocks = new Map<string | number, Block>();
  private readonly loading = new Map<string | number, Promise<Block | undefined>>();
  private bytes = 0;
  private loads = 0;
  private generation = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limitBytes: number) {}

  /** The block when it reaches up to `end`. */
  get(key: string | number, end: number): Block | undefined {
    const block = this.blocks.get(key);
    if (!block || block.start + block.bytes.length < end) return undefined;
    this.blocks.delete(key);
    this.blocks.set(key, block);
    return block;
  }

  /** Loads a block once for all who ask for it meanwhile. */
  load(key: string | number, read: () => Promise<Block | undefined>): Promise<Block | undefined> {
    const under = this.loading.get(key);
    if (under) return under;
    const { generation } = this;
    const promise = this.inTurn(read)
      .then((block) => {
        if (block && generation === this.generation) this.keep(key, block);
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
    this.bytes = 0;
  }

  private keep(key: string | number, block: Block): void {
    const before = this.blocks.get(key);
    if (before) this.bytes -= before.bytes.length;
    this.blocks.delete(key);
    this.blocks.set(key, block);
    this.bytes += block.bytes.length;
    for (const [oldest, { bytes }] of this.blocks) {
      if (this.bytes <= this.limitBytes || oldest === key) return;
      this.blocks.delete(oldest);
      this.bytes -= bytes.length;
    }
  }
}
