// Reads a whole store and says what it holds and what is wrong with it.

import type { FileSystem } from '../../base/files.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { Checkpoint } from '../format/checkpoint.js';
import { unitBase, unitMessages } from '../format/batch-unit.js';
import { unitOffset, unitSize, unitTagsCode } from '../format/consume-queue-unit.js';
import { MAX_EXT_UNIT_BYTES, decodeExtUnit, extOffset, isExtAddress } from '../format/ext-unit.js';
import { innerBatchOf } from '../format/inner-batch.js';
import type { InnerBatch } from '../format/inner-batch.js';
import { RecordScanner } from '../format/record-scan.js';
import { tagsCodeOf } from '../format/tags-code.js';
import { SystemTopic } from '../../protocol/flags.js';
import { isQueued } from '../policy/dispatch.js';
import { lightPlaces } from '../policy/light-queues.js';
import { recordsBehind } from '../policy/salvage.js';
import { CompactionCheck, type CompactedReport } from './compaction-check.js';
import { checkConfig } from './config-check.js';
import { IndexCheck } from './index-check.js';
import type { IndexSummary } from './index-check.js';
import { StoreFiles } from './store-files.js';
import type { Problem, QueueFiles } from './store-files.js';
import { UnitsReader } from './units-reader.js';
import { type QueueReport, type WalkedQueue, beginAgain, noteQueue } from './walked-queue.js';

export interface StoreReport {
  path: string;
  /** The process that has the store open. */
  holder?: string;
  /** Whether the last process stopped properly. */
  clean: boolean;
  checkpoint?: Checkpoint;
  commitLog: {
    files: number;
    fileBytes: number;
    minOffset: number;
    endOffset: number;
    records: number;
    firstStoreTimestamp: number;
    lastStoreTimestamp: number;
  };
  queues: QueueReport[];
  /** What is kept of compacted topics. */
  compacted: CompactedReport[];
  index: IndexSummary[];
  problems: Problem[];
}

/** What is kept beside the store's own files, and derived from the log, too. */
export interface CheckedBeside {
  /** Called with every record. */
  take(record: RecordScanner): void;
  problems(): readonly Problem[];
}

/** Records between two reports of progress. */
const STEP = 100_000;

export class StoreCheck {
  private readonly store: StoreFiles;
  private readonly index: IndexCheck;
  private readonly compaction: CompactionCheck;
  private readonly walked = new Map<string, WalkedQueue>();
  private readonly scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  private readonly reader: LogReader;
  private readDone = false;
  private records = 0;
  private firstTime = 0;
  /** Records lie behind the end: what refers to them is not at fault. */
  private damaged = false;

  constructor(
    root: string,
    files: FileSystem,
    commitLogs: readonly string[] = [],
    private readonly beside: readonly CheckedBeside[] = [],
  ) {
    this.store = new StoreFiles(root, files, commitLogs);
    this.index = new IndexCheck(this.store);
    this.compaction = new CompactionCheck(this.store);
    this.reader = new LogReader(
      this.store.commitLog,
      this.scanner,
      this.store.commitLog.first?.start ?? 0,
    );
  }

  /** Reads on for a while; false when everything was read. */
  step(): boolean {
    if (this.readDone) return this.compaction.step();
    for (let i = 0; i < STEP; i++) {
      if (!this.reader.next()) return (this.readDone = true);
      this.records++;
      if (this.records === 1) this.firstTime = this.scanner.storeTimestamp;
      this.take();
    }
    return true;
  }

  /** Share of the log that was read, 0 to 1. */
  get progress(): number {
    const { first, capacityEnd } = this.store.commitLog;
    const start = first?.start ?? 0;
    return capacityEnd === start ? 1 : (this.reader.offset - start) / (capacityEnd - start);
  }

  report(): StoreReport {
    const { store, scanner } = this;
    const { commitLog } = store;
    const holder = store.holder;
    const checkpoint = store.checkpoint();
    this.checkEnd();
    this.checkQueues();
    this.checkCompacted();
    this.checkIndex();
    checkConfig(store);
    for (const one of this.beside) store.problems.push(...one.problems());
    const report: StoreReport = {
      path: store.root,
      ...(holder === undefined ? {} : { holder }),
      clean: !store.aborted,
      ...(checkpoint ? { checkpoint } : {}),
      commitLog: {
        files: commitLog.all.length,
        fileBytes: commitLog.fileBytes,
        minOffset: commitLog.first?.start ?? 0,
        endOffset: this.reader.offset,
        records: this.records,
        firstStoreTimestamp: this.firstTime,
        lastStoreTimestamp: this.records > 0 ? scanner.storeTimestamp : 0,
      },
      queues: [...this.walked.values()]
        .map(
          ({ files: _, reader: _r, wrong: _w, firstWrong: _f, before: _b, later: _l, ...queue }) =>
            queue,
        )
        .sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.queueId - b.queueId)),
      compacted: this.compaction.queues,
      index: this.index.summaries,
      problems: store.problems,
    };
    store.close();
    return report;
  }

  private take(): void {
    const { scanner } = this;
    this.index.take(scanner);
    for (const one of this.beside) one.take(scanner);
    if (!isQueued(scanner.sysFlag)) return;
    this.takeInto(this.queueOf(scanner.topic, scanner.queueId), scanner.queueOffset);
    for (const { topic, queueId, queueOffset } of lightPlaces(scanner)) {
      const queue = this.queueOf(topic, queueId);
      // without enableMultiDispatch there are none
      if (queue.files || this.store.lost.has(`${topic}/${queueId}`)) {
        this.takeInto(queue, queueOffset);
      } else this.walked.delete(`${topic}/${queueId}`);
    }
  }

  private takeInto(queue: WalkedQueue, queueOffset: number): void {
    const { scanner } = this;
    const { base, messages } = queue.files?.batch
      ? innerBatchOf(scanner)
      : { base: queueOffset, messages: 1 };
    const fault = this.faultOf(queue, queueOffset);
    if (!fault && base < queue.maxOffset) beginAgain(queue);
    if (queue.messages === 0) queue.minOffset = base;
    queue.messages += messages;
    queue.bytes += scanner.size;
    queue.maxOffset = base + messages;
    if (!fault) return;
    if (queue.reader?.isBefore(base)) queue.before += messages;
    if (queue.wrong === 0) queue.firstWrong = fault;
    queue.wrong++;
  }

  /** What is wrong with the entry of the record that was just read. */
  private faultOf(queue: WalkedQueue, queueOffset: number): string | undefined {
    const { topic, physicalOffset, size } = this.scanner;
    const unit = queue.reader?.at(queueOffset);
    if (!unit || unitSize(unit, 0) <= 0) return `no entry ${queueOffset}`;
    const place = unitOffset(unit, 0);
    // the topic was deleted and made again since, if the record that comes is its
    if (place > physicalOffset) return void queue.later.set(queueOffset, place);
    queue.later.delete(queueOffset);
    if (place !== physicalOffset || unitSize(unit, 0) !== size) {
      return `entry ${queueOffset} names ${place}, not ${physicalOffset}`;
    }
    const fault = queue.files?.batch ? batchFault(unit, innerBatchOf(this.scanner)) : undefined;
    if (fault) return `entry ${queueOffset} ${fault}`;
    const named = unitTagsCode(unit, 0);
    const code = isExtAddress(named) ? codeBeside(queue.files!, named) : named;
    if (code === undefined) return `entry ${queueOffset} names nothing in consumequeue_ext`;
    // the delivery time depends on messageDelayLevel
    if (topic === SystemTopic.SCHEDULE) return undefined;
    if (code === BigInt(tagsCodeOf(this.scanner, []))) return undefined;
    return `entry ${queueOffset} has the tags code ${code}`;
  }

  private queueOf(topic: string, queueId: number): WalkedQueue {
    const key = `${topic}/${queueId}`;
    let queue = this.walked.get(key);
    if (!queue) {
      const files = this.store.queues.find((one) => one.topic === topic && one.queueId === queueId);
      const reader = files && new UnitsReader(files);
      const empty = {
        minOffset: 0,
        maxOffset: 0,
        messages: 0,
        bytes: 0,
        wrong: 0,
        firstWrong: '',
        before: 0,
      };
      queue = { topic, queueId, files, reader, ...empty, later: new Map() };
      this.walked.set(key, queue);
    }
    return queue;
  }

  private checkEnd(): void {
    const { store, reader, scanner } = this;
    if (reader.atCapacity || !store.commitLog.first) return;
    const behind = recordsBehind(store.commitLog, reader.offset);
    if (behind.records > 0) {
      this.damaged = true;
      const rest = `${behind.records} whole records lie behind, up to ${behind.end}`;
      const text = `damaged at ${reader.offset} (${scanner.reason}); ${rest}`;
      store.note('error', 'commitlog', text);
    } else if (scanner.reason !== 'zeros') {
      const text = `ends at ${reader.offset} with something that is no record: ${scanner.reason}`;
      store.note('warning', 'commitlog', text);
    }
  }

  private checkQueues(): void {
    const { store } = this;
    const topics = store.topics();
    const level = store.aborted ? 'warning' : 'error'; // after a crash entries are made again
    if (store.queues.length === 0 && this.walked.size > 0) {
      store.note('warning', 'consumequeue', 'is empty: it will be made from the whole log');
    }
    for (const queue of this.walked.values()) noteQueue(store, queue, level, topics);
    if (this.damaged) return;
    for (const files of store.queues) this.checkUnknown(files);
    for (const [name, { files, reader, maxOffset }] of this.walked) {
      const behind = reader?.behind(maxOffset);
      if (!files || !behind || unitSize(behind, 0) <= 0) continue;
      const text = `goes on at ${maxOffset}, where the log has no messages of it`;
      store.note(store.lost.has(name) ? 'warning' : level, files.where, text);
    }
  }

  /** A queue of which the log has nothing: all of it is gone by retention, or the log lost it. */
  private checkUnknown(files: QueueFiles): void {
    const { topic, queueId, list, unitBytes, where } = files;
    if (this.walked.has(`${topic}/${queueId}`)) return;
    const reader = new UnitsReader(files);
    const from = list.first!.start / unitBytes;
    for (let i = from, unit = reader.at(from); unit && unitSize(unit, 0) > 0; unit = reader.at(i)) {
      const place = unitOffset(unit, 0);
      i++;
      if (place < this.reader.offset) continue;
      const text = `names a message at ${place} of the log, which ends at ${this.reader.offset}`;
      this.store.note('error', where, text);
      return;
    }
  }

  private checkCompacted(): void {
    if (this.damaged) return;
    const ends = [...this.walked].map(([name, { maxOffset }]) => [name, maxOffset] as const);
    this.compaction.checkEnds(new Map(ends));
  }

  private checkIndex(): void {
    const { store, index, reader } = this;
    if (index.missing > 0) {
      const first = `the first of the record at ${index.firstMissing}`;
      store.note('warning', 'index', `${index.missing} keys are not in it, ${first}`);
    }
    const ahead = this.damaged ? 0 : index.ahead(reader.offset);
    if (ahead > 0) {
      store.note('warning', 'index', `${ahead} entries name records that are not there`);
    }
  }
}

function batchFault(unit: Buffer, { base, messages }: InnerBatch): string | undefined {
  const found = { base: unitBase(unit, 0), messages: unitMessages(unit, 0) };
  if (found.base === base && found.messages === messages) return undefined;
  return `stands for ${found.messages} messages from ${found.base}, not ${messages} from ${base}`;
}

/** The tags code that an entry's address leads to. */
function codeBeside({ ext }: QueueFiles, address: bigint): bigint | undefined {
  return decodeExtUnit(ext.readSync(extOffset(address), MAX_EXT_UNIT_BYTES), 0)?.tagsCode;
}
