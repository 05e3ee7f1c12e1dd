// One read of a queue: walks its entries, takes the records that match, and stops where a piece
// has to be loaded first (DefaultMessageStore.getMessage).

import { totalmem } from 'node:os';
import { getInt64 } from '../../base/bytes.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { type Place, placeOf } from '../commitlog/tail.js';
import type { StoreConfig } from '../config.js';
import type { QueueExt } from '../consumequeue/queue-ext.js';
import type { Queue } from '../consumequeue/queue.js';
import type { Units } from '../consumequeue/unit-log.js';
import { unitOffset, unitSize, unitTagsCode } from '../format/consume-queue-unit.js';
import { isExtAddress } from '../format/ext-unit.js';
import type { ExtUnit } from '../format/ext-unit.js';
import type { GetRequest, GetResult } from '../message-store.js';
import { RecordAt } from '../../protocol/message.js';
import type { LostMessage } from './lost-messages.js';
import { JoinedRecords, LARGE_BYTES } from './joined-records.js';

/** DefaultMessageStore.MAX_PULL_MSG_SIZE. */
const MAX_PULL_BYTES = 128 * 1024 * 1024;
/** Least size of a pull that a client can ask for. */
const MIN_PULL_BYTES = 100;
const TOTAL_MEMORY_BYTES = totalmem();
/** No record is so short. */
const LEAST_BYTES = RecordAt.bornHost;

export class Pull {
  readonly result: GetResult;
  /** The first entry that names no record. */
  lost: LostMessage | undefined;
  private next: number;
  private entries: Units | undefined;
  private entriesAt = 0;
  /** A record that was loaded, by its log offset. */
  private loaded: { offset: number; record: Buffer | undefined } | undefined;
  /** What an entry names beside its record, as loaded. */
  private ext: { address: bigint; unit: ExtUnit | undefined } | undefined;
  /** Messages in the records that were taken. */
  private messages = 0;
  private readonly unitBytes: number;
  private readonly maxScan: number;
  private readonly maxBytes: number;
  private readonly logEnd: number;
  /** What lies further behind the log's end is not thought to be in memory. */
  private readonly memoryBytes: number;
  private readonly joined: JoinedRecords | undefined;
  /** All entries match, and there is one for each message. */
  private readonly plain: boolean;
  /** Where the last record was found in this turn. */
  private around: Readonly<Place> | undefined;
  private lastOffset = 0;
  private removedBefore = -1;

  constructor(
    private readonly request: GetRequest,
    private readonly queue: Queue,
    private readonly commitLog: CommitLog,
    private readonly config: StoreConfig,
  ) {
    this.next = request.offset;
    this.unitBytes = queue.units.unitBytes;
    this.maxScan = Math.max(config.maxFilterMessageSize, request.maxMessages * this.unitBytes);
    this.maxBytes = Math.min(Math.max(request.maxBytes, MIN_PULL_BYTES), MAX_PULL_BYTES);
    this.logEnd = commitLog.written;
    this.memoryBytes = TOTAL_MEMORY_BYTES * (config.accessMessageInMemoryMaxRatio / 100);
    this.joined = request.joined ? new JoinedRecords(commitLog) : undefined;
    const { matchTags, matchRecord } = request;
    this.plain = this.joined !== undefined && !matchTags && !matchRecord && !queue.batch;
    this.result = {
      status: 'NO_MATCHED_MESSAGE',
      nextBeginOffset: request.offset,
      minOffset: queue.min,
      maxOffset: queue.max,
      records: [],
      bytes: 0,
      suggestPullingFromSlave: false,
    };
  }

  /** Goes as far as memory reaches: a promise to wait for before the next call, or nothing. */
  run(): Promise<void> | undefined {
    this.around = undefined;
    const waiting = this.walk();
    if (waiting) this.joined?.settle();
    else this.finish();
    return waiting;
  }

  private walk(): Promise<void> | undefined {
    const { result, queue } = this;
    const { maxOffset } = result;
    while (this.next < maxOffset) {
      if ((this.next - this.request.offset) * this.unitBytes >= this.maxScan) break;
      if (this.next < queue.min) {
        this.skipRemoved();
        continue;
      }
      if (!this.entries || this.entriesAt >= this.entries.count) {
        this.entries = queue.entries(this.next);
        this.entriesAt = 0;
        if (!this.entries) return this.loadEntries();
      }
      if (this.around && this.takeNear(this.entries, this.around)) continue;
      const at = this.entries.at + this.entriesAt * this.unitBytes;
      const waiting = this.takeEntry(this.entries.buffer, at);
      if (waiting === 'full') break;
      if (waiting) return waiting;
      this.entriesAt++;
    }
    return undefined;
  }

  /**
   * Takes the records, from the next on, that stand in the same memory as the last: all that
   * `takeEntry` does, where none of its questions has to be asked. Whether there was one.
   */
  private takeNear({ view, at: first, count }: Units, { bytes, start, end }: Place): boolean {
    const { joined, result, unitBytes } = this;
    const readable = Math.min(count, this.entriesAt + result.maxOffset - this.next);
    let i = this.entriesAt;
    for (; i < readable; i++) {
      const at = first + i * unitBytes;
      const offset = getInt64(view, at);
      const size = view.getInt32(at + 8);
      if (offset < start || offset + size > end || size >= LARGE_BYTES) break;
      if (size < LEAST_BYTES || bytes.view.getInt32(offset - start) !== size) break;
      if (this.isFull(offset, size, 1)) break;
      joined!.add(bytes, offset - start, size);
      this.lastOffset = offset;
      result.bytes += size;
      this.messages++;
    }
    const taken = i - this.entriesAt;
    this.entriesAt = i;
    this.next += taken;
    return taken > 0;
  }

  private takeEntry(units: Buffer, at: number): Promise<void> | 'full' | undefined {
    const offset = unitOffset(units, at);
    const size = unitSize(units, at);
    if (size < LEAST_BYTES || offset + size > this.commitLog.written) return this.passOver(offset);
    const messages = this.queue.messagesAt(units, at);
    if (this.isFull(offset, size, messages)) return 'full';
    this.lastOffset = offset;
    const behind = this.queue.baseAt(units, at, this.next) + messages;
    if (offset < this.removedBefore) return this.skip(behind);
    const { matchTags, matchRecord } = this.request;
    const loaded = this.loaded?.offset === offset ? this.loaded : undefined;
    // an entry whose record was loaded has been matched before
    const matches = loaded || !matchTags ? true : this.matchesTags(unitTagsCode(units, at));
    if (matches instanceof Promise) return matches;
    if (!matches) return this.skip(behind, 'NO_MATCHED_MESSAGE');
    const { commitLog } = this;
    const place = loaded ? loaded.record && placeOf(loaded.record) : commitLog.locate(offset, size);
    if (!place && !loaded) return this.loadRecord(offset, size);
    this.loaded = undefined;
    if (!place) {
      const { fileBytes } = commitLog.list;
      this.removedBefore = offset + fileBytes - (offset % fileBytes);
      return this.skip(behind, 'MESSAGE_WAS_REMOVING');
    }
    if (place.bytes.view.getInt32(place.at) !== size) return this.passOver(offset);
    if (matchRecord && !matchRecord(place.bytes.buffer, place.at, place.at + size)) {
      return this.skip(behind, 'NO_MATCHED_MESSAGE');
    }
    if (loaded) this.take(place.bytes.buffer);
    else if (this.joined) this.joined.copy(place, size);
    else this.take(commitLog.kept(place, size));
    this.result.bytes += size;
    this.result.status = 'FOUND';
    this.messages += messages;
    this.removedBefore = -1;
    this.next = behind;
    if (this.plain && !loaded) this.around = place;
    return undefined;
  }

  private take(record: Buffer): void {
    if (this.joined) this.joined.take(record);
    else this.result.records.push(record);
  }

  /** The entry or the record is damaged: RocketMQ answers with whatever stands there. */
  private passOver(physicalOffset: number): undefined {
    const { topic, queueId } = this.queue;
    this.lost ??= { topic, queueId, queueOffset: this.next, physicalOffset };
    return this.skip(this.next + 1, 'MESSAGE_WAS_REMOVING');
  }

  private skip(behind: number, status?: GetResult['status']): undefined {
    if (status && this.messages === 0) this.result.status = status;
    this.next = behind;
    return undefined;
  }

  /** Retention took what was to come next: its entries, too, would lead to no record. */
  private skipRemoved(): void {
    this.entries = this.around = undefined;
    this.skip(this.queue.min, 'MESSAGE_WAS_REMOVING');
  }

  /** A promise when what the entry names beside its record has to be loaded first. */
  private matchesTags(code: bigint): boolean | Promise<void> {
    const matchTags = this.request.matchTags!;
    if (!isExtAddress(code)) return matchTags(code);
    const known = this.ext?.address === code;
    const unit = known ? this.ext?.unit : this.queue.ext?.get(code);
    if (!unit && !known && this.queue.ext) return this.loadExt(code, this.queue.ext);
    // ExpressionMessageFilter: without a tags code all match, clients look again themselves
    return unit ? matchTags(unit.tagsCode, unit.bitMap, unit.storeTimestamp) : true;
  }

  private async loadExt(address: bigint, ext: QueueExt): Promise<void> {
    this.ext = { address, unit: await ext.load(address) };
  }

  /** DefaultMessageStore.isTheBatchFull. */
  private isFull(offset: number, size: number, more: number): boolean {
    const { config, messages } = this;
    if (messages === 0) return false;
    const total = this.result.bytes + size;
    if (messages + more > this.request.maxMessages || total > this.maxBytes) return true;
    return this.logEnd - offset <= this.memoryBytes
      ? total > config.maxTransferBytesOnMessageInMemory ||
          messages >= config.maxTransferCountOnMessageInMemory
      : total > config.maxTransferBytesOnMessageInDisk ||
          messages >= config.maxTransferCountOnMessageInDisk;
  }

  private async loadEntries(): Promise<void> {
    this.entries = await this.queue.load(this.next);
    this.entriesAt = 0;
    if (this.entries || this.next < this.queue.min) return;
    // the file is missing, go on with the one behind it
    this.result.status = 'OFFSET_FOUND_NULL';
    this.next = this.queue.nextFile(this.next);
    this.result.maxOffset = Math.min(this.result.maxOffset, this.next);
  }

  private async loadRecord(offset: number, size: number): Promise<void> {
    this.loaded = { offset, record: await this.commitLog.load(offset, size) };
  }

  private finish(): void {
    const { result, joined } = this;
    result.nextBeginOffset = this.next;
    result.messages = this.messages;
    result.maxOffset = this.queue.max;
    result.suggestPullingFromSlave = this.logEnd - this.lastOffset > this.memoryBytes;
    if (!joined) return;
    result.records = joined.end();
    result.lastAt = joined.lastAt;
    result.release = () => joined.release();
  }
}

/** What is answered before any entry is looked at; undefined to go on with a pull. */
export function answerByOffset(
  { offset }: GetRequest,
  queue: Queue | undefined,
  config: StoreConfig,
): GetResult | undefined {
  const minOffset = queue?.min ?? 0;
  const maxOffset = queue?.max ?? 0;
  let status: GetResult['status'];
  let next = offset;
  if (maxOffset === 0) [status, next] = ['NO_MESSAGE_IN_QUEUE', 0];
  else if (offset < minOffset) [status, next] = ['OFFSET_TOO_SMALL', minOffset];
  else if (offset === maxOffset) status = 'OFFSET_OVERFLOW_ONE';
  else if (offset > maxOffset) [status, next] = ['OFFSET_OVERFLOW_BADLY', maxOffset];
  else return undefined;
  return {
    status,
    // nextOffsetCorrection: a slave may lag behind, so it corrects nobody unless asked to
    nextBeginOffset: config.brokerRole !== 'SLAVE' || config.offsetCheckInSlave ? next : offset,
    minOffset,
    maxOffset,
    records: [],
    bytes: 0,
    suggestPullingFromSlave: false,
  };
}
