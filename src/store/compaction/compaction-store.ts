// Topics with cleanup.policy=COMPACTION: of every key the newest message stays, whatever retention
// does to the log (CompactionStore, CompactionService). Each queue has a log of its own, which
// follows the ordinary queue; nothing is done for other topics but a look at their policy.

import { join } from 'node:path';
import type { Clock, Timer } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { Handles } from '../files/handles.js';
import type { GetRequest, GetResult } from '../message-store.js';
import type { CompactionConfig, KeptByMaster } from './wishes.js';
import { CompactionLog, type CompactionLogParts } from './compaction-log.js';
import { CompactionPositions } from './positions.js';
import { compactionSizes } from './sizes.js';

export interface CompactionParts {
  config: StoreConfig;
  compaction: CompactionConfig;
  commitLog: CommitLog;
  queues: QueueTable;
  files: FileSystem;
  clock: Clock;
  log: Logger;
  /** The store's folder. */
  root: string;
  /** Whether a topic's cleanup.policy is COMPACTION now. */
  isCompacted: (topic: string) => boolean;
  /** Of a slave. */
  master: () => KeptByMaster | undefined;
  compactedTopics: () => [name: string, topic: { writeQueueNums: number }][];
}

const MAX_OPEN_FILES = 128;
/** Added to the time between compactions. */
const MIN_DELAY_MS = 1000;
/** A slave looks for compacted topics that it has nothing of (CompactionStore.scanInterval). */
const SCAN_MS = 30_000;

export class CompactionStore {
  private readonly topics = new Map<string, Map<number, CompactionLog>>();
  private readonly directory: string;
  private readonly handles: Handles;
  private readonly positions: CompactionPositions;
  private readonly shared: Omit<CompactionLogParts, 'sizes'>;
  private readonly dirty = new Set<CompactionLog>();
  private readonly unflushed = new Set<CompactionLog>();
  private timers: Timer[] = [];
  private readonly due = new Map<CompactionLog, Timer>();
  /** One compaction at a time. */
  private compactions = Promise.resolve();
  private stopped = true;

  constructor(private readonly parts: CompactionParts) {
    const { compaction: config, files, log, root } = parts;
    this.directory = join(root, 'compaction');
    this.handles = new Handles(files, MAX_OPEN_FILES);
    this.positions = new CompactionPositions(this.directory, files, log);
    this.shared = {
      ...parts,
      handles: this.handles,
      positions: this.positions,
      logDirectory: join(this.directory, 'compactionLog'),
      queueDirectory: join(this.directory, 'compactionCq'),
      memoryBytes: config.maxOffsetMapSize / Math.max(1, config.compactionThreadNum),
    };
  }

  /** Opens what is there; `inOrder` when the process before this one stopped properly. */
  async start(inOrder: boolean): Promise<void> {
    const { files, clock, config } = this.parts;
    this.stopped = false;
    this.positions.load();
    const { logDirectory } = this.shared;
    for (const topic of files.readdir(logDirectory)) {
      if (!topic.isDirectory) continue;
      for (const { name, isDirectory } of files.readdir(join(logDirectory, topic.name))) {
        if (!isDirectory || !/^\d+$/.test(name)) continue;
        await this.find(topic.name, Number(name)).open(inOrder);
      }
    }
    const period = Math.max(10, config.flushIntervalConsumeQueue);
    this.timers = [clock.every(period, () => void this.flush())];
    this.timers.push(clock.every(SCAN_MS, () => this.scan()));
    this.scan();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of [...this.timers, ...this.due.values()]) timer.stop();
    this.timers = [];
    this.due.clear();
    this.takeDirty();
    for (const log of this.logs()) await log.close();
    await this.compactions;
    await this.flush();
    this.handles.closeAll();
  }

  /** Undefined when the topic is an ordinary one. */
  get(request: GetRequest): GetResult | Promise<GetResult> | undefined {
    if (this.stopped || !this.parts.isCompacted(request.topic)) return undefined;
    const { topic, queueId } = request;
    const known = this.topics.get(topic)?.get(queueId);
    if (!known && !this.parts.queues.find(topic, queueId)) return undefined;
    const log = known ?? this.find(topic, queueId);
    this.unflushed.add(log);
    // until it has what its master keeps, the ordinary queue is better than nothing
    return log.awaitsMaster() ? undefined : log.get(request);
  }

  /** A message has become readable in its ordinary queue. */
  arrived(topic: string, queueId: number): void {
    if (this.stopped || !this.parts.isCompacted(topic)) return;
    // taken when the whole batch has arrived, with one write
    if (this.dirty.size === 0) queueMicrotask(() => this.takeDirty());
    this.dirty.add(this.find(topic, queueId));
  }

  async deleteTopic(topic: string): Promise<void> {
    const logs = this.topics.get(topic);
    this.topics.delete(topic);
    for (const log of logs?.values() ?? []) {
      this.dirty.delete(log);
      this.unflushed.delete(log);
      this.due.get(log)?.stop();
      this.due.delete(log);
      await log.destroy();
    }
    const { files } = this.parts;
    const { logDirectory, queueDirectory } = this.shared;
    for (const directory of [logDirectory, queueDirectory]) {
      // Any name may be asked for: one like `../..` must not lead out of the folder.
      const known = files.readdir(directory).some(({ name }) => name === topic);
      if (known) files.rmdir(join(directory, topic), { recursive: true });
    }
    this.positions.forget(topic);
  }

  private find(topic: string, queueId: number): CompactionLog {
    let logs = this.topics.get(topic);
    if (!logs) this.topics.set(topic, (logs = new Map()));
    let log = logs.get(queueId);
    if (!log) {
      const { compaction: config } = this.parts;
      const { compactionMappedFileSize: logBytes, compactionCqMappedFileSize: cqBytes } = config;
      const sizes = compactionSizes(logBytes, cqBytes);
      log = new CompactionLog(topic, queueId, { ...this.shared, sizes });
      logs.set(queueId, log);
      this.schedule(log);
    }
    return log;
  }

  private scan(): void {
    if (!this.parts.master()) return;
    for (const [name, { writeQueueNums }] of this.parts.compactedTopics()) {
      for (let id = 0; id < writeQueueNums; id++) this.find(name, id).awaitsMaster();
    }
  }

  private *logs(): IterableIterator<CompactionLog> {
    for (const logs of this.topics.values()) yield* logs.values();
  }

  private takeDirty(): void {
    for (const log of this.dirty) {
      this.unflushed.add(log);
      void log.catchUp();
    }
    this.dirty.clear();
  }

  /** As in RocketMQ each log has its own moment, so that not all are compacted at once. */
  private schedule(log: CompactionLog): void {
    const { clock, compaction: config } = this.parts;
    const interval = config.compactionScheduleInternal;
    const delay = interval + MIN_DELAY_MS + Math.floor(Math.random() * interval);
    const timer = clock.after(delay, () => {
      this.compactions = this.compactions.then(async () => {
        if (!this.due.has(log)) return;
        await log.compact();
        if (this.due.has(log)) this.schedule(log);
      });
    });
    this.due.set(log, timer);
  }

  private async flush(): Promise<void> {
    for (const log of [...this.unflushed]) {
      this.unflushed.delete(log);
      try {
        await log.flush();
      } catch (error) {
        this.unflushed.add(log);
        this.parts.log.error('a compaction log cannot be flushed', error);
      }
    }
  }
}
