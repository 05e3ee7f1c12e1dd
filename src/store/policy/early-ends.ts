// Which consume queues end too early where no proper stop of ours noted their ends, as another
// system ran since. Two signs tell: the newest records of the log must have their entries, and
// where groups stand there must be messages, or have been. The second may have honest reasons, so
// it only has the log looked through, once.

import type { FileSystem } from '../../base/files.js';
import { describeError } from '../../base/log.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueuePlace } from '../consumequeue/queue-roster.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { endWith } from '../consumequeue/queue-tail.js';
import type { Queue } from '../consumequeue/queue.js';
import { unitOffset } from '../format/consume-queue-unit.js';
import { innerBatchOf } from '../format/inner-batch.js';
import { RecordScanner } from '../format/record-scan.js';
import { type RecordPlace, queueNames, readPlaces } from './record-places.js';
import { isRecord } from './recovery-start.js';
import { firstRecord } from './salvage.js';

/** Where a group goes on, or a level of delays. */
export type Standing = RecordPlace;

export interface EarlyEndParts {
  commitLog: CommitLog;
  queues: QueueTable;
  files: FileSystem;
  config: Pick<StoreConfig, 'enableMultiDispatch'>;
  log: Logger;
  standing: () => Iterable<Standing>;
}

/** Read in about a tenth of a second. */
const NEWEST_BYTES = 64 * 1024 * 1024;

interface Newest extends RecordPlace {
  physicalOffset: number;
}

/** A queue with a group ahead of it. */
interface Ahead {
  place: QueuePlace;
  /** The farthest offset of a group. */
  offset: number;
  /** Its last entry and where that leads, as far as is known. */
  max: number;
  lastRecord: number;
}

export class EarlyEnds {
  private readonly scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });

  constructor(
    private readonly parts: EarlyEndParts,
    /** Of the log, as far as queues know it. */
    private readonly newest: number,
  ) {}

  run(): QueuePlace[] {
    const early = this.lackNewest();
    const names = new Set(early.map(nameOf));
    const ahead = this.ahead().filter(({ place }) => !names.has(nameOf(place)));
    if (ahead.length > 0) early.push(...this.lackAny(ahead));
    return early;
  }

  /** Queues without the entry of their newest record. */
  private lackNewest(): QueuePlace[] {
    const { queues } = this.parts;
    const lacking: QueuePlace[] = [];
    for (const records of this.newestRecords().values()) {
      for (const record of records.values()) {
        const place = queues.placeFor(record.topic, record.queueId);
        if (!place || this.endsWith(place, record)) continue;
        const queue = queues.find(record.topic, record.queueId);
        if (!queue || !hasEntry(queue, record)) lacking.push(place);
      }
    }
    return lacking;
  }

  /** A small read tells of most queues, which then need not be opened to know their ends. */
  private endsWith(place: QueuePlace, { queueOffset, physicalOffset }: Newest): boolean {
    const { queues, files } = this.parts;
    const queue = queues.unopened(place.topic, place.queueId);
    if (!queue || queue.batch) return false;
    const end = endWith(files, queue.units, queueOffset, physicalOffset);
    if (end) queues.roster.noteEnd(place, end);
    return end !== undefined;
  }

  /** By topic and queue. A topic that began again has nothing to do with what was before. */
  private newestRecords(): Map<string, Map<number, Newest>> {
    const { commitLog } = this.parts;
    const { scanner, newest } = this;
    const found = new Map<string, Map<number, Newest>>();
    const begin = Math.max(commitLog.min, newest - NEWEST_BYTES);
    const from = firstRecord(commitLog.list, scanner, begin, newest + 1) ?? newest;
    readPlaces(this.parts, scanner, from, newest + 1, ({ topic, queueId, queueOffset }) => {
      const { physicalOffset } = scanner;
      let records = found.get(topic);
      const before = records?.get(queueId)?.queueOffset ?? -1;
      if (!records || queueOffset < before) found.set(topic, (records = new Map()));
      records.set(queueId, { topic, queueId, queueOffset, physicalOffset });
      return true;
    });
    return found;
  }

  /** Queues of which a group has messages behind the end, unless that was looked into before. */
  private ahead(): Ahead[] {
    const { queues, standing } = this.parts;
    const farthest = new Map<string, Standing>();
    for (const one of standing()) {
      const key = nameOf(one);
      if (!(one.queueId >= 0)) continue;
      if (one.queueOffset > (farthest.get(key)?.queueOffset ?? 0)) farthest.set(key, one);
    }
    const ahead: Ahead[] = [];
    for (const { topic, queueId, queueOffset: offset } of farthest.values()) {
      const place = queues.placeFor(topic, queueId);
      // an entry stands for one message at least
      if (!place || offset <= (queues.roster.countOf(place) ?? -1)) continue;
      const queue = queues.find(topic, queueId);
      const max = queue?.max ?? 0;
      if (offset <= max || queues.roster.wasAhead(place, offset, max)) continue;
      ahead.push({ place, offset, max, lastRecord: queue?.lastRecord() ?? -1 });
    }
    return ahead;
  }

  /** Those of which the log has a message behind their end. */
  private lackAny(ahead: readonly Ahead[]): QueuePlace[] {
    const { log, queues } = this.parts;
    const { scanner } = this;
    const open = new Map(ahead.map((one) => [nameOf(one.place), one]));
    const lacking = new Set<Ahead>();
    const from = Math.min(...ahead.map((one) => this.beginOf(one)));
    const names = queueNames(ahead.map(({ place }) => place));
    log.info(`groups are ahead of ${names}: looking for their messages in the log from ${from} on`);
    const damage = readPlaces(this.parts, scanner, from, this.newest + 1, (place) => {
      const one = open.get(nameOf(place));
      if (!one || scanner.physicalOffset <= one.lastRecord) return true;
      const batch = queues.isBatch(place.topic);
      const offset = batch ? innerBatchOf(scanner).base : place.queueOffset;
      if (offset >= one.max) lacking.add(one);
      return lacking.size < ahead.length;
    });
    const sound = ahead.filter((one) => !lacking.has(one));
    if (damage === undefined) this.remember(sound);
    else {
      const unknown = queueNames(sound.map(({ place }) => place));
      log.warn(`${damage}: whether the consume queues ${unknown} end too early is not known`);
    }
    return [...lacking].map(({ place }) => place);
  }

  private beginOf({ lastRecord }: Ahead): number {
    const { list, min } = this.parts.commitLog;
    return lastRecord >= min && isRecord(list, this.scanner, lastRecord) ? lastRecord : min;
  }

  private remember(sound: readonly Ahead[]): void {
    const { queues, log } = this.parts;
    for (const { place, offset, max } of sound) queues.roster.noteAhead(place, offset, max);
    try {
      queues.saveRoster();
    } catch (error) {
      log.warn(`the list of consume queues cannot be kept: ${describeError(error)}`);
    }
  }
}

function hasEntry(queue: Queue, { queueOffset, physicalOffset }: Newest): boolean {
  if (queue.batch) return queue.lastRecord() >= physicalOffset;
  const { units, max } = queue;
  const unit = queueOffset < max ? units.readSync(queueOffset, 1) : Buffer.alloc(0);
  return unit.length === units.unitBytes && unitOffset(unit, 0) === physicalOffset;
}

const nameOf = ({ topic, queueId }: { topic: string; queueId: number }): string =>
  `${topic}/${queueId}`;
