// Opens the files of a compacted queue: what does not fit together is made again from the log
// (CompactionLog.TopicPartitionLog.init, whose sanityCheck refuses to start instead).

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { MAGIC_V1, MAGIC_V2 } from '../../protocol/message.js';
import type { FilePair, PairList } from './pair-list.js';
import { PairReader } from './pair-reader.js';
import { settleReplacement } from './replace.js';
import {
  SPARSE_UNIT_BYTES,
  isSparseUnit,
  sparseOffset,
  sparseSize,
  writeSparseUnit,
} from './sparse-unit.js';

const MAGICS: readonly number[] = [MAGIC_V1, MAGIC_V2];

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
    if (logs.includes(name)) continue;
    const path = join(list.queueDirectory, name);
    // a crash may come between the removal of the one and of the other
    if (inOrder) refuseLost(list, path, join(list.logDirectory, name));
    log.info(`${path} has no log beside it: removed`);
    files.unlink(path);
  }
  for (const name of logs) {
    const missing = !queues.includes(name);
    if (missing) {
      files.mkdirp(list.queueDirectory);
      list.handles.create(join(list.queueDirectory, name), queueBytes);
    }
    const pair = list.adopt(name);
    const doubtful = missing || (!inOrder && name === logs.at(-1));
    if (doubtful || isOff(list, pair)) await deriveUnits(list, pair, log);
  }
  dropUseless(list, log);
}

/** The last entry has no record, or a record stands behind it: entries are wrong or missing. */
function isOff(list: PairList, pair: FilePair): boolean {
  const { handles, sizes } = list;
  const { logPath, logEnd, units } = pair;
  const head = Buffer.alloc(8);
  const readHead = (at: number): boolean => {
    if (at < 0 || at + head.length > sizes.logBytes) return false;
    handles.files.readSync(handles.fd(logPath), head, 0, head.length, at);
    return head.readInt32BE(0) > 0 && MAGICS.includes(head.readInt32BE(4));
  };
  if (readHead(logEnd)) return true;
  if (units === 0) return false;
  const last = list.unitAt(pair, units - 1);
  const size = sparseSize(last, 0);
  return !readHead(sparseOffset(last, 0) - pair.start) || head.readInt32BE(0) !== size;
}

/** What an earlier compaction has kept may be nowhere else. */
function refuseLost({ handles: { files }, ...list }: PairList, path: string, lost: string): void {
  const unit = Buffer.alloc(SPARSE_UNIT_BYTES);
  const fd = files.openSync(path, 'r');
  try {
    if (files.readSync(fd, unit, 0, unit.length, 0) < unit.length || !isSparseUnit(unit, 0)) return;
  } finally {
    files.closeSync(fd);
  }
  const { logDirectory, queueDirectory } = list;
  const hint =
    `bring it back from a copy; or remove ${path} to go on without what it kept, or ` +
    `${logDirectory} and ${queueDirectory} to have both made again from what the log still holds`;
  throw new MqError('STORE_UNREADABLE', { path: lost, reason: 'it is missing' }, { hint });
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
