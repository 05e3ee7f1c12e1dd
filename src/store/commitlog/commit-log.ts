// The log of all messages: records are appended in memory and written together; reads come from
// the tail in memory, from cached blocks, or from the files off the event loop.

import { type Bytes, withView } from '../../base/bytes.js';
import { type BatchPart, partProperties } from '../../protocol/batch.js';
import {
  MAGIC_BLANK,
  encodePart,
  encodeRecord,
  partSize,
  recordSize,
  withHostFlags,
} from '../../protocol/message.js';
import type { MessageRecord } from '../../protocol/message.js';
import type { Host } from '../../protocol/host.js';
import type { PutMessage } from '../message-store.js';
import type { SegmentList } from '../files/segment-list.js';
import { sealCrc, withCrcRoom } from '../format/crc-property.js';
import { NO_KEYS, type RecordKeys, readKeys } from '../format/record-keys.js';
import { BLOCK_BYTES, LogBlocks, copyOf } from './log-blocks.js';
import { type Place, placeOf, type Room, Tail } from './tail.js';

const TAIL_BYTES = 16 * 1024 * 1024;
const REWRITE_BYTES = 1024 * 1024;
/** CommitLog.END_FILE_MIN_BLANK_LENGTH: every file ends with a blank of at least this. */
const BLANK_BYTES = 8;

export class CommitLog {
  /** Behind the last record, written or not. */
  end = 0;
  /** Up to here the records are in the files; nobody reads beyond. */
  written = 0;
  /** Up to here the files are flushed. */
  flushed = 0;
  /** Size of the record that was appended last. */
  lastSize = 0;
  /** Size of what the disk did not take last. */
  private refusedBytes = 0;
  private readonly tail = new Tail(TAIL_BYTES);
  private readonly blocks: LogBlocks;
  /** Of the record that was appended last. */
  lastKeys: RecordKeys = NO_KEYS;
  /** The batch whose messages are being appended, and the one that is prepared. */
  private batch: Bytes = withView(Buffer.alloc(0));
  private part: BatchPart | undefined;
  /** Filled again for every record, so that an append allocates nothing. */
  private readonly scratch: MessageRecord;
  /** As `scratch`, for those who read. */
  private readonly place = placeOf(Buffer.alloc(0));

  constructor(
    readonly list: SegmentList,
    private readonly storeHost: Host,
    private readonly appendCrc: boolean,
  ) {
    this.blocks = new LogBlocks(list, () => this.written);
    this.scratch = { ...BLANK_RECORD, storeHost, bornHost: storeHost };
  }

  /** Offset of the first record there is. */
  get min(): number {
    return this.list.first?.start ?? 0;
  }

  get pendingBytes(): number {
    return this.end - this.written;
  }

  /** After recovery: the log ends here and all of it is in the files. */
  openAt(end: number, flushed: number): void {
    this.end = end;
    this.written = end;
    this.flushed = flushed;
    this.tail.clear();
    this.blocks.clear();
  }

  /** Takes the message as the next record to be measured and appended; its size in bytes. */
  prepare(message: PutMessage): number {
    const { scratch } = this;
    scratch.topic = message.topic;
    scratch.queueId = message.queueId;
    scratch.flag = message.flag;
    scratch.sysFlag = withHostFlags(message.sysFlag, message.bornHost, this.storeHost);
    scratch.bornTimestamp = message.bornTimestamp;
    scratch.bornHost = message.bornHost;
    scratch.reconsumeTimes = message.reconsumeTimes;
    scratch.preparedTransactionOffset = message.preparedTransactionOffset ?? 0;
    scratch.body = message.body;
    scratch.properties = this.appendCrc ? withCrcRoom(message.properties) : message.properties;
    this.part = undefined;
    return recordSize(scratch);
  }

  /** Takes the messages of the batch, one by one by `preparePart`. */
  prepareBatch(batch: PutMessage): void {
    this.prepare(batch);
    this.batch = withView(batch.body);
  }

  /** As `prepare`, for a message of the batch. */
  preparePart(part: BatchPart): number {
    const { scratch, batch } = this;
    scratch.flag = part.flag;
    if (!this.appendCrc) {
      this.part = part;
      return partSize(scratch, part);
    }
    scratch.body = batch.buffer.subarray(part.bodyAt, part.bodyEnd);
    scratch.properties = withCrcRoom(partProperties(batch.buffer, part));
    return recordSize(scratch);
  }

  /** Whether `size` bytes fit into one file. */
  fits(size: number): boolean {
    return size + BLANK_BYTES <= this.list.fileBytes;
  }

  /** Ends the file with a blank when `size` bytes do not fit into its rest. */
  rollFor(size: number): void {
    const { fileBytes } = this.list;
    const rest = fileBytes - (this.end % fileBytes);
    if (size + BLANK_BYTES <= rest) return;
    if (rest >= BLANK_BYTES) {
      const { view, at } = this.room(BLANK_BYTES);
      view.setInt32(at, rest);
      view.setInt32(at + 4, MAGIC_BLANK);
      this.tail.take(BLANK_BYTES);
    }
    this.end += rest;
  }

  /** Appends the prepared record; its log offset. */
  append(size: number, queueOffset: number, storeTimestamp: number): number {
    const { scratch, end } = this;
    scratch.queueOffset = queueOffset;
    scratch.physicalOffset = end;
    scratch.storeTimestamp = storeTimestamp;
    const { part } = this;
    const room = this.room(size);
    const { buffer, at } = room;
    const propertiesAt = part
      ? encodePart(scratch, this.batch, part, room, at, size)
      : encodeRecord(scratch, room, at, size);
    this.lastKeys = readKeys(scratch.topic, buffer, propertiesAt, at + size);
    if (this.appendCrc) sealCrc(buffer.subarray(at, at + size));
    this.tail.take(size);
    this.lastSize = size;
    this.end = end + size;
    return end;
  }

  /** Appends bytes as they are: records, or parts of them, that another log has at this offset. */
  appendBytes(bytes: Buffer): void {
    const { buffer, at } = this.room(bytes.length);
    bytes.copy(buffer, at);
    this.tail.take(bytes.length);
    this.end += bytes.length;
  }

  /** Writes what was appended: one write per file. Throws as the disk does. */
  write(): void {
    const { fileBytes } = this.list;
    const pieces = this.tail.pieces(this.written);
    for (let i = 0; i < pieces.length;) {
      const { offset } = pieces[i];
      const fileEnd = offset - (offset % fileBytes) + fileBytes;
      const buffers: Buffer[] = [];
      for (; i < pieces.length && pieces[i].offset < fileEnd; i++) buffers.push(pieces[i].bytes);
      this.list.write(offset, buffers);
    }
    this.written = this.end;
    this.tail.trim(this.written);
  }

  /** Forgets what could not be written. */
  rollback(): void {
    this.refusedBytes = this.end - this.written;
    this.tail.cut(this.written);
    this.end = this.written;
  }

  /** Takes from the files what a failed write may have left behind the end. */
  clearBehindEnd(): void {
    if (this.written < this.list.capacityEnd) this.list.truncate(this.written);
  }

  /** Writes zeros in place of what could not be written; throws while the disk does not take it. */
  tryRoom(): void {
    this.clearBehindEnd();
    const { fileBytes } = this.list;
    const end = this.written + this.refusedBytes;
    for (let at = this.written; at < end;) {
      const length = Math.min(end - at, fileBytes - (at % fileBytes), REWRITE_BYTES);
      this.list.write(at, [Buffer.alloc(length)]);
      at += length;
    }
  }

  /** Drops what was written from `offset` on. */
  cutAt(offset: number): void {
    this.list.truncate(offset);
    this.openAt(offset, Math.min(this.flushed, offset));
  }

  /** Removes the first file, and what of it is in memory: readers see one state. */
  deleteFirst(): void {
    this.list.deleteFirst();
    this.blocks.clear();
    this.tail.dropBefore(this.min);
  }

  /** Bytes from `offset` on that are in memory in one piece, at most `maxBytes`. */
  peek(offset: number, maxBytes: number): Buffer | undefined {
    return this.tail.piece(offset, Math.min(maxBytes, this.written - offset));
  }

  /** A record from memory, to keep; undefined when it has to be loaded. */
  slice(offset: number, size: number): Buffer | undefined {
    const place = this.locate(offset, size);
    return place && this.kept(place, size);
  }

  /** What was located, to keep: as it stands there if that memory is not used again. */
  kept(place: Readonly<Place>, size: number): Buffer {
    return place.block ? this.tail.lend(place, size) : copyOf(place, size);
  }

  /** Where a record is in memory, until the next turn; undefined when it has to be loaded. */
  locate(offset: number, size: number): Readonly<Place> | undefined {
    const end = offset + size;
    if (end > this.written) return undefined;
    const { blocks, place } = this;
    if (blocks.locateInRecent(offset, end, place) || this.tail.locate(offset, size, place))
      return place;
    return blocks.locate(offset, end, place) ? place : undefined;
  }

  /** A record from the files, with its neighbours for the reads that follow. */
  async load(offset: number, size: number): Promise<Buffer | undefined> {
    if (offset < this.min || offset + size > this.written) return undefined;
    return size > BLOCK_BYTES ? this.read(offset, size) : this.blocks.load(offset, size);
  }

  /** Bytes from memory or the files, without keeping their neighbours. */
  async read(offset: number, size: number): Promise<Buffer | undefined> {
    if (offset < this.min || offset >= this.written) return undefined;
    const wanted = Math.min(size, this.written - offset);
    const known = this.slice(offset, wanted);
    return known ?? (await this.list.read(offset, wanted));
  }

  async flush(): Promise<void> {
    const { written } = this;
    if (written <= this.flushed) return;
    await this.list.flush(this.flushed, written);
    this.flushed = Math.max(this.flushed, written);
  }

  /** Writes again what the files hold but the disk may not; for after a failed flush. */
  rewriteUnflushed(): void {
    for (let at = this.flushed; at < this.written;) {
      const bytes = this.list.readSync(at, Math.min(REWRITE_BYTES, this.written - at));
      if (bytes.length === 0) return;
      this.list.write(at, [bytes]);
      at += bytes.length;
    }
  }

  private room(size: number): Room {
    return this.tail.room(this.end, size, this.end % this.list.fileBytes === 0);
  }
}

const BLANK_RECORD = {
  topic: '',
  queueId: 0,
  flag: 0,
  queueOffset: 0,
  physicalOffset: 0,
  sysFlag: 0,
  bornTimestamp: 0,
  storeTimestamp: 0,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body: Buffer.alloc(0),
  properties: '',
};
