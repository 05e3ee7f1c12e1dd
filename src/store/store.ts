// The store behind its door: hands every wish to the part that knows it, and starts and stops the
// parts in order.

import type { Timer } from '../base/clock.js';
import type { BatchPart } from '../protocol/batch.js';
import type { Queue } from './consumequeue/queue.js';
import type {
  Arrival,
  Boundary,
  Copying,
  GetRequest,
  GetResult,
  MessageStore,
  PutMessage,
  PutResult,
  QueryRequest,
  QueryResult,
  RecordPlace,
  StoreMaintenance,
  StoreReplication,
  StoreRoles,
} from './message-store.js';
import type { Trouble } from './policy/health.js';
import { isLight } from './policy/light-queues.js';
import { Recovery } from './policy/recovery.js';
import { isSystemTopic } from './policy/retention.js';
import { KeyQueries } from './reading/key-query.js';
import { LostMessages } from './reading/lost-messages.js';
import { Pull, answerByOffset } from './reading/pull.js';
import { recordAt } from './reading/record-at.js';
import { recordsAt } from './reading/records-at.js';
import { searchByTime, storeTimestampAt } from './reading/time-search.js';
import { storeRuntimeInfo } from './runtime-info.js';
import type { StoreParts } from './parts.js';

const SECOND_MS = 1000;

export class Store implements MessageStore, StoreMaintenance, StoreReplication {
  private ticker: Timer | undefined;
  private started = false;
  /** Tried every second, so what fails is said once. */
  private lockIsFresh = true;
  private readonly lost: LostMessages;
  private readonly keyQueries: KeyQueries;

  constructor(private readonly parts: StoreParts) {
    this.lost = new LostMessages(parts.log);
    this.keyQueries = new KeyQueries(parts);
  }

  async start(): Promise<void> {
    const { parts } = this;
    const clean = parts.directory.acquire();
    try {
      parts.checkpoint.open();
      parts.commitLog.list.load();
      parts.queues.load();
      parts.index?.load();
      const began = parts.clock.monotonic();
      const unconfirmed = new Recovery(parts).run(clean);
      if (unconfirmed !== undefined) parts.follow.waitFrom(unconfirmed);
      parts.groupCommit.continueAfter(parts.dispatch.lastStoreTimestamp);
      await parts.compaction?.start(clean);
      const took = Math.round(parts.clock.monotonic() - began);
      parts.log.info(`the store ${parts.paths.root} is open after ${took} ms`);
      parts.directory.markInUse(process.pid);
    } catch (error) {
      parts.handles.closeAll();
      parts.directory.release(false);
      throw error;
    }
    this.started = true;
    parts.retention.start();
    parts.flush.start();
    parts.indexMending.start();
    parts.admission.open = true;
    this.ticker = parts.clock.every(SECOND_MS, () => {
      parts.stats.sample();
      this.refreshLock();
    });
  }

  async stop(): Promise<void> {
    if (!this.started) return;
    this.started = false;
    const { parts } = this;
    parts.groupCommit.commit();
    parts.reveal.show(true);
    parts.admission.open = false;
    this.ticker?.stop();
    let inOrder = false;
    try {
      parts.follow.dispatchAll();
      await parts.compaction?.stop();
      await parts.retention.stop();
      await parts.indexMending.stop();
      await parts.flush.stop();
      parts.groupCommit.giveUpFlush('the store is stopping');
      parts.replicas.giveUp('the store is stopping');
      await parts.checkpoint.close();
      inOrder = !['derived', 'flush', 'write'].some((one) => parts.health.has(one as Trouble));
    } finally {
      // what is not in order is read again at the next start
      parts.handles.closeAll();
      parts.directory.release(inOrder);
    }
  }

  put(message: PutMessage, done: (result: PutResult) => void): void {
    this.parts.groupCommit.put(message, done);
  }

  putBatch(
    batch: PutMessage,
    parts: readonly BatchPart[],
    done: (result: PutResult) => void,
  ): void {
    this.parts.groupCommit.putBatch(batch, parts, done);
  }

  stalledMs(): number {
    return this.parts.groupCommit.stall.ms;
  }

  get(request: GetRequest): GetResult | Promise<GetResult> {
    const { queues, commitLog, config, stats, clock, compaction } = this.parts;
    const compacted = compaction?.get(request);
    if (compacted) return compacted;
    const queue = queues.find(request.topic, request.queueId);
    const answer = answerByOffset(request, queue, config);
    if (answer) {
      stats.get(0, 0);
      return answer;
    }
    const pull = new Pull(request, queue!, commitLog, config);
    const waiting = pull.run();
    if (waiting) return this.finish(pull, waiting, clock.monotonic());
    if (pull.lost) this.lost.tell(pull.lost);
    stats.get(pull.result.messages!, 0);
    return pull.result;
  }

  recordAt(physicalOffset: number): Promise<Buffer | undefined> {
    return recordAt(this.parts.commitLog, physicalOffset);
  }

  recordsAt(places: readonly RecordPlace[]): Promise<(Buffer | undefined)[]> {
    return recordsAt(this.parts.commitLog, places);
  }

  query(request: QueryRequest): Promise<QueryResult> {
    return this.keyQueries.run(request);
  }

  minOffset(topic: string, queueId: number): number {
    return this.parts.queues.find(topic, queueId)?.min ?? 0;
  }

  maxOffset(topic: string, queueId: number): number {
    return this.parts.queues.find(topic, queueId)?.max ?? 0;
  }

  async offsetByTime(
    topic: string,
    queueId: number,
    timestamp: number,
    boundary: Boundary = 'LOWER',
  ): Promise<number> {
    const queue = this.parts.queues.find(topic, queueId);
    return queue ? searchByTime(queue, this.parts.commitLog, timestamp, boundary) : 0;
  }

  async storeTimestamp(topic: string, queueId: number, offset: number): Promise<number> {
    const queue = this.parts.queues.find(topic, queueId);
    return queue ? storeTimestampAt(queue, this.parts.commitLog, offset) : -1;
  }

  async earliestTimestamp(topic: string, queueId: number): Promise<number> {
    return this.storeTimestamp(topic, queueId, this.minOffset(topic, queueId));
  }

  queues(): Map<string, number[]> {
    return this.parts.queues.ids();
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    // what is on its way belongs to the queues that are going
    this.parts.groupCommit.commit();
    for (const topic of topics) {
      if (this.parts.queues.deleteTopic(topic, (queue) => this.forget(queue)) > 0) {
        this.parts.log.info(`the consume queues of topic ${topic} are removed`);
      }
      await this.parts.compaction?.deleteTopic(topic);
    }
  }

  onArrival(listener: (arrival: Arrival) => void): void {
    this.parts.arrivals.add(listener);
  }

  runtimeInfo(): Record<string, string> {
    return storeRuntimeInfo(this.parts);
  }

  deleteExpiredFiles(): void {
    this.parts.retention.deleteExpiredFiles();
  }

  cleanExpiredConsumeQueues(): number {
    this.parts.groupCommit.commit();
    return this.parts.retention.cleanExpiredConsumeQueues((queue) => this.forget(queue));
  }

  /** DefaultMessageStore.cleanUnusedTopic. */
  async cleanUnusedTopics(retained: ReadonlySet<string>): Promise<number> {
    const unused = this.parts.queues
      .topicNames()
      .filter((topic) => !retained.has(topic) && !isSystemTopic(topic) && !isLight(topic));
    await this.deleteTopics(unused);
    return unused.length;
  }

  /** For one whose role changes while it runs. */
  get roles(): StoreRoles {
    return this.parts.roles;
  }

  get logFileBytes(): number {
    return this.parts.commitLog.list.fileBytes;
  }

  logRange(): { min: number; end: number } {
    const { min, written } = this.parts.commitLog;
    return { min, end: written };
  }

  readLog(offset: number, maxBytes: number): Buffer | Promise<Buffer | undefined> {
    const { commitLog } = this.parts;
    const rest = this.logFileBytes - (offset % this.logFileBytes);
    const wanted = Math.min(maxBytes, rest);
    return commitLog.peek(offset, wanted) ?? commitLog.read(offset, wanted);
  }

  appendLog(offset: number, pieces: readonly Buffer[]): void {
    this.parts.follow.append(offset, pieces);
  }

  revealLog(): void {
    this.parts.follow.dispatch();
  }

  onLogWritten(listener: () => void): void {
    this.parts.arrivals.addFollower(listener);
  }

  copyWith(copying: Copying): void {
    this.parts.replicas.copyWith(copying);
  }

  copied(): void {
    this.parts.reveal.confirmed();
    this.parts.replicas.copied();
  }

  private refreshLock(): void {
    const { directory, log } = this.parts;
    try {
      directory.refresh();
      this.lockIsFresh = true;
    } catch (error) {
      if (this.lockIsFresh) log.warn('the lock of the store cannot be shown to be alive', error);
      this.lockIsFresh = false;
    }
  }

  private forget(queue: Queue): void {
    this.parts.dispatch.dirty.delete(queue);
    this.parts.flush.forget(queue);
  }

  private async finish(pull: Pull, first: Promise<void>, started: number): Promise<GetResult> {
    for (let waiting: Promise<void> | undefined = first; waiting; waiting = pull.run()) {
      await waiting;
    }
    if (pull.lost) this.lost.tell(pull.lost);
    const { stats, clock } = this.parts;
    stats.get(pull.result.messages!, clock.monotonic() - started);
    return pull.result;
  }
}
