// Where a consumer begins to read a queue that it has just got (RebalancePushImpl).

import type { MessageQueue } from '../../protocol/bodies/json.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { maxOffset, searchOffset } from '../queue-offsets.js';
import type { Session } from '../session.js';
import type { OffsetStore } from './offset-store.js';
import type { ConsumeFrom } from './options.js';

/** The stored offset, else what `from` says for a group that has none yet. */
export async function firstOffset(
  session: Session,
  store: OffsetStore,
  queue: MessageQueue,
  options: { from: ConsumeFrom; timestamp: number },
): Promise<number> {
  const stored = await store.load(queue);
  if (stored !== undefined && stored >= 0) return stored;
  const retry = queue.topic.startsWith(RETRY_PREFIX);
  if (retry || options.from === 'CONSUME_FROM_FIRST_OFFSET') return 0;
  if (options.from === 'CONSUME_FROM_LAST_OFFSET') return maxOffset(session, queue);
  return searchOffset(session, queue, options.timestamp);
}
