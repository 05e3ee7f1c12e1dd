// Makes new files of old ones: of every key the newest message is kept, and a key whose newest
// message has no body goes (CompactionLog.getOffsetMap, compaction, shouldRetainMsg).

import { MqError } from '../../base/errors.js';
import { OffsetMap } from './offset-map.js';
import type { FilePair, PairList } from './pair-list.js';
import { PairReader, type ReadRecord } from './pair-reader.js';

export interface CompactionResult {
  /** Everything before and at this queue offset is compacted. */
  position: number;
  kept: number;
  dropped: number;
}

export interface CompactionWish {
  from: PairList;
  /** All of these are read, … */
  pairs: readonly FilePair[];
  /** … and keys are taken from messages behind this queue offset. */
  position: number;
  memoryBytes: number;
  /** Takes what is kept. */
  to: PairList;
  /** Asked between pieces: true gives up. */
  stopped: () => boolean;
}

/** Nothing is changed but `to`; undefined when it was stopped. */
export async function compactPairs(wish: CompactionWish): Promise<CompactionResult | undefined> {
  const map = await newestOffsets(wish);
  const result = { position: Math.max(map.lastOffset, wish.position), kept: 0, dropped: 0 };
  for (const pair of wish.pairs) {
    const reader = new PairReader(wish.from, pair);
    let records = 0;
    for (let read = await reader.next(); read; read = await reader.next()) {
      if (wish.stopped()) return undefined;
      records += read.length;
      const kept = read.filter((record) => isKept(record, map));
      wish.to.append(kept);
      result.kept += kept.length;
      result.dropped += read.length - kept.length;
    }
    if (records < pair.units) {
      const reason = `only ${records} of its ${pair.units} records can be read; left as it is`;
      throw new MqError('STORE_UNREADABLE', { path: pair.logPath, reason });
    }
  }
  const { last } = wish.to;
  if (last) wish.to.end(last);
  await wish.to.flush();
  return wish.stopped() ? undefined : result;
}

async function newestOffsets(wish: CompactionWish): Promise<OffsetMap> {
  const map = new OffsetMap(wish.memoryBytes);
  for (const pair of wish.pairs) {
    if (pair.last <= wish.position) continue;
    const reader = new PairReader(wish.from, pair);
    for (let read = await reader.next(); read; read = await reader.next()) {
      if (wish.stopped()) return map;
      for (const { key, queueOffset } of read) {
        if (queueOffset <= wish.position || key === '') continue;
        // no more memory: the messages from here on are for the next time
        if (!map.put(key, queueOffset)) return map;
      }
    }
  }
  return map;
}

function isKept(record: ReadRecord, map: OffsetMap): boolean {
  if (record.queueOffset > map.lastOffset) return true;
  if (record.key === '') return false;
  return record.queueOffset >= map.get(record.key) && record.hasBody;
}
