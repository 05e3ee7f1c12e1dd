// Which places in queues the records of a part of the log have, for a search that is made once.

import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { StoreConfig } from '../config.js';
import type { RecordScanner } from '../format/record-scan.js';
import { isQueued } from './dispatch.js';
import { lightPlaces } from './light-queues.js';

export interface RecordPlace {
  topic: string;
  queueId: number;
  queueOffset: number;
}

interface Parts {
  commitLog: CommitLog;
  config: Pick<StoreConfig, 'enableMultiDispatch'>;
}

const MAX_NAMES = 20;

/**
 * Every place of the records from `from` to before `until`, of which the scanner holds the one that
 * is looked at, until `see` has seen enough. Tells of damage that ended it before.
 */
export function readPlaces(
  { commitLog, config }: Parts,
  scanner: RecordScanner,
  from: number,
  until: number,
  see: (place: RecordPlace) => boolean,
): string | undefined {
  const reader = new LogReader(commitLog.list, scanner, from);
  while (reader.next()) {
    if (reader.offset >= until) return undefined;
    if (!isQueued(scanner.sysFlag)) continue;
    let more = see(scanner);
    if (config.enableMultiDispatch) {
      for (const place of lightPlaces(scanner)) more = see(place);
    }
    if (!more) return undefined;
  }
  const ended = reader.atCapacity || reader.offset >= until || scanner.reason === 'zeros';
  return ended ? undefined : `the log is damaged at ${reader.offset} (${scanner.reason})`;
}

/** Names for a line of the log. */
export function queueNames(queues: readonly { topic: string; queueId: number }[]): string {
  const names = queues.slice(0, MAX_NAMES).map(({ topic, queueId }) => `${topic}/${queueId}`);
  const rest = queues.length - names.length;
  return names.join(' ') + (rest > 0 ? ` and ${rest} more` : '');
}
