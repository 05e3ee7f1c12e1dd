// Offsets of a queue by store time: a binary search over entries and the heads of their records
// (ConsumeQueue.getOffsetInQueueByTime).

import type { CommitLog } from '../commitlog/commit-log.js';
import type { Queue } from '../consumequeue/queue.js';
import { unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { HEAD_BYTES, storeTimestampOf } from '../format/record-scan.js';
import type { Boundary } from '../message-store.js';

/** Store time of the message at `offset` of a queue, or -1. */
export async function storeTimestampAt(
  queue: Queue,
  commitLog: CommitLog,
  offset: number,
): Promise<number> {
  if (offset < queue.min || offset >= queue.max) return -1;
  const units = await queue.entry(offset);
  if (!units || unitSize(units.buffer, units.at) <= 0) return -1;
  const head = await commitLog.read(unitOffset(units.buffer, units.at), HEAD_BYTES);
  return head ? storeTimestampOf(head) : -1;
}

/**
 * LOWER: the first message at or after `timestamp`, else the end. UPPER: the last one at or before
 * it, else the begin.
 */
export async function searchByTime(
  queue: Queue,
  commitLog: CommitLog,
  timestamp: number,
  boundary: Boundary,
): Promise<number> {
  const { min, max } = queue;
  const wanted = boundary === 'LOWER' ? timestamp : timestamp + 1;
  let low = min;
  let high = max;
  while (low < high) {
    const mid = Math.floor((low + high) / 2);
    if ((await storeTimestampAt(queue, commitLog, mid)) < wanted) low = mid + 1;
    else high = mid;
  }
  if (queue.batch) return baseOfFound(queue, commitLog, low, timestamp, boundary);
  return boundary === 'LOWER' ? low : Math.max(min, low - 1);
}

/**
 * BatchConsumeQueue.getOffsetInQueueByTime answers with the first offset of a batch: that which was
 * found, with UPPER the last of those that were stored at `timestamp`, and at the end the last.
 */
async function baseOfFound(
  queue: Queue,
  commitLog: CommitLog,
  found: number,
  timestamp: number,
  boundary: Boundary,
): Promise<number> {
  let offset = Math.min(found, queue.max - 1);
  if (boundary === 'UPPER' && found > queue.min && found < queue.max) {
    const before = await storeTimestampAt(queue, commitLog, found - 1);
    if (before === timestamp) offset = found - 1;
  }
  const units = offset >= queue.min ? await queue.entry(offset) : undefined;
  return units ? queue.baseAt(units.buffer, units.at, offset) : queue.min;
}
