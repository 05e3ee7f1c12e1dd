// The compacted queues of a store that nobody runs: which files they have, opened for reading only.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { PairList } from '../compaction/pair-list.js';
import { COMPACTING, DOOMED, REPLICATING } from '../compaction/replace.js';
import type { CompactionSizes } from '../compaction/sizes.js';
import type { Handles } from '../files/handles.js';

export interface CompactedFiles {
  topic: string;
  queueId: number;
  /** Of the pairs that are whole; the others are named below. */
  list: PairList;
  /** `compaction/compactionLog/<topic>/<queue>`. */
  where: string;
  /** Names of log files without one of the queue beside them, and the other way round. */
  withoutQueue: string[];
  withoutLog: string[];
  /** Files that do not have the size of the others. */
  odd: string[];
  /** A replacement of files was under way. */
  replacing: boolean;
}

interface Folder {
  topic: string;
  id: string;
}

const LOGS = 'compactionLog';
const QUEUES = 'compactionCq';
const NAME = /^\d{20}$/;

/** Sizes come from the files: those that most of them have are the configured ones. */
export function findCompacted(root: string, files: FileSystem, handles: Handles): CompactedFiles[] {
  const folders: Folder[] = [];
  const logs = join(root, 'compaction', LOGS);
  for (const topic of files.readdir(logs)) {
    if (!topic.isDirectory) continue;
    for (const { name, isDirectory } of files.readdir(join(logs, topic.name))) {
      if (isDirectory && /^\d+$/.test(name)) folders.push({ topic: topic.name, id: name });
    }
  }
  const inFolder = (kind: string, { topic, id }: Folder): string =>
    join(root, 'compaction', kind, topic, id);
  const sizes = {
    logBytes: commonSize(
      files,
      folders.map((folder) => inFolder(LOGS, folder)),
    ),
    queueBytes: commonSize(
      files,
      folders.map((folder) => inFolder(QUEUES, folder)),
    ),
  };
  return folders.map((folder) =>
    compactedIn(folder, inFolder(LOGS, folder), inFolder(QUEUES, folder), sizes, handles),
  );
}

function compactedIn(
  { topic, id }: Folder,
  logDirectory: string,
  queueDirectory: string,
  sizes: CompactionSizes,
  handles: Handles,
): CompactedFiles {
  const { files } = handles;
  const list = new PairList(logDirectory, queueDirectory, sizes, handles);
  const odd: string[] = [];
  const namesIn = (directory: string, bytes: number): string[] => {
    const named = namesOf(files, directory).filter((name) => sizeOf(files, directory, name) > 0);
    odd.push(
      ...named
        .filter((name) => sizeOf(files, directory, name) !== bytes)
        .map((name) => join(directory, name)),
    );
    return named;
  };
  const logs = namesIn(logDirectory, sizes.logBytes);
  const queues = namesIn(queueDirectory, sizes.queueBytes);
  for (const name of logs) if (queues.includes(name)) list.adopt(name);
  return {
    topic,
    queueId: Number(id),
    list,
    where: `compaction/${LOGS}/${topic}/${id}`,
    withoutQueue: logs.filter((name) => !queues.includes(name)),
    withoutLog: queues.filter((name) => !logs.includes(name)),
    odd,
    replacing: isReplacing(files, logDirectory) || isReplacing(files, queueDirectory),
  };
}

const isReplacing = (files: FileSystem, directory: string): boolean =>
  files
    .readdir(directory)
    .some(({ name }) => name === COMPACTING || name === REPLICATING || name.endsWith(DOOMED));

const namesOf = (files: FileSystem, directory: string): string[] =>
  files
    .readdir(directory)
    .filter(({ name, isDirectory }) => !isDirectory && NAME.test(name))
    .map(({ name }) => name);

const sizeOf = (files: FileSystem, directory: string, name: string): number =>
  files.stat(join(directory, name))?.size ?? 0;

function commonSize(files: FileSystem, directories: readonly string[]): number {
  const counts = new Map<number, number>();
  for (const directory of directories) {
    for (const name of namesOf(files, directory)) {
      const size = sizeOf(files, directory, name);
      counts.set(size, (counts.get(size) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return most?.[0] ?? 0;
}
