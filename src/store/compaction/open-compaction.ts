// What a broker tells the store about compacted topics, and the store of them as a part of it.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { Arrivals } from '../policy/arrivals.js';
import { CompactionStore } from './compaction-store.js';

/** The properties of MessageStoreConfig that compaction reads, by their names there. */
export interface CompactionConfig {
  enableCompaction: boolean;
  compactionMappedFileSize: number;
  compactionCqMappedFileSize: number;
  compactionScheduleInternal: number;
  compactionThreadNum: number;
  maxOffsetMapSize: number;
}

interface Topic {
  writeQueueNums: number;
  attributes?: Readonly<Record<string, string>>;
}

export interface CompactionWishes {
  config: CompactionConfig;
  topicOf: (name: string) => Topic | undefined;
  /** What a slave begins with that has nothing of a compacted topic. */
  master?: KeptByMaster;
}

export interface KeptByMaster {
  /** All topics. */
  topics(): ReadonlyMap<string, Topic>;
  /**
   * Records of a queue that the master keeps, from queue offset `offset` on: a piece of them, none
   * when there are no more, undefined when it cannot be asked now.
   */
  records(topic: string, queueId: number, offset: number): Promise<Buffer[] | undefined>;
}

export interface CompactionBase {
  config: StoreConfig;
  commitLog: CommitLog;
  queues: QueueTable;
  arrivals: Arrivals;
  files: FileSystem;
  clock: Clock;
  log: Logger;
  /** The store's folder. */
  root: string;
}

/** Undefined when enableCompaction is off: such topics are then read as ordinary ones. */
export function openCompaction(
  base: CompactionBase,
  { config, topicOf, master }: CompactionWishes,
): CompactionStore | undefined {
  if (!config.enableCompaction) return undefined;
  const store = new CompactionStore({
    ...base,
    compaction: config,
    isCompacted: (topic) => isCompacted(topicOf(topic)),
    // a controller may change the role at any time
    master: () => (base.config.brokerRole === 'SLAVE' ? master : undefined),
    compactedTopics: () => [...(master?.topics() ?? [])].filter(([, topic]) => isCompacted(topic)),
  });
  base.arrivals.add(({ topic, queueId }) => store.arrived(topic, queueId));
  return store;
}

/** CleanupPolicyUtils.isCompaction. */
const isCompacted = (topic: Topic | undefined): boolean =>
  topic?.attributes?.['cleanup.policy'] === 'COMPACTION';
