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

export interface CompactionWishes {
  config: CompactionConfig;
  topicOf: (name: string) => { attributes?: Readonly<Record<string, string>> } | undefined;
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
  { config, topicOf }: CompactionWishes,
): CompactionStore | undefined {
  if (!config.enableCompaction) return undefined;
  const store = new CompactionStore({
    ...base,
    compaction: config,
    isCompacted: (topic) => topicOf(topic)?.attributes?.['cleanup.policy'] === 'COMPACTION',
  });
  base.arrivals.add(({ topic, queueId }) => store.arrived(topic, queueId));
  return store;
}
