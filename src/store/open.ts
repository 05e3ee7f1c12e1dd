// Opens a store: builds its parts, and names the order in which they start and stop.

import type { Clock } from '../base/clock.js';
import type { FileSystem } from '../base/files.js';
import type { Logger } from '../base/log.js';
import type { Host } from '../protocol/host.js';
import { CommitLog } from './commitlog/commit-log.js';
import { LogFolders } from './commitlog/log-folders.js';
import { type CompactionWishes, openCompaction } from './compaction/open-compaction.js';
import type { StoreConfig } from './config.js';
import { QueueTable } from './consumequeue/queue-table.js';
import { StoreDirectory, refuseForeignStore, type StorePaths, storePaths } from './directory.js';
import { Handles } from './files/handles.js';
import { SegmentList } from './files/segment-list.js';
import { parseDelayLevels } from './format/tags-code.js';
import { MessageIndex } from './index/message-index.js';
import type {
  MessageStore,
  StoreMaintenance,
  StoreReplication,
  StoreRoles,
} from './message-store.js';
import { Admission } from './policy/admission.js';
import { Arrivals } from './policy/arrivals.js';
import { CheckpointFile } from './policy/checkpoint-file.js';
import { DiskSpace } from './policy/disk-space.js';
import { Dispatch, type FilterBits } from './policy/dispatch.js';
import { Flush } from './policy/flush.js';
import type { Standing } from './policy/early-ends.js';
import { Follow } from './policy/follow.js';
import type { Entry } from './policy/entry.js';
import { GroupCommit } from './policy/group-commit.js';
import { Health } from './policy/health.js';
import { IndexMending } from './policy/index-mending.js';
import { LightQueues } from './policy/light-queues.js';
import { ReplicaWaiters } from './policy/replica-waiters.js';
import { Reveal } from './policy/reveal.js';
import { Roles } from './policy/roles.js';
import { Truncation } from './policy/truncation.js';
import { Retention } from './policy/retention.js';
import { StoreStats } from './stats.js';
import { Store } from './store.js';
import type { StoreParts } from './parts.js';

export interface OpenOptions {
  config: StoreConfig;
  files: FileSystem;
  clock: Clock;
  log: Logger;
  /** The address that goes into every record and every offset message id. */
  storeHost: Host;
  /** A controller chooses the master: what none has confirmed stays unread after a crash. */
  awaitsConfirm?: boolean;
  /** What stands between several directories, if not a comma. */
  pathSplitter?: string | undefined;
  /** Whether a topic has queue.type=BatchCQ; undefined for one that is not known. */
  isBatchTopic?: (topic: string) => boolean | undefined;
  /** Where groups go on: a queue that ends before has lost entries, or they have gone ahead. */
  standing?: () => Iterable<Standing>;
  /** What enableConsumeQueueExt keeps of a message beside its tags. */
  filterBits?: FilterBits;
  /** Topics of which only the newest message of each key is kept. */
  compaction?: CompactionWishes;
}

/** As in RocketMQ. */
const NEEDS_SEVERAL = 'only with several directories in storePathCommitLog';

/** Most files that are open at a time; a queue that is not used needs none. */
const MAX_OPEN_FILES = 512;

export function openMessageStore(
  options: OpenOptions,
): MessageStore & StoreMaintenance & StoreReplication & { roles: StoreRoles } {
  return new Store(buildParts(options));
}

function buildParts(options: OpenOptions): StoreParts {
  const { config, files, clock, log, storeHost } = options;
  refuseForeignStore(config, files);
  const paths = storePaths(config, options.pathSplitter || undefined);
  const handles = new Handles(files, MAX_OPEN_FILES);
  const warn = (text: string): void => log.warn(text);
  const list = new SegmentList({
    directory: paths.commitLog,
    folders: openFolders(options, paths),
    fileBytes: config.mappedFileSizeCommitLog,
    property: 'mappedFileSizeCommitLog',
    shortLast: 'fill',
    handles,
    warn,
  });
  const commitLog = new CommitLog(list, storeHost, config.enabledAppendPropCRC);
  const queues = new QueueTable({
    directory: paths.consumeQueue,
    fileBytes: config.mappedFileSizeConsumeQueue,
    batchDirectory: paths.batchConsumeQueue,
    batchFileBytes: config.mapperFileSizeBatchConsumeQueue,
    extDirectory: paths.consumeQueueExt,
    extFileBytes: config.mappedFileSizeConsumeQueueExt,
    writeExt: config.enableConsumeQueueExt,
    isBatch: options.isBatchTopic ?? (() => undefined),
    handles,
    warn,
  });
  const index = config.messageIndexEnable
    ? new MessageIndex({
        directory: paths.index,
        root: paths.root,
        size: { slots: config.maxHashSlotNum, entries: config.maxIndexNum },
        handles,
        now: () => clock.now(),
        warn,
      })
    : undefined;
  const delayMs = parseDelayLevels(config.messageDelayLevel);
  const core = { commitLog, queues, index, config, clock, log, delayMs, files, paths, handles };
  const policies = buildPolicies(core, options.filterBits);
  const base = { ...core, arrivals: policies.arrivals, root: paths.root };
  const compaction = options.compaction && openCompaction(base, options.compaction);
  const awaitsConfirm = options.awaitsConfirm ?? false;
  const standing = options.standing ?? (() => []);
  return { ...core, ...policies, compaction, awaitsConfirm, standing };
}

/** Undefined where the log has one directory. */
function openFolders(
  { config, files, log }: OpenOptions,
  paths: StorePaths,
): LogFolders | undefined {
  const disks = new DiskSpace(config, files, paths);
  const readOnly = paths.readOnlyLogs();
  if (!paths.spread) {
    if (readOnly.length > 0) log.warn(`${readOnly.join(' ')}: not read: ${NEEDS_SEVERAL}`);
    return undefined;
  }
  for (const path of readOnly) {
    if (!files.exists(path)) log.warn(`${path}, of readOnlyCommitLogStorePaths, is not there`);
  }
  const missing = paths.commitLogs.filter((path) => !files.exists(path));
  if (missing.length < paths.commitLogs.length) {
    for (const path of missing)
      log.warn(`${path}, of storePathCommitLog, was not there: it is made`);
  }
  return new LogFolders(paths, (path) => disks.isFull(path));
}

type Core = Pick<
  StoreParts,
  | 'commitLog'
  | 'queues'
  | 'index'
  | 'config'
  | 'clock'
  | 'log'
  | 'delayMs'
  | 'files'
  | 'paths'
  | 'handles'
>;

type Policies = Omit<StoreParts, keyof Core | 'compaction' | 'awaitsConfirm' | 'standing'>;

function buildPolicies(core: Core, filterBits: FilterBits | undefined): Policies {
  const { commitLog, index, config, clock, log, files, paths } = core;
  const health = new Health(log);
  const stats = new StoreStats(clock);
  const light = new LightQueues(config, core.queues, log);
  const dispatch = new Dispatch(index, light, log, filterBits);
  const checkpoint = new CheckpointFile(paths.checkpoint, files, log);
  const admission = new Admission(config, commitLog, health, core.queues);
  const arrivals = new Arrivals(log);
  const replicas = new ReplicaWaiters(config, clock);
  const reveal = new Reveal<Entry>({ dispatch, arrivals, light, replicas });
  const groupCommit: GroupCommit = new GroupCommit({
    ...core,
    reveal,
    health,
    admission,
    stats,
    arrivals,
    light,
    replicas,
    requestFlush: () => flush.requestLogFlush(),
  });
  const flush = new Flush({ ...core, dispatch, groupCommit, checkpoint, health, replicas });
  const follow = new Follow({ ...core, dispatch, groupCommit, arrivals, health, replicas });
  const followed = { ...core, dispatch, groupCommit, checkpoint, flush, follow };
  const truncation = new Truncation(followed);
  const roles = new Roles({ ...followed, admission, replicas, reveal, truncation });
  const disks = new DiskSpace(config, files, paths);
  const retention = new Retention({ ...core, health, disks });
  const directory = new StoreDirectory(paths, files);
  return {
    health,
    stats,
    dispatch,
    checkpoint,
    admission,
    arrivals,
    replicas,
    reveal,
    groupCommit,
    follow,
    roles,
    flush,
    retention,
    directory,
    indexMending: new IndexMending(core),
  };
}
