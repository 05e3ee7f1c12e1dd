// Locks of queues by consumers that consume in order (RebalanceLockManager).

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { MessageQueue } from '../../../protocol/bodies/json.js';
import type { QueueLocks } from '../parts.js';

interface Lock {
  clientId: string;
  renewedAt: number;
}

/** A lock that is not renewed for so long is free (rocketmq.broker.rebalance.lockMaxLiveTime). */
const LIFE_MS = 60_000;

const keyOf = (queue: MessageQueue): string =>
  `${queue.queueId}@${queue.topic}@${queue.brokerName}`;

export class RebalanceLocks implements QueueLocks {
  private readonly groups = new Map<string, Map<string, Lock>>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** The queues that the client holds now: those of `queues` that no other client holds. */
  lock(group: string, clientId: string, queues: readonly MessageQueue[]): MessageQueue[] {
    let locks = this.groups.get(group);
    if (!locks) this.groups.set(group, (locks = new Map()));
    const now = this.clock.now();
    const asked = new Set<string>();
    return queues.filter((queue) => {
      const key = keyOf(queue);
      if (asked.has(key)) return false;
      asked.add(key);
      const lock = locks.get(key);
      if (lock && lock.clientId !== clientId && !this.expired(lock, now)) return false;
      if (lock && lock.clientId !== clientId) {
        this.log.warn(`${group}: ${clientId} takes over the expired lock of ${key}`);
      }
      locks.set(key, { clientId, renewedAt: now });
      return true;
    });
  }

  unlock(group: string, clientId: string, queues: readonly MessageQueue[]): void {
    const locks = this.groups.get(group);
    if (!locks) return;
    for (const queue of queues) {
      const key = keyOf(queue);
      if (locks.get(key)?.clientId === clientId) locks.delete(key);
    }
    if (locks.size === 0) this.groups.delete(group);
  }

  allExpired(group: string): boolean {
    const now = this.clock.now();
    for (const lock of this.groups.get(group)?.values() ?? []) {
      if (!this.expired(lock, now)) return false;
    }
    return true;
  }

  private expired(lock: Lock, now: number): boolean {
    return now - lock.renewedAt > LIFE_MS;
  }
}
