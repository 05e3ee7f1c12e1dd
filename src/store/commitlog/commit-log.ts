// The log of all messages: records are appended in memory and written together; reads come from
// the tail in memory, from cached blocks, or from the files off the event loop.

import { MAGIC_BLANK, encodeRecord, recordSize, withHostFlags } from '../../protocol/message.js';
import type { MessageRecord } from '../../protocol/message.js';
import type { Host } from '../../protocol/host.js';
import type { PutMessage } from '../message-store.js';
import { BlockCache } from '../files/block-cache.js';
import type { Block } from '../files/block-cache.js';
import type { SegmentList } from '../files/segment-list.js';
import { sealCrc, withCrcRoom } from '../format/crc-property.js';
import { Tail } from './tail.js';
import type { Room } from './tail.js';

const TAIL_BYTES = 16 * 1024 * 1024;
const CACHE_BYTES = 12 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;
/** Blocks that are loaded ahead of a reader who comes from the block before. */
const BLOCKS_AHEAD = 2;
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
  private readonly tail = new Tail(TAIL_BYTES);
  private readonly cache = new BlockCache(CACHE_BYTES);
  /** The block that was read from last. */
  private recent: Block | undefined;
  /** Filled again for every record, so that an append allocates nothing. */
  private readonly scratch: MessageRecord;

  constructor(
    readonly list: SegmentList,
    private readonly storeHost: Host,
    private readonly appendCrc: boolean,
  ) {
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
    this.cache.clear();
    this.recent = undefined;
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
      const { buffer, at } = this.room(BLANK_BYTES);
      buffer.writeInt32BE(rest, at);
      buffer.writeInt32BE(MAGIC_BLANK, at + 4);
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
    const { buffer, at } = this.room(size);
    encodeRecord(scratch, buffer, at, size);
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
    this.tail.cut(this.written);
    this.end = this.written;
  }

  /** Takes from the files what a failed write may have left behind the end. */
  clearBehindEnd(): void {
    if (this.written < this.list.capacityEnd) this.list.truncate(this.written);
  }

  /** Drops what was written from `offset` on. */
  cutAt(offset: number): void {
    this.list.truncate(offset);
    this.openAt(offset, Math.min(this.flushed, offset));
  }

  /** Bytes from `offset` on that are in memory in one piece, at most `maxBytes`. */
  peek(offset: number, maxBytes: number): Buffer | undefined {
    return this.tail.piece(offset, Math.min(maxBytes, this.written - offset));
  }

  /** A record from memory; undefined when it has to be loaded. */
  slice(offset: number, size: number): Buffer | undefined {
    const end = offset + size;
    if (end > this.written) return undefined;
    const { recent } = this;
    if (recent && offset >= recent.start && end <= recent.start + recent.bytes.length) {
      return copyOf(recent, offset, end);
    }
    const hot = this.tail.slice(offset, size);
    if (hot) return hot;
    const start = this.blockStart(offset);
    const block = this.cache.get(start, Math.min(end, this.blockEnd(start)));
    if (!block) return undefined;
    this.enter(block);
    if (end > block.start + block.bytes.length) return undefined;
    return copyOf(block, offset, end);
  }

  /** A reader that came from the block before goes on to those behind: they are loaded ahead. */
  private enter(block: Block): void {
    if (this.recent === block) return;
    this.recent = block;
    const before = this.blockStart(Math.max(block.start - 1, 0));
    if (block.start === before || !this.cache.has(before)) return;
    let next = this.blockEnd(block.start);
    for (let i = 0; i < BLOCKS_AHEAD && next < this.written; i++) {
      const start = next;
      this.cache.loadAhead(start, () => this.readBlock(start));
      next = this.blockEnd(start);
    }
  }

  /** A record from the files, with its neighbours for the reads that follow. */
  async load(offset: number, size: number): Promise<Buffer | undefined> {
    const end = offset + size;
    if (offset < this.min || end > this.written) return undefined;
    const start = this.blockStart(offset);
    if (size > BLOCK_BYTES) return this.read(offset, size);
    const first = this.cache.get(start, Math.min(end, this.blockEnd(start)));
    const head = first ?? (await this.loadBlock(start));
    if (!head) return undefined;
    if (end <= head.start + head.bytes.length) return copyOf(head, offset, end);
    const next = this.blockEnd(start);
    if (head.start + head.bytes.length < next) return this.readAlone(offset, size);
    const begin = copyOf(head, offset, next);
    const rest = this.cache.get(next, end) ?? (await this.loadBlock(next));
    if (!rest || rest.start + rest.bytes.length < end) return this.readAlone(offset, size);
    return Buffer.concat([begin, copyOf(rest, next, end)]);
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

  /** Undefined where the file is shorter than it says. */
  private async readAlone(offset: number, size: number): Promise<Buffer | undefined> {
    const bytes = await this.list.read(offset, size);
    return bytes?.length === size ? bytes : undefined;
  }

  private room(size: number): Room {
    return this.tail.room(this.end, size, this.end % this.list.fileBytes === 0);
  }

  private blockStart(offset: number): number {
    const inFile = offset % this.list.fileBytes;
    return offset - (inFile % BLOCK_BYTES);
  }

  private blockEnd(start: number): number {
    const { fileBytes } = this.list;
    return Math.min(start + BLOCK_BYTES, start - (start % fileBytes) + fileBytes);
  }

  private loadBlock(start: number): Promise<Block | undefined> {
    return this.cache.load(start, () => this.readBlock(start));
  }

  private async readBlock(start: number): Promise<Block | undefined> {
    const end = Math.min(this.blockEnd(start), this.written);
    const room = this.cache.room(BLOCK_BYTES);
    const bytes = await this.list.readLater(start, room.subarray(0, end - start));
    return bytes && { start, bytes, room };
  }
}

/** The memory of a block is used again. */
function copyOf({ start, bytes }: Block, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from);
  bytes.copy(copy, 0, from - start, to - start);
  return copy;
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
