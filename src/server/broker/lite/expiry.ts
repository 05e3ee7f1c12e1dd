// The end of lite topics: they go when no message came for the parent topic's lite.topic.expiration
// minutes, or with their parent topic (AbstractLiteLifecycleManager).

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { LiteLag } from './lag.js';
import { belongsTo, LITE_QUEUE_ID, parseLiteQueue } from './lite-names.js';
import type { LiteOrder } from './lite-order.js';
import type { LiteMetadata } from './metadata.js';
import type { LiteSubscriptions } from './subscriptions.js';

export interface LiteExpiryDeps {
  config: { minLiteTTl: number; liteTtlCheckInterval: number };
  metadata: LiteMetadata;
  subscriptions: LiteSubscriptions;
  order: LiteOrder;
  lag: LiteLag;
  store: MessageStore;
  offsets: ConsumerOffsets;
  clock: Clock;
  log: Logger;
}

const MINUTE_MS = 60_000;
/** Lite topics that are removed in one turn of the event loop. */
const AT_ONCE = 50;
/** Looks for the end of the time after a start in which nothing goes. */
const YOUNG_PERIOD_MS = 20_000;

export class LiteExpiry {
  private startedAt = Infinity;

  constructor(private readonly deps: LiteExpiryDeps) {}

  started(): void {
    this.startedAt = this.deps.clock.now();
  }

  get periodMs(): number {
    const { liteTtlCheckInterval, minLiteTTl } = this.deps.config;
    return this.young ? Math.min(YOUNG_PERIOD_MS, minLiteTTl) : liteTtlCheckInterval;
  }

  /** The light queues of a parent topic. */
  queuesOf(parent: string): string[] {
    return [...this.deps.store.queues().keys()].filter((queue) => belongsTo(queue, parent));
  }

  /** Removes the lite topics whose time is over. */
  async clean(): Promise<void> {
    if (this.young) return;
    const { log, metadata, store } = this.deps;
    const expirations = metadata.expirations();
    const old = new Map<string, Map<string, number>>();
    for (const queue of store.queues().keys()) {
      const parent = parseLiteQueue(queue)?.parent;
      const max = store.maxOffset(queue, LITE_QUEUE_ID);
      if (parent === undefined) continue;
      if (!(await this.expired(queue, max, expirations.get(parent)))) continue;
      const queues = old.get(parent);
      if (queues) queues.set(queue, max);
      else old.set(parent, new Map([[queue, max]]));
    }
    for (const [parent, queues] of old) {
      log.info(`${queues.size} lite topics of ${parent} have expired`);
      // a message may have come while the others were looked at
      const still = (queue: string): boolean => store.maxOffset(queue, 0) === queues.get(queue);
      await this.remove(parent, [...queues.keys()], still);
    }
  }

  /** Removes all lite topics of a parent topic that is going. */
  async cleanParent(parent: string): Promise<void> {
    if (!this.deps.metadata.isLiteTopic(parent)) return;
    await this.remove(parent, this.queuesOf(parent));
  }

  private get young(): boolean {
    return this.deps.clock.now() - this.startedAt < this.deps.config.minLiteTTl;
  }

  private async expired(queue: string, max: number, minutes: number | undefined): Promise<boolean> {
    const { clock, config, store } = this.deps;
    if (minutes === undefined || minutes <= 0) return false;
    const last = await store.storeTimestamp(queue, LITE_QUEUE_ID, max - 1);
    const silent = clock.now() - last;
    return silent >= config.minLiteTTl && silent > minutes * MINUTE_MS;
  }

  private async remove(
    parent: string,
    queues: readonly string[],
    still: (queue: string) => boolean = () => true,
  ): Promise<void> {
    const { lag, metadata, offsets, order, store, subscriptions } = this.deps;
    const groups = metadata.groupsByTopic().get(parent) ?? [];
    for (let i = 0; i < queues.length; i += AT_ONCE) {
      const some = queues.slice(i, i + AT_ONCE).filter(still);
      for (const queue of some) {
        for (const group of groups) {
          offsets.remove(group, queue);
          order.remove(queue, group);
        }
        offsets.clearPulled('TOOLS_CONSUMER', queue);
        subscriptions.forgetQueue(queue);
        lag.forget(queue);
      }
      await store.deleteTopics(some);
      // there may be thousands: others get their turn in between
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
