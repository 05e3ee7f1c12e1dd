// Locks of queues for consumers that consume in order.

import { decodeLockBatch, encodeLockedQueues } from '../../../protocol/bodies/group.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { RebalanceLocks } from '../clients/locks.js';

export function lockHandlers({ queueLocks }: { queueLocks: RebalanceLocks }): Handlers {
  return {
    LOCK_BATCH_MQ: (_header, call) => {
      const { consumerGroup, clientId, mqSet } = decodeLockBatch(call.body);
      return { body: encodeLockedQueues(queueLocks.lock(consumerGroup, clientId, mqSet)) };
    },
    UNLOCK_BATCH_MQ: (_header, call) => {
      const { consumerGroup, clientId, mqSet } = decodeLockBatch(call.body);
      queueLocks.unlock(consumerGroup, clientId, mqSet);
      return {};
    },
  };
}
