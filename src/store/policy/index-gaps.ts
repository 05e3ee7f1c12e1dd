// Whether the files of an index follow each other without a gap: a record with a key that lies
// between two of them is found by nobody. A few records at each border tell.

import { LogReader } from '../commitlog/log-reader.js';
import type { SegmentList } from '../files/segment-list.js';
import type { RecordScanner } from '../format/record-scan.js';
import { borderKeysSync } from '../index/border-keys.js';
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

/** Gaps before `end`, in the order of the log; `withTags` where the index surely had those, too. */
export function indexGaps(
  index: MessageIndex,
  list: SegmentList,
  scanner: RecordScanner,
  end: number,
  withTags: boolean,
): IndexGap[] {
  const gaps: IndexGap[] = [];
  const min = list.first?.start ?? 0;
  let last = -1;
  for (const range of [...index.ranges(), { begin: end, end }]) {
    const from = Math.max(last, min);
    const gap = { from, end: Math.min(range.begin, end) };
    const reader = new LogReader(list, scanner, from, WINDOW_BYTES);
    const lacking = firstLacking(gap, last >= min, index, reader, withTags);
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
  withTags: boolean,
): number | undefined {
  for (let i = 0; i < MAX_RECORDS && reader.next() && reader.offset < end; i++) {
    // of the record at a border two files have a part each
    if (firstIsKnown && reader.offset === from) {
      if (hasAllKeys(index, reader.scanner, withTags)) continue;
      return from;
    }
    if (index.takes(reader.scanner)) return reader.offset;
  }
  return undefined;
}

function hasAllKeys(
  index: MessageIndex,
  { physicalOffset, keys }: RecordScanner,
  withTags: boolean,
): boolean {
  const known = borderKeysSync(index.all, physicalOffset);
  const wanted = [keys.unique, ...keys.words, withTags ? keys.tag : -1];
  return wanted.every((hash) => hash < 0 || known.has(hash));
}
