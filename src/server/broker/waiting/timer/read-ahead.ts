// Reads the messages of a slot shortly before it opens: those that are due at its beginning are not
// kept waiting for all the others to be read.

import type { Clock, Timer } from '../../../../base/clock.js';
import { type DecodedRecord, decodeRecord } from '../../../../protocol/message.js';
import type { MessageStore } from '../../../../store/message-store.js';
import type { TimerUnit } from './timer-log.js';

export interface ReadAheadOptions {
  store: Pick<MessageStore, 'recordAt'>;
  clock: Clock;
  unitsAt(slotMs: number): TimerUnit[];
}

const LEAD_MS = 400;
/** Messages that are read ahead at most, and at a time. */
const MAX_AHEAD = 8192;
const PAGE = 64;

/** Records by their places in the log. */
export type Records = Map<number, DecodedRecord>;

export class ReadAhead {
  private records: Records = new Map();
  private slotMs = -1;
  private timer: Timer | undefined;

  constructor(private readonly options: ReadAheadOptions) {}

  /** The slot that opens at `slotMs` is the next. */
  aim(slotMs: number): void {
    this.stop();
    this.slotMs = slotMs;
    const waitMs = Math.max(0, slotMs - LEAD_MS - this.options.clock.now());
    this.timer = this.options.clock.after(waitMs, () => void this.read(slotMs));
  }

  /** What was read of the slot. */
  take(slotMs: number): Records {
    const records = this.slotMs === slotMs ? this.records : new Map<number, DecodedRecord>();
    this.stop();
    return records;
  }

  stop(): void {
    this.timer?.stop();
    this.slotMs = -1;
    this.records = new Map();
  }

  /** What cannot be read now is read, and complained about, when the slot is open. */
  private async read(slotMs: number): Promise<void> {
    const { store, unitsAt } = this.options;
    const { records } = this;
    const units = unitsAt(slotMs).slice(0, MAX_AHEAD);
    for (let at = 0; at < units.length; at += PAGE) {
      if (this.records !== records) return;
      const reads = units.slice(at, at + PAGE).map(async ({ physicalOffset }) => {
        const bytes = await store.recordAt(physicalOffset);
        const record = bytes && decodeRecord(bytes);
        if (record) records.set(physicalOffset, record);
      });
      const done = await Promise.allSettled(reads);
      if (done.some(({ status }) => status === 'rejected')) return;
    }
  }
}
