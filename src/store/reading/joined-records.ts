// The records of one answer in few buffers: small ones are copied one behind the other into memory
// that answers share, so that a message costs a copy and nothing else.

import { type Bytes, copyPart, withView } from '../../base/bytes.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { Place } from '../commitlog/tail.js';

/** From here on a record is cheaper as it is than as part of a copy. */
export const LARGE_BYTES = 8 * 1024;
const SLAB_BYTES = 64 * 1024;
/** Slabs that nobody uses and that wait to be filled again. */
const MAX_SPARE = 8;

interface Slab {
  readonly bytes: Bytes;
  used: number;
  /** Answers with a part of it that have not been released: it stays as it is for them. */
  answers: number;
}

const slabOf = (buffer: Buffer): Slab => ({ bytes: withView(buffer), used: 0, answers: 0 });

/** The slab that is being filled, and those that are filled next. */
let filling = slabOf(Buffer.alloc(0));
const spare: Slab[] = [];

function nextSlab(): void {
  if (filling.answers === 0 && filling.bytes.buffer.length > 0) filling.used = 0;
  else filling = spare.pop() ?? slabOf(Buffer.allocUnsafeSlow(SLAB_BYTES));
}

function giveBack(slab: Slab): void {
  slab.answers--;
  if (slab.answers > 0) return;
  slab.used = 0;
  if (slab !== filling && spare.length < MAX_SPARE) spare.push(slab);
}

export class JoinedRecords {
  /** Where the last record begins in the last buffer. */
  lastAt = 0;
  private readonly buffers: Buffer[] = [];
  private readonly slabs: Slab[] = [];
  /** The slab with a part that is not among `buffers` yet. */
  private open: Slab | undefined;
  private from = 0;
  private to = 0;
  /** What is to be copied next, into the end of that part. */
  private source: Bytes | undefined;
  private sourceFrom = 0;
  private sourceTo = 0;

  constructor(private readonly commitLog: CommitLog) {}

  /** Adds a record from where it was located. */
  copy(place: Readonly<Place>, size: number): void {
    if (size >= LARGE_BYTES) this.push(this.commitLog.kept(place, size));
    else this.add(place.bytes, place.at, size);
  }

  /**
   * Adds a record of less than LARGE_BYTES. Those that stand one behind the other are copied
   * together, at the latest by `settle`.
   */
  add(source: Bytes, at: number, size: number): void {
    if (filling.used + size > filling.bytes.buffer.length) {
      this.settle();
      nextSlab();
    }
    // While this answer waited for the disk another one may have used the slab.
    if (this.open !== filling || this.to !== filling.used) this.begin();
    if (source !== this.source || at !== this.sourceTo) {
      this.settle();
      this.source = source;
      this.sourceFrom = at;
    }
    this.sourceTo = at + size;
    this.lastAt = this.to - this.from;
    this.to = filling.used += size;
  }

  /** Copies what was added: where it stands may change after this turn. */
  settle(): void {
    const { source, sourceFrom, sourceTo } = this;
    if (!source) return;
    this.source = undefined;
    copyPart(source, sourceFrom, sourceTo, this.open!.bytes, this.to - (sourceTo - sourceFrom));
  }

  /** Adds a record that has memory of its own. */
  take(record: Buffer): void {
    if (record.length >= LARGE_BYTES) this.push(record);
    else this.add(withView(record), 0, record.length);
  }

  end(): Buffer[] {
    this.close();
    return this.buffers;
  }

  /** Nobody needs what `end` has given any more: its memory may be used again. Called once. */
  release(): void {
    for (const slab of this.slabs) giveBack(slab);
  }

  private push(record: Buffer): void {
    this.close();
    this.buffers.push(record);
    this.lastAt = 0;
  }

  private begin(): void {
    this.close();
    this.open = filling;
    this.slabs.push(filling);
    filling.answers++;
    this.from = this.to = filling.used;
  }

  private close(): void {
    this.settle();
    if (this.open) this.buffers.push(this.open.bytes.buffer.subarray(this.from, this.to));
    this.open = undefined;
  }
}
