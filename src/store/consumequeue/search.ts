// Binary searches over the entries of a consume queue's files, for starting up.

import { FILLER_SIZE, UNIT_BYTES, unitOffset, unitSize } from '../format/consume-queue-unit.js';
import type { ConsumeQueue } from './consume-queue.js';

const FRONT_UNITS = 100;

/**
 * The first entry for which `reached` holds, which must hold for all behind it as well; the end of
 * the files when it holds for none.
 */
export function firstUnit(
  queue: ConsumeQueue,
  reached: (physicalOffset: number, size: number) => boolean,
): number {
  const { list } = queue;
  if (!list.first) return queue.max;
  let low = list.first.start / UNIT_BYTES;
  // most queues are short, or have lost nothing at their front: one read answers
  const front = list.readSync(low * UNIT_BYTES, FRONT_UNITS * UNIT_BYTES);
  for (let at = 0; at + UNIT_BYTES <= front.length; at += UNIT_BYTES, low++) {
    if (reached(unitOffset(front, at), unitSize(front, at))) return low;
  }
  let high = list.capacityEnd / UNIT_BYTES;
  while (low < high) {
    const mid = Math.floor((low + high) / 2);
    const units = list.readSync(mid * UNIT_BYTES, UNIT_BYTES);
    if (units.length < UNIT_BYTES || reached(unitOffset(units, 0), unitSize(units, 0))) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** Behind the last entry of a queue that was stopped cleanly. */
export const endOfUnits = (queue: ConsumeQueue): number => firstUnit(queue, (_, size) => size <= 0);

/** The first entry of a record at or behind `physicalOffset`. */
export const firstUnitFrom = (queue: ConsumeQueue, physicalOffset: number): number =>
  firstUnit(queue, (offset, size) => size <= 0 || offset >= physicalOffset);

/** The first entry whose record is still in a log that begins at `minPhysical`. */
export function minUnit(queue: ConsumeQueue, minPhysical: number): number {
  const found = firstUnit(
    queue,
    (offset, size) => size <= 0 || (size !== FILLER_SIZE && offset >= minPhysical),
  );
  return Math.min(found, queue.max);
}
