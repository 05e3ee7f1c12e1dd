// Entries of one consume queue, read in the order in which the log names them.

import { unitBase } from '../format/batch-unit.js';
import { unitSize } from '../format/consume-queue-unit.js';
import type { QueueFiles } from './store-files.js';

const WINDOW_UNITS = 400;

export class UnitsReader {
  private window: Buffer = Buffer.alloc(0);
  private start = 0;
  /** Number of the entry that was found last in a queue of batches. */
  private found: number;

  /** Number of the first entry that the files have room for. */
  private readonly first: number;

  constructor(private readonly queue: QueueFiles) {
    this.first = this.found = queue.list.first!.start / queue.unitBytes;
  }

  /** The bytes of the entry for the message at `offset`; undefined when no file has it. */
  at(offset: number): Buffer | undefined {
    if (!this.queue.batch) return this.unit(offset);
    for (;;) {
      const unit = this.unit(this.found);
      if (!unit || unitSize(unit, 0) <= 0 || unitBase(unit, 0) > offset) return undefined;
      if (unitBase(unit, 0) === offset) return unit;
      this.found++;
    }
  }

  /** Whether the files begin behind the message at `offset`. */
  isBefore(offset: number): boolean {
    if (!this.queue.batch) return offset < this.first;
    const unit = this.unit(this.first);
    return unit !== undefined && unitSize(unit, 0) > 0 && offset < unitBase(unit, 0);
  }

  /** The entry behind that of the last message, which ends before `end`. */
  behind(end: number): Buffer | undefined {
    return this.unit(this.queue.batch ? this.found + 1 : end);
  }

  private unit(index: number): Buffer | undefined {
    const { list, unitBytes } = this.queue;
    const at = (index - this.start) * unitBytes;
    if (at >= 0 && at + unitBytes <= this.window.length) {
      return this.window.subarray(at, at + unitBytes);
    }
    if (index < 0 || !list.find(index * unitBytes)) return undefined;
    this.window = list.readSync(index * unitBytes, WINDOW_UNITS * unitBytes);
    this.start = index;
    return this.window.length >= unitBytes ? this.window.subarray(0, unitBytes) : undefined;
  }
}
