// The store of compacted topics as a part of the whole store.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { Arrivals } from '../policy/arrivals.js';
import { CompactionStore } from './compaction-store.js';
import type { CompactedTopic, CompactionWishes } from './wishes.js';

export type { CompactionWishes, KeptByMaster } from './wishes.js';

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
const isCompacted = (topic: CompactedTopic | undefined): boolean =>
  topic?.attributes?.['cleanup.policy'] === 'COMPACTION';
