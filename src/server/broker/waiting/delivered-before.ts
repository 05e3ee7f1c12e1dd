// Whether a message that waited (for its delay level, its time or its producer's decision) reached
// its topic before a crash: then it is not put there a second time.

import { Property, SysFlag } from '../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty } from '../../../protocol/properties.js';
import type { MessageStore, PutMessage } from '../../../store/message-store.js';

const MAX_FOUND = 64;
/** The index keeps times in whole seconds, rounded down. */
const ROUNDING_MS = 2000;

/** Looks for a copy of `waiting` that was stored as `message` after it, by its unique key. */
export async function deliveredBefore(
  store: MessageStore,
  waiting: DecodedRecord,
  message: PutMessage,
  now: number,
): Promise<boolean> {
  const copies = await copiesOf(store, message, waiting.storeTimestamp - ROUNDING_MS, now);
  return copies.some((found) => found.physicalOffset > waiting.physicalOffset);
}

/** Looks for the committed copy of a half, which may be older than a half that was renewed. */
export async function committedBefore(
  store: MessageStore,
  message: PutMessage,
  now: number,
): Promise<boolean> {
  const copies = await copiesOf(store, message, 0, now);
  return copies.some((found) => (found.sysFlag & SysFlag.TRANSACTION_MASK) !== 0);
}

async function copiesOf(
  store: MessageStore,
  message: PutMessage,
  begin: number,
  end: number,
): Promise<DecodedRecord[]> {
  const { topic, queueId, reconsumeTimes } = message;
  const key = findProperty(message.properties, Property.UNIQ_KEY);
  if (key === undefined) return [];
  const { records } = await store.query({ topic, key, maxMessages: MAX_FOUND, begin, end });
  return records
    .map((bytes) => decodeRecord(bytes))
    .filter(
      (found): found is DecodedRecord =>
        found?.topic === topic &&
        found.queueId === queueId &&
        found.reconsumeTimes === reconsumeTimes,
    );
}
