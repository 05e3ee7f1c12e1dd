// What is handed out of each light queue: a lite topic is consumed in order, so nothing more comes
// until that is acknowledged or visible again (MemoryConsumerOrderInfoManager). Not kept in a file.

import type { Clock, Timer } from '../../../base/clock.js';
import type { HandedOut, OrderInfo } from '../pop/order-info.js';
import { LITE_QUEUE_ID } from './lite-names.js';

export interface LiteOrderDeps {
  config: { enableNotifyAfterPopOrderLockRelease: boolean };
  orderInfo: OrderInfo;
  clock: Clock;
  /** The queue is free again for the group. */
  freed(queue: string, group: string): void;
}

export class LiteOrder {
  private readonly timers = new Map<string, Timer>();

  constructor(private readonly deps: LiteOrderDeps) {}

  get size(): number {
    return this.deps.orderInfo.size;
  }

  blocked(queue: string, group: string, attemptId?: string): boolean {
    return this.deps.orderInfo.blocked(queue, group, LITE_QUEUE_ID, attemptId);
  }

  /** Notes what is handed out; how often each message had been before. */
  update(queue: string, group: string, out: HandedOut): string {
    const text = this.deps.orderInfo.update(queue, group, LITE_QUEUE_ID, out);
    this.watch(queue, group);
    return countsOf(text, out.queueOffsets.length);
  }

  /** As OrderInfo.ack. */
  ack(queue: string, group: string, offset: number, popTime: number): number {
    const { orderInfo } = this.deps;
    const next = orderInfo.ack(queue, group, LITE_QUEUE_ID, offset, popTime);
    const free = orderInfo.freeTime(queue, group, LITE_QUEUE_ID) === undefined;
    if (free)
      this.unwatch(`${queue}@${group}`); // who acknowledges looks himself
    else this.watch(queue, group);
    return next;
  }

  setVisibleAt(queue: string, group: string, offset: number, popTime: number, time: number): void {
    this.deps.orderInfo.setVisibleAt(queue, group, LITE_QUEUE_ID, offset, popTime, time);
    this.watch(queue, group);
  }

  /** All of it comes again at `time`, and does not count as consumed. */
  suspend(queue: string, group: string, popTime: number, time: number): void {
    this.deps.orderInfo.suspend(queue, group, LITE_QUEUE_ID, popTime, time);
    this.watch(queue, group);
  }

  remove(queue: string, group: string): void {
    this.deps.orderInfo.clear(queue, group, LITE_QUEUE_ID);
    this.unwatch(`${queue}@${group}`);
  }

  clean(): void {
    this.deps.orderInfo.cleanAll();
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.stop();
    this.timers.clear();
  }

  private watch(queue: string, group: string): void {
    const { clock, config, freed, orderInfo } = this.deps;
    const key = `${queue}@${group}`;
    this.unwatch(key);
    if (!config.enableNotifyAfterPopOrderLockRelease) return;
    // its time may be over already: then there is news at once
    const free = orderInfo.freeTime(queue, group, LITE_QUEUE_ID) ?? clock.now();
    const timer = clock.after(Math.max(0, free - clock.now()) + 1, () => {
      this.timers.delete(key);
      freed(queue, group);
    });
    this.timers.set(key, timer);
  }

  private unwatch(key: string): void {
    this.timers.get(key)?.stop();
    this.timers.delete(key);
  }
}

/** One number for each message (PopLiteMessageProcessor.transformOrderCountInfo). */
function countsOf(text: string, messages: number): string {
  const infos = text.split(';');
  if (infos.length > 1) return infos.slice(0, -1).join(';'); // the last is of the whole queue
  const count = text.split(' ')[2] ?? '0';
  return Array.from({ length: messages }, () => count).join(';');
}
