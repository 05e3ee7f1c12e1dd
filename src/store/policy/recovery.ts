// Brings the files of a store to one state when it is opened: where the log ends, which entries of
// the derived files can be trusted, and what has to be read from the log again.

import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { StoreConfig } from '../config.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueuePlace } from '../consumequeue/queue-roster.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { firstUnitFrom, minOffsetIn } from '../consumequeue/search.js';
import type { StoreDirectory, StorePaths } from '../directory.js';
import { RecordScanner } from '../format/record-scan.js';
import { tagsCodeOf } from '../format/tags-code.js';
import type { MessageIndex } from '../index/message-index.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { isQueued } from './dispatch.js';
import type { Dispatch } from './dispatch.js';
import { continueQueue } from './queue-order.js';
import type { IndexMending } from './index-mending.js';
import { EarlyEnds, type Standing } from './early-ends.js';
import { queueOfEmptyLog, tellEmptyLog, tellLostBegin } from './log-begin.js';
import { lostQueues } from './lost-queues.js';
import { openIndex } from './open-index.js';
import { queueNames, readPlaces } from './record-places.js';
import { cleanStart, crashStart, isRecord, openAtEnds } from './recovery-start.js';
import { RecoveryMarks } from './recovery-marks.js';
import { cutLog, tellMissingEnd, tellShortLog } from './salvage.js';

export interface RecoveryParts {
  commitLog: CommitLog;
  queues: QueueTable;
  index: MessageIndex | undefined;
  indexMending: IndexMending;
  dispatch: Dispatch;
  checkpoint: CheckpointFile;
  config: StoreConfig;
  delayMs: readonly number[];
  log: Logger;
  files: FileSystem;
  paths: StorePaths;
  directory: StoreDirectory;
  /** A master says what may be read, and the checkpoint keeps how far that is. */
  awaitsConfirm: boolean;
  standing: () => Iterable<Standing>;
}

export class Recovery {
  private readonly scanner: RecordScanner;
  /** Queues whose first records lie before the part of the log that was read. */
  private readonly headless = new Set<Queue>();
  /** Queues that were emptied. */
  private readonly lost = new Set<Queue>();
  /** Before any was cut. */
  private anyEntry = false;
  private records = 0;
  /** What the checkpoint says is on the disk up to here; a crash cannot have torn it. */
  private vouched = 0;
  /** The whole log is being read, so nothing can lie before. */
  private fromBegin = false;
  private unconfirmed: number | undefined;
  private readonly marks: RecoveryMarks;

  constructor(private readonly parts: RecoveryParts) {
    const { checkCRCOnRecover, forceVerifyPropCRC } = parts.config;
    this.scanner = new RecordScanner({
      checkBodyCrc: checkCRCOnRecover,
      checkPropertyCrc: checkCRCOnRecover && forceVerifyPropCRC,
    });
    this.marks = new RecoveryMarks(parts, this.scanner);
  }

  /**
   * Empties queues that lost files, cuts what is derived where trust in it ends, reads the log on
   * from there, and makes again what needs more of it. Tells from where on nobody may read yet.
   */
  run(clean: boolean): number | undefined {
    const { commitLog, checkpoint, index, log } = this.parts;
    this.marks.inOrder = clean;
    if (!commitLog.list.first) {
      this.withoutLog();
      return undefined;
    }
    this.vouched = checkpoint.value.logicsPhysicalOffset;
    tellLostBegin(this.parts);
    const named = index?.endPhyOffset ?? 0;
    const queueNamed = clean ? undefined : queueOfEmptyLog(this.parts, this.scanner);
    this.emptyLost(clean);
    const { from, inOrder } = this.trustedPoint(clean);
    if (from > commitLog.min) for (const queue of this.lost) this.headless.add(queue);
    if (index) openIndex(this.parts, index, this.scanner, from, inOrder);
    const end = this.replay(from);
    if (this.vouched > end) tellShortLog(log, end, this.vouched);
    else if (named >= end && named > 0) tellMissingEnd(log, end, named);
    else if (queueNamed !== undefined) tellEmptyLog(log, queueNamed);
    if (index && index.endPhyOffset >= end) index.cut(end);
    if (this.headless.size > 0) this.replayHeadless(this.unconfirmed ?? end);
    this.writeQueues();
    commitLog.openAt(end, clean ? end : from);
    log.info(`the log holds ${commitLog.min} to ${end}; ${this.records} records read from ${from}`);
    if (this.unconfirmed !== undefined) {
      log.info(`nobody reads from ${this.unconfirmed} on before a master has confirmed it`);
    }
    return this.unconfirmed;
  }

  /** Opens the queues at the point up to which they are trusted; the checkpoint names it then. */
  private trustedPoint(clean: boolean): { from: number; inOrder: boolean } {
    const newest = clean ? cleanStart(this.parts, this.scanner) : undefined;
    const inOrder = newest !== undefined;
    const trusted = newest ?? crashStart(this.parts, this.scanner);
    this.marks.lowerCheckpoint(trusted);
    if (this.openQueues(trusted, inOrder)) return { from: trusted, inOrder };
    const { commitLog, log } = this.parts;
    const from = commitLog.min;
    if (clean && isRecord(commitLog.list, this.scanner, from)) {
      log.warn('no consume queue has entries: making all from the whole log');
    }
    this.marks.lowerCheckpoint(from);
    return { from, inOrder };
  }

  private writeQueues(): void {
    const { queues, commitLog } = this.parts;
    for (const queue of queues.opened()) {
      queue.writePending();
      queue.min = minOffsetIn(queue, commitLog.min);
    }
  }

  /** CommitLog.recoverNormally: without a log there is nothing that queues could point at. */
  private withoutLog(): void {
    const { queues, index, commitLog, checkpoint, log } = this.parts;
    const topics = queues.topicNames();
    if (topics.length > 0) log.warn('there is no commitlog: consume queues and index are removed');
    for (const topic of topics) queues.deleteTopic(topic);
    index?.cut(0);
    checkpoint.set({ logicsPhysicalOffset: 0 });
    commitLog.openAt(0, 0);
  }

  /** Queues that have lost entries lose them all: they are made again from the log. */
  private emptyLost(clean: boolean): void {
    const { missing, early } = lostQueues(this.parts, clean);
    this.empty(missing, (names) => `files of the consume queues ${names} are missing`);
    this.empty(early, (names) => `the consume queues ${names} do not end as they were left`);
    if (clean && !this.parts.queues.roster.known) this.emptyEarly();
  }

  /** Where nobody noted the ends of the queues. */
  private emptyEarly(): void {
    const { parts } = this;
    openAtEnds(parts.queues);
    const newest = cleanStart(parts, this.scanner);
    if (newest === undefined || newest <= parts.commitLog.min) return;
    const early = new EarlyEnds(parts, newest).run();
    this.empty(early, (names) => `the consume queues ${names} lack messages of the log`);
  }

  private empty(places: readonly QueuePlace[], what: (names: string) => string): void {
    const { queues, commitLog, log } = this.parts;
    if (places.length === 0) return;
    log.warn(`${what(queueNames(places))}: making them from the whole log`);
    this.marks.beginChanges();
    this.marks.lowerCheckpoint(commitLog.min);
    for (const place of places) this.lost.add(queues.empty(place));
  }

  /**
   * Entries of records before `from` stay; what lies behind is made again from the log. False when
   * there is not a single entry. A queue is opened when the log names it, or when it is first used:
   * a store may have thousands.
   */
  private openQueues(from: number, clean: boolean): boolean {
    const { queues } = this.parts;
    for (const queue of queues.opened()) this.cutQueue(queue, from, clean);
    queues.openWith((queue) => {
      if (clean) queue.openAt(queues.countOf(queue));
      this.cutQueue(queue, from, clean);
    });
    queues.forget();
    for (const { maxPhysical } of queues) if (maxPhysical >= 0 || this.anyEntry) return true;
    return false;
  }

  private cutQueue(queue: Queue, from: number, clean: boolean): void {
    if (clean && queue.maxPhysical >= 0) this.anyEntry = true;
    // after a clean stop nearly all queues end before `from`, or with its record
    if (!clean || queue.lastRecord() > from) {
      this.marks.beginChanges();
      queue.openAt(firstUnitFrom(queue, from));
      queue.truncate(queue.units.count);
    }
    queue.min = minOffsetIn(queue, this.parts.commitLog.min);
  }

  /** Reads the log from `from` on, derives what is missing, and cuts it behind the last record. */
  private replay(from: number): number {
    const { commitLog, dispatch, queues } = this.parts;
    const { scanner } = this;
    const reader = new LogReader(commitLog.list, scanner, from);
    this.fromBegin = from === commitLog.min;
    while (reader.next()) {
      this.records++;
      if (reader.offset > from && this.isHidden(reader.offset)) {
        this.unconfirmed ??= reader.offset;
        continue;
      }
      const { topic, queueId, sysFlag } = scanner;
      if (isQueued(sysFlag)) this.toQueues(queues.findOrCreate(topic, queueId, sysFlag));
      dispatch.indexOnly(scanner);
    }
    if (!reader.atCapacity) cutLog(this.parts, reader.offset, scanner.reason, this.vouched);
    return reader.offset;
  }

  /** CommitLog.recoverAbnormally: after a kill only what is confirmed is dispatched. */
  private isHidden(offset: number): boolean {
    const { awaitsConfirm, checkpoint } = this.parts;
    const { confirmPhyOffset } = checkpoint.value;
    return awaitsConfirm && confirmPhyOffset > 0 && offset + this.scanner.size > confirmPhyOffset;
  }

  /** The record's entries in its own queue and in those it names. */
  private toQueues(queue: Queue): void {
    const { scanner } = this;
    const { dispatch } = this.parts;
    const code = this.tagsCode();
    if (this.isNext(queue, scanner.queueOffset)) this.append(queue, code);
    dispatch.lightOnly(scanner, code, this.nextOf);
  }

  private append(queue: Queue, tagsCode: number): void {
    this.parts.dispatch.queueOnly(this.scanner, queue, tagsCode);
    queue.next = queue.max;
  }

  private tagsCode(): number {
    return tagsCodeOf(this.scanner, this.parts.delayMs);
  }

  /** Whether the record is the next of a queue, after that was mended if it has to be. */
  private isNext(queue: Queue, queueOffset: number): boolean {
    if (this.headless.has(queue)) return false;
    if (queueOffset > queue.max && !this.fromBegin && !this.wasDeleted(queue)) {
      this.headless.add(queue);
      return false;
    }
    const { physicalOffset } = this.scanner;
    if (queueOffset >= queue.max || physicalOffset >= queue.maxPhysical) this.marks.beginChanges();
    return continueQueue(queue, { queueOffset, physicalOffset }, this.parts.log);
  }

  /** It had no files when the checkpoint was written: nothing before that is missed. */
  private wasDeleted({ max, topic, queueId }: Queue): boolean {
    const { queues } = this.parts;
    if (max > 0 || !queues.roster.known) return false;
    const place = queues.placeFor(topic, queueId);
    return place !== undefined && !queues.roster.has(place);
  }

  private readonly nextOf = (queue: Queue, queueOffset: number): boolean =>
    this.isNext(queue, queueOffset);

  /** Makes queues again whose files are missing, from the whole log. */
  private replayHeadless(end: number): void {
    const { commitLog, queues, log } = this.parts;
    const { scanner } = this;
    const missing = new Set(this.headless);
    this.headless.clear();
    const found = [...missing].filter((queue) => !this.lost.has(queue));
    if (found.length > 0) {
      const names = queueNames(found);
      log.warn(`the consume queues ${names} lack messages: making them from the whole log`);
      this.marks.lowerCheckpoint(commitLog.min);
      for (const queue of found) queues.forgetEnd(queue);
    }
    this.fromBegin = true;
    readPlaces(this.parts, scanner, commitLog.min, end, ({ topic, queueId, queueOffset }) => {
      const queue = queues.find(topic, queueId);
      if (!queue || !missing.has(queue)) return true;
      if (this.isNext(queue, queueOffset)) this.append(queue, this.tagsCode());
      return true;
    });
  }
}
