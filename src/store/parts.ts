// The parts that a store is made of (see open.ts).

import type { Clock } from '../base/clock.js';
import type { FileSystem } from '../base/files.js';
import type { Logger } from '../base/log.js';
import type { CommitLog } from './commitlog/commit-log.js';
import type { CompactionStore } from './compaction/compaction-store.js';
import type { StoreConfig } from './config.js';
import type { QueueTable } from './consumequeue/queue-table.js';
import type { StoreDirectory, StorePaths } from './directory.js';
import type { Handles } from './files/handles.js';
import type { MessageIndex } from './index/message-index.js';
import type { Admission } from './policy/admission.js';
import type { Arrivals } from './policy/arrivals.js';
import type { CheckpointFile } from './policy/checkpoint-file.js';
import type { Dispatch } from './policy/dispatch.js';
import type { IndexMending } from './policy/index-mending.js';
import type { Standing } from './policy/early-ends.js';
import type { Flush } from './policy/flush.js';
import type { Follow } from './policy/follow.js';
import type { Entry } from './policy/entry.js';
import type { GroupCommit } from './policy/group-commit.js';
import type { Health } from './policy/health.js';
import type { ReplicaWaiters } from './policy/replica-waiters.js';
import type { Reveal } from './policy/reveal.js';
import type { Retention } from './policy/retention.js';
import type { Roles } from './policy/roles.js';
import type { StoreStats } from './stats.js';

export interface StoreParts {
  config: StoreConfig;
  paths: StorePaths;
  files: FileSystem;
  handles: Handles;
  clock: Clock;
  log: Logger;
  delayMs: readonly number[];
  awaitsConfirm: boolean;
  standing: () => Iterable<Standing>;
  directory: StoreDirectory;
  commitLog: CommitLog;
  queues: QueueTable;
  index: MessageIndex | undefined;
  checkpoint: CheckpointFile;
  dispatch: Dispatch;
  health: Health;
  admission: Admission;
  arrivals: Arrivals;
  replicas: ReplicaWaiters;
  reveal: Reveal<Entry>;
  groupCommit: GroupCommit;
  follow: Follow;
  flush: Flush;
  indexMending: IndexMending;
  retention: Retention;
  roles: Roles;
  stats: StoreStats;
  compaction: CompactionStore | undefined;
}
