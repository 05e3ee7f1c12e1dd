// The messages of one slot: its chain of units, their records read in the order of the log, those
// that call others back first (TimerMessageStore.dequeue). A large slot is read in pieces.

import { type DecodedRecord, decodeRecord } from '../../../../protocol/message.js';
import { findProperty } from '../../../../protocol/properties.js';
import { Property } from '../../../../protocol/flags.js';
import type { MessageStore } from '../../../../store/message-store.js';
import { DueMessages, type HeldMessage } from './due-messages.js';
import { DELETE_KEY, dueTimeOf } from './timed-message.js';
import { Magic, type TimerUnit } from '../../../../store/timer/timer-unit.js';

/** What is held in memory of a slot. */
const MAX_HELD = 65_536;
const MAX_HELD_BYTES = 48 * 1024 * 1024;
/** What is read at once. */
const PAGE = 512;
const PAGE_BYTES = 1024 * 1024;

export class SlotMessages {
  readonly due: DueMessages;
  /** In the order of the log from `next` on; those that call back stand apart. */
  private units: TimerUnit[] = [];
  private next = 0;
  private calls: TimerUnit[] = [];
  private readonly called = new Set<string>();

  constructor(
    private readonly store: Pick<MessageStore, 'recordsAt'>,
    slotMs: number,
    private readonly endMs: number,
    /** Called with each message that calls another back. */
    private readonly onCall: (record: DecodedRecord) => void,
    /** Called with units whose messages are not in the log. */
    private readonly onLost: (units: readonly TimerUnit[]) => void,
  ) {
    this.due = new DueMessages(slotMs, endMs);
  }

  add(unit: TimerUnit): void {
    const calls = (unit.magic & Magic.DELETE) !== 0 && (unit.magic & Magic.ROLL) === 0;
    (calls ? this.calls : this.units).push(unit);
  }

  /** Messages that are not in memory yet. */
  get unread(): number {
    return this.calls.length + this.units.length - this.next;
  }

  /** Something can be read: there is room for it. */
  get readable(): boolean {
    if (this.calls.length > 0) return true;
    const { count, bytes } = this.due;
    return this.next < this.units.length && count < MAX_HELD && bytes < MAX_HELD_BYTES;
  }

  /** Reads the next piece, or all that call others back. */
  async read(): Promise<void> {
    while (this.calls.length > 0) {
      const calls = this.calls.slice(0, PAGE);
      const records = await this.recordsOf(calls);
      this.calls.splice(0, calls.length);
      for (const record of records) {
        const key = record && findProperty(record.properties, DELETE_KEY);
        if (key === undefined) continue;
        this.called.add(key);
        this.onCall(record!);
      }
    }
    const page = this.nextPage();
    const records = await this.recordsOf(page);
    this.next += page.length;
    if (this.next === this.units.length) {
      this.units = [];
      this.next = 0;
    }
    for (const [i, record] of records.entries()) if (record) this.hold(page[i], record);
    const lost = page.filter((_, i) => !records[i]);
    if (lost.length > 0) this.onLost(lost);
  }

  isCalledBack({ record: { properties } }: HeldMessage): boolean {
    if (this.called.size === 0) return false;
    const key = findProperty(properties, Property.UNIQ_KEY);
    if (key === undefined) return false;
    const topic = findProperty(properties, Property.REAL_TOPIC);
    return this.called.has(key) || this.called.has(`${topic}+${key}`);
  }

  private nextPage(): TimerUnit[] {
    let to = this.next;
    const last = Math.min(this.units.length, this.next + PAGE);
    for (let bytes = 0; to < last && bytes < PAGE_BYTES; to++) bytes += this.units[to].size;
    return this.units.slice(this.next, to);
  }

  private async recordsOf(units: readonly TimerUnit[]): Promise<(DecodedRecord | undefined)[]> {
    const sorted = inOrder(units) ? units : [...units].sort(byPlace);
    const found = await this.store.recordsAt(sorted);
    if (sorted === units) return found.map((bytes) => bytes && decodeRecord(bytes));
    const byUnit = new Map(sorted.map((unit, i) => [unit, found[i]]));
    return units.map((unit) => {
      const bytes = byUnit.get(unit);
      return bytes && decodeRecord(bytes);
    });
  }

  private hold(unit: TimerUnit, record: DecodedRecord): void {
    // Its own time, rather than that of the slot; unknown for one that was stored again meanwhile.
    const ownMs = dueTimeOf(record);
    const dueMs = ownMs < this.endMs ? ownMs : this.endMs;
    this.due.add({ dueMs: (unit.magic & Magic.ROLL) !== 0 ? 0 : dueMs, unit, record });
  }
}

const byPlace = (a: TimerUnit, b: TimerUnit): number => a.physicalOffset - b.physicalOffset;

function inOrder(units: readonly TimerUnit[]): boolean {
  return units.every((unit, i) => i === 0 || byPlace(units[i - 1], unit) <= 0);
}
