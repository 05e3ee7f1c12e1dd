// The end of a queue as a proper stop left it: how many entries there are, and a sum over the last
// of them, by which a start sees with one small read whether the disk still has them.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { crcOfPart } from '../../protocol/body-crc.js';
import { unitOffset, unitSize } from '../format/consume-queue-unit.js';
import type { Queue } from './queue.js';
import type { UnitLog } from './unit-log.js';

export interface QueueEnd {
  /** Entries, those before the first file included. */
  count: number;
  /** Over the last of them. */
  sum: number;
}

export interface Tail {
  /** Longer: there are more entries behind the known end. */
  state: 'same' | 'longer' | 'lost';
  /** Of the file. */
  fileBytes: number;
}

interface Read {
  bytes: number;
  fileBytes: number;
}

/** What a disk loses at once is a page; the last one that was written is in here. */
const SUM_BYTES = 4096;
/** Enough for one more entry of either kind. */
const MORE_BYTES = 64;
/** The file is gone, or its place on the disk is, or something else has its name. */
const LOST = new Set(['ENOENT', 'EIO', 'EISDIR']);
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

/** The end of a queue that was not opened, if its last entry is this one, and there is no gap. */
export function endWith(
  files: FileSystem,
  { list, unitBytes }: UnitLog,
  index: number,
  physicalOffset: number,
): QueueEnd | undefined {
  const count = index + 1;
  const start = index * unitBytes - ((index * unitBytes) % list.fileBytes);
  const begin = beginOf(count * unitBytes, start);
  const last = index * unitBytes - begin;
  const length = last + 2 * unitBytes;
  const read = readTail(files, pathOf(list.directory, start), begin - start, length);
  // what follows in another file is not seen here
  if (read.bytes !== length || unitSize(buffer, last + unitBytes) !== 0) return undefined;
  for (let at = last; at >= 0; at -= unitBytes) if (unitSize(buffer, at) === 0) return undefined;
  if (unitOffset(buffer, last) !== physicalOffset) return undefined;
  return { count, sum: crcOfPart(buffer, 0, last + unitBytes) };
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
  const length = count * unitBytes - beginOf(count * unitBytes, start);
  const begin = count * unitBytes - length - start;
  const path = join(directory, file);
  const { bytes, fileBytes } = readTail(files, path, begin, length + unitBytes);
  if (bytes < length || crcOfPart(buffer, 0, length) !== sum) return { state: 'lost', fileBytes };
  const more = bytes === length + unitBytes && unitSize(buffer, length) !== 0;
  return { state: more ? 'longer' : 'same', fileBytes };
}

/** Into the buffer; nothing where the disk has nothing. */
function readTail(files: FileSystem, path: string, position: number, length: number): Read {
  try {
    const fd = files.openSync(path, 'r');
    try {
      const bytes = files.readSync(fd, buffer, 0, length, position);
      return { bytes, fileBytes: files.fstat(fd).size };
    } finally {
      files.closeSync(fd);
    }
  } catch (error) {
    if (LOST.has((error as NodeJS.ErrnoException).code ?? '')) return { bytes: -1, fileBytes: 0 };
    throw error;
  }
}

const pathOf = (directory: string, start: number): string =>
  join(directory, String(start).padStart(20, '0'));
