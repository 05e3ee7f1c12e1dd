// Whether compacted queues are in order: every record whole, every entry that of its record.

import { basename, join } from 'node:path';
import { readInt64, RecordAt } from '../../protocol/message.js';
import type { FilePair } from '../compaction/pair-list.js';
import { readRecord } from '../compaction/pair-reader.js';
import { SPARSE_UNIT_BYTES, writeSparseUnit } from '../compaction/sparse-unit.js';
import { RecordScanner } from '../format/record-scan.js';
import { type CompactedFiles, findCompacted } from './compaction-files.js';
import { isJson } from './is-json.js';
import type { Problem, StoreFiles } from './store-files.js';

export interface CompactedReport {
  topic: string;
  queueId: number;
  files: number;
  minOffset: number;
  maxOffset: number;
  messages: number;
  bytes: number;
}

/** What was found of the file that is read. */
interface Walk {
  records: number;
  bytes: number;
  wrong: number;
  firstWrong: string;
}

const WINDOW_BYTES = 1024 * 1024;

export class CompactionCheck {
  readonly queues: CompactedReport[] = [];
  private readonly found: CompactedFiles[];
  private readonly scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  private readonly steps: Iterator<void, void>;
  private readonly buffer = Buffer.allocUnsafe(SPARSE_UNIT_BYTES);

  constructor(private readonly store: StoreFiles) {
    this.found = findCompacted(store.root, store.files, store.handles);
    this.steps = this.all();
  }

  /** Reads on for a while; false when everything was read. */
  step(): boolean {
    return !this.steps.next().done;
  }

  /** `ends` are those of the ordinary queues, by `topic/queue`: compacted ones follow them. */
  checkEnds(ends: ReadonlyMap<string, number>): void {
    for (const { topic, queueId, list, where } of this.found) {
      const end = ends.get(`${topic}/${queueId}`);
      if (end === undefined || list.maxOffset <= end) continue;
      const text = `goes on to ${list.maxOffset}, its queue only to ${end}: it will be cut`;
      this.store.note('warning', where, text);
    }
  }

  private *all(): Generator<void, void> {
    this.checkPositions();
    for (const queue of this.found) {
      this.checkFiles(queue);
      const { topic, queueId, list } = queue;
      const report: CompactedReport = {
        ...{ topic, queueId, files: list.pairs.length },
        ...{ minOffset: list.minOffset, maxOffset: list.maxOffset, messages: 0, bytes: 0 },
      };
      this.queues.push(report);
      let last = -1;
      for (const pair of list.pairs) {
        const walk: Walk = { records: 0, bytes: 0, wrong: 0, firstWrong: '' };
        yield* this.read(queue, pair, walk);
        this.judge(queue, pair, walk);
        if (pair.units > 0 && pair.first <= last) {
          const text = `${basename(pair.logPath)} begins at ${pair.first}, before its place`;
          this.store.note('warning', queue.where, `${text}: it will be removed if covered`);
        }
        last = Math.max(last, pair.last);
        report.messages += walk.records;
        report.bytes += walk.bytes;
      }
    }
  }

  private checkFiles({ where, list, replacing, odd, ...queue }: CompactedFiles): void {
    const { store } = this;
    for (const name of queue.withoutQueue) {
      const text = `${name} has no file in compactionCq: it will be made from the log`;
      store.note('warning', where, text);
    }
    for (const name of queue.withoutLog) {
      store.note('warning', where, `${name} is only in compactionCq: it will be removed`);
    }
    const { logBytes, queueBytes } = list.sizes;
    for (const path of odd) {
      const text = `${path} has another size than the others (${logBytes}, ${queueBytes})`;
      store.note('error', where, text);
    }
    // of a broker that runs it is the compaction that runs
    if (!replacing || store.holder !== undefined) return;
    store.note('warning', where, 'was being compacted: that will be finished or given up');
  }

  /** Records of the file from its begin to the first that is none. */
  private *read(queue: CompactedFiles, pair: FilePair, walk: Walk): Generator<void, void> {
    const { files, handles } = this.store;
    const { scanner } = this;
    const { logBytes } = queue.list.sizes;
    let window = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, logBytes));
    for (let ended = false; !ended && walk.bytes < logBytes;) {
      const begin = walk.bytes;
      const fd = handles.fd(pair.logPath);
      const length = files.readSync(
        fd,
        window,
        0,
        Math.min(window.length, logBytes - begin),
        begin,
      );
      const bytes = window.subarray(0, length);
      while (!ended) {
        const at = walk.bytes - begin;
        const scan = scanner.scan(bytes, at, pair.start + walk.bytes, logBytes - walk.bytes);
        if (scan === 'more') break;
        ended = scan !== 'record';
        if (scan === 'blank') scanner.reason = 'the end of the file';
        if (!ended) this.take(queue, pair, bytes.subarray(at, at + scanner.size), walk);
      }
      if (ended) break;
      if (walk.bytes === begin) {
        ended = length === logBytes - begin || window.length >= logBytes;
        scanner.reason = 'the file ends before the record';
        window = Buffer.allocUnsafe(Math.min(logBytes, Math.max(scanner.size, window.length * 2)));
      }
      yield;
    }
  }

  private take(queue: CompactedFiles, pair: FilePair, record: Buffer, walk: Walk): void {
    const fault = this.faultOf(queue, pair, record, walk.records);
    if (fault !== undefined && walk.wrong++ === 0) walk.firstWrong = fault;
    walk.records++;
    walk.bytes += record.length;
  }

  /** What is wrong with the entry that the record has, if it has one. */
  private faultOf(
    { list, topic, queueId }: CompactedFiles,
    pair: FilePair,
    record: Buffer,
    index: number,
  ): string | undefined {
    const { scanner } = this;
    if (scanner.topic !== topic || scanner.queueId !== queueId) {
      return `record ${index} is one of ${scanner.topic}/${scanner.queueId}`;
    }
    if (index >= pair.units) return undefined;
    const physicalOffset = readInt64(record, RecordAt.physicalOffset);
    const expected = { ...readRecord(record, scanner), physicalOffset, size: record.length };
    writeSparseUnit(this.buffer, 0, expected);
    // RocketMQ writes -1 or 0 into what is reserved
    const unit = list.unitAt(pair, index);
    if (unit.compare(this.buffer, 0, COMPARED_BYTES, 0, COMPARED_BYTES) === 0) return undefined;
    return `entry ${index} is not that of message ${expected.queueOffset}`;
  }

  private judge(queue: CompactedFiles, pair: FilePair, walk: Walk): void {
    const { store, scanner } = this;
    const name = basename(pair.logPath);
    const isLast = pair === queue.list.last;
    // after a crash the last file is compared with its log, and lost records come from the queue
    const level: Problem['level'] = isLast && store.aborted ? 'warning' : 'error';
    if (walk.records < pair.units) {
      const rest = pair.units - walk.records;
      const text = `${name} is damaged at ${walk.bytes} (${scanner.reason})`;
      store.note(level, queue.where, `${text}; ${rest} messages lie behind`);
    }
    if (walk.wrong > 0) {
      const text = `${name}: ${walk.wrong} of ${walk.records} entries are wrong`;
      store.note(level, queue.where, `${text}: ${walk.firstWrong}`);
    }
    if (walk.records > pair.units) {
      const text = `${name}: ${walk.records - pair.units} records have no entry`;
      store.note('warning', queue.where, text);
    }
  }

  private checkPositions(): void {
    const { files, root } = this.store;
    const path = join(root, 'compaction', 'position-checkpoint');
    if (!files.exists(path) || isJson(files, path)) return;
    const good = isJson(files, `${path}.bak`);
    const text = good ? 'is damaged; its .bak will be used' : 'is damaged: all is compacted again';
    this.store.note('warning', 'compaction/position-checkpoint', text);
  }
}

/** Up to batchSize: what lies behind has no meaning in these queues. */
const COMPARED_BYTES = 38;
