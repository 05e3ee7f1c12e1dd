// The directories of a log that has several (MultiPathMappedFileQueue): files are read from all of
// them; a new one goes to the next in turn that has room.

import { MqError } from '../../base/errors.js';
import type { StoreConfig } from '../config.js';
import { PATH_SPLITTER, splitPaths } from '../directory.js';
import type { SegmentFolders } from '../files/segment-list.js';

/** Otherwise RocketMQ has one directory, and ignores readOnlyCommitLogStorePaths. */
export const isSpread = ({ storePathCommitLog }: StoreConfig): boolean =>
  (storePathCommitLog ?? '').includes(PATH_SPLITTER);

/** Those that only hold files; brokers may be told others while they run. */
export const readOnlyPaths = (config: FolderConfig): readonly string[] =>
  splitPaths(config.readOnlyCommitLogStorePaths ?? '');

type FolderConfig = Pick<StoreConfig, 'readOnlyCommitLogStorePaths'>;

export class LogFolders implements SegmentFolders {
  readonly all: readonly string[];

  constructor(
    /** Of storePathCommitLog. */
    private readonly paths: readonly string[],
    private readonly config: FolderConfig,
    private readonly isFull: (path: string) => boolean,
  ) {
    this.all = [...new Set([...paths, ...readOnlyPaths(config)])];
    this.writable(); // says so when there is none
  }

  /** MultiPathMappedFileQueue.tryCreateMappedFile. */
  forFile(number: number): string {
    const writable = this.writable();
    const free = writable.filter((path) => !this.isFull(path));
    const paths = free.length > 0 ? free : writable;
    return paths[number % paths.length]!;
  }

  /** In the order in which they take turns. */
  private writable(): string[] {
    const readOnly = new Set(readOnlyPaths(this.config));
    const paths = [...new Set(this.paths)].filter((path) => !readOnly.has(path)).sort();
    if (paths.length > 0) return paths;
    throw new MqError('STORE_UNREADABLE', {
      path: this.paths.join(),
      reason: 'readOnlyCommitLogStorePaths names all of them, so none takes new files',
    });
  }
}
