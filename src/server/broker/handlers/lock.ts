// Locks of queues for consumers that consume in order. With lockInStrictMode most brokers of the
// group must agree, so that a slave that acts for its master knows them.

import {
  decodeLockBatch,
  decodeLockedQueues,
  encodeLockBatch,
  encodeLockedQueues,
  type LockBatch,
} from '../../../protocol/bodies/group.js';
import type { MessageQueue } from '../../../protocol/bodies/json.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { RemotingClient } from '../../../remoting/client.js';
import type { RebalanceLocks } from '../clients/locks.js';

export interface LockHandlersParts {
  queueLocks: RebalanceLocks;
  config: { lockInStrictMode: boolean };
  storeConfig: { totalReplicas: number };
  client: RemotingClient;
  /** Addresses of the other brokers of the group. */
  peers(): string[];
}

const TIMEOUT_MS = 1000;

export function lockHandlers(parts: LockHandlersParts): Handlers {
  const { client, config, peers, queueLocks, storeConfig } = parts;
  return {
    LOCK_BATCH_MQ: async (_header, call) => {
      const batch = decodeLockBatch(call.body);
      const { consumerGroup, clientId, mqSet } = batch;
      const own = queueLocks.lock(consumerGroup, clientId, mqSet);
      const quorum = Math.floor(storeConfig.totalReplicas / 2) + 1;
      const alone = batch.onlyThisBroker || !config.lockInStrictMode || quorum <= 1;
      if (alone) return { body: encodeLockedQueues(own) };
      return { body: encodeLockedQueues(await agreed(parts, { ...batch, mqSet: own }, quorum)) };
    },
    UNLOCK_BATCH_MQ: async (_header, call) => {
      const batch = decodeLockBatch(call.body);
      queueLocks.unlock(batch.consumerGroup, batch.clientId, batch.mqSet);
      if (batch.onlyThisBroker || !config.lockInStrictMode) return {};
      const body = encodeLockBatch({ ...batch, onlyThisBroker: true });
      const options = { body, timeoutMs: TIMEOUT_MS };
      const told = peers().map((addr) => client.request(addr, 'UNLOCK_BATCH_MQ', {}, options));
      await Promise.allSettled(told);
      return {};
    },
  };
}

/** Of the queues that this broker has locked, those that enough others have locked as well. */
async function agreed(
  { client, peers }: LockHandlersParts,
  batch: LockBatch,
  quorum: number,
): Promise<MessageQueue[]> {
  const body = encodeLockBatch({ ...batch, onlyThisBroker: true });
  const options = { body, timeoutMs: TIMEOUT_MS };
  const answers = await Promise.all(
    peers().map((addr) =>
      client
        .request(addr, 'LOCK_BATCH_MQ', {}, options)
        .then((answer) => decodeLockedQueues(answer.body))
        .catch(() => []),
    ),
  );
  const same = (a: MessageQueue, b: MessageQueue): boolean =>
    a.topic === b.topic && a.brokerName === b.brokerName && a.queueId === b.queueId;
  return batch.mqSet.filter((queue) => {
    const others = answers.filter((locked) => locked.some((one) => same(one, queue)));
    return 1 + others.length >= quorum;
  });
}
