// The files of one compacted queue: every file of the compaction log has one of the queue beside it
// with the same name, the offset of its first byte (CompactionLog.TopicPartitionLog).

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import { MAGIC_BLANK, RecordAt, writeInt64 } from '../../protocol/message.js';
import type { Handles } from '../files/handles.js';
import type { CompactionSizes } from './sizes.js';
import {
  SPARSE_UNIT_BYTES,
  isSparseUnit,
  sparseEnd,
  sparseOffset,
  sparseQueueOffset,
  sparseSize,
  writeSparseUnit,
} from './sparse-unit.js';

export interface FilePair {
  readonly start: number;
  readonly logPath: string;
  readonly queuePath: string;
  /** Entries, and bytes of the log that they cover. */
  units: number;
  logEnd: number;
  /** Queue offsets of the first and the last entry; -1 when there is none. */
  first: number;
  last: number;
  /** Something was written that is not flushed. */
  dirty: boolean;
}

/** A record to be appended, whose place in the log will be written into a copy of it. */
export interface KeptRecord {
  record: Buffer;
  queueOffset: number;
  tagsCode: number;
  storeTimestamp: number;
}

/** CompactionLog.END_FILE_MIN_BLANK_LENGTH. */
const BLANK_BYTES = 8;
const NAME = /^\d{20}$/;

export class PairList {
  pairs: FilePair[] = [];

  constructor(
    readonly logDirectory: string,
    readonly queueDirectory: string,
    readonly sizes: CompactionSizes,
    readonly handles: Handles,
    /** A start behind a power loss looks through the last pair only: those before are flushed. */
    private readonly live = false,
  ) {}

  get last(): FilePair | undefined {
    return this.pairs.at(-1);
  }

  /** Behind the last entry. */
  get maxOffset(): number {
    for (let i = this.pairs.length - 1; i >= 0; i--) {
      if (this.pairs[i]!.units > 0) return this.pairs[i]!.last + 1;
    }
    return 0;
  }

  get minOffset(): number {
    return this.pairs.find((pair) => pair.units > 0)?.first ?? 0;
  }

  /** Offset in the compaction log behind the last record. */
  get logEnd(): number {
    const { last } = this;
    return last ? last.start + last.logEnd : 0;
  }

  /** Names of the files in a folder that have their full size; others are of no use. */
  names(directory: string, bytes: number, property: string): string[] {
    const { files } = this.handles;
    const names: string[] = [];
    const found = files.readdir(directory).filter((one) => !one.isDirectory && NAME.test(one.name));
    for (const [i, { name }] of found.entries()) {
      const path = join(directory, name);
      const size = files.stat(path)?.size ?? 0;
      const cut = i === found.length - 1 && size > 0 && size < bytes; // by one that was killed
      if (cut) files.ftruncate(this.handles.writable(path), bytes);
      if (cut || size === bytes) names.push(name);
      else if (size === 0) files.unlink(path);
      else {
        const reason = `${path} has ${size} bytes, but ${property} makes files of ${bytes}`;
        const right = `set ${property} to the value that the store was made with`;
        const hint = `${right}; or, if only this file has another size, bring it back from a copy`;
        throw new MqError('STORE_UNREADABLE', { path: directory, reason }, { hint });
      }
    }
    return names;
  }

  /** Takes a pair whose files are there, as what its entries say. */
  adopt(name: string): FilePair {
    const pair = this.pairOf(Number(name));
    pair.units = this.countUnits(pair);
    this.measure(pair);
    this.pairs.push(pair);
    return pair;
  }

  /** Cuts a pair to its first `units` entries. */
  cut(pair: FilePair, units: number): void {
    const { files } = this.handles;
    pair.units = units;
    this.measure(pair);
    const { logBytes, queueBytes } = this.sizes;
    const cuts = [
      [pair.queuePath, units * SPARSE_UNIT_BYTES, queueBytes],
      [pair.logPath, pair.logEnd, logBytes],
    ] as const;
    for (const [path, end, size] of cuts) {
      files.ftruncate(this.handles.writable(path), end);
      files.ftruncate(this.handles.writable(path), size);
    }
    pair.dirty = true;
  }

  /** Drops the entries from queue offset `end` on. */
  cutTo(end: number): void {
    for (let pair = this.last; pair && (pair.units === 0 || pair.last >= end); pair = this.last) {
      const units = this.firstUnit(pair.units, (at) => this.offsetAt(pair!, at) >= end);
      if (units > 0) return this.cut(pair, units);
      this.drop(pair);
    }
  }

  /** Removes the pair's files. */
  drop(pair: FilePair): void {
    this.pairs = this.pairs.filter((one) => one !== pair);
    for (const path of [pair.logPath, pair.queuePath]) {
      this.handles.close(path);
      this.handles.files.unlink(path);
    }
  }

  destroy(): void {
    for (const pair of [...this.pairs]) this.drop(pair);
    for (const path of [this.logDirectory, this.queueDirectory])
      this.handles.files.rmdir(path, { recursive: true });
  }

  /** Whether a record of `size` bytes fits into a file at all. */
  holds(size: number): boolean {
    return this.fits(0, 0, size);
  }

  /** Appends records that it holds, in order; throws as the disk does. */
  append(records: readonly KeptRecord[]): void {
    for (let i = 0; i < records.length;) {
      const pair = this.roomFor(records[i]!.record.length);
      const copies: Buffer[] = [];
      const units: Buffer[] = [];
      let end = pair.logEnd;
      const firstUnit = pair.units;
      for (; i < records.length; i++) {
        const { record } = records[i]!;
        if (!this.fits(firstUnit + units.length, end, record.length)) break;
        const physicalOffset = pair.start + end;
        const copy = Buffer.from(record);
        writeInt64(copy, physicalOffset, RecordAt.physicalOffset);
        const unit = Buffer.allocUnsafe(SPARSE_UNIT_BYTES);
        writeSparseUnit(unit, 0, { ...records[i]!, physicalOffset, size: record.length });
        copies.push(copy);
        units.push(unit);
        end += record.length;
      }
      this.write(pair, copies, units);
      if (pair.first < 0) pair.first = records[i - units.length]!.queueOffset;
      pair.last = records[i - 1]!.queueOffset;
      pair.units += units.length;
      pair.logEnd = end;
    }
  }

  /** What belongs behind the last record of a file that gets no more. */
  end(pair: FilePair): void {
    const { logBytes, queueBytes } = this.sizes;
    const rest = logBytes - pair.logEnd;
    pair.dirty = true;
    if (rest >= BLANK_BYTES) {
      const blank = Buffer.alloc(BLANK_BYTES);
      blank.writeInt32BE(rest, 0);
      blank.writeInt32BE(MAGIC_BLANK, 4);
      this.writeAt(pair.logPath, [blank], pair.logEnd);
    }
    const at = pair.units * SPARSE_UNIT_BYTES;
    if (at < queueBytes) this.writeAt(pair.queuePath, [sparseEnd()], at);
  }

  /** Begins a pair at `start`, or behind the last one. */
  roll(start = this.last ? this.last.start + this.sizes.logBytes : 0): FilePair {
    const pair = this.pairOf(start);
    for (const path of [this.logDirectory, this.queueDirectory]) this.handles.files.mkdirp(path);
    this.handles.create(pair.logPath, this.sizes.logBytes);
    this.handles.create(pair.queuePath, this.sizes.queueBytes);
    this.pairs.push(pair);
    return pair;
  }

  async flush(): Promise<void> {
    const dirty = this.pairs.filter((pair) => pair.dirty);
    for (const pair of dirty) {
      pair.dirty = false;
      try {
        for (const path of [pair.logPath, pair.queuePath]) await this.handles.flush(path);
      } catch (error) {
        pair.dirty = true;
        throw error;
      }
    }
  }

  private roomFor(size: number): FilePair {
    const { last } = this;
    if (last && this.fits(last.units, last.logEnd, size)) return last;
    if (last) this.end(last);
    // what was written since the flush of a second ago
    if (last && this.live) this.handles.flushSync([last.logPath, last.queuePath]);
    return this.roll();
  }

  private fits(units: number, logEnd: number, size: number): boolean {
    const { logBytes, queueBytes } = this.sizes;
    return (units + 1) * SPARSE_UNIT_BYTES < queueBytes && logEnd + size + BLANK_BYTES <= logBytes;
  }

  private write(pair: FilePair, copies: readonly Buffer[], units: readonly Buffer[]): void {
    pair.dirty = true;
    this.writeAt(pair.logPath, copies, pair.logEnd);
    this.writeAt(pair.queuePath, units, pair.units * SPARSE_UNIT_BYTES);
  }

  private writeAt(path: string, buffers: readonly Buffer[], position: number): void {
    this.handles.files.writevSync(this.handles.writable(path), buffers, position);
  }

  private pairOf(start: number): FilePair {
    const name = String(start).padStart(20, '0');
    return {
      start,
      logPath: join(this.logDirectory, name),
      queuePath: join(this.queueDirectory, name),
      units: 0,
      logEnd: 0,
      first: -1,
      last: -1,
      dirty: false,
    };
  }

  /** Entries stand one behind the other: the first that is none is looked for by halving. */
  private countUnits(pair: FilePair): number {
    const room = Math.floor(this.sizes.queueBytes / SPARSE_UNIT_BYTES);
    return this.firstUnit(room, (at) => !isSparseUnit(this.unitAt(pair, at), 0));
  }

  /** Number of the first entry for which `holds` is true, as it is for all behind it. */
  private firstUnit(count: number, holds: (unit: number) => boolean): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private offsetAt(pair: FilePair, unit: number): number {
    return sparseQueueOffset(this.unitAt(pair, unit), 0);
  }

  private measure(pair: FilePair): void {
    pair.logEnd = 0;
    pair.first = pair.last = -1;
    if (pair.units === 0) return;
    pair.first = this.offsetAt(pair, 0);
    const last = this.unitAt(pair, pair.units - 1);
    pair.last = sparseQueueOffset(last, 0);
    pair.logEnd = sparseOffset(last, 0) + sparseSize(last, 0) - pair.start;
  }

  unitAt(pair: FilePair, index: number): Buffer {
    const unit = Buffer.alloc(SPARSE_UNIT_BYTES);
    const fd = this.handles.fd(pair.queuePath);
    const { files } = this.handles;
    const read = files.readSync(fd, unit, 0, unit.length, index * SPARSE_UNIT_BYTES);
    return unit.subarray(0, read);
  }
}
