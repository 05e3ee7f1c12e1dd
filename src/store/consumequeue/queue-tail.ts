// The end of a queue as a proper stop left it: how many entries there are, and a sum over the last
// of them, by which a start sees with one small read whether the disk still has them.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { crcOfPart } from '../../protocol/body-crc.js';
import { unitSize } from '../format/consume-queue-unit.js';
import type { Queue } from './queue.js';

export interface QueueEnd {
  /** Entries, those before the first file included. */
  count: number;
  /** Over the last of them. */
  sum: number;
}

/** Longer: there are more entries behind the known end. */
type Tail = 'same' | 'longer' | 'lost';

/** What a disk loses at once is a page; the last one that was written is in here. */
const SUM_BYTES = 4096;
/** Enough for one more entry of either kind. */
const MORE_BYTES = 64;
/** The file is gone, or its place on the disk is. */
const LOST = new Set(['ENOENT', 'EIO']);
const buffer = Buffer.allocUnsafeSlow(SUM_BYTES + MORE_BYTES);

const beginOf = (end: number, fileStart: number): number => Math.max(fileStart, end - SUM_BYTES);

/** All its entries are in its files; undefined when there are none. */
export function endOf({ units }: Queue): QueueEnd | undefined {
  const { list, count, unitBytes } = units;
  const end = count * unitBytes;
  if (!list.last || end <= list.last.start || end > list.capacityEnd) return undefined;
  const begin = beginOf(end, list.last.start);
  const bytes = list.readSync(begin, end - begin);
  return bytes.length < end - begin ? undefined : { count, sum: crcOfPart(bytes, 0, bytes.length) };
}

/** Looks at the file of a queue's directory in which the end must be. */
export function tailOf(
  files: FileSystem,
  directory: string,
  file: string,
  { count, sum }: QueueEnd,
  unitBytes: number,
): Tail {
  const start = Number(file);
  const end = count * unitBytes;
  const begin = beginOf(end, start);
  let read: number;
  try {
    const fd = files.openSync(join(directory, file), 'r');
    try {
      read = files.readSync(fd, buffer, 0, end - begin + unitBytes, begin - start);
    } finally {
      files.closeSync(fd);
    }
  } catch (error) {
    if (LOST.has((error as NodeJS.ErrnoException).code ?? '')) return 'lost';
    throw error;
  }
  if (read < end - begin || crcOfPart(buffer, 0, end - begin) !== sum) return 'lost';
  const more = read === end - begin + unitBytes && unitSize(buffer, end - begin) !== 0;
  return more ? 'longer' : 'same';
}
