// The records of one answer in few buffers: small ones are copied one behind the other into memory
// that answers share, so that a message costs a copy and nothing else.

import type { CommitLog } from '../commitlog/commit-log.js';
import type { Place } from '../commitlog/tail.js';

/** From here on a record is cheaper as it is than as part of a copy. */
const LARGE_BYTES = 8 * 1024;
const SLAB_BYTES = 64 * 1024;

/** What was given out of it stays as it is, until the last answer with a part of it is gone. */
let slab = Buffer.alloc(0);
let slabUsed = 0;

export class JoinedRecords {
  /** Where the last record begins in the last buffer. */
  lastAt = 0;
  private readonly buffers: Buffer[] = [];
  /** The slab with a part that is not among `buffers` yet. */
  private open: Buffer | undefined;
  private from = 0;
  private to = 0;

  constructor(private readonly commitLog: CommitLog) {}

  /** Adds a record from where it was located. */
  copy(place: Readonly<Place>, size: number): void {
    if (size >= LARGE_BYTES) return this.push(this.commitLog.kept(place, size));
    if (slabUsed + size > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      slabUsed = 0;
    }
    // While this answer waited for the disk another one may have used the slab.
    if (this.open !== slab || this.to !== slabUsed) this.begin();
    const { bytes, at } = place;
    slab.set(bytes.subarray(at, at + size), slabUsed);
    this.lastAt = slabUsed - this.from;
    this.to = slabUsed += size;
  }

  /** Adds a record that has memory of its own. */
  take(record: Buffer): void {
    if (record.length >= LARGE_BYTES) this.push(record);
    else this.copy({ bytes: record, at: 0, block: undefined }, record.length);
  }

  end(): Buffer[] {
    this.close();
    return this.buffers;
  }

  private push(record: Buffer): void {
    this.close();
    this.buffers.push(record);
    this.lastAt = 0;
  }

  private begin(): void {
    this.close();
    this.open = slab;
    this.from = slabUsed;
  }

  private close(): void {
    if (this.open) this.buffers.push(this.open.subarray(this.from, this.to));
    this.open = undefined;
  }
}
