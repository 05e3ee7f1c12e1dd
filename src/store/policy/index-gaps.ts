// Whether the files of an index follow each other without a gap: a record with a key that lies
// between two of them is found by nobody. A few records at each border tell.

import { LogReader } from '../commitlog/log-reader.js';
import type { SegmentList } from '../files/segment-list.js';
import type { RecordScanner } from '../format/record-scan.js';
import type { MessageIndex } from '../index/message-index.js';

/** Records without any key that are passed over. */
const MAX_RECORDS = 1000;
const WINDOW_BYTES = 64 * 1024;

/** A stretch of the log whose keys are in no file; log offsets of records. */
export interface IndexGap {
  /** Where it begins: the last record of the file before, or where the log begins. */
  from: number;
  /** Where it ends: the first record of the file behind, or of what is dispatched again. */
  end: number;
  /** The first that was found to be in no file. */
  lacking: number;
}

/** Gaps before `end`, in the order of the log. */
export function indexGaps(
  index: MessageIndex,
  list: SegmentList,
  scanner: RecordScanner,
  end: number,
): IndexGap[] {
  const gaps: IndexGap[] = [];
  const min = list.first?.start ?? 0;
  let last = -1;
  for (const range of [...index.ranges(), { begin: end, end }]) {
    const from = Math.max(last, min);
    const gap = { from, end: Math.min(range.begin, end) };
    const lacking = firstLacking(
      gap,
      last >= min,
      index,
      new LogReader(list, scanner, from, WINDOW_BYTES),
    );
    if (lacking !== undefined) gaps.push({ ...gap, lacking });
    last = range.end;
  }
  return gaps;
}

function firstLacking(
  { from, end }: Omit<IndexGap, 'lacking'>,
  firstIsKnown: boolean,
  index: MessageIndex,
  reader: LogReader,
): number | undefined {
  for (let i = 0; i < MAX_RECORDS && reader.next() && reader.offset < end; i++) {
    if (firstIsKnown && reader.offset === from) continue;
    if (index.takes(reader.scanner)) return reader.offset;
  }
  return undefined;
}
