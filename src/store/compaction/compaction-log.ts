// One compacted queue: takes what arrives in the ordinary queue, answers reads, and is compacted
// from time to time (CompactionLog).

import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { describeError, type Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { Handles } from '../files/handles.js';
import { RecordScanner } from '../format/record-scan.js';
import type { GetRequest, GetResult } from '../message-store.js';
import { compactPairs } from './compact.js';
import { loadKept } from './load-kept.js';
import type { KeptByMaster } from './wishes.js';
import { OrdinaryQueue } from './ordinary-queue.js';
import { openPairs } from './open-pairs.js';
import { PairList } from './pair-list.js';
import { readRecord, type ReadRecord } from './pair-reader.js';
import type { CompactionPositions } from './positions.js';
import { compactingFolder, replacePairs } from './replace.js';
import type { CompactionSizes } from './sizes.js';
import { answerByOffset, type Place, SparseRead } from './sparse-read.js';

export interface CompactionLogParts {
  config: StoreConfig;
  commitLog: CommitLog;
  queues: QueueTable;
  handles: Handles;
  positions: CompactionPositions;
  sizes: CompactionSizes;
  logDirectory: string;
  queueDirectory: string;
  /** Of a slave. */
  master: () => KeptByMaster | undefined;
  /** Memory for the keys of one compaction. */
  memoryBytes: number;
  clock: Clock;
  log: Logger;
}

export class CompactionLog {
  private readonly list: PairList;
  private readonly name: string;
  private readonly scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
  private readonly ordinary: OrdinaryQueue;
  private opening: Promise<void> | undefined;
  private opened = false;
  private taking: Promise<void> | undefined;
  private loaded: Promise<void> | undefined;
  private compacting: Promise<void> | undefined;
  /** Queue offset of the next message to be looked at in the ordinary queue. */
  private next = 0;
  private failed = false;
  private damaged = false;
  /** In a slave: what its master keeps is on its way. */
  private loading = false;
  private closed = false;
  private place: Place | undefined;
  /** Changes whenever files were replaced: reads begin anew then. */
  private generation = 0;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    private readonly parts: CompactionLogParts,
  ) {
    this.name = `compaction log ${queueId} of ${topic}`;
    this.ordinary = new OrdinaryQueue(topic, queueId, parts);
    const place = join(topic, String(queueId));
    const { logDirectory, queueDirectory, sizes, handles } = parts;
    this.list = new PairList(
      join(logDirectory, place),
      join(queueDirectory, place),
      sizes,
      handles,
      true,
    );
  }

  open(inOrder: boolean): Promise<void> {
    return (this.opening ??= this.openNow(inOrder));
  }

  /** Takes what the ordinary queue has and this one has not: at once when that is in memory. */
  catchUp(): Promise<void> | undefined {
    if (this.taking) return this.taking;
    if (this.closed || this.loading) return undefined;
    let waiting: Promise<void> | undefined;
    try {
      waiting = this.opened ? this.takePiece() : this.open(true);
    } catch (error) {
      this.fail(error);
    }
    if (!waiting) return undefined;
    return (this.taking = this.takeRest(waiting)
      .catch((error) => this.fail(error))
      .finally(() => (this.taking = undefined)));
  }

  /** In a slave, whether it is not known yet what the master keeps; it is asked then. */
  awaitsMaster(): boolean {
    const master = this.parts.master();
    if (!master) return false;
    if (!this.opened) void this.catchUp();
    else if (!this.loading && !this.loaded && this.list.maxOffset === 0) this.load(master);
    return !this.opened || this.loading;
  }

  /** At once when nothing has to be read. */
  get(request: GetRequest): GetResult | Promise<GetResult> {
    const waiting = this.catchUp();
    return (
      (waiting ? undefined : answerByOffset(request, this.list, this.parts.config)) ??
      this.read(request, waiting)
    );
  }

  private async read(request: GetRequest, waiting: Promise<void> | undefined): Promise<GetResult> {
    await waiting;
    for (;;) {
      const answer = answerByOffset(request, this.list, this.parts.config);
      if (answer) return answer;
      const { generation } = this;
      const read = new SparseRead(request, this.list, this.parts.config);
      try {
        await read.run(this.place);
      } catch (error) {
        if (generation === this.generation) throw error;
      }
      if (generation !== this.generation) continue;
      this.place = read.place;
      this.tell(read.damage);
      return read.result;
    }
  }

  /** Once: readers come again. */
  private tell(damage: string | undefined): void {
    if (damage === undefined || this.damaged) return;
    this.damaged = true;
    this.parts.log.error(damage);
  }

  /** Compacts all files but the one that is written, when one of them has not been yet. */
  compact(): Promise<void> {
    this.compacting ??= this.compactNow()
      .catch((error) => this.parts.log.error(`the ${this.name} cannot be compacted`, error))
      .finally(() => (this.compacting = undefined));
    return this.compacting;
  }

  async flush(): Promise<void> {
    await this.list.flush();
  }

  /** Ends what is under way; the files stay. */
  async close(): Promise<void> {
    this.closed = true;
    await this.taking;
    await this.loaded;
    await this.compacting;
  }

  async destroy(): Promise<void> {
    await this.close();
    this.list.destroy();
  }

  private async openNow(inOrder: boolean): Promise<void> {
    await openPairs(this.list, inOrder, this.parts.log);
    const { log } = this.parts;
    const queue = this.ordinary.found;
    const end = this.list.maxOffset;
    if (queue && queue.max > 0 && queue.max < end) {
      log.warn(`the ${this.name} has messages up to ${end}, the queue only to ${queue.max}: cut`);
      this.cutTo(queue.max);
    }
    this.next = this.list.maxOffset;
    this.opened = true;
    this.awaitsMaster();
  }

  /** What is not in the log any more comes from the master. */
  private load(master: KeptByMaster): void {
    const { topic, queueId, list, parts } = this;
    const stopped = (): boolean => this.closed;
    const bound = (): number => {
      const queue = this.ordinary.found;
      return queue && queue.max > 0 ? queue.min : Infinity;
    };
    this.loading = true;
    this.loaded = loadKept({ ...parts, topic, queueId, list, master, bound, stopped })
      .catch((error) => this.fail(error))
      .then(() => {
        this.loading = false;
        this.next = list.maxOffset;
        this.generation++;
        void this.catchUp();
      });
  }

  private cutTo(end: number): void {
    this.list.cutTo(end);
    this.generation++;
  }

  private async takeRest(waiting: Promise<void>): Promise<void> {
    await waiting;
    for (;;) {
      const more = this.takePiece();
      if (!more) return;
      await more;
    }
  }

  /** Takes all that is in memory; a promise of what is not. */
  private takePiece(): Promise<void> | undefined {
    while (!this.closed && !this.loading) {
      const queue = this.ordinary.found;
      if (!queue) return undefined;
      if (queue.max < this.next) this.beginAgain(queue.max);
      this.next = Math.max(this.next, queue.min);
      if (this.next >= queue.max) return undefined;
      const read = this.ordinary.read(queue, this.next);
      if (read instanceof Promise) return read.then((result) => this.take(result));
      this.take(read);
    }
    return undefined;
  }

  /** The topic was removed and made again. */
  private beginAgain(end: number): void {
    const { log } = this.parts;
    log.warn(`queue ${this.queueId} of ${this.topic} began again: its compaction log is cut`);
    this.cutTo(end);
    this.next = end;
  }

  private take({ records, nextBeginOffset }: GetResult): void {
    const { list } = this;
    const { log } = this.parts;
    const from = list.maxOffset;
    const kept: ReadRecord[] = [];
    for (const record of records) {
      const { scanner } = this;
      if (scanner.scan(record, 0, physicalOffsetOf(record), record.length) !== 'record') continue;
      const read = readRecord(record, scanner);
      if (read.queueOffset < from) continue;
      if (read.key === '') {
        log.warn(`message ${read.queueOffset} of the ${this.name} has no key and is left out`);
      } else if (!list.holds(record.length)) {
        log.error(`message ${read.queueOffset} of the ${this.name} is too large and is left out`);
      } else kept.push(read);
    }
    list.append(kept);
    this.failed = false;
    this.next = Math.max(nextBeginOffset, this.next + 1);
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.parts.log.error(`the ${this.name} cannot be written: ${describeError(error)}`);
  }

  private async compactNow(): Promise<void> {
    const { list } = this;
    const { positions, clock, log, memoryBytes, handles, sizes } = this.parts;
    await this.open(true);
    const position = positions.get(this.topic, this.queueId);
    const pairs = list.pairs.slice(0, -1);
    if (!pairs.some((pair) => pair.last > position)) return;
    const began = clock.monotonic();
    const to = new PairList(
      compactingFolder(list.logDirectory),
      compactingFolder(list.queueDirectory),
      sizes,
      handles,
    );
    const { generation } = this;
    const stopped = (): boolean => this.closed || this.generation !== generation;
    const wish = { from: list, pairs, position, memoryBytes, to, stopped };
    const result = await compactPairs(wish).catch((error) => {
      to.destroy();
      throw error;
    });
    if (!result) return to.destroy();
    replacePairs(list, pairs.length, to);
    this.generation++;
    this.place = undefined;
    positions.set(this.topic, this.queueId, result.position);
    const took = Math.round(clock.monotonic() - began);
    const { kept, dropped } = result;
    log.info(`the ${this.name} is compacted: ${kept} kept, ${dropped} dropped, in ${took} ms`);
  }
}

const physicalOffsetOf = (record: Buffer): number =>
  record.readInt32BE(28) * 0x100000000 + record.readUInt32BE(32);
