// One read of a queue: walks its entries, takes the records that match, and stops where a piece
// has to be loaded first (DefaultMessageStore.getMessage).

import { totalmem } from 'node:os';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { ConsumeQueue, Units } from '../consumequeue/consume-queue.js';
import { UNIT_BYTES, unitOffset, unitSize, unitTagsCode } from '../format/consume-queue-unit.js';
import type { GetRequest, GetResult } from '../message-store.js';

/** DefaultMessageStore.MAX_PULL_MSG_SIZE. */
const MAX_PULL_BYTES = 128 * 1024 * 1024;
/** Least size of a pull that a client can ask for. */
const MIN_PULL_BYTES = 100;
const TOTAL_MEMORY_BYTES = totalmem();

export class Pull {
  readonly result: GetResult;
  private next: number;
  private entries: Units | undefined;
  private entriesAt = 0;
  /** A record that was loaded, by its log offset. */
  private loaded: { offset: number; record: Buffer | undefined } | undefined;
  private readonly maxScan: number;
  private readonly maxBytes: number;
  private readonly logEnd: number;
  private lastOffset = 0;
  private removedBefore = -1;

  constructor(
    private readonly request: GetRequest,
    private readonly queue: ConsumeQueue,
    private readonly commitLog: CommitLog,
    private readonly config: StoreConfig,
  ) {
    this.next = request.offset;
    this.maxScan = Math.max(config.maxFilterMessageSize, request.maxMessages * UNIT_BYTES);
    this.maxBytes = Math.min(Math.max(request.maxBytes, MIN_PULL_BYTES), MAX_PULL_BYTES);
    this.logEnd = commitLog.written;
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
    const { result, queue } = this;
    const { maxOffset } = result;
    while (this.next < maxOffset) {
      if ((this.next - this.request.offset) * UNIT_BYTES >= this.maxScan) break;
      if (this.next < queue.min) break; // removed meanwhile
      if (!this.entries || this.entriesAt >= this.entries.count) {
        this.entries = queue.units(this.next);
        this.entriesAt = 0;
        if (!this.entries) return this.loadEntries();
      }
      const at = this.entries.at + this.entriesAt * UNIT_BYTES;
      const waiting = this.takeEntry(this.entries.buffer, at);
      if (waiting === 'full') break;
      if (waiting) return waiting;
      this.entriesAt++;
    }
    this.finish();
    return undefined;
  }

  private takeEntry(units: Buffer, at: number): Promise<void> | 'full' | undefined {
    const offset = unitOffset(units, at);
    const size = unitSize(units, at);
    if (this.isFull(offset, size)) return 'full';
    this.lastOffset = offset;
    if (offset < this.removedBefore) return this.skip();
    const { matchTags, matchRecord } = this.request;
    const loaded = this.loaded?.offset === offset ? this.loaded : undefined;
    // an entry whose record was loaded has been matched before
    if (!loaded && matchTags && !matchTags(unitTagsCode(units, at))) {
      return this.skip('NO_MATCHED_MESSAGE');
    }
    const record = loaded ? loaded.record : this.commitLog.slice(offset, size);
    if (!record && !loaded) return this.loadRecord(offset, size);
    this.loaded = undefined;
    if (!record) {
      const { fileBytes } = this.commitLog.list;
      this.removedBefore = offset + fileBytes - (offset % fileBytes);
      return this.skip('MESSAGE_WAS_REMOVING');
    }
    if (matchRecord && !matchRecord(record)) return this.skip('NO_MATCHED_MESSAGE');
    this.result.records.push(record);
    this.result.bytes += record.length;
    this.result.status = 'FOUND';
    this.removedBefore = -1;
    this.next++;
    return undefined;
  }

  private skip(status?: GetResult['status']): undefined {
    if (status && this.result.records.length === 0) this.result.status = status;
    this.next++;
    return undefined;
  }

  /** DefaultMessageStore.isTheBatchFull. */
  private isFull(offset: number, size: number): boolean {
    const { bytes, records } = this.result;
    if (records.length === 0) return false;
    const total = bytes + size;
    if (records.length >= this.request.maxMessages || total > this.maxBytes) return true;
    const { config } = this;
    const memory = TOTAL_MEMORY_BYTES * (config.accessMessageInMemoryMaxRatio / 100);
    return this.logEnd - offset <= memory
      ? total > config.maxTransferBytesOnMessageInMemory ||
          records.length >= config.maxTransferCountOnMessageInMemory
      : total > config.maxTransferBytesOnMessageInDisk ||
          records.length >= config.maxTransferCountOnMessageInDisk;
  }

  private async loadEntries(): Promise<void> {
    this.entries = await this.queue.load(this.next);
    this.entriesAt = 0;
    if (this.entries) return;
    // ConsumeQueue.rollNextFile: the file is missing, go on with the one behind it
    const perFile = this.queue.list.fileBytes / UNIT_BYTES;
    this.result.status = 'OFFSET_FOUND_NULL';
    this.next = this.next + perFile - (this.next % perFile);
    this.result.maxOffset = Math.min(this.result.maxOffset, this.next);
  }

  private async loadRecord(offset: number, size: number): Promise<void> {
    this.loaded = { offset, record: await this.commitLog.load(offset, size) };
  }

  private finish(): void {
    const { result, config } = this;
    result.nextBeginOffset = this.next;
    result.maxOffset = this.queue.max;
    const memory = TOTAL_MEMORY_BYTES * (config.accessMessageInMemoryMaxRatio / 100);
    result.suggestPullingFromSlave = this.logEnd - this.lastOffset > memory;
  }
}

/** What is answered before any entry is looked at; undefined to go on with a pull. */
export function answerByOffset(
  request: GetRequest,
  queue: ConsumeQueue | undefined,
  config: StoreConfig,
): GetResult | undefined {
  const { offset } = request;
  const minOffset = queue?.min ?? 0;
  const maxOffset = queue?.max ?? 0;
  const answer = (status: GetResult['status'], next: number): GetResult => ({
    status,
    // nextOffsetCorrection: a slave may lag behind, so it corrects nobody unless asked to
    nextBeginOffset: config.brokerRole !== 'SLAVE' || config.offsetCheckInSlave ? next : offset,
    minOffset,
    maxOffset,
    records: [],
    bytes: 0,
    suggestPullingFromSlave: false,
  });
  if (maxOffset === 0) return answer('NO_MESSAGE_IN_QUEUE', 0);
  if (offset < minOffset) return answer('OFFSET_TOO_SMALL', minOffset);
  if (offset === maxOffset) return answer('OFFSET_OVERFLOW_ONE', offset);
  if (offset > maxOffset) return answer('OFFSET_OVERFLOW_BADLY', maxOffset);
  return undefined;
}
