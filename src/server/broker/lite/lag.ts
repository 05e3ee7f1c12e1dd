// How far groups are behind in their lite topics (LiteConsumerLagCalculator).

import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import { isLiteQueue, LITE_QUEUE_ID, parseLiteQueue } from './lite-names.js';

export interface LiteLagDeps {
  config: { liteLagLatencyCollectEnable: boolean; liteLagLatencyTopK: number };
  store: MessageStore;
  offsets: ConsumerOffsets;
}

/** LiteLagInfo of the answers. */
export interface LagOfTopic {
  liteTopic: string;
  lagCount: number;
  earliestUnconsumedTimestamp: number;
}

export class LiteLag {
  /** By group the store times of the oldest messages that were left when a POP was full. */
  private readonly times = new Map<string, Map<string, number>>();

  constructor(private readonly deps: LiteLagDeps) {}

  /** After a POP: the next message waits since then, or there is none. */
  async note(group: string, queue: string, full: boolean, nextOffset: number): Promise<void> {
    const { config, store } = this.deps;
    if (!config.liteLagLatencyCollectEnable) return;
    const since = full ? await store.storeTimestamp(queue, LITE_QUEUE_ID, nextOffset) : -1;
    let times = this.times.get(group);
    if (!times) this.times.set(group, (times = new Map()));
    times.delete(queue);
    if (since <= 0) return;
    times.set(queue, since);
    if (times.size <= config.liteLagLatencyTopK) return;
    const newest = [...times].reduce((a, b) => (b[1] > a[1] ? b : a));
    times.delete(newest[0]);
  }

  /** The lite topics with the most messages to consume, and how many there are in all. */
  async byCount(group: string, top: number): Promise<{ list: LagOfTopic[]; total: number }> {
    let total = 0;
    const behind: { queue: string; lagCount: number }[] = [];
    for (const queue of this.deps.offsets.topicsOf(group)) {
      const lagCount = isLiteQueue(queue) ? this.lagOf(group, queue) : 0;
      total += lagCount;
      if (lagCount > 0) behind.push({ queue, lagCount });
    }
    behind.sort((a, b) => b.lagCount - a.lagCount);
    const list = await Promise.all(
      behind.slice(0, top).map(async ({ queue, lagCount }) => ({
        liteTopic: liteOf(queue),
        lagCount,
        earliestUnconsumedTimestamp: await this.nextTime(group, queue),
      })),
    );
    return { list, total };
  }

  /** The lite topics whose next message is oldest, as far as POPs have noted it. */
  byTime(group: string, parent: string, top: number): { list: LagOfTopic[]; earliest: number } {
    const list = [...(this.times.get(group) ?? [])]
      .filter(([queue]) => parseLiteQueue(queue)?.parent === parent)
      .sort((a, b) => a[1] - b[1])
      .slice(0, top)
      .map(([queue, earliestUnconsumedTimestamp]) => ({
        liteTopic: liteOf(queue),
        lagCount: this.lagOf(group, queue),
        earliestUnconsumedTimestamp,
      }));
    return { list, earliest: list[0]?.earliestUnconsumedTimestamp ?? -1 };
  }

  forget(queue: string): void {
    for (const times of this.times.values()) times.delete(queue);
  }

  private lagOf(group: string, queue: string): number {
    const { offsets, store } = this.deps;
    const consumed = offsets.query(group, queue, LITE_QUEUE_ID);
    return consumed < 0 ? 0 : Math.max(0, store.maxOffset(queue, LITE_QUEUE_ID) - consumed);
  }

  private nextTime(group: string, queue: string): Promise<number> {
    const consumed = this.deps.offsets.query(group, queue, LITE_QUEUE_ID);
    return this.deps.store.storeTimestamp(queue, LITE_QUEUE_ID, consumed);
  }
}

const liteOf = (queue: string): string => parseLiteQueue(queue)?.lite ?? '';
