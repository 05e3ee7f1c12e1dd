// The light queues with news for one client, each noted once, in the order in which they came
// (LiteEventDispatcher.ClientEventSet).

import type { Clock } from '../../../base/clock.js';

/** So long a client may be silent while something waits for it. */
const INACTIVE_MS = 10_000;
/** A long poll, and a little more. */
const LONG_POLL_MS = 35_000;
const ACTIVE_MS = 5000;
const LOW_WATER = 0.2;

export class ClientEvents {
  lastAccess: number;
  private readonly queues = new Set<string>();

  constructor(
    readonly group: string,
    private readonly limit: number,
    private readonly clock: Clock,
  ) {
    this.lastAccess = clock.now();
  }

  get size(): number {
    return this.queues.size;
  }

  /** False when there is no room. */
  offer(queue: string): boolean {
    if (this.queues.size >= this.limit) return false;
    this.queues.add(queue);
    return true;
  }

  poll(): string | undefined {
    this.lastAccess = this.clock.now();
    for (const queue of this.queues) {
      this.queues.delete(queue);
      return queue;
    }
    return undefined;
  }

  get mayBlock(): boolean {
    const silent = this.clock.now() - this.lastAccess;
    return silent > LONG_POLL_MS || (this.queues.size > 0 && silent > INACTIVE_MS);
  }

  get low(): boolean {
    return this.queues.size / this.limit < LOW_WATER;
  }

  get active(): boolean {
    return this.clock.now() - this.lastAccess < ACTIVE_MS;
  }
}
