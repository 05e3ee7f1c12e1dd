// Messages of one turn of the event loop are appended in memory and written at its end with one
// write per file; then, or after a flush with SYNC_FLUSH, their senders are told, in order.

import type { Clock } from '../../base/clock.js';
import { describeError } from '../../base/log.js';
import type { Logger } from '../../base/log.js';
import { Property, SysFlag, SystemTopic } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { innerCount, withInnerBase } from '../format/inner-batch.js';
import { type BatchPart, partProperties } from '../../protocol/batch.js';
import { tagsCodeOf } from '../format/tags-code.js';
import type { PutMessage } from '../message-store.js';
import type { StoreStats } from '../stats.js';
import { tooLarge } from './admission.js';
import type { Admission, Refusal } from './admission.js';
import type { Arrivals } from './arrivals.js';
import { isQueued } from './dispatch.js';
import { type Done, Entry } from './entry.js';
import type { Health } from './health.js';
import type { LightQueues } from './light-queues.js';
import { okResult, refusedResult } from './put-results.js';
import type { ReplicaWaiters } from './replica-waiters.js';
import type { Reveal } from './reveal.js';
import { Stall } from './stall.js';

/** A turn that brings more than this is written before its end. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
const MAX_CLOCK_STEP_MS = 10_000;

const TOO_FEW_IN_SYNC: Refusal = {
  status: 'IN_SYNC_REPLICAS_NOT_ENOUGH',
  reason: 'fewer replicas are in sync than minInSyncReplicas or inSyncReplicas asks for',
};

export interface GroupCommitParts {
  commitLog: CommitLog;
  queues: QueueTable;
  reveal: Reveal<Entry>;
  health: Health;
  admission: Admission;
  stats: StoreStats;
  arrivals: Arrivals;
  light: LightQueues;
  replicas: ReplicaWaiters;
  config: StoreConfig;
  clock: Clock;
  log: Logger;
  delayMs: readonly number[];
  /** Asked to flush the log because somebody waits for it. */
  requestFlush: () => void;
}

export class GroupCommit {
  /** Of the last message that was written. */
  writtenTimestamp = 0;
  private pending: Entry[] = [];
  /** Written, not flushed (SYNC_FLUSH only). */
  private unflushed: Entry[] = [];
  private scheduled = false;
  /** Store time of this turn's messages. */
  private turnTimestamp = 0;
  private turnStart = 0;
  readonly stall: Stall;

  constructor(private readonly parts: GroupCommitParts) {
    this.stall = new Stall(parts);
  }

  /** Store time of the last message that is there already. */
  continueAfter(storeTimestamp: number): void {
    this.writtenTimestamp = storeTimestamp;
  }

  put(message: PutMessage, done: Done): void {
    const { commitLog, admission, light, replicas } = this.parts;
    const refusal = admission.closed() ?? admission.illegal(message) ?? light.overQuota(message);
    if (refusal) return this.refuse(refusal, done);
    const copies = replicas.wanted(message.properties, commitLog.end);
    if (copies === undefined) return this.refuse(TOO_FEW_IN_SYNC, done);
    const placed = light.withOffsets(this.withBase(message));
    const size = commitLog.prepare(placed);
    if (!commitLog.fits(size)) return this.refuse(tooLarge(size), done);
    this.beginTurn();
    commitLog.rollFor(size);
    const entry = this.append(placed, undefined, size);
    if (placed !== message) light.take(placed.properties);
    entry.result = okResult(entry.queueOffset, [entry.physicalOffset], size, this.turnTimestamp);
    entry.copies = copies;
    entry.done = done;
    if (commitLog.pendingBytes > MAX_PENDING_BYTES) this.commit();
  }

  putBatch(batch: PutMessage, parts: readonly BatchPart[], done: Done): void {
    const { commitLog, admission, replicas } = this.parts;
    const refusal = admission.closed() ?? admission.illegalBatch(batch, parts);
    if (refusal) return this.refuse(refusal, done);
    commitLog.prepareBatch(batch);
    let bytes = 0;
    for (const part of parts) bytes += commitLog.preparePart(part);
    if (!commitLog.fits(bytes)) return this.refuse(tooLarge(bytes), done);
    const last = parts[parts.length - 1];
    const copies = replicas.wanted(partProperties(batch.body, last), commitLog.end);
    if (copies === undefined) return this.refuse(TOO_FEW_IN_SYNC, done);
    this.beginTurn();
    commitLog.rollFor(bytes);
    const entries = parts.map((part) => this.append(batch, part, commitLog.preparePart(part)));
    const offsets = entries.map((entry) => entry.physicalOffset);
    const lastEntry = entries[entries.length - 1];
    lastEntry.result = okResult(entries[0].queueOffset, offsets, bytes, this.turnTimestamp);
    lastEntry.copies = copies;
    lastEntry.done = done;
    if (commitLog.pendingBytes > MAX_PENDING_BYTES) this.commit();
  }

  /** Writes what is pending now. */
  commit(): void {
    const entries = this.pending;
    if (entries.length === 0) return;
    this.pending = [];
    const { commitLog, health } = this.parts;
    try {
      this.stall.watch(() => commitLog.write());
    } catch (error) {
      health.raise('write', `the log cannot be written: ${describeError(error)}`);
      return this.takeBack(entries);
    }
    this.writtenTimestamp = entries[entries.length - 1].storeTimestamp;
    this.parts.arrivals.logWritten();
    if (this.parts.config.flushDiskType !== 'SYNC_FLUSH') return this.publish(entries);
    for (const entry of entries) {
      if (entry.done && findProperty(entry.properties, Property.WAIT) === 'false') {
        this.tell(entry);
      }
      this.unflushed.push(entry);
    }
    this.parts.requestFlush();
  }

  /** Everything before `offset` is flushed: its messages can be read, their senders are told. */
  flushedTo(offset: number): void {
    const waiting = this.unflushed;
    let count = 0;
    while (count < waiting.length && waiting[count].physicalOffset < offset) count++;
    if (count === 0) return;
    this.unflushed = waiting.slice(count);
    this.publish(waiting.slice(0, count));
  }

  /** Tells senders that wait since before `deadline`, or all, that the flush did not come. */
  giveUpFlush(reason: string, deadline = Infinity): void {
    for (const entry of this.unflushed) {
      if (entry.storeTimestamp > deadline) return;
      if (!entry.done || !entry.result) continue;
      entry.result.status = 'FLUSH_DISK_TIMEOUT';
      entry.result.reason = reason;
      this.tell(entry);
    }
  }

  /** Repairs the end of the log after a failed write; takes messages when the disk does. */
  retryWrite(): void {
    const { health, commitLog } = this.parts;
    if (!health.has('write')) return;
    try {
      commitLog.tryRoom();
      health.clear('write');
    } catch (error) {
      health.raise('write', `the log cannot be written: ${describeError(error)}`);
    }
  }

  /** BatchConsumeQueue.assignQueueOffset: a batch tells the offset of its first message. */
  private withBase(message: PutMessage): PutMessage {
    if ((message.sysFlag & SysFlag.INNER_BATCH) === 0) return message;
    const { next } = this.parts.queues.findOrCreate(message.topic, message.queueId);
    return { ...message, properties: withInnerBase(message.properties, next) };
  }

  /** Appends what is prepared: the message, or the part of it. */
  private append(message: PutMessage, part: BatchPart | undefined, size: number): Entry {
    const { commitLog, queues, delayMs } = this.parts;
    const { topic, queueId } = message;
    const storeTimestamp = this.turnTimestamp;
    const queue = isQueued(message.sysFlag) ? queues.findOrCreate(topic, queueId) : undefined;
    const queueOffset = queue ? queue.next : 0;
    const physicalOffset = commitLog.append(size, queueOffset, storeTimestamp);
    const keys = commitLog.lastKeys;
    const at = { queue, queueOffset, physicalOffset, size, storeTimestamp, keys };
    const entry = new Entry(message, at, part);
    if (queue) queue.next += queue.batch ? innerCount(entry.properties) : 1;
    // a delayed message's code follows from its record, as it will after a recovery
    entry.tagsCode =
      message.tagsCode === undefined || topic === SystemTopic.SCHEDULE
        ? tagsCodeOf(entry, delayMs)
        : message.tagsCode;
    this.pending.push(entry);
    return entry;
  }

  private beginTurn(): void {
    if (this.pending.length > 0) return;
    const { clock } = this.parts;
    const now = clock.now();
    // searches by time want times that do not go back; a clock that was set does
    if (now > this.turnTimestamp || this.turnTimestamp - now > MAX_CLOCK_STEP_MS) {
      this.turnTimestamp = now;
    }
    this.turnStart = clock.monotonic();
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.commit();
    });
  }

  private publish(entries: readonly Entry[]): void {
    const { clock, stats, replicas, reveal } = this.parts;
    const readable = reveal.dispatch(entries);
    let bytes = 0;
    for (const entry of entries) bytes += entry.size;
    stats.put(entries.length, bytes, clock.monotonic() - this.turnStart);
    for (const entry of entries) {
      if (!entry.done) continue;
      if (entry.copies === 1) {
        this.tell(entry);
        continue;
      }
      const end = entry.physicalOffset + entry.size;
      replicas.hold(entry.copies, end, entry.result!, () => this.tell(entry));
    }
    reveal.announce(readable);
  }

  private tell(entry: Entry): void {
    const { done, result } = entry;
    entry.done = undefined;
    try {
      done!(result!);
    } catch (error) {
      this.parts.log.error('the answer to a sender failed', error);
    }
  }

  private takeBack(entries: readonly Entry[]): void {
    const { commitLog, health, stats, light } = this.parts;
    for (let i = entries.length - 1; i >= 0; i--) {
      const { queue, queueOffset } = entries[i];
      if (queue) queue.next = queueOffset;
      light.giveBack(entries[i]);
    }
    commitLog.rollback();
    stats.failed(entries.length);
    this.retryCut();
    for (const entry of entries) {
      if (!entry.done || !entry.result) continue;
      const { storeTimestamp } = entry;
      entry.result = refusedResult('SERVICE_NOT_AVAILABLE', health.reason, storeTimestamp);
      this.tell(entry);
    }
  }

  /** Half a batch may be in the file: it must not come back after a crash. */
  private retryCut(): void {
    try {
      this.parts.commitLog.clearBehindEnd();
    } catch (error) {
      this.parts.log.warn('the end of the log cannot be cleared yet', error);
    }
  }

  private refuse(refusal: Refusal, done: Done): void {
    this.parts.stats.failed(1);
    done(refusedResult(refusal.status, refusal.reason, this.parts.clock.now()));
  }
}
