// Goes through a part of the log record by record while the store is in use: the event loop is free
// between the pieces that are read.

import type { SegmentList } from '../files/segment-list.js';
import type { RecordScanner } from '../format/record-scan.js';

const WINDOW_BYTES = 256 * 1024;

export interface LogWalk {
  list: SegmentList;
  /** Knows the record that `take` is called for. */
  scanner: RecordScanner;
  take: () => Promise<void> | undefined;
  /** Whether to leave off. */
  over: () => boolean;
}

/** From the record at `from` up to `end`; where it came to. Retention may go on meanwhile. */
export async function walkLog(walk: LogWalk, from: number, end: number): Promise<number> {
  const { list, scanner } = walk;
  let buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  let offset = from;
  while (offset < end && !walk.over()) {
    const start = (offset = Math.max(offset, list.first?.start ?? 0));
    const bytes = await list.readLater(start, buffer);
    if (!bytes && start < (list.first?.start ?? 0)) continue;
    if (!bytes || bytes.length === 0) break;
    const { behind, bad } = await takeAll(walk, bytes, start, end);
    offset = behind;
    if (bad) break;
    if (offset > start) continue;
    if (scanner.size <= buffer.length || bytes.length < buffer.length) break;
    buffer = Buffer.allocUnsafeSlow(scanner.size);
  }
  return offset;
}

/** Behind the last record of those that are whole in `bytes`, which begin at `start`. */
async function takeAll(
  { list, scanner, take }: LogWalk,
  bytes: Buffer,
  start: number,
  end: number,
): Promise<{ behind: number; bad: boolean }> {
  let offset = start;
  while (offset < end && offset - start < bytes.length) {
    const rest = list.fileBytes - (offset % list.fileBytes);
    const found = scanner.scan(bytes, offset - start, offset, rest);
    if (found === 'bad' || found === 'more') return { behind: offset, bad: found === 'bad' };
    const behind = offset + scanner.size;
    const waiting = found === 'record' ? take() : undefined;
    if (waiting) await waiting;
    offset = behind;
  }
  return { behind: offset, bad: false };
}
