// Whether a message that waited (for its delay level or its time) reached its topic before a crash:
// then it is not put there a second time.

import { Property } from '../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../protocol/message.js';
import { findProperty } from '../../protocol/properties.js';
import type { MessageStore, PutMessage } from '../../store/message-store.js';

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
  const key = findProperty(waiting.properties, Property.UNIQ_KEY);
  if (key === undefined) return false;
  const { topic, queueId, reconsumeTimes } = message;
  const { records } = await store.query({
    topic,
    key,
    maxMessages: MAX_FOUND,
    begin: waiting.storeTimestamp - ROUNDING_MS,
    end: now,
  });
  return records.some((bytes) => {
    const found = decodeRecord(bytes);
    return (
      found !== undefined &&
      found.topic === topic &&
      found.queueId === queueId &&
      found.reconsumeTimes === reconsumeTimes &&
      found.physicalOffset > waiting.physicalOffset
    );
  });
}
