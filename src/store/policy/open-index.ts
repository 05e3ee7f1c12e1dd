// Brings the index to the state of the store when that is opened: which of its files can be
// trusted, and what of the log they lack.

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { RecordScanner } from '../format/record-scan.js';
import type { IndexFile } from '../index/index-file.js';
import type { MessageIndex } from '../index/message-index.js';
import { indexGaps } from './index-gaps.js';
import type { IndexMending } from './index-mending.js';
import { isRecord } from './recovery-start.js';

interface Parts {
  commitLog: CommitLog;
  log: Logger;
  indexMending: IndexMending;
}

/** Log times are kept in whole seconds by entries, and by the header of a file that was cut. */
const TOLERANCE_MS = 1000;

/** The log is read again from `from` on; `inOrder` after a proper stop. */
export function openIndex(
  { commitLog, log, indexMending }: Parts,
  index: MessageIndex,
  scanner: RecordScanner,
  from: number,
  inOrder: boolean,
): void {
  // to cut an index means to read all its slots
  if (!inOrder || index.empty) index.cut(from);
  const dropped = index.dropUnsound((file) => logFault(file, commitLog, scanner));
  if (inOrder && !index.empty) index.keepAll();
  if (from === commitLog.min) {
    // what is read again brings all keys, to an index that takes them
    if (dropped) index.cut(from);
    return;
  }
  if (!index.empty) {
    indexMending.found(indexGaps(index, commitLog.list, scanner, from, dropped));
    return;
  }
  log.warn('there is no index: making it from the whole log');
  const reader = new LogReader(commitLog.list, scanner, commitLog.min);
  while (reader.next() && reader.offset < from) index.put(scanner);
  index.begin();
}

/** Whether the first and the last message that a file names are those that it means. */
function logFault(
  file: IndexFile,
  { list, min }: CommitLog,
  scanner: RecordScanner,
): string | undefined {
  const { beginPhyOffset, beginTimestamp, endPhyOffset, endTimestamp, indexCount } = file.header;
  if (indexCount <= 1) return undefined;
  for (const [number, offset, time] of [
    [1, beginPhyOffset, beginTimestamp],
    [indexCount - 1, endPhyOffset, endTimestamp],
  ] as const) {
    if (offset < min || !isRecord(list, scanner, offset)) continue;
    if (Math.abs(scanner.storeTimestamp - time) >= TOLERANCE_MS) {
      return `it has ${time} as the time of ${offset} of the log, not ${scanner.storeTimestamp}`;
    }
    const { unique, words, tag } = scanner.keys;
    if (![unique, tag, ...words].includes(file.entrySync(number).keyHash)) {
      return `entry ${number} has a key that ${offset} of the log has not`;
    }
  }
  return undefined;
}
