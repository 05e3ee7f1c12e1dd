// Takes the end of the log back while the store runs: a new master never had what lies behind
// (DefaultMessageStore.truncateFiles). Derived files lose what was made of it.

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { firstUnitFrom } from '../consumequeue/search.js';
import { RecordScanner } from '../format/record-scan.js';
import type { MessageIndex } from '../index/message-index.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { Dispatch } from './dispatch.js';
import type { Flush } from './flush.js';
import type { Follow } from './follow.js';
import type { GroupCommit } from './group-commit.js';

export interface TruncationParts {
  commitLog: CommitLog;
  queues: QueueTable;
  index: MessageIndex | undefined;
  checkpoint: CheckpointFile;
  dispatch: Dispatch;
  flush: Flush;
  follow: Follow;
  groupCommit: GroupCommit;
  log: Logger;
}

/** Enough for the head of a record. */
const PEEK_BYTES = 16 * 1024;

export class Truncation {
  constructor(private readonly parts: TruncationParts) {}

  /** All that was appended must be written and dispatched. */
  async to(offset: number): Promise<void> {
    const { commitLog, flush, follow, log } = this.parts;
    // a flush that ends later would say that what comes next is on the disk already
    await flush.settled();
    if (offset >= commitLog.end) return;
    log.warn(`the log is cut from ${commitLog.end} to ${offset}`);
    this.lowerCheckpoint(offset);
    const cut = this.queuesBeyond(offset);
    this.noteCut(cut, offset);
    commitLog.cutAt(offset);
    for (const [queue, index] of cut) this.cutQueue(queue, index);
    this.parts.queues.forget();
    this.parts.index?.writePending();
    this.parts.index?.cut(offset);
    follow.reset();
  }

  /** Those that have entries of what goes, with the number of the first of them. */
  private queuesBeyond(offset: number): [Queue, number][] {
    const { dispatch, queues } = this.parts;
    const beyond: [Queue, number][] = [];
    for (const queue of queues) {
      queue.writePending();
      dispatch.dirty.delete(queue);
      if (queue.lastRecord() >= offset) beyond.push([queue, firstUnitFrom(queue, offset)]);
    }
    return beyond;
  }

  /** What is going is not missed, also after a kill on the way. */
  private noteCut(cut: readonly [Queue, number][], offset: number): void {
    try {
      const { queues, commitLog } = this.parts;
      if (offset <= commitLog.min) queues.roster.noteLogBegin(undefined);
      queues.saveCut(cut);
    } catch (error) {
      this.parts.log.warn('the list of consume queues cannot be kept', error);
    }
  }

  private cutQueue(queue: Queue, index: number): void {
    this.parts.flush.forget(queue);
    queue.openAt(index);
    queue.truncate(index);
    queue.next = queue.max;
  }

  /** A crash from now on must not trust what is going. */
  private lowerCheckpoint(offset: number): void {
    const { checkpoint, dispatch, groupCommit } = this.parts;
    const stored = this.storedBefore(offset);
    const { logicsPhysicalOffset, confirmPhyOffset, ...times } = checkpoint.value;
    checkpoint.set({
      logicsPhysicalOffset: Math.min(logicsPhysicalOffset, offset),
      confirmPhyOffset: Math.min(confirmPhyOffset, offset),
      physicMsgTimestamp: Math.min(times.physicMsgTimestamp, stored),
      logicsMsgTimestamp: Math.min(times.logicsMsgTimestamp, stored),
      indexMsgTimestamp: Math.min(times.indexMsgTimestamp, stored),
    });
    checkpoint.flushSync();
    dispatch.lastPhysicalOffset = 0;
    dispatch.lastStoreTimestamp = stored;
    groupCommit.continueAfter(stored);
  }

  /** Store time of the first record of the file in which the log will end; 0 without any. */
  private storedBefore(offset: number): number {
    const { list } = this.parts.commitLog;
    const start = offset - (offset % list.fileBytes);
    const scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
    const reader = new LogReader(list, scanner, start, PEEK_BYTES);
    return start < offset && reader.next() ? scanner.storeTimestamp : 0;
  }
}
