// A slave that has nothing of a compacted queue fetches what its master keeps of it, as replication
// brings only what is still in the log (CompactionLog.pullMessageFromMaster). It all comes into
// files aside, which take their place at once: a slave that is stopped on the way begins again.

import { sleep, type Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import type { Handles } from '../files/handles.js';
import { RecordScanner } from '../format/record-scan.js';
import { readInt64, RecordAt } from '../../protocol/message.js';
import type { KeptByMaster } from './wishes.js';
import { PairList } from './pair-list.js';
import { readRecord, type ReadRecord } from './pair-reader.js';
import { compactingFolder, replacePairs } from './replace.js';

export interface LoadWish {
  topic: string;
  queueId: number;
  /** Empty until it is loaded. */
  list: PairList;
  master: KeptByMaster;
  handles: Handles;
  /** From this queue offset on the slave has messages of its own. */
  bound: () => number;
  stopped: () => boolean;
  clock: Clock;
  log: Logger;
}

/** The name server may not have told yet who the master is. */
const RETRY_MS = 5000;

export async function loadKept(wish: LoadWish): Promise<void> {
  const { list, handles, topic, queueId, log } = wish;
  const to = new PairList(
    compactingFolder(list.logDirectory),
    compactingFolder(list.queueDirectory),
    list.sizes,
    handles,
  );
  let loaded = 0;
  while (!wish.stopped() && to.maxOffset < wish.bound()) {
    const records = await wish.master.records(topic, queueId, to.maxOffset);
    if (!records) {
      await retryLater(wish);
      continue;
    }
    const wanted = wantedOf(records, to, wish.bound());
    if (wanted.length === 0) break;
    to.append(wanted);
    loaded += wanted.length;
  }
  if (loaded === 0 || wish.stopped()) return to.destroy();
  if (to.last) to.end(to.last);
  await to.flush();
  replacePairs(list, 0, to);
  log.info(`queue ${queueId} of ${topic}: ${loaded} compacted messages fetched from the master`);
}

function wantedOf(records: readonly Buffer[], to: PairList, bound: number): ReadRecord[] {
  const scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  const wanted: ReadRecord[] = [];
  for (const record of records) {
    const at = readInt64(record, RecordAt.physicalOffset);
    if (scanner.scan(record, 0, at, record.length) !== 'record') continue;
    const read = readRecord(record, scanner);
    const fits = read.queueOffset >= to.maxOffset && read.queueOffset < bound;
    if (fits && read.key !== '' && to.holds(record.length)) wanted.push(read);
  }
  return wanted;
}

/** Wakes up soon when it is to stop. */
async function retryLater({ clock, stopped }: LoadWish): Promise<void> {
  const end = clock.monotonic() + RETRY_MS;
  while (!stopped() && clock.monotonic() < end) await sleep(clock, 100);
}
