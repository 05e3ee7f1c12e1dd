// One read of a compacted queue: from the first entry at or behind the wanted offset on, in pieces
// off the event loop (CompactionLog.getMessage).

import { totalmem } from 'node:os';
import { readInt64, RecordAt } from '../../protocol/message.js';
import type { StoreConfig } from '../config.js';
import type { GetRequest, GetResult } from '../message-store.js';
import type { FilePair, PairList } from './pair-list.js';
import {
  SPARSE_UNIT_BYTES,
  isSparseUnit,
  sparseOffset,
  sparseQueueOffset,
  sparseSize,
  sparseTagsCode,
} from './sparse-unit.js';

/** CompactionLog.MAX_PULL_MSG_SIZE. */
const MAX_PULL_BYTES = 128 * 1024 * 1024;
const MIN_PULL_BYTES = 100;
/** Entries read at once. */
const UNITS_AT_ONCE = 256;
/** Records that stand together are read at once, up to this. */
const RUN_BYTES = 256 * 1024;

/** Where a reader went on; the next read begins there without searching. */
export interface Place {
  offset: number;
  pair: FilePair;
  unit: number;
}

export class SparseRead {
  readonly result: GetResult;
  /** Behind the last entry that was looked at. */
  place: Place | undefined;
  /** What is said where an entry has no record. */
  damage: string | undefined;
  private readonly maxBytes: number;

  constructor(
    private readonly request: GetRequest,
    private readonly list: PairList,
    private readonly config: StoreConfig,
  ) {
    this.maxBytes = Math.min(Math.max(request.maxBytes, MIN_PULL_BYTES), MAX_PULL_BYTES);
    this.result = {
      status: 'NO_MATCHED_MESSAGE',
      nextBeginOffset: request.offset,
      minOffset: list.minOffset,
      maxOffset: list.maxOffset,
      records: [],
      bytes: 0,
      suggestPullingFromSlave: false,
    };
  }

  async run(hint: Place | undefined): Promise<void> {
    const { request, list } = this;
    const at = list.pairs.findIndex((pair) => pair.last >= request.offset);
    if (at < 0) return;
    const pair = list.pairs[at]!;
    const known = hint?.pair === pair && hint.offset === request.offset;
    const unit = known ? hint.unit : await this.search(pair);
    await this.readFrom(pair, unit);
    const stuck = this.damage !== undefined && this.result.nextBeginOffset === request.offset;
    if (stuck) this.result.nextBeginOffset = pair.last + 1;
    const memory = totalmem() * (this.config.accessMessageInMemoryMaxRatio / 100);
    this.result.suggestPullingFromSlave = list.logEnd - pair.start - pair.logEnd > memory;
  }

  /** Number of the first entry whose queue offset is not before the wanted one. */
  private async search(pair: FilePair): Promise<number> {
    let low = 0;
    let high = pair.units;
    while (low < high) {
      const middle = (low + high) >> 1;
      const units = await this.units(pair, middle, 1);
      if (units.length > 0 && !isSparseUnit(units, 0)) return this.searchAll(pair);
      if (units.length > 0 && sparseQueueOffset(units, 0) < this.request.offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** As `search` where entries are damaged: those before the wanted one are to be passed over. */
  private async searchAll(pair: FilePair): Promise<number> {
    const units = await this.units(pair, 0, pair.units);
    let begin = 0;
    for (let i = 0; (i + 1) * SPARSE_UNIT_BYTES <= units.length; i++) {
      const at = i * SPARSE_UNIT_BYTES;
      if (!isSparseUnit(units, at)) continue;
      if (sparseQueueOffset(units, at) >= this.request.offset) return begin;
      begin = i + 1;
    }
    return begin;
  }

  private units(pair: FilePair, from: number, count: number): Promise<Buffer> {
    const length = Math.min(count, pair.units - from) * SPARSE_UNIT_BYTES;
    return this.read(pair.queuePath, from * SPARSE_UNIT_BYTES, length);
  }

  private async read(path: string, position: number, length: number): Promise<Buffer> {
    const { handles } = this.list;
    const out = Buffer.allocUnsafe(Math.max(length, 0));
    const read = await handles.using(path, (fd) =>
      handles.files.pread(fd, out, 0, out.length, position),
    );
    return out.subarray(0, read);
  }

  private async readFrom(pair: FilePair, first: number): Promise<void> {
    for (let unit = first; unit < pair.units;) {
      const units = await this.units(pair, unit, UNITS_AT_ONCE);
      const count = Math.floor(units.length / SPARSE_UNIT_BYTES);
      if (count === 0) break;
      const done = await this.takeUnits(pair, units, count);
      unit += done;
      this.place = { offset: this.result.nextBeginOffset, pair, unit };
      if (done < count) break;
    }
  }

  /** How many of the entries were dealt with before the answer was full. */
  private async takeUnits(pair: FilePair, units: Buffer, count: number): Promise<number> {
    let run: { start: number; bytes: Buffer } | undefined;
    for (let i = 0; i < count; i++) {
      const at = i * SPARSE_UNIT_BYTES;
      const next = this.result.nextBeginOffset;
      if (!isSparseUnit(units, at) || sparseQueueOffset(units, at) < next) {
        this.passOver(pair, next);
        continue;
      }
      const offset = sparseOffset(units, at) - pair.start;
      const size = sparseSize(units, at);
      if (this.isFull(pair.start + offset, size)) return i;
      this.result.nextBeginOffset = sparseQueueOffset(units, at) + 1;
      const { matchTags, matchRecord } = this.request;
      if (matchTags && !matchTags(sparseTagsCode(units, at))) continue;
      if (!run || offset < run.start || offset + size > run.start + run.bytes.length) {
        run = { start: offset, bytes: await this.readRun(pair, units, at, count) };
      }
      const record = run.bytes.subarray(offset - run.start, offset - run.start + size);
      if (!isRecordOf(record, size, sparseQueueOffset(units, at))) {
        this.passOver(pair, sparseQueueOffset(units, at));
        continue;
      }
      if (matchRecord && !matchRecord(record, 0, record.length)) continue;
      this.result.records.push(record);
      this.result.bytes += size;
      this.result.status = 'FOUND';
    }
    return count;
  }

  private passOver({ logPath, queuePath }: FilePair, queueOffset: number): void {
    if (this.result.records.length === 0) this.result.status = 'MESSAGE_WAS_REMOVING';
    this.damage ??=
      `${logPath} or ${queuePath} is damaged: message ${queueOffset} is passed over, and maybe ` +
      `others; stop the broker and remove the second, which is made again from the first, or ` +
      `bring both back from a copy`;
  }

  /** The records of the entries from `at` on, as far as they are likely to be wanted. */
  private readRun(pair: FilePair, units: Buffer, at: number, count: number): Promise<Buffer> {
    const { maxMessages } = this.request;
    const wanted = maxMessages - this.result.records.length;
    const lastAt = Math.min(at / SPARSE_UNIT_BYTES + wanted, count) - 1;
    const last = Math.max(at, lastAt * SPARSE_UNIT_BYTES);
    const start = sparseOffset(units, at);
    const end = sparseOffset(units, last) + sparseSize(units, last);
    const limit = Math.max(sparseSize(units, at), Math.min(RUN_BYTES, this.maxBytes));
    return this.read(pair.logPath, start - pair.start, Math.min(end - start, limit));
  }

  /** CompactionLog.isTheBatchFull. */
  private isFull(offset: number, size: number): boolean {
    const { records, bytes } = this.result;
    if (records.length === 0) return false;
    const total = bytes + size;
    if (records.length >= this.request.maxMessages || total > this.maxBytes) return true;
    const { config } = this;
    const memory = totalmem() * (config.accessMessageInMemoryMaxRatio / 100);
    return this.list.logEnd - offset <= memory
      ? total > config.maxTransferBytesOnMessageInMemory ||
          records.length >= config.maxTransferCountOnMessageInMemory
      : total > config.maxTransferBytesOnMessageInDisk ||
          records.length >= config.maxTransferCountOnMessageInDisk;
  }
}

function isRecordOf(record: Buffer, size: number, queueOffset: number): boolean {
  return (
    record.length === size &&
    size > RecordAt.bornHost &&
    record.readInt32BE(0) === size &&
    readInt64(record, 20) === queueOffset
  );
}

/** What is answered before any entry is looked at; undefined to go on with a read. */
export function answerByOffset(
  { offset }: GetRequest,
  { minOffset, maxOffset }: PairList,
  { brokerRole, offsetCheckInSlave }: StoreConfig,
): GetResult | undefined {
  const answer = (status: GetResult['status'], next: number): GetResult => ({
    status,
    nextBeginOffset: brokerRole !== 'SLAVE' || offsetCheckInSlave ? next : offset,
    minOffset,
    maxOffset,
    records: [],
    bytes: 0,
    suggestPullingFromSlave: false,
  });
  if (maxOffset === 0) return answer('NO_MESSAGE_IN_QUEUE', 0);
  if (offset === maxOffset) return answer('OFFSET_OVERFLOW_ONE', offset);
  if (offset < maxOffset) return undefined;
  return answer('OFFSET_OVERFLOW_BADLY', minOffset === 0 ? minOffset : maxOffset);
}
