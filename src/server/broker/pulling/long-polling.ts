// Pulls that found nothing and wait for a message (PullRequestHoldService): woken by arrivals that
// their filter takes, answered with what there is when their time is up.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Connection } from '../../../remoting/connection.js';
import type { Arrival } from '../../../store/message-store.js';

export interface HeldPull {
  topic: string;
  queueId: number;
  /** The pull waits for a message at this offset or behind it. */
  offset: number;
  /** Clock.now at which it is answered anyway. */
  deadline: number;
  connection: Connection;
  /** Decides whether an arrival is worth waking up for. */
  matchTags?: ((tagsCode: bigint) => boolean) | undefined;
  /** Looks again; when its time is up it answers, whatever is there. */
  serve(timeUp: boolean): void;
}

/** Pulls held at once; one more is answered at once, and its client asks again. */
const MAX_HELD = 100_000;
const SCAN_PERIOD_MS = 500;

export class LongPolling implements Part {
  private readonly byTopic = new Map<string, (HeldPull[] | undefined)[]>();
  private count = 0;
  private timer: Timer | undefined;
  private stopped = false;

  constructor(private readonly clock: Clock) {}

  get held(): number {
    return this.count;
  }

  start(): Promise<void> {
    this.timer = this.clock.every(SCAN_PERIOD_MS, () => this.scan());
    return Promise.resolve();
  }

  /** Answers all that are held. */
  stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    this.wake(() => true, true);
    return Promise.resolve();
  }

  /** False when there is no room: the pull is to be answered now. */
  hold(pull: HeldPull): boolean {
    if (this.stopped || this.count >= MAX_HELD) return false;
    let queues = this.byTopic.get(pull.topic);
    if (!queues) this.byTopic.set(pull.topic, (queues = []));
    const list = queues[pull.queueId];
    if (list) list.push(pull);
    else queues[pull.queueId] = [pull];
    this.count++;
    return true;
  }

  arrived(arrival: Arrival): void {
    if (this.count === 0) return;
    const list = this.byTopic.get(arrival.topic)?.[arrival.queueId];
    if (!list || list.length === 0) return;
    const { queueOffset, tagsCode } = arrival;
    const takes = (pull: HeldPull): boolean =>
      pull.offset <= queueOffset && (pull.matchTags?.(tagsCode) ?? true);
    this.wakeOf(list, takes, false);
  }

  /** Answers those whose time is up and forgets those whose client is gone. */
  private scan(): void {
    const now = this.clock.now();
    this.wake((pull) => pull.deadline <= now || pull.connection.closed, true);
    for (const [topic, queues] of this.byTopic) {
      if (queues.every((list) => !list || list.length === 0)) this.byTopic.delete(topic);
    }
  }

  private wake(due: (pull: HeldPull) => boolean, timeUp: boolean): void {
    for (const queues of this.byTopic.values()) {
      for (const list of queues) if (list && list.length > 0) this.wakeOf(list, due, timeUp);
    }
  }

  /** Takes the due ones out first: serving one may hold another. */
  private wakeOf(list: HeldPull[], due: (pull: HeldPull) => boolean, timeUp: boolean): void {
    let woken: HeldPull[] | undefined;
    let kept = 0;
    for (const pull of list) {
      if (due(pull)) (woken ??= []).push(pull);
      else list[kept++] = pull;
    }
    if (!woken) return;
    list.length = kept;
    this.count -= woken.length;
    for (const pull of woken) if (!pull.connection.closed) pull.serve(timeUp);
  }
}
