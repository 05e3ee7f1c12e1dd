// Where recovery begins to read the log: the last point before which everything that is derived
// from it can be trusted.

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { SegmentList } from '../files/segment-list.js';
import { trustedTimestamp } from '../format/checkpoint.js';
import type { RecordScanner } from '../format/record-scan.js';
import type { CheckpointFile } from './checkpoint-file.js';

/** Enough to look at one record, whose properties end within it or not. */
const PEEK_BYTES = 16 * 1024;

interface StartParts {
  commitLog: CommitLog;
  queues: QueueTable;
  checkpoint: CheckpointFile;
  log: Logger;
}

/**
 * The newest record that a consume queue knows; undefined when it is not in the log. The
 * checkpoint names it, or one not long before: then no queue has to be opened to find it.
 */
export function cleanStart(
  { commitLog, queues, log, checkpoint }: StartParts,
  scanner: RecordScanner,
): number | undefined {
  const { list, min } = commitLog;
  const { logicsPhysicalOffset } = checkpoint.value;
  if (logicsPhysicalOffset > min && isRecord(list, scanner, logicsPhysicalOffset)) {
    return logicsPhysicalOffset;
  }
  openAtEnds(queues);
  let newest = -1;
  for (const queue of queues) newest = Math.max(newest, queue.lastRecord());
  if (newest < min) return min;
  if (isRecord(list, scanner, newest)) return newest;
  log.warn(`a consume queue names a record at ${newest}, which the log does not have`);
  return undefined;
}

/** Until it is known from where the log is read again. */
export function openAtEnds(queues: QueueTable): void {
  queues.openWith((queue) => queue.openAt(queues.countOf(queue)));
}

/** CommitLog.recoverAbnormally: the last point before which everything is flushed. */
export function crashStart(
  { commitLog, checkpoint, log }: StartParts,
  scanner: RecordScanner,
): number {
  const { list, min } = commitLog;
  const { logicsPhysicalOffset, physicMsgTimestamp, logicsMsgTimestamp } = checkpoint.value;
  log.warn('the store was not stopped properly: reading again what the checkpoint leaves open');
  if (
    logicsPhysicalOffset >= min &&
    logicsMsgTimestamp <= physicMsgTimestamp &&
    isRecord(list, scanner, logicsPhysicalOffset)
  ) {
    return logicsPhysicalOffset;
  }
  const trusted = trustedTimestamp(checkpoint.value);
  for (const { start } of [...list.all].reverse()) {
    if (isRecord(list, scanner, start) && scanner.storeTimestamp <= trusted) return start;
  }
  return min;
}

/** Whether a whole record begins at `offset`; the scanner knows it then. */
export function isRecord(list: SegmentList, scanner: RecordScanner, offset: number): boolean {
  const reader = new LogReader(list, scanner, offset, PEEK_BYTES);
  return reader.next() && reader.offset === offset;
}
