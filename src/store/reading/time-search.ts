// Offsets of a queue by store time: a binary search over entries and the heads of their records
// (ConsumeQueue.getOffsetInQueueByTime).

import type { CommitLog } from '../commitlog/commit-log.js';
import type { ConsumeQueue } from '../consumequeue/consume-queue.js';
import { unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { HEAD_BYTES, storeTimestampOf } from '../format/record-scan.js';
import type { Boundary } from '../message-store.js';

/** Store time of the message at `offset` of a queue, or -1. */
export async function storeTimestampAt(
  queue: ConsumeQueue,
  commitLog: CommitLog,
  offset: number,
): Promise<number> {
  if (offset < queue.min || offset >= queue.max) return -1;
  const units = queue.units(offset) ?? (await queue.load(offset));
  if (!units || unitSize(units.buffer, units.at) <= 0) return -1;
  const head = await commitLog.read(unitOffset(units.buffer, units.at), HEAD_BYTES);
  return head ? storeTimestampOf(head) : -1;
}

/**
 * LOWER: the first message at or after `timestamp`, else the end. UPPER: the last one at or before
 * it, else the begin.
 */
export async function searchByTime(
  queue: ConsumeQueue,
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
  return boundary === 'LOWER' ? low : Math.max(min, low - 1);
}
