// The records of one file of a compaction log, up to the first that is none.

import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import { type DecodedRecord, decodeRecord } from '../../protocol/message.js';

const WINDOW_BYTES = 1024 * 1024;

export function* dumpCompactionLog(
  files: FileSystem,
  path: string,
): IterableIterator<DecodedRecord> {
  const found = files.stat(path);
  if (!found) throw new MqError('USAGE', { text: `file ${path} not exist.` });
  if (found.isDirectory) throw new MqError('USAGE', { text: `file ${path} is a directory.` });
  const fd = files.openSync(path, 'r');
  try {
    for (let at = 0; at < found.size;) {
      const records = recordsAt(files, fd, at, found.size);
      if (records.length === 0) return;
      for (const record of records) {
        yield record;
        at += record.totalSize;
      }
    }
  } finally {
    files.closeSync(fd);
  }
}

/** Whole records from `at` on: some of them, at least one if there is one. */
function recordsAt(files: FileSystem, fd: number, at: number, end: number): DecodedRecord[] {
  const head = Buffer.alloc(4);
  files.readSync(fd, head, 0, head.length, at);
  const wanted = Math.min(Math.max(WINDOW_BYTES, head.readInt32BE(0)), end - at);
  const bytes = Buffer.allocUnsafe(wanted);
  const read = files.readSync(fd, bytes, 0, wanted, at);
  const window = bytes.subarray(0, read);
  const records: DecodedRecord[] = [];
  for (let i = 0; i < window.length;) {
    const record = decodeRecord(window, i);
    if (!record) break;
    records.push(record);
    i += record.totalSize;
  }
  return records;
}
