// Whether a queue still has its first message, and close to the end of the log: then a new group
// starts with it, whatever it wished (checkInMemByConsumeOffset).

import { totalmem } from 'node:os';
import { readInt64, RecordAt } from '../../../protocol/message.js';
import type { MessageStore } from '../../../store/message-store.js';

/** Part of the memory that recent messages are thought to be in. */
const MEMORY_RATIO = 0.4;

export async function isYoungQueue(
  store: MessageStore,
  topic: string,
  queueId: number,
): Promise<boolean> {
  if (store.minOffset(topic, queueId) > 0 || store.maxOffset(topic, queueId) <= 0) return false;
  const first = { topic, queueId, offset: 0, maxMessages: 1, maxBytes: 1 };
  const { records } = await store.get(first);
  if (records.length === 0) return false;
  const end = Number(store.runtimeInfo().commitLogMaxOffset ?? 0);
  return end - readInt64(records[0], RecordAt.physicalOffset) < totalmem() * MEMORY_RATIO;
}
