// Entries of one consume queue, read in the order in which the log names them.

import { UNIT_BYTES } from '../format/consume-queue-unit.js';
import type { SegmentList } from '../files/segment-list.js';

const WINDOW_UNITS = 400;

export class UnitsReader {
  private window: Buffer = Buffer.alloc(0);
  private start = 0;

  constructor(private readonly list: SegmentList) {}

  /** The entry's bytes; undefined when no file has it. */
  at(offset: number): Buffer | undefined {
    const index = (offset - this.start) * UNIT_BYTES;
    if (index >= 0 && index + UNIT_BYTES <= this.window.length) {
      return this.window.subarray(index, index + UNIT_BYTES);
    }
    if (offset < 0 || !this.list.find(offset * UNIT_BYTES)) return undefined;
    this.window = this.list.readSync(offset * UNIT_BYTES, WINDOW_UNITS * UNIT_BYTES);
    this.start = offset;
    return this.window.length >= UNIT_BYTES ? this.window.subarray(0, UNIT_BYTES) : undefined;
  }
}
