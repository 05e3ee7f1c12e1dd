// Many records by their places in the log: those that stand close together are read at once. The
// answers are copies, so that who keeps one does not keep its neighbours.

import { RecordAt, readInt64 } from '../../protocol/message.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { RecordPlace } from '../message-store.js';

/** What is read at once at most, and what may lie between two records that are. */
const MAX_BYTES = 256 * 1024;
const MAX_GAP_BYTES = 8 * 1024;

/** Of places in the order of the log; undefined where there is no such record. */
export async function recordsAt(
  commitLog: CommitLog,
  places: readonly RecordPlace[],
): Promise<(Buffer | undefined)[]> {
  const records: (Buffer | undefined)[] = [];
  for (let from = 0; from < places.length;) {
    const to = groupEnd(places, from, commitLog.list.fileBytes);
    const start = places[from].physicalOffset;
    const last = places[to - 1];
    const length = last.physicalOffset + last.size - start;
    const memory = inMemory(commitLog, places, from, to);
    const bytes = memory ? undefined : await commitLog.read(start, length);
    for (let i = from; i < to; i++) {
      const at = places[i].physicalOffset - start;
      const found = memory?.[i - from] ?? bytes?.subarray(at, at + places[i].size);
      records.push(isRecord(found, places[i]) ? Buffer.from(found) : undefined);
    }
    from = to;
  }
  return records;
}

/** Behind the last place that is read together with the one at `from`. */
function groupEnd(places: readonly RecordPlace[], from: number, fileBytes: number): number {
  const start = places[from].physicalOffset;
  const limit = Math.min(start + MAX_BYTES, start - (start % fileBytes) + fileBytes);
  let end = start + places[from].size;
  let to = from + 1;
  for (; to < places.length; to++) {
    const { physicalOffset, size } = places[to];
    if (physicalOffset < end || physicalOffset - end > MAX_GAP_BYTES) break;
    if (physicalOffset + size > limit) break;
    end = physicalOffset + size;
  }
  return to;
}

/** All of them from memory, or none. */
function inMemory(
  commitLog: CommitLog,
  places: readonly RecordPlace[],
  from: number,
  to: number,
): Buffer[] | undefined {
  const found: Buffer[] = [];
  for (let i = from; i < to; i++) {
    const record = commitLog.slice(places[i].physicalOffset, places[i].size);
    if (!record) return undefined;
    found.push(record);
  }
  return found;
}

function isRecord(
  bytes: Buffer | undefined,
  { physicalOffset, size }: RecordPlace,
): bytes is Buffer {
  if (bytes?.length !== size || size <= RecordAt.bornHost) return false;
  if (bytes.readInt32BE(RecordAt.totalSize) !== size) return false;
  return readInt64(bytes, RecordAt.physicalOffset) === physicalOffset;
}
