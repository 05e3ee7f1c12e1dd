// Messages of one slot in memory, by the millisecond in which they are due.

import type { DecodedRecord } from '../../../../protocol/message.js';
import type { TimerUnit } from '../../../../store/timer/timer-unit.js';

export interface HeldMessage {
  dueMs: number;
  unit: TimerUnit;
  record: DecodedRecord;
}

export class DueMessages {
  count = 0;
  bytes = 0;
  private readonly buckets: (HeldMessage[] | undefined)[] = [];
  /** Before this millisecond of the slot nothing is held. */
  private first = 0;

  constructor(
    /** Where the slot begins: what is due earlier is due then. */
    private readonly slotMs: number,
    /** Where the slot ends: what is due later is due then. */
    private readonly endMs: number,
  ) {}

  add(message: HeldMessage): void {
    const { slotMs, endMs } = this;
    const at = Math.max(0, Math.min(message.dueMs, endMs) - slotMs);
    (this.buckets[at] ??= []).push(message);
    this.first = Math.min(this.first, at);
    this.count++;
    this.bytes += message.record.totalSize;
  }

  /** When the next is due; undefined when there is none. */
  nextMs(): number | undefined {
    if (this.count === 0) return undefined;
    while (this.buckets[this.first] === undefined) this.first++;
    return this.slotMs + this.first;
  }

  /** Takes out what is due by `now`, the earliest first, about `max` messages. */
  take(now: number, max: number): HeldMessage[] {
    const taken: HeldMessage[] = [];
    for (let next = this.nextMs(); next !== undefined && next <= now; next = this.nextMs()) {
      const bucket = this.buckets[this.first]!;
      const part = bucket.splice(0, max - taken.length);
      if (bucket.length === 0) this.buckets[this.first] = undefined;
      for (const message of part) {
        taken.push(message);
        this.bytes -= message.record.totalSize;
      }
      this.count -= part.length;
      if (taken.length >= max) break;
    }
    return taken;
  }
}
