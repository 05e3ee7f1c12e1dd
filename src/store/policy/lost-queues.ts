// Which consume queues have lost files or their last entries. A queue that begins with a later file
// than was known has lost its first ones, or retention took them: the log tells, where it reaches
// back further.

import { describeError } from '../../base/log.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueuePlace } from '../consumequeue/queue-roster.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { firstUnit } from '../consumequeue/search.js';
import { unitBase } from '../format/batch-unit.js';
import { FILLER_SIZE, unitOffset, unitSize } from '../format/consume-queue-unit.js';
import { innerBatchOf } from '../format/inner-batch.js';
import { RecordScanner } from '../format/record-scan.js';
import type { Queue } from '../consumequeue/queue.js';
import { type RecordPlace, queueNames, readPlaces } from './record-places.js';

export interface LostQueueParts {
  commitLog: CommitLog;
  queues: QueueTable;
  config: Pick<StoreConfig, 'enableMultiDispatch'>;
  log: Logger;
}

/** Where a queue begins whose first files are not there. */
interface Front {
  place: QueuePlace;
  queue: Queue;
  /** Offset of the first message that its files have room for. */
  offset: number;
  /** Of the first record that it names. */
  physicalOffset: number;
}

export interface LostQueues {
  /** Their files are not all there. */
  missing: QueuePlace[];
  /** They do not end as a proper stop left them. */
  early: QueuePlace[];
}

export function lostQueues(parts: LostQueueParts, clean: boolean): LostQueues {
  const { queues, commitLog, log } = parts;
  const { lost, early, doubtful } = queues.incomplete(clean);
  if (doubtful.length === 0) return { missing: lost, early };
  const fronts = doubtful.map((place) => frontOf(place, queues.listed(place)));
  // what was before the first entry of the others is not in the log any more
  const later = fronts.filter(({ physicalOffset }) => physicalOffset > commitLog.min);
  const cut = later.length > 0 ? new FrontSearch(parts, later).run() : new Set<Front>();
  const sound = fronts.filter((front) => !cut.has(front)).map(({ queue }) => queue);
  try {
    queues.saveRoster(sound); // so that the next start need not look again
  } catch (error) {
    log.warn(`the list of consume queues cannot be kept: ${describeError(error)}`);
  }
  return { missing: [...lost, ...[...cut].map(({ place }) => place)], early };
}

function frontOf(place: QueuePlace, queue: Queue): Front {
  const { units } = queue;
  const unit = units.readSync(
    firstUnit(units, (_, size) => size !== FILLER_SIZE),
    1,
  );
  const named = unit.length === units.unitBytes && unitSize(unit, 0) > 0;
  const base = named ? unitBase : () => Infinity;
  const offset = queue.batch ? base(unit, 0) : units.first;
  return { place, queue, offset, physicalOffset: named ? unitOffset(unit, 0) : Infinity };
}

/** Reads the log from its begin up to where the last of the queues begins. */
class FrontSearch {
  private readonly scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
  private readonly byTopic = new Map<string, Front[]>();
  private readonly cut = new Set<Front>();

  constructor(
    private readonly parts: LostQueueParts,
    private readonly fronts: readonly Front[],
  ) {
    for (const front of fronts) {
      const { topic } = front.place;
      this.byTopic.set(topic, [...(this.byTopic.get(topic) ?? []), front]);
    }
  }

  /** Those of which the log has records that their files have no entries for. */
  run(): ReadonlySet<Front> {
    const { commitLog, log } = this.parts;
    const { fronts } = this;
    const places = fronts.map(({ place }) => place);
    const end = Math.max(...fronts.map(({ physicalOffset }) => physicalOffset));
    const until = Math.min(end, commitLog.list.capacityEnd);
    log.info(`looking for the first messages of ${queueNames(places)} in the log before ${until}`);
    const damage = readPlaces(this.parts, this.scanner, commitLog.min, until, (place) => {
      this.look(place);
      return this.cut.size < fronts.length;
    });
    if (damage !== undefined) {
      const open = queueNames(places.filter((_, i) => !this.cut.has(fronts[i]!)));
      log.warn(
        `${damage}: whether first files of the consume queues ${open} are missing is not known`,
      );
    }
    return this.cut;
  }

  private look({ topic, queueId, queueOffset }: RecordPlace): void {
    for (const front of this.byTopic.get(topic) ?? []) {
      if (front.place.queueId !== queueId || this.scanner.physicalOffset >= front.physicalOffset)
        continue;
      const offset = front.queue.batch ? innerBatchOf(this.scanner).base : queueOffset;
      if (offset < front.offset) this.cut.add(front);
    }
  }
}
