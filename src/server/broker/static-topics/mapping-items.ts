// The parts of a logical queue, oldest first, and what its offsets are in each of them
// (LogicQueueMappingItem, TopicQueueMappingUtils). A part whose logical offset is not decided yet
// takes messages, but nobody can read them.

import { refuse } from '../../../base/errors.js';
import type { MappingItem } from '../../../protocol/bodies/static-topic.js';
import { ResponseCode } from '../../../protocol/responses.js';

type Items = readonly MappingItem[];

export const isDecided = (item: MappingItem): boolean => item.logicOffset >= 0;

/** The part that holds a logical offset: the oldest one for what lies before all of them. */
export function itemAt(items: Items, logicOffset: number): MappingItem | undefined {
  const decided = items.filter(isDecided);
  return decided.findLast((item) => item.logicOffset <= logicOffset) ?? decided[0];
}

export const oldestItem = (items: Items): MappingItem | undefined => itemAt(items, 0);

export const newestItem = (items: Items): MappingItem | undefined => items.findLast(isDecided);

/** The part that follows, when it is decided where. */
export function itemAfter(items: Items, item: MappingItem): MappingItem | undefined {
  const next = items[items.findIndex(({ gen }) => gen === item.gen) + 1];
  return next && isDecided(next) ? next : undefined;
}

export function logicalOffset(item: MappingItem, physical: number): number {
  return item.logicOffset + Math.max(0, physical - item.startOffset);
}

/** As `logicalOffset`, within the part; -1 while it is undecided. */
export function looseOffset(item: MappingItem, physical: number): number {
  if (!isDecided(item)) return -1;
  return logicalOffset(item, isEnded(item) ? Math.min(physical, item.endOffset) : physical);
}

export function physicalOffset(item: MappingItem, logical: number): number {
  return logical - item.logicOffset + item.startOffset;
}

/** Messages that a part may hold at most are known. */
export const isEnded = (item: MappingItem): boolean => item.endOffset > item.startOffset;

/** End of what the mapping itself says about a part. */
export const mappedEnd = (item: MappingItem): number =>
  item.endOffset >= item.startOffset
    ? item.logicOffset + item.endOffset - item.startOffset
    : item.logicOffset;

const broken = (reason: string): Error => refuse(ResponseCode.SYSTEM_ERROR, reason);

/** Refuses parts that cannot be one queue (checkLogicQueueMappingItemOffset). */
export function checkItems(items: Items): void {
  items.forEach((item, i) => {
    if (item.startOffset < 0 || item.gen < 0 || item.queueId < 0) {
      throw broken('The field is illegal, should not be negative');
    }
    if (item.endOffset !== -1 && item.endOffset < item.startOffset) {
      throw broken('The endOffset is smaller than the start offset');
    }
    const next = items[i + 1];
    if (!next) return;
    if (!isDecided(item)) throw broken('The non-latest item has negative logic offset');
    if (item.gen >= next.gen) throw broken('The gen does not increase monotonically');
    if (next.logicOffset === -1) return;
    if (item.logicOffset >= next.logicOffset) {
      throw broken('The base logic offset does not increase monotonically');
    }
    if (mappedEnd(item) >= next.logicOffset) {
      throw broken('The max logic offset does not increase monotonically');
    }
  });
}

/**
 * Refuses to change what was said of parts that both know; older ones may be gone from either
 * (makeSureLogicQueueMappingItemImmutable).
 */
export function checkUnchanged(before: Items, after: Items, sameEpoch: boolean): void {
  if (before.length === 0) return;
  if (after.length === 0) throw broken('The new item list is null or empty');
  for (const old of before) {
    const item = after.find(({ gen }) => gen === old.gen);
    if (!item) continue;
    const moved = !samePlace(old, item);
    const redecided = old.logicOffset !== -1 && old.logicOffset !== item.logicOffset;
    if (moved || redecided) throw broken(`The item of gen ${old.gen} is immutable`);
  }
  const [oldLeader, leader] = [before.at(-1)!, after.at(-1)!];
  if (sameEpoch && (leader.gen !== oldLeader.gen || !samePlace(leader, oldLeader))) {
    throw broken('The new leader is different but epoch equal');
  }
}

const samePlace = (a: MappingItem, b: MappingItem): boolean =>
  a.bname === b.bname && a.queueId === b.queueId && a.startOffset === b.startOffset;
