// Whether the files of an index follow each other without a gap: a record with a key that lies
// between two of them is found by nobody. A few records at each border tell.

import { LogReader } from '../commitlog/log-reader.js';
import type { SegmentList } from '../files/segment-list.js';
import type { RecordScanner } from '../format/record-scan.js';
import type { IndexRange, MessageIndex } from '../index/message-index.js';

/** Records without any key that are passed over. */
const MAX_RECORDS = 1000;
const WINDOW_BYTES = 64 * 1024;

/** Log offset of the first record before `end` that was found to be in no file, or undefined. */
export function firstUnindexed(
  index: MessageIndex,
  list: SegmentList,
  scanner: RecordScanner,
  end: number,
): number | undefined {
  let last: IndexRange | undefined;
  for (const range of [...index.ranges(), { begin: end, end }]) {
    const found = between(last?.end, Math.min(range.begin, end), index, list, scanner);
    if (found !== undefined) return found;
    last = range;
  }
  return undefined;
}

/** The record at `after` is in the index. */
function between(
  after: number | undefined,
  end: number,
  index: MessageIndex,
  list: SegmentList,
  scanner: RecordScanner,
): number | undefined {
  const min = list.first?.start ?? 0;
  const known = after !== undefined && after >= min;
  const reader = new LogReader(list, scanner, known ? after : min, WINDOW_BYTES);
  for (let i = 0; i < MAX_RECORDS && reader.next() && reader.offset < end; i++) {
    if (known && reader.offset === after) continue;
    if (index.takes(scanner)) return reader.offset;
  }
  return undefined;
}
