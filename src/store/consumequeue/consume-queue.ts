// The entries of one queue, one for each message: the number of an entry is the message's offset
// (ConsumeQueue).

import {
  FILLER_SIZE,
  UNIT_BYTES,
  unitOffset,
  unitSize,
  unitTagsCode,
  writeUnit,
} from '../format/consume-queue-unit.js';
import { writeExtAddress } from '../format/ext-unit.js';
import type { Indexed } from '../format/record-scan.js';
import type { Queue } from './queue.js';
import type { QueueExt } from './queue-ext.js';
import type { UnitLog, Units } from './unit-log.js';

export class ConsumeQueue implements Queue {
  readonly batch = false;
  next = 0;
  min = 0;
  maxPhysical = -1;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    readonly units: UnitLog,
    readonly ext: QueueExt | undefined,
  ) {}

  get max(): number {
    return this.units.count;
  }

  append({ physicalOffset, size, storeTimestamp }: Indexed, code: number, bits?: Buffer): void {
    const { buffer, view, at } = this.units.room();
    writeUnit(view, at, physicalOffset, size, code);
    this.maxPhysical = physicalOffset + size;
    if (!this.ext?.writing) return;
    const before = this.max > 1 ? () => this.lastCode(this.max - 2) : undefined;
    const extOffset = this.ext.put(code, storeTimestamp, bits, before);
    if (extOffset >= 0) writeExtAddress(buffer, at, extOffset);
  }

  beginAt(offset: number): void {
    this.next = this.min = offset;
    this.units.openAt(offset);
  }

  openAt(index: number): void {
    this.next = index;
    this.units.openAt(index);
    this.ext?.forget();
    const last = this.lastUnit();
    this.maxPhysical = last ? unitOffset(last, 0) + unitSize(last, 0) : -1;
  }

  lastRecord(): number {
    const last = this.lastUnit();
    return last ? unitOffset(last, 0) : -1;
  }

  truncate(index: number): void {
    if (!this.units.list.first) return;
    this.units.truncate(index);
    this.openAt(index);
    this.min = Math.min(this.min, index);
  }

  restartAt(offset: number): void {
    this.writePending();
    if (offset > this.units.first) return this.truncate(offset);
    this.units.restart(offset);
    this.ext?.forget();
    this.beginAt(offset);
  }

  fillTo(offset: number): void {
    while (this.max < offset) {
      const { view, at } = this.units.room();
      writeUnit(view, at, 0, FILLER_SIZE, 0);
    }
  }

  offsetOf(index: number): number {
    return Math.min(index, this.max);
  }

  entries(offset: number): Units | undefined {
    return this.units.units(offset);
  }

  load(offset: number): Promise<Units | undefined> {
    return this.units.load(offset);
  }

  entry(offset: number): Promise<Units | undefined> {
    return this.units.readOne(offset);
  }

  messagesAt(): number {
    return 1;
  }

  baseAt(_units: Buffer, _at: number, offset: number): number {
    return offset;
  }

  /** ConsumeQueue.rollNextFile. */
  nextFile(offset: number): number {
    const perFile = this.units.list.fileBytes / UNIT_BYTES;
    return offset + perFile - (offset % perFile);
  }

  writePending(): void {
    // an address must not be found before what it names
    this.ext?.writePending();
    this.units.writePending();
  }

  async flush(): Promise<void> {
    await this.ext?.flush();
    await this.units.flush();
  }

  release(): void {
    this.units.release();
    this.ext?.release();
  }

  destroy(): void {
    this.units.list.destroy();
    this.ext?.destroy();
  }

  private lastUnit(): Buffer | undefined {
    if (this.max === 0) return undefined;
    const last = this.units.readSync(this.max - 1, 1);
    const size = last.length === UNIT_BYTES ? unitSize(last, 0) : 0;
    return size > 0 && size !== FILLER_SIZE ? last : undefined;
  }

  private lastCode(index: number): bigint | undefined {
    const known = this.units.units(index);
    if (known) return unitTagsCode(known.buffer, known.at);
    const unit = this.units.readSync(index, 1);
    return unit.length === UNIT_BYTES ? unitTagsCode(unit, 0) : undefined;
  }
}
