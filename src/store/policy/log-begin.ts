// What is gone from the begin of the log: files that are missing there look like retention, and a
// log of zeros like a new one. RocketMQ says nothing of either.

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { QueuePlace } from '../consumequeue/queue-roster.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { RecordScanner } from '../format/record-scan.js';
import { isRecord } from './recovery-start.js';

export interface LogBeginParts {
  commitLog: CommitLog;
  queues: QueueTable;
  log: Logger;
}

/** Notes where the log begins now, after a word about files that are missing before. */
export function tellLostBegin({ commitLog, queues, log }: LogBeginParts): void {
  const { min, list } = commitLog;
  const { roster } = queues;
  const before = roster.beginBefore(min);
  if (before !== undefined) log.error(`the log ${lostBegin(min, before)}`);
  roster.noteLogBegin(list.first?.start);
}

export const lostBegin = (min: number, before: number): string =>
  `begins at ${min}, but it began at ${before} before: its first files are missing, and so are ` +
  'their messages. Stop the broker and bring them back to where the others are';

/** A queue with entries while the log holds nothing; asked after a kill, before queues are cut. */
export function queueOfEmptyLog(
  { commitLog, queues }: LogBeginParts,
  scanner: RecordScanner,
): string | undefined {
  const { list, min } = commitLog;
  if (isRecord(list, scanner, min) || scanner.reason !== 'zeros') return undefined;
  const place = [...queues.places()].find((one) => hasEntry(queues, one));
  return place && `${place.topic}/${place.queueId}`;
}

function hasEntry(queues: QueueTable, place: QueuePlace): boolean {
  try {
    const { list, unitBytes } = queues.listed(place).units;
    return list.first !== undefined && list.readSync(list.first.start, unitBytes).some(Boolean);
  } catch {
    return false; // files that cannot be used are told when the queue is
  }
}

export function tellEmptyLog(log: Logger, queue: string): void {
  log.error(
    `the log holds no message, but the consume queue ${queue} has entries of some: they are ` +
      'lost. If it was no power loss, stop the broker and bring back the whole store',
  );
}
