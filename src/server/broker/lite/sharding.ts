// Which broker a lite topic belongs to, as the proxies of its producers choose it
// (LiteShardingImpl, Hashing.consistentHash of Guava).

import { hashCode } from '../../../protocol/properties.js';
import type { Routes } from '../clients/routes.js';
import { parseLiteQueue } from './lite-names.js';

const MULTIPLIER = 2862933555777941757n;
const MASK = (1n << 64n) - 1n;

export class LiteSharding {
  constructor(
    private readonly config: { brokerName: string },
    private readonly routes: Pick<Routes, 'writable'>,
  ) {}

  /** Tells of each light queue of the parent topic whether it belongs to this broker. */
  async ownership(parent: string): Promise<(queue: string) => boolean> {
    const queues = await this.routes.writable(parent);
    if (!queues || queues.length === 0) return () => true;
    return (queue) => {
      const lite = parseLiteQueue(queue)?.lite;
      if (lite === undefined) return true;
      const { brokerName } = queues[consistentHash(hashCode(lite), queues.length)];
      return brokerName === this.config.brokerName;
    };
  }
}

/** A bucket that stays the same for most inputs when buckets are added. */
export function consistentHash(input: number, buckets: number): number {
  let state = BigInt(input) & MASK;
  for (let candidate = 0; ;) {
    state = (state * MULTIPLIER + 1n) & MASK;
    const random = (Number(state >> 33n) + 1) / 2 ** 31;
    const next = Math.floor((candidate + 1) / random);
    if (next >= buckets) return candidate;
    candidate = next;
  }
}
