// What a store holds, from its consume queues and the sizes of its files: quick, however large.

import { basename, join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { UNIT_BYTES, FILLER_SIZE, unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { HEAD_BYTES, storeTimestampOf } from '../format/record-scan.js';
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

export interface StoreStat {
  path: string;
  holder?: string;
  clean: boolean;
  directories: DirectoryStat[];
  queues: QueueStat[];
  problems: Problem[];
}

export function storeStat(root: string, files: FileSystem): StoreStat {
  const store = new StoreFiles(root, files);
  try {
    const { holder } = store;
    return {
      path: root,
      ...(holder === undefined ? {} : { holder }),
      clean: !store.aborted,
      directories: files
        .readdir(root)
        .filter(({ isDirectory }) => isDirectory)
        .map(({ name }) => directoryStat(files, join(root, name))),
      queues: store.queues.map((queue) => queueStat(store, queue)),
      problems: store.problems,
    };
  } finally {
    store.close();
  }
}

function queueStat(store: StoreFiles, { topic, queueId, list }: QueueFiles): QueueStat {
  const minPhysical = store.commitLog.first?.start ?? 0;
  const unitAt = (offset: number): Buffer => list.readSync(offset * UNIT_BYTES, UNIT_BYTES);
  const find = (reached: (unit: Buffer) => boolean): number => {
    let low = list.first!.start / UNIT_BYTES;
    let high = list.capacityEnd / UNIT_BYTES;
    while (low < high) {
      const mid = Math.floor((low + high) / 2);
      const unit = unitAt(mid);
      if (unit.length < UNIT_BYTES || reached(unit)) high = mid;
      else low = mid + 1;
    }
    return low;
  };
  const maxOffset = find((unit) => unitSize(unit, 0) <= 0);
  const minOffset = find(
    (unit) =>
      unitSize(unit, 0) <= 0 ||
      (unitSize(unit, 0) !== FILLER_SIZE && unitOffset(unit, 0) >= minPhysical),
  );
  const timeAt = (offset: number): number => {
    if (offset < minOffset || offset >= maxOffset) return 0;
    const head = store.commitLog.readSync(unitOffset(unitAt(offset), 0), HEAD_BYTES);
    return Math.max(0, storeTimestampOf(head));
  };
  return {
    topic,
    queueId,
    minOffset,
    maxOffset,
    firstTimestamp: timeAt(minOffset),
    lastTimestamp: timeAt(maxOffset - 1),
  };
}

function directoryStat(files: FileSystem, path: string): DirectoryStat {
  const stat: DirectoryStat = { name: basename(path), files: 0, bytes: 0, allocatedBytes: 0 };
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
