// Sizes of the files of a compacted queue, as RocketMQ rounds them (CompactionLog's constructor).

import { SPARSE_UNIT_BYTES } from './sparse-unit.js';

export interface CompactionSizes {
  logBytes: number;
  queueBytes: number;
}

/** An entry and the end behind it. */
const MIN_UNITS = 2;
/** Least size of a log file in sizes of a queue file. */
const MIN_RATIO = 5;

/** Files of the log are whole multiples of files of the queue, as both share their names. */
export function compactionSizes(logBytes: number, cqBytes: number): CompactionSizes {
  const queueBytes =
    Math.max(MIN_UNITS, Math.floor(cqBytes / SPARSE_UNIT_BYTES)) * SPARSE_UNIT_BYTES;
  const ratio = Math.floor(logBytes / queueBytes);
  if (ratio < MIN_RATIO) return { logBytes: queueBytes * MIN_RATIO, queueBytes };
  const rest = logBytes % queueBytes;
  const whole = rest > 0 && rest < queueBytes >> 1 ? ratio : ratio + 1;
  return { logBytes: whole * queueBytes, queueBytes };
}
