// How much a cache of blocks holds: little while its readers go forward side by side, since memory
// that is used again soon is still near the processor; more once something dropped is missed.

export type BlockKey = string | number;

/** So many blocks are remembered after they were dropped. */
const REMEMBERED = 100;
/** More is held when more than one of so many dropped blocks is missed, … */
const DROPS_PER_MISS = 16;
/** … and that by so many. */
const MISSES = 2;
const GROWTH = 1.5;
const SHRINKAGE = 0.75;
/** After so many blocks were dropped without that, less is held. */
const QUIET_DROPS = 200;

export class CacheLimit {
  /** What the cache may hold now. */
  bytes: number;
  private readonly dropped = new Set<BlockKey>();
  /** Since more or less was held. */
  private drops = 0;
  /** What was missed outweighs what was not by so many drops. */
  private missing = 0;

  constructor(
    private readonly least: number,
    private readonly most: number,
  ) {
    this.bytes = least;
  }

  /** A block has to be read: again, if it was dropped not long ago. */
  read(key: BlockKey): void {
    if (this.dropped.delete(key)) this.miss();
  }

  /** False when it was dropped before anybody asked for it although no more can be held. */
  drop(key: BlockKey, asked: boolean): boolean {
    this.dropped.add(key);
    if (this.dropped.size > REMEMBERED) this.forgetOldest();
    if (!asked) return this.miss();
    this.missing = Math.max(this.missing - 1, 0);
    this.drops++;
    if (this.drops > QUIET_DROPS) this.shrink();
    return true;
  }

  /** What was dropped is no sign any more. */
  clear(): void {
    this.dropped.clear();
    this.drops = this.missing = 0;
  }

  private miss(): boolean {
    this.missing += DROPS_PER_MISS;
    if (this.missing < MISSES * DROPS_PER_MISS) return this.bytes < this.most;
    this.drops = this.missing = 0;
    if (this.bytes >= this.most) return false;
    this.bytes = Math.min(this.bytes * GROWTH, this.most);
    return true;
  }

  private shrink(): void {
    this.drops = 0;
    this.bytes = Math.max(this.bytes * SHRINKAGE, this.least);
  }

  private forgetOldest(): void {
    for (const key of this.dropped) {
      this.dropped.delete(key);
      return;
    }
  }
}
