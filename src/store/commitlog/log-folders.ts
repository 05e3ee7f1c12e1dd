// The directories of a log that has several (MultiPathMappedFileQueue): files are read from all of
// them; a new one goes to the next in turn that has room.

import { MqError } from '../../base/errors.js';
import type { StorePaths } from '../directory.js';
import type { SegmentFolders } from '../files/segment-list.js';

export class LogFolders implements SegmentFolders {
  readonly all: readonly string[];

  constructor(
    private readonly paths: StorePaths,
    private readonly isFull: (path: string) => boolean,
  ) {
    this.all = [...new Set([...paths.commitLogs, ...paths.readOnlyLogs()])];
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
    const { commitLog, commitLogs, readOnlyLogs } = this.paths;
    const readOnly = new Set(readOnlyLogs());
    const paths = [...new Set(commitLogs)].filter((path) => !readOnly.has(path)).sort();
    if (paths.length > 0) return paths;
    throw new MqError('STORE_UNREADABLE', {
      path: commitLog,
      reason: 'readOnlyCommitLogStorePaths names all of them, so none takes new files',
    });
  }
}
