// Opens the files of a compacted queue: what does not fit together is made again from the log
// (CompactionLog.TopicPartitionLog.init, whose sanityCheck refuses to start instead).

import { join } from 'node:path';
import type { Logger } from '../../base/log.js';
import type { FilePair, PairList } from './pair-list.js';
import { PairReader } from './pair-reader.js';
import { settleReplacement } from './replace.js';
import { SPARSE_UNIT_BYTES, writeSparseUnit } from './sparse-unit.js';

/** `inOrder`: the process before this one stopped properly. */
export async function openPairs(list: PairList, inOrder: boolean, log: Logger): Promise<void> {
  if (settleReplacement(list) === 'finished') {
    log.warn(`${list.logDirectory}: the compaction that was under way is finished`);
  }
  const { logBytes, queueBytes } = list.sizes;
  const logs = list.names(list.logDirectory, logBytes, 'compactionMappedFileSize');
  const queues = list.names(list.queueDirectory, queueBytes, 'compactionCqMappedFileSize');
  const { files } = list.handles;
  for (const name of queues) {
    if (!logs.includes(name)) files.unlink(join(list.queueDirectory, name));
  }
  for (const name of logs) {
    const missing = !queues.includes(name);
    if (missing) {
      files.mkdirp(list.queueDirectory);
      list.handles.create(join(list.queueDirectory, name), queueBytes);
    }
    const pair = list.adopt(name);
    if (missing || (!inOrder && name === logs.at(-1))) await deriveUnits(list, pair, log);
  }
  dropUseless(list, log);
}

/** Compares the entries with the records of the log, which decide. */
async function deriveUnits(list: PairList, pair: FilePair, log: Logger): Promise<void> {
  const { handles } = list;
  const before = pair.units;
  const reader = new PairReader(list, pair);
  const unit = Buffer.allocUnsafe(SPARSE_UNIT_BYTES);
  const room = Math.floor(list.sizes.queueBytes / SPARSE_UNIT_BYTES) - 1;
  let units = 0;
  let changed = 0;
  for (let found = await reader.next(); found && units < room; found = await reader.next()) {
    for (const read of found) {
      const physicalOffset =
        read.record.readInt32BE(28) * 0x100000000 + read.record.readUInt32BE(32);
      writeSparseUnit(unit, 0, { ...read, physicalOffset, size: read.record.length });
      if (units >= before || !list.unitAt(pair, units).equals(unit)) {
        const fd = handles.writable(pair.queuePath);
        handles.files.writeSync(fd, unit, 0, unit.length, units * SPARSE_UNIT_BYTES);
        changed++;
      }
      units++;
    }
  }
  if (changed === 0 && units === before) return;
  log.warn(`${pair.queuePath}: ${before} entries, made again from ${units} records of its log`);
  list.cut(pair, units);
}

/** Files without a record, and those that a newer one covers. */
function dropUseless(list: PairList, log: Logger): void {
  let last = -1;
  for (const pair of [...list.pairs]) {
    if (pair.units > 0 && pair.last > last) {
      last = pair.last;
      continue;
    }
    log.info(`${pair.logPath} holds nothing that others do not: removed`);
    list.drop(pair);
  }
}
