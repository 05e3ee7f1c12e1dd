// Reads the log record by record from an offset to the first that is bad, in large pieces and
// synchronously: for starting up and for looking at a store that nobody runs.

import type { SegmentList } from '../files/segment-list.js';
import type { RecordScanner } from '../format/record-scan.js';

const WINDOW_BYTES = 1024 * 1024;

export class LogReader {
  /** Of the record found last; after the end, of the first byte that is no record. */
  offset: number;
  /** Whether the end is that of the last file, not something bad. */
  atCapacity = false;
  private nextOffset: number;
  /** Filled again for every piece: memory that was never used costs more than the read itself. */
  private buffer: Buffer = Buffer.alloc(0);
  /** What of it holds the log. */
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;

  constructor(
    private readonly list: SegmentList,
    readonly scanner: RecordScanner,
    from: number,
    private readonly windowBytes = WINDOW_BYTES,
  ) {
    this.offset = this.nextOffset = from;
  }

  /** Moves to the next record, whose fields are then in `scanner`; false at the end. */
  next(): boolean {
    const { list, scanner } = this;
    for (;;) {
      const offset = (this.offset = this.nextOffset);
      if (offset >= list.capacityEnd || !list.find(offset)) {
        this.atCapacity = true;
        return false;
      }
      const rest = list.fileBytes - (offset % list.fileBytes);
      const at = offset - this.windowStart;
      const inWindow = at >= 0 && at < this.window.length;
      const found = inWindow ? scanner.scan(this.window, at, offset, rest) : 'more';
      if (found === 'more') {
        const wanted = Math.max(this.windowBytes, inWindow ? scanner.size : 0);
        const held = inWindow && at === 0 ? this.window.length : 0;
        this.fill(offset, wanted);
        // a file that is too short has no more, either
        if (this.window.length > held) continue;
        if (held > 0) scanner.reason = 'the file ends before the record';
        return false;
      }
      if (found === 'bad') return false;
      this.nextOffset = offset + scanner.size;
      if (found === 'record') return true;
    }
  }

  /** Bytes of the record found last, until the next is asked for. */
  record(): Buffer {
    const at = this.offset - this.windowStart;
    return this.window.subarray(at, at + this.scanner.size);
  }

  private fill(offset: number, wanted: number): void {
    if (this.buffer.length < wanted) this.buffer = Buffer.allocUnsafeSlow(wanted);
    this.window = this.buffer.subarray(0, this.list.readInto(offset, this.buffer));
    this.windowStart = offset;
  }
}
