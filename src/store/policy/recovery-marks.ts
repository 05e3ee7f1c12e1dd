// What a recovery leaves word of before it changes files that the next start would trust: it may
// be killed, too.

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreDirectory } from '../directory.js';
import type { RecordScanner } from '../format/record-scan.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { isRecord } from './recovery-start.js';

interface MarkedParts {
  commitLog: CommitLog;
  checkpoint: CheckpointFile;
  directory: StoreDirectory;
  log: Logger;
}

export class RecoveryMarks {
  /** The process before this one stopped properly, and nothing was changed since. */
  inOrder = false;

  constructor(
    private readonly parts: MarkedParts,
    private readonly scanner: RecordScanner,
  ) {}

  /** What a proper stop has left is being changed, also if this start fails. */
  beginChanges(): void {
    if (!this.inOrder) return;
    this.inOrder = false;
    this.parts.directory.markInUse(process.pid);
  }

  /** Derived files are going to be cut at `from`. */
  lowerCheckpoint(from: number): void {
    const { checkpoint, commitLog, log } = this.parts;
    const { logicsPhysicalOffset, logicsMsgTimestamp, indexMsgTimestamp } = checkpoint.value;
    if (logicsPhysicalOffset <= from && this.inOrder) return;
    const stored = isRecord(commitLog.list, this.scanner, from) ? this.scanner.storeTimestamp : 0;
    // RocketMQ knows no place of the queues, and trusts files of the index by this time alone
    if (logicsPhysicalOffset <= from && indexMsgTimestamp <= stored) return;
    checkpoint.set({
      logicsPhysicalOffset: Math.min(logicsPhysicalOffset, from),
      logicsMsgTimestamp: Math.min(logicsMsgTimestamp, stored),
      indexMsgTimestamp: Math.min(indexMsgTimestamp, stored),
    });
    checkpoint.flushSync();
    log.info(`the checkpoint is taken back to ${from}`);
  }
}
