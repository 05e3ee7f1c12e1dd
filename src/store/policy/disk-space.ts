// How full the disks of a store are, and what that means (CleanCommitLogService.isSpaceToDelete).

import type { FileSystem } from '../../base/files.js';
import type { StoreConfig } from '../config.js';
import type { StorePaths } from '../directory.js';

export interface DiskUse {
  /** 0 to 1. */
  ratio: number;
  directory: string;
}

export class DiskSpace {
  constructor(
    private readonly config: StoreConfig,
    private readonly files: FileSystem,
    private readonly paths: StorePaths,
  ) {}

  /** Of the disk that matters: of several for the log the emptiest, or that of the queues. */
  used(): DiskUse {
    const { commitLogs, consumeQueue } = this.paths;
    const [log] = commitLogs.map((path) => this.of(path)).sort((a, b) => a.ratio - b.ratio);
    const queues = this.of(consumeQueue);
    return log && log.ratio >= queues.ratio ? log : queues;
  }

  /** Above it no messages are taken. */
  get warningRatio(): number {
    return clamp(this.config.diskSpaceWarningLevelRatio, 35, 90) / 100;
  }

  /** Above it files go although they are not old, and new ones go to other disks. */
  get forcedRatio(): number {
    return clamp(this.config.diskSpaceCleanForciblyRatio, 30, 85) / 100;
  }

  isFull(path: string): boolean {
    return this.of(path).ratio > this.forcedRatio;
  }

  private of(directory: string): DiskUse {
    return { ratio: this.files.statfs(directory).usedRatio, directory };
  }
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);
