// What a store holds, from its consume queues and the sizes of its files: quick, however large.

import { basename, join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { unitBase, unitMessages } from '../format/batch-unit.js';
import { FILLER_SIZE, unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { HEAD_BYTES, storeTimestampOf } from '../format/record-scan.js';
import { findCompacted } from './compaction-files.js';
import { StoreFiles } from './store-files.js';
import type { Problem, QueueFiles } from './store-files.js';

export interface QueueStat {
  topic: string;
  queueId: number;
  minOffset: number;
  maxOffset: number;
  /** Store times of the first and the last message, 0 for none. */
  firstTimestamp: number;
  lastTimestamp: number;
}

export interface DirectoryStat {
  name: string;
  files: number;
  /** Sum of the files' sizes, and what they really take: most are sparse. */
  bytes: number;
  allocatedBytes: number;
}

/** What is kept of a compacted queue. */
export interface CompactedStat {
  topic: string;
  queueId: number;
  minOffset: number;
  maxOffset: number;
  messages: number;
}

export interface StoreStat {
  path: string;
  holder?: string;
  clean: boolean;
  directories: DirectoryStat[];
  queues: QueueStat[];
  compacted: CompactedStat[];
  problems: Problem[];
}

export function storeStat(
  root: string,
  files: FileSystem,
  commitLogs: readonly string[] = [],
): StoreStat {
  const store = new StoreFiles(root, files, commitLogs);
  try {
    const { holder } = store;
    return {
      path: root,
      ...(holder === undefined ? {} : { holder }),
      clean: !store.aborted,
      directories: [
        ...commitLogs.map((path) => directoryStat(files, path, path)),
        ...files
          .readdir(root)
          .filter(({ name, isDirectory }) => isDirectory && !commitLogs.includes(join(root, name)))
          .map(({ name }) => directoryStat(files, join(root, name))),
      ],
      queues: store.queues.map((queue) => queueStat(store, queue)),
      compacted: findCompacted(root, files, store.handles).map(({ topic, queueId, list }) => ({
        ...{ topic, queueId, minOffset: list.minOffset, maxOffset: list.maxOffset },
        messages: list.pairs.reduce((sum, { units }) => sum + units, 0),
      })),
      problems: store.problems,
    };
  } finally {
    store.close();
  }
}

function queueStat(store: StoreFiles, queue: QueueFiles): QueueStat {
  const { topic, queueId, list, unitBytes, batch } = queue;
  const minPhysical = store.commitLog.first?.start ?? 0;
  const unitAt = (index: number): Buffer => list.readSync(index * unitBytes, unitBytes);
  const find = (reached: (unit: Buffer) => boolean): number => {
    let low = list.first!.start / unitBytes;
    let high = list.capacityEnd / unitBytes;
    while (low < high) {
      const mid = Math.floor((low + high) / 2);
      const unit = unitAt(mid);
      if (unit.length < unitBytes || reached(unit)) high = mid;
      else low = mid + 1;
    }
    return low;
  };
  const end = find((unit) => unitSize(unit, 0) <= 0);
  const first = find(
    (unit) =>
      unitSize(unit, 0) <= 0 ||
      (unitSize(unit, 0) !== FILLER_SIZE && unitOffset(unit, 0) >= minPhysical),
  );
  const timeAt = (index: number): number => {
    if (index < first || index >= end) return 0;
    const head = store.commitLog.readSync(unitOffset(unitAt(index), 0), HEAD_BYTES);
    return Math.max(0, storeTimestampOf(head));
  };
  const last = batch && end > list.first!.start / unitBytes ? unitAt(end - 1) : undefined;
  const behindLast = last ? unitBase(last, 0) + unitMessages(last, 0) : 0;
  const firstBase = batch && first < end ? unitBase(unitAt(first), 0) : behindLast;
  return {
    topic,
    queueId,
    minOffset: batch ? firstBase : first,
    maxOffset: batch ? behindLast : end,
    firstTimestamp: timeAt(first),
    lastTimestamp: timeAt(end - 1),
  };
}

function directoryStat(files: FileSystem, path: string, name = basename(path)): DirectoryStat {
  const stat: DirectoryStat = { name, files: 0, bytes: 0, allocatedBytes: 0 };
  for (const { name, isDirectory } of files.readdir(path)) {
    if (isDirectory) {
      const inner = directoryStat(files, join(path, name));
      stat.files += inner.files;
      stat.bytes += inner.bytes;
      stat.allocatedBytes += inner.allocatedBytes;
      continue;
    }
    const found = files.stat(join(path, name));
    stat.files++;
    stat.bytes += found?.size ?? 0;
    stat.allocatedBytes += found?.allocatedBytes ?? 0;
  }
  return stat;
}
