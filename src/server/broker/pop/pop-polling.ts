// POP requests that wait for a message (PopLongPollingService): an arrival wakes one request of
// each group, unlike a pull, for it takes the message away from the others. Requests that only ask
// whether there is something wait apart from those that take it.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { RETRY_PREFIX } from '../../../protocol/flags.js';
import type { Connection } from '../../../remoting/connection.js';
import type { Arrival } from '../../../store/message-store.js';
import type { MessagingConfig } from '../parts.js';
import { retryTopicV1, retryTopicV2 } from './receipt.js';

export interface HeldPop {
  topic: string;
  group: string;
  /** -1 for any queue. */
  queueId: number;
  deadline: number;
  connection: Connection;
  matchTags?: ((tagsCode: bigint) => boolean) | undefined;
  /** Looks again; `last` when it must be answered whatever is there. */
  serve(last: boolean): void;
}

export type PollingResult = 'HELD' | 'FULL' | 'TIMEOUT';

const SCAN_PERIOD_MS = 100;
/** A request is answered so much before its time is up. */
const MARGIN_MS = 50;

export class PopPolling implements Part {
  /** By topic and group. */
  private readonly held = new Map<string, Map<string, HeldPop[]>>();
  /** The normal topic and the group of the retry topics of those who wait. */
  private readonly retryTopics = new Map<string, { topic: string; group: string }>();
  private count = 0;
  private timer: Timer | undefined;

  constructor(
    private readonly config: MessagingConfig,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.count;
  }

  start(): Promise<void> {
    this.timer = this.clock.every(SCAN_PERIOD_MS, () => this.scan());
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.timer?.stop();
    return Promise.resolve();
  }

  hold(pop: HeldPop): PollingResult {
    if (pop.deadline - MARGIN_MS <= this.clock.now()) return 'TIMEOUT';
    if (this.count >= this.config.maxPopPollingSize) return 'FULL';
    const { topic, group } = pop;
    let groups = this.held.get(topic);
    if (!groups) this.held.set(topic, (groups = new Map()));
    const list = groups.get(group);
    if (list && list.length > this.config.popPollingSize) return 'FULL';
    if (list) list.push(pop);
    else {
      groups.set(group, [pop]);
      this.retryTopics.set(retryTopicV1(topic, group), { topic, group });
      this.retryTopics.set(retryTopicV2(topic, group), { topic, group });
    }
    this.count++;
    return 'HELD';
  }

  arrived({ topic, queueId, tagsCode }: Arrival): void {
    if (this.count === 0) return;
    if (topic.startsWith(RETRY_PREFIX)) {
      const normal = this.retryTopics.get(topic);
      if (normal) this.wake(normal.topic, normal.group, -1);
      return;
    }
    for (const group of this.held.get(topic)?.keys() ?? []) {
      this.wake(topic, group, queueId, tagsCode);
    }
  }

  /** Wakes one who would take a message of the queue; -1 stands for any queue. */
  wake(topic: string, group: string, queueId: number, tagsCode?: bigint): void {
    const list = this.held.get(topic)?.get(group);
    const i = list?.findIndex(
      (pop) =>
        (queueId < 0 || pop.queueId < 0 || pop.queueId === queueId) &&
        !pop.connection.closed &&
        (tagsCode === undefined || (pop.matchTags?.(tagsCode) ?? true)),
    );
    if (!list || i === undefined || i < 0) return;
    const [pop] = list.splice(i, 1);
    this.count--;
    pop.serve(false);
  }

  /** As `wake` at a time to come. */
  wakeAt(time: number, topic: string, group: string, queueId: number): void {
    this.clock.after(Math.max(0, time - this.clock.now()) + 1, () =>
      this.wake(topic, group, queueId),
    );
  }

  waiting(topic: string, group: string, queueId: number): number {
    const list = this.held.get(topic)?.get(group) ?? [];
    return list.filter((pop) => pop.queueId === queueId).length;
  }

  private scan(): void {
    const due = this.clock.now() + MARGIN_MS;
    for (const [topic, groups] of this.held) {
      for (const [group, list] of groups) {
        const over = list.filter((pop) => pop.deadline <= due || pop.connection.closed);
        if (over.length > 0 || list.length === 0) this.dropAll(topic, group, list, over);
      }
      if (groups.size === 0) this.held.delete(topic);
    }
  }

  private dropAll(topic: string, group: string, list: HeldPop[], over: HeldPop[]): void {
    const left = list.filter((pop) => !over.includes(pop));
    list.splice(0, list.length, ...left);
    this.count -= over.length;
    if (list.length === 0) {
      this.held.get(topic)?.delete(group);
      this.retryTopics.delete(retryTopicV1(topic, group));
      this.retryTopics.delete(retryTopicV2(topic, group));
    }
    for (const pop of over) if (!pop.connection.closed) pop.serve(true);
  }
}
