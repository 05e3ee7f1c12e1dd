// One index file. The slots are in memory while the file is being filled; entries go to the file
// in pieces, slots and header at a flush, in this order, so that a header never promises more
// than what is there.

import { type Bytes, withView } from '../../base/bytes.js';
import type { Handles } from '../files/handles.js';
import {
  ENTRY_BYTES,
  INDEX_HEADER_BYTES,
  SLOT_BYTES,
  decodeHeader,
  emptyHeader,
  encodeHeader,
  indexFileBytes,
  readEntry,
  writeEntry,
} from '../format/index-layout.js';
import type { IndexEntry, IndexHeader } from '../format/index-layout.js';
import { IndexSlots } from './index-slots.js';

const NOTHING = withView(Buffer.alloc(0));
const PIECE_ENTRIES = 3000;
const REBUILD_ENTRIES = 200_000;

export interface IndexSize {
  slots: number;
  entries: number;
}

export class IndexFile {
  header: IndexHeader = emptyHeader();
  /** Entries from this number on are in `piece` only. */
  private writtenCount = 1;
  private piece: Bytes = NOTHING;
  private readonly slots: IndexSlots;
  private headerDirty = false;
  /** All of it is known to be right: it was made here, or it was looked through. */
  sound = false;

  constructor(
    readonly path: string,
    readonly size: IndexSize,
    private readonly handles: Handles,
  ) {
    this.slots = new IndexSlots(path, size.slots, handles);
  }

  get full(): boolean {
    return this.header.indexCount >= this.size.entries;
  }

  get bytes(): number {
    return indexFileBytes(this.size.slots, this.size.entries);
  }

  create(endPhyOffset: number, endTimestamp: number): void {
    this.handles.create(this.path, this.bytes);
    if (endPhyOffset > 0) this.header.beginPhyOffset = this.header.endPhyOffset = endPhyOffset;
    if (endTimestamp > 0) this.header.beginTimestamp = this.header.endTimestamp = endTimestamp;
    this.slots.create();
    this.headerDirty = this.sound = true;
  }

  load(): void {
    this.header = decodeHeader(this.readSync(0, INDEX_HEADER_BYTES));
    this.header.indexCount = Math.min(this.header.indexCount, this.size.entries);
    this.writtenCount = this.header.indexCount;
  }

  /** IndexFile.putKey; false when the file is full. */
  put(keyHash: number, physicalOffset: number, storeTimestamp: number): boolean {
    const { header } = this;
    if (this.full) return false;
    const slot = keyHash % this.size.slots;
    const number = header.indexCount;
    const held = this.slots.get(slot);
    const previous = held <= 0 || held > number ? 0 : held;
    const end = (number + 1 - this.writtenCount) * ENTRY_BYTES;
    if (end > this.piece.buffer.length) this.growPiece();
    const timeDiffSeconds = this.timeDiff(storeTimestamp);
    writeEntry(this.piece.view, (number - this.writtenCount) * ENTRY_BYTES, {
      keyHash,
      physicalOffset,
      timeDiffSeconds,
      previous,
    });
    this.slots.set(slot, number);
    if (number <= 1) {
      header.beginPhyOffset = physicalOffset;
      header.beginTimestamp = storeTimestamp;
    }
    if (previous === 0) header.hashSlotCount++;
    header.indexCount = number + 1;
    header.endPhyOffset = physicalOffset;
    header.endTimestamp = storeTimestamp;
    this.headerDirty = true;
    return true;
  }

  /** Writes the entries that are only in memory. */
  writeEntries(): void {
    const count = this.header.indexCount - this.writtenCount;
    if (count === 0) return;
    this.writeAt(
      this.entryAt(this.writtenCount),
      this.piece.buffer.subarray(0, count * ENTRY_BYTES),
    );
    this.writtenCount = this.header.indexCount;
  }

  /** Writes everything and flushes it; afterwards the file is whole. */
  async flush(): Promise<void> {
    if (!this.headerDirty) return;
    this.writeEntries();
    this.slots.write();
    const header = encodeHeader(this.header);
    this.headerDirty = false;
    try {
      await this.sync();
      this.writeAt(0, header);
      await this.sync();
    } catch (error) {
      this.headerDirty = true;
      throw error;
    }
  }

  private sync(): Promise<void> {
    return this.handles.flush(this.path);
  }

  /** The file will not grow any more: its slots are read from the disk again. */
  seal(): void {
    if (this.headerDirty) return;
    this.slots.release();
    this.piece = NOTHING;
  }

  /** Number of the newest entry of the chain that `keyHash` is in, or 0. */
  async head(keyHash: number): Promise<number> {
    const bytes = await this.slots.read(keyHash % this.size.slots, 1);
    return bytes.length === SLOT_BYTES ? bytes.readInt32BE(0) : 0;
  }

  async entry(number: number): Promise<IndexEntry | undefined> {
    if (number >= this.writtenCount) {
      return readEntry(this.piece.buffer, (number - this.writtenCount) * ENTRY_BYTES);
    }
    const bytes = await this.read(this.entryAt(number), ENTRY_BYTES);
    return bytes.length === ENTRY_BYTES ? readEntry(bytes, 0) : undefined;
  }

  /** Up to `count` entries from `first` on, as they stand in the file; none behind the last. */
  async entries(first: number, count: number): Promise<Buffer> {
    if (first < this.writtenCount) {
      const length = Math.min(count, this.writtenCount - first) * ENTRY_BYTES;
      return this.read(this.entryAt(first), length);
    }
    const from = first - this.writtenCount;
    const end = Math.min(from + count, this.header.indexCount - this.writtenCount);
    return Buffer.from(this.piece.buffer.subarray(from * ENTRY_BYTES, end * ENTRY_BYTES));
  }

  /** Up to `length` slots from `first` on. */
  slotsFrom(first: number, length: number): Promise<Buffer> {
    return this.slots.read(first, length);
  }

  /**
   * Keeps the entries of records before `offset`: slots that point behind them go back to the
   * newest one that is kept.
   */
  cut(offset: number): void {
    const kept = this.countBefore(offset);
    this.writtenCount = kept;
    for (let slot = 0; slot < this.slots.count; slot++) {
      const number = this.slots.get(slot);
      if (number < kept && number >= 0) continue;
      const newest = this.newestBefore(kept, number, slot);
      if (newest === undefined) {
        this.rebuildSlots(kept);
        break;
      }
      this.slots.set(slot, newest);
    }
    this.header.indexCount = kept;
    const last = kept > 1 ? this.entrySync(kept - 1) : undefined;
    if (last) {
      this.header.endPhyOffset = last.physicalOffset;
      // the first entry counts from the end of the file before
      const seconds = kept > 2 ? last.timeDiffSeconds : 0;
      this.header.endTimestamp = this.header.beginTimestamp + seconds * 1000;
    }
    this.piece = NOTHING;
    this.headerDirty = true;
  }

  /** Follows a chain back; undefined when an entry on it was lost. */
  private newestBefore(kept: number, newest: number, slot: number): number | undefined {
    let number = newest;
    while (number >= kept) {
      if (number >= this.size.entries) return undefined;
      const { keyHash, previous } = this.entrySync(number);
      if (keyHash < 0 || keyHash % this.size.slots !== slot || previous >= number) return undefined;
      number = previous;
    }
    return number < 0 ? undefined : number;
  }

  /** After a power loss: the links between kept entries are whole, so their ends are enough. */
  private rebuildSlots(kept: number): void {
    this.slots.clear();
    for (let first = 1; first < kept; first += REBUILD_ENTRIES) {
      const count = Math.min(REBUILD_ENTRIES, kept - first);
      const entries = this.readSync(this.entryAt(first), count * ENTRY_BYTES);
      for (let i = 0; i < count; i++) {
        const keyHash = entries.readInt32BE(i * ENTRY_BYTES);
        if (keyHash >= 0) this.slots.set(keyHash % this.size.slots, first + i);
      }
    }
  }

  /** Number behind the last entry of a record before `offset`; entries are in the log's order. */
  private countBefore(offset: number): number {
    let low = 1;
    let high = this.header.indexCount;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.entrySync(mid).physicalOffset < offset) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  /** Seconds since its begin, as entries have it. */
  timeDiff(storeTimestamp: number): number {
    const { beginTimestamp } = this.header;
    if (beginTimestamp <= 0) return 0;
    const seconds = Math.trunc((storeTimestamp - beginTimestamp) / 1000);
    return Math.max(0, Math.min(seconds, 0x7fffffff));
  }

  private growPiece(): void {
    const { buffer } = this.piece;
    if (buffer.length === 0) {
      this.piece = withView(Buffer.allocUnsafe(PIECE_ENTRIES * ENTRY_BYTES));
      return;
    }
    try {
      this.writeEntries();
    } catch {
      // the disk is full: the flush policy will tell; until then the entries stay in memory
      this.piece = withView(Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]));
    }
  }

  /** For a start; zeros where the file ends before. */
  entrySync(number: number): IndexEntry {
    return readEntry(this.readSync(this.entryAt(number), ENTRY_BYTES), 0);
  }

  private entryAt(number: number): number {
    return INDEX_HEADER_BYTES + this.size.slots * SLOT_BYTES + number * ENTRY_BYTES;
  }

  private writeAt(position: number, bytes: Buffer): void {
    const fd = this.handles.writable(this.path);
    this.handles.files.writeSync(fd, bytes, 0, bytes.length, position);
  }

  private readSync(position: number, length: number): Buffer {
    const out = Buffer.alloc(length);
    const fd = this.handles.fd(this.path);
    this.handles.files.readSync(fd, out, 0, length, position);
    return out;
  }

  private async read(position: number, length: number): Promise<Buffer> {
    const out = Buffer.alloc(length);
    const read = await this.handles.using(this.path, (fd) =>
      this.handles.files.pread(fd, out, 0, length, position),
    );
    return out.subarray(0, read);
  }
}
