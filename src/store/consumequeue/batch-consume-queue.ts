// The entries of one queue, each for one or more messages, in the order of their offsets
// (BatchConsumeQueue): the entry of a message is found by a search.

import { BATCH_UNIT_BYTES, unitBase, unitMessages, writeBatchUnit } from '../format/batch-unit.js';
import { unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { innerBatchOf } from '../format/inner-batch.js';
import type { Indexed } from '../format/record-scan.js';
import type { Queue } from './queue.js';
import type { UnitLog, Units } from './unit-log.js';

export class BatchConsumeQueue implements Queue {
  readonly batch = true;
  readonly ext = undefined;
  next = 0;
  max = 0;
  min = 0;
  maxPhysical = -1;
  /** Number of the entry that was found last: readers go on from there. */
  private found = 0;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    readonly units: UnitLog,
  ) {}

  append(record: Indexed, tagsCode: number): void {
    const { physicalOffset, size, storeTimestamp } = record;
    const { base: baseOffset, messages: batchSize } = innerBatchOf(record);
    const { view, at } = this.units.room();
    writeBatchUnit(view, at, {
      ...{ physicalOffset, size, tagsCode, storeTimestamp, baseOffset, batchSize },
    });
    if (this.units.count === 1) this.min = baseOffset;
    this.max = baseOffset + batchSize;
    this.maxPhysical = physicalOffset + size;
  }

  beginAt(offset: number): void {
    this.next = this.max = this.min = offset;
    this.units.openAt(0);
  }

  openAt(index: number): void {
    this.units.openAt(index);
    const last = index > 0 ? this.units.readSync(index - 1, 1) : undefined;
    const real = last?.length === BATCH_UNIT_BYTES && unitSize(last, 0) > 0;
    this.max = this.next = real ? unitBase(last, 0) + unitMessages(last, 0) : 0;
    this.maxPhysical = real ? unitOffset(last, 0) + unitSize(last, 0) : -1;
  }

  lastRecord(): number {
    const { count } = this.units;
    const last = count > 0 ? this.units.readSync(count - 1, 1) : undefined;
    return last?.length === BATCH_UNIT_BYTES && unitSize(last, 0) > 0 ? unitOffset(last, 0) : -1;
  }

  truncate(index: number): void {
    if (!this.units.list.first) return;
    this.units.truncate(index);
    this.openAt(index);
    this.min = Math.min(this.min, this.max);
  }

  restartAt(offset: number): void {
    this.writePending();
    let index = this.units.count;
    while (index > this.units.first && this.offsetOf(index - 1) >= offset) index--;
    if (index > this.units.first) return this.truncate(index);
    this.units.restart(0);
    this.beginAt(offset);
  }

  /** Entries name their offsets themselves: nothing has to stand for what is missing. */
  fillTo(offset: number): void {
    this.max = offset;
  }

  offsetOf(index: number): number {
    if (index >= this.units.count) return this.max;
    const unit = this.units.readSync(index, 1);
    return unit.length === BATCH_UNIT_BYTES ? unitBase(unit, 0) : this.max;
  }

  entries(offset: number): Units | undefined {
    const { units } = this;
    const inMemory = units.firstInMemory;
    const near = inMemory < units.count ? units.units(inMemory) : undefined;
    if (near && unitBase(near.buffer, near.at) <= offset) {
      return this.searchInMemory(offset, inMemory);
    }
    // where the last reader was, or in the entries behind it
    const known = this.found < units.count ? units.units(this.found) : undefined;
    if (!known || unitBase(known.buffer, known.at) > offset) return undefined;
    const last = known.at + (known.count - 1) * BATCH_UNIT_BYTES;
    const end = unitBase(known.buffer, last) + unitMessages(known.buffer, last);
    return offset < end ? this.within(known, this.found, offset) : undefined;
  }

  async load(offset: number): Promise<Units | undefined> {
    return this.units.load(await this.search(offset));
  }

  async entry(offset: number): Promise<Units | undefined> {
    return this.entries(offset) ?? this.units.readOne(await this.search(offset));
  }

  messagesAt(units: Buffer, at: number): number {
    return unitMessages(units, at);
  }

  baseAt(units: Buffer, at: number): number {
    return unitBase(units, at);
  }

  nextFile(): number {
    return this.max;
  }

  writePending(): void {
    this.units.writePending();
  }

  flush(): Promise<void> {
    return this.units.flush();
  }

  release(): void {
    this.units.release();
  }

  destroy(): void {
    this.units.list.destroy();
  }

  /** The last entry that begins at or before `offset`, of those from number `index` on. */
  private searchInMemory(offset: number, index: number): Units | undefined {
    let low = index;
    let high = this.units.count - 1;
    while (low < high) {
      const mid = Math.ceil((low + high) / 2);
      const { buffer, at } = this.units.units(mid)!;
      if (unitBase(buffer, at) <= offset) low = mid;
      else high = mid - 1;
    }
    return this.units.units(low);
  }

  private within({ buffer, view, at, count }: Units, index: number, offset: number): Units {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const mid = Math.ceil((low + high) / 2);
      if (unitBase(buffer, at + mid * BATCH_UNIT_BYTES) <= offset) low = mid;
      else high = mid - 1;
    }
    this.found = index + low;
    return { buffer, view, at: at + low * BATCH_UNIT_BYTES, count: count - low };
  }

  /** Number of the last entry that begins at or before `offset`. */
  private async search(offset: number): Promise<number> {
    let low = this.units.first;
    let high = this.units.count - 1;
    while (low < high) {
      const mid = Math.ceil((low + high) / 2);
      const unit = await this.units.readOne(mid);
      if (unit && unitBase(unit.buffer, unit.at) <= offset) low = mid;
      else high = mid - 1;
    }
    return (this.found = low);
  }
}
