// Whether an index file can be right: its header against its own first and last entry, and all of
// its chains against its entries. What damage hides is found by nobody otherwise.

import { ENTRY_BYTES, SLOT_BYTES } from '../format/index-layout.js';
import { readInt64 } from '../../protocol/message.js';
import type { IndexFile } from './index-file.js';

/** Times of entries are whole seconds, and those of a header that was cut back, too. */
const TOLERANCE_SECONDS = 1;
const PIECE_ENTRIES = 10_000;
const PIECE_SLOTS = 50_000;

/** Cheap enough for a start; `end` is where the file before ends. */
export function headerFault(file: IndexFile, end: number): string | undefined {
  const { beginPhyOffset, endPhyOffset, indexCount } = file.header;
  const first = file.entrySync(1);
  if (indexCount <= 1) {
    return first.physicalOffset === 0 && first.keyHash === 0 ? undefined : 'its count is lost';
  }
  const last = file.entrySync(indexCount - 1);
  if (first.physicalOffset !== beginPhyOffset) {
    return `it begins with ${first.physicalOffset} of the log, not with ${beginPhyOffset}`;
  }
  if (last.physicalOffset !== endPhyOffset) {
    return `it ends with ${last.physicalOffset} of the log, not with ${endPhyOffset}`;
  }
  if (beginPhyOffset < end) return 'it begins before the end of the file before it';
  // the first entry counts from the end of the file before
  const expected = indexCount > 2 ? last.timeDiffSeconds : 0;
  const fits = Math.abs(file.timeDiff(file.header.endTimestamp) - expected) <= TOLERANCE_SECONDS;
  return fits ? undefined : 'its times do not fit its entries';
}

export interface PassParts {
  file: IndexFile;
  /** Store time of the record at a place in the log, if there is one. */
  timeAt: (physicalOffset: number) => Promise<number | undefined>;
  /** Between two pieces. */
  pause: () => Promise<void>;
  over: () => boolean;
}

/** Goes through a whole file, which may grow meanwhile. */
export class IndexPass {
  /** Number of the newest entry of each slot, as the entries have it. */
  private readonly newest: Int32Array;
  private next = 1;
  private offset = 0;
  private seconds = 0;
  private fault: string | undefined;
  /** Entries whose order says that the clock was set back, or that one of two is wrong. */
  private doubtful: { number: number; offset: number; seconds: number }[] = [];

  constructor(private readonly parts: PassParts) {
    this.newest = new Int32Array(parts.file.size.slots);
  }

  /** What is wrong; undefined where all is well, or where it was left off. */
  async run(): Promise<string | undefined> {
    await this.takeEntries();
    const { over, file } = this.parts;
    for (let slot = 0; slot < file.size.slots && !this.fault && !over(); slot += PIECE_SLOTS) {
      await this.compare(slot);
      if (slot + PIECE_SLOTS < file.size.slots) await this.parts.pause();
    }
    return over() ? undefined : this.fault;
  }

  private async takeEntries(): Promise<void> {
    const { file, over, pause } = this.parts;
    while (!this.fault && !over() && this.next < file.header.indexCount) {
      const bytes = await file.entries(this.next, PIECE_ENTRIES);
      if (over()) return;
      if (bytes.length < ENTRY_BYTES) this.fault = `it ends before entry ${this.next}`;
      for (let at = 0; at + ENTRY_BYTES <= bytes.length && !this.fault; at += ENTRY_BYTES) {
        this.take(bytes, at);
      }
      for (const one of this.doubtful.splice(0)) await this.checkTime(one);
      if (this.next < file.header.indexCount) await pause();
    }
  }

  private take(bytes: Buffer, at: number): void {
    const { size, header } = this.parts.file;
    const number = this.next++;
    const keyHash = bytes.readInt32BE(at);
    const offset = readInt64(bytes, at + 4);
    const seconds = bytes.readInt32BE(at + 12);
    const previous = bytes.readInt32BE(at + 16);
    const slot = keyHash % size.slots;
    if (keyHash < 0 || seconds < 0 || previous !== this.newest[slot]) {
      this.fault = `entry ${number} is not in its chain`;
    } else if (offset < this.offset || offset > header.endPhyOffset) {
      this.fault = `entry ${number} names ${offset} of the log out of order`;
    } else if (number > 2) {
      const together = offset === this.offset;
      if (together && seconds !== this.seconds) this.fault = `entry ${number} has a wrong time`;
      if (seconds < this.seconds) {
        this.doubtful.push({ number: number - 1, offset: this.offset, seconds: this.seconds });
        this.doubtful.push({ number, offset, seconds });
      }
    }
    this.newest[slot] = number;
    this.offset = offset;
    this.seconds = seconds;
  }

  private async checkTime(one: { number: number; offset: number; seconds: number }): Promise<void> {
    const { file, timeAt } = this.parts;
    const time = await timeAt(one.offset);
    if (time === undefined || one.number === 1) return;
    if (Math.abs(file.timeDiff(time) - one.seconds) <= TOLERANCE_SECONDS) return;
    this.fault ??= `entry ${one.number} has a wrong time`;
  }

  private async compare(slot: number): Promise<void> {
    const { file, over } = this.parts;
    for (;;) {
      await this.takeEntries();
      const bytes = await file.slotsFrom(slot, PIECE_SLOTS);
      if (over() || this.fault) return;
      const slots = Math.floor(bytes.length / SLOT_BYTES);
      if (slots < Math.min(PIECE_SLOTS, file.size.slots - slot)) this.fault = 'it ends too early';
      let grown = false;
      for (let i = 0; i < slots && !this.fault; i++) {
        const number = bytes.readInt32BE(i * SLOT_BYTES);
        if (number === this.newest[slot + i]) continue;
        // an entry that came meanwhile
        if (number >= this.next && number < file.header.indexCount) grown = true;
        else this.fault = `slot ${slot + i} does not lead to its newest entry`;
      }
      if (!grown) return;
    }
  }
}
