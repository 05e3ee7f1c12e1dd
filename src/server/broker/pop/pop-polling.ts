// POP requests that wait for a message (PopLongPollingService): of each group an arrival wakes one
// that named its queue and one that takes any, unlike a pull, for it takes the message away from
// the others. Requests that only ask whether there is something wait apart from those that take it.

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

type Queues = Map<number, HeldPop[]>;

export class PopPolling implements Part {
  /** By topic, group and queue. */
  private readonly held = new Map<string, Map<string, Queues>>();
  /** The normal topic and the group of the retry topics of those who wait. */
  private readonly retryTopics = new Map<string, { topic: string; group: string }>();
  private count = 0;
  private lists = 0;
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
    const { maxPopPollingSize, popPollingMapSize, popPollingSize } = this.config;
    if (pop.deadline <= 0) return 'TIMEOUT'; // it does not wish to wait
    if (this.count >= maxPopPollingSize) return 'FULL';
    if (pop.deadline - MARGIN_MS <= this.clock.now()) return 'TIMEOUT';
    const list = this.held.get(pop.topic)?.get(pop.group)?.get(pop.queueId);
    if (list ? list.length > popPollingSize : this.lists >= popPollingMapSize) return 'FULL';
    if (list) list.push(pop);
    else this.addList(pop);
    this.count++;
    return 'HELD';
  }

  arrived(arrival: Arrival): void {
    if (this.count === 0) return;
    const { queueId, queueOffset, topic } = arrival;
    if (topic.startsWith(RETRY_PREFIX)) {
      const normal = this.retryTopics.get(topic);
      if (normal) this.wake(normal.topic, normal.group, -1);
      return;
    }
    const { popLongPollingForceNotifyInterval: interval } = this.config;
    // a group that nothing matches goes on in its queue all the same
    const tagsCode = interval > 0 && queueOffset % interval === 0 ? undefined : arrival.tagsCode;
    for (const queues of this.held.get(topic)?.values() ?? []) {
      this.wakeOneOf(queues.get(-1), tagsCode);
      if (queueId >= 0) this.wakeOneOf(queues.get(queueId), tagsCode);
    }
  }

  /** Wakes one who would take a message of the queue; -1 stands for any queue. */
  wake(topic: string, group: string, queueId: number): void {
    const queues = this.held.get(topic)?.get(group);
    if (!queues || this.wakeOneOf(queues.get(-1))) return;
    const lists = queueId < 0 ? [...queues.values()] : [queues.get(queueId)];
    lists.some((list) => this.wakeOneOf(list));
  }

  /** As `wake` at a time to come. */
  wakeAt(time: number, topic: string, group: string, queueId: number): void {
    this.clock.after(Math.max(0, time - this.clock.now()) + 1, () =>
      this.wake(topic, group, queueId),
    );
  }

  waiting(topic: string, group: string, queueId: number): number {
    return this.held.get(topic)?.get(group)?.get(queueId)?.length ?? 0;
  }

  private addList(pop: HeldPop): void {
    const { group, queueId, topic } = pop;
    let groups = this.held.get(topic);
    if (!groups) this.held.set(topic, (groups = new Map<string, Queues>()));
    let queues = groups.get(group);
    if (!queues) {
      groups.set(group, (queues = new Map<number, HeldPop[]>()));
      this.retryTopics.set(retryTopicV1(topic, group), { topic, group });
      this.retryTopics.set(retryTopicV2(topic, group), { topic, group });
    }
    queues.set(queueId, [pop]);
    this.lists++;
  }

  private wakeOneOf(list: HeldPop[] | undefined, tagsCode?: bigint): boolean {
    const i = list?.findIndex(
      ({ connection, matchTags }) =>
        !connection.closed && (tagsCode === undefined || (matchTags?.(tagsCode) ?? true)),
    );
    if (!list || i === undefined || i < 0) return false;
    const [pop] = list.splice(i, 1);
    this.count--;
    pop.serve(false);
    return true;
  }

  private scan(): void {
    const due = this.clock.now() + MARGIN_MS;
    const over: HeldPop[] = [];
    for (const [topic, groups] of this.held) {
      for (const [group, queues] of groups) {
        for (const [queueId, list] of queues) this.takeOver(queues, queueId, list, due, over);
        if (queues.size === 0) this.dropGroup(topic, groups, group);
      }
      if (groups.size === 0) this.held.delete(topic);
    }
    for (const pop of over) if (!pop.connection.closed) pop.serve(true);
  }

  /** Takes those out whose time is up, or who are gone. */
  private takeOver(
    queues: Queues,
    queueId: number,
    list: HeldPop[],
    due: number,
    over: HeldPop[],
  ): void {
    const left: HeldPop[] = [];
    for (const pop of list) {
      (pop.deadline <= due || pop.connection.closed ? over : left).push(pop);
    }
    if (left.length < list.length) {
      this.count -= list.length - left.length;
      list.splice(0, list.length, ...left);
    }
    if (left.length > 0) return;
    queues.delete(queueId);
    this.lists--;
  }

  private dropGroup(topic: string, groups: Map<string, Queues>, group: string): void {
    groups.delete(group);
    this.retryTopics.delete(retryTopicV1(topic, group));
    this.retryTopics.delete(retryTopicV2(topic, group));
  }
}
