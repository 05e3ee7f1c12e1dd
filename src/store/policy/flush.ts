// When files are flushed to the disk, and what the checkpoint may promise afterwards
// (CommitLog.FlushRealTimeService, GroupCommitService, ConsumeQueueStore.FlushConsumeQueueService).

import type { Clock, Timer } from '../../base/clock.js';
import { describeError } from '../../base/log.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { MessageIndex } from '../index/message-index.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { Dispatch } from './dispatch.js';
import type { GroupCommit } from './group-commit.js';
import type { Health } from './health.js';
import type { ReplicaWaiters } from './replica-waiters.js';

const PAGE_BYTES = 4096;
/** With this much log behind the checkpoint it moves on without waiting for its interval. */
const MAX_BEHIND_BYTES = 256 * 1024 * 1024;
/** RocketMQ looks for what to recover in its ten newest files only (commitLogRecoverMaxNum). */
const MAX_BEHIND_FILES = 4;
const RETRY_MS = 1000;
const MIN_INTERVAL_MS = 10;
/** Queues that nobody wrote to for so many passes give their memory back. */
const IDLE_PASSES = 10;
/** Queues whose entries are written before others get the event loop. */
const QUEUES_PER_TURN = 100;
/** A stop takes so much longer where ends of queues are not known; a later one finds the rest. */
const END_SEARCH_MS = 1000;
/** As many as the thread pool has threads. */
const FLUSHES_AT_ONCE = 4;

export interface FlushParts {
  commitLog: CommitLog;
  queues: QueueTable;
  index: MessageIndex | undefined;
  dispatch: Dispatch;
  groupCommit: GroupCommit;
  checkpoint: CheckpointFile;
  health: Health;
  replicas: ReplicaWaiters;
  config: StoreConfig;
  clock: Clock;
  log: Logger;
}

export class Flush {
  private timers: Timer[] = [];
  private logFlush: Promise<void> | undefined;
  private logAgain = false;
  private derivedFlush: Promise<void> | undefined;
  private lastLogFlush = 0;
  private lastThorough = 0;
  /** Queues with entries that are written but not flushed. */
  private readonly unflushed = new Set<Queue>();
  private readonly idle = new Map<Queue, number>();

  constructor(private readonly parts: FlushParts) {}

  start(): void {
    const { clock, config, log } = this.parts;
    this.lastLogFlush = this.lastThorough = clock.monotonic();
    const derived = (): void => {
      this.flushDerived(false).catch((error) => log.error('flushing failed', error));
    };
    this.timers = [
      repeated(
        clock,
        () => config.flushIntervalCommitLog,
        () => this.flushLogByInterval(),
      ),
      repeated(clock, () => config.flushIntervalConsumeQueue, derived),
      clock.every(RETRY_MS, () => this.retry()),
    ];
  }

  /** Everything that is known goes to the disk. */
  async stop(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    this.timers = [];
    this.requestLogFlush();
    await this.logFlush;
    await this.derivedFlush;
    await this.flushDerived(true);
  }

  /** Resolves when no flush is under way. */
  async settled(): Promise<void> {
    while (this.logFlush || this.derivedFlush) {
      await this.logFlush;
      await this.derivedFlush;
    }
  }

  /** The queue's files are going. */
  forget(queue: Queue): void {
    this.unflushed.delete(queue);
    this.idle.delete(queue);
  }

  /** Flushes the log as soon as the flush under way is done. */
  requestLogFlush(): void {
    if (this.logFlush) {
      this.logAgain = true;
      return;
    }
    this.logFlush = this.flushLog()
      .catch((error) => this.parts.log.error('what was flushed cannot be published', error))
      .finally(() => {
        this.logFlush = undefined;
        if (!this.logAgain) return;
        this.logAgain = false;
        this.requestLogFlush();
      });
  }

  private flushLogByInterval(): void {
    const { commitLog, config, clock } = this.parts;
    const dirty = commitLog.written - commitLog.flushed;
    if (dirty === 0) return;
    const thorough = clock.monotonic() - this.lastLogFlush >= config.flushCommitLogThoroughInterval;
    if (thorough || dirty >= config.flushCommitLogLeastPages * PAGE_BYTES) this.requestLogFlush();
  }

  private async flushLog(): Promise<void> {
    const { commitLog, groupCommit, checkpoint, health, clock } = this.parts;
    const timestamp = groupCommit.writtenTimestamp;
    this.lastLogFlush = clock.monotonic();
    try {
      await commitLog.flush();
    } catch (error) {
      const reason = `the log cannot be flushed: ${describeError(error)}`;
      health.raise('flush', reason);
      groupCommit.giveUpFlush(reason);
      return;
    }
    health.clear('flush');
    checkpoint.raise({ physicMsgTimestamp: timestamp });
    groupCommit.flushedTo(commitLog.flushed);
  }

  private retry(): void {
    const { groupCommit, health, config, clock, commitLog, log } = this.parts;
    if (config.flushDiskType === 'SYNC_FLUSH') {
      groupCommit.giveUpFlush('syncFlushTimeout is over', clock.now() - config.syncFlushTimeout);
    }
    groupCommit.retryWrite();
    if (!health.has('flush') || this.logFlush) return;
    try {
      // after a failed fsync the kernel takes the pages for clean: only new writes reach the disk
      commitLog.rewriteUnflushed();
    } catch (error) {
      log.warn('the part of the log that is not flushed cannot be written again', error);
      return;
    }
    this.requestLogFlush();
  }

  /** Writes what derived files lack, flushes them, and lets the checkpoint follow. */
  private flushDerived(final: boolean): Promise<void> {
    if (this.derivedFlush) return this.derivedFlush;
    this.derivedFlush = this.derivedPass(final).finally(() => {
      this.derivedFlush = undefined;
    });
    return this.derivedFlush;
  }

  private async derivedPass(final: boolean): Promise<void> {
    const { dispatch, config, clock, checkpoint, queues, index, health, commitLog } = this.parts;
    const logics = {
      logicsMsgTimestamp: dispatch.lastStoreTimestamp,
      logicsPhysicalOffset: dispatch.lastPhysicalOffset,
    };
    const behind = logics.logicsPhysicalOffset - checkpoint.value.logicsPhysicalOffset;
    const thorough =
      final ||
      behind > Math.min(MAX_BEHIND_BYTES, MAX_BEHIND_FILES * config.mappedFileSizeCommitLog) ||
      clock.monotonic() - this.lastThorough >= config.flushConsumeQueueThoroughInterval;
    try {
      await this.writeDerived();
      await this.flushQueues(thorough ? 0 : config.flushConsumeQueueLeastPages);
      if (thorough && index) await index.flush();
      queues.roster.noteLogBegin(commitLog.list.first?.start);
      if (final) {
        index?.note();
        queues.saveEnds(this.within(END_SEARCH_MS));
      } else if (thorough) queues.saveRoster();
    } catch (error) {
      health.raise('derived', `consume queues or index cannot be written: ${describeError(error)}`);
      return;
    }
    health.clear('derived');
    if (thorough) {
      this.lastThorough = clock.monotonic();
      await this.flushLogTo(logics.logicsPhysicalOffset);
      if (health.has('flush')) return;
      checkpoint.raise({ ...logics, indexMsgTimestamp: logics.logicsMsgTimestamp });
    }
    this.keepConfirmed();
    await checkpoint.flush();
  }

  private within(ms: number): () => boolean {
    const { clock } = this.parts;
    const began = clock.monotonic();
    return () => clock.monotonic() - began < ms;
  }

  /** After a crash nobody reads more before a master has confirmed it. */
  private keepConfirmed(): void {
    const { checkpoint, commitLog, replicas } = this.parts;
    const readable = replicas.readableTo();
    if (readable < 0 || readable === Infinity) return;
    const confirmPhyOffset = Math.min(readable, commitLog.end);
    if (confirmPhyOffset !== checkpoint.value.confirmPhyOffset)
      checkpoint.set({ confirmPhyOffset });
  }

  /** The checkpoint never vouches for entries of records that the disk does not have. */
  private async flushLogTo(offset: number): Promise<void> {
    await this.logFlush;
    if (this.parts.commitLog.flushed > offset) return;
    this.requestLogFlush();
    await this.logFlush;
  }

  /** With many queues in several turns, so that none of them lasts long. */
  private async writeDerived(): Promise<void> {
    const { dispatch, index } = this.parts;
    let inTurn = 0;
    for (const queue of [...dispatch.dirty]) {
      if (!dispatch.dirty.has(queue)) continue; // deleted meanwhile
      queue.writePending();
      dispatch.dirty.delete(queue);
      this.unflushed.add(queue);
      this.idle.set(queue, 0);
      if (++inTurn % QUEUES_PER_TURN === 0) await new Promise((done) => setImmediate(done));
    }
    index?.writePending();
    for (const [queue, passes] of this.idle) {
      if (passes < IDLE_PASSES) this.idle.set(queue, passes + 1);
      else {
        queue.release();
        this.idle.delete(queue);
      }
    }
  }

  private async flushQueues(leastPages: number): Promise<void> {
    const leastBytes = leastPages * PAGE_BYTES;
    const due = [...this.unflushed].filter(({ units }) => units.unflushedBytes >= leastBytes);
    for (let i = 0; i < due.length; i += FLUSHES_AT_ONCE) {
      await Promise.all(due.slice(i, i + FLUSHES_AT_ONCE).map((queue) => this.flushQueue(queue)));
    }
  }

  private async flushQueue(queue: Queue): Promise<void> {
    const { written } = queue.units;
    await queue.flush();
    if (queue.units.written === written) this.unflushed.delete(queue);
  }
}

/** As `clock.every`, with an interval that may be changed meanwhile. */
function repeated(clock: Clock, intervalMs: () => number, run: () => void): Timer {
  let timer: Timer;
  const wait = (): void => {
    timer = clock.after(Math.max(MIN_INTERVAL_MS, intervalMs()), () => {
      wait();
      run();
    });
  };
  wait();
  return { stop: () => timer.stop() };
}
