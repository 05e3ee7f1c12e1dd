// Binary searches over the entries of a consume queue's files, for starting up. Both kinds of
// entries begin with log offset and size.

import { FILLER_SIZE, unitOffset, unitSize } from '../format/consume-queue-unit.js';
import type { Queue } from './queue.js';
import type { UnitLog } from './unit-log.js';

const FRONT_UNITS = 100;

/**
 * Number of the first entry for which `reached` holds, which must hold for all behind it as well;
 * the end of the files when it holds for none.
 */
export function firstUnit(
  units: UnitLog,
  reached: (physicalOffset: number, size: number) => boolean,
): number {
  if (!units.list.first) return units.count;
  let low = units.first;
  // most queues are short, or have lost nothing at their front: one read answers
  const { unitBytes } = units;
  const front = units.readSync(low, FRONT_UNITS);
  for (let at = 0; at + unitBytes <= front.length; at += unitBytes, low++) {
    if (reached(unitOffset(front, at), unitSize(front, at))) return low;
  }
  let high = units.capacityEnd;
  while (low < high) {
    const mid = Math.floor((low + high) / 2);
    const unit = units.readSync(mid, 1);
    if (unit.length < unitBytes || reached(unitOffset(unit, 0), unitSize(unit, 0))) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** Behind the last entry of a queue that was stopped cleanly. */
export const endOfUnits = (queue: Queue): number => firstUnit(queue.units, (_, size) => size <= 0);

/** The first entry of a record at or behind `physicalOffset`. */
export const firstUnitFrom = (queue: Queue, physicalOffset: number): number =>
  firstUnit(queue.units, (offset, size) => size <= 0 || offset >= physicalOffset);

/** Offset of the first message whose record is still in a log that begins at `minPhysical`. */
export function minOffsetIn(queue: Queue, minPhysical: number): number {
  const found = firstUnit(
    queue.units,
    (offset, size) => size <= 0 || (size !== FILLER_SIZE && offset >= minPhysical),
  );
  return queue.offsetOf(Math.min(found, queue.units.count));
}
