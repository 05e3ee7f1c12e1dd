// Messages that POP has handed out and nobody has acknowledged (PopInflightMessageCounter), by
// topic, group and queue: a queue of a group that has too many gives nothing more.

import type { Clock } from '../../../base/clock.js';

export interface InflightConfig {
  enablePopMessageThreshold: boolean;
  popInflightMessageThreshold: number;
}

const keyOf = (topic: string, group: string, queueId: number): string =>
  `${topic}@${group}@${queueId}`;

export class Inflight {
  private readonly counts = new Map<string, number>();
  private readonly since: number;

  constructor(
    private readonly config: InflightConfig,
    clock: Clock,
  ) {
    this.since = clock.now();
  }

  handedOut(topic: string, group: string, queueId: number, messages: number): void {
    if (messages <= 0) return;
    const key = keyOf(topic, group, queueId);
    this.counts.set(key, (this.counts.get(key) ?? 0) + messages);
  }

  /** Acknowledged, or given up; what an earlier run of the broker handed out was never counted. */
  settled({ topic, group, queueId, popTime }: Settled, messages: number): void {
    const key = keyOf(topic, group, queueId);
    const count = this.counts.get(key);
    if (count === undefined || popTime < this.since) return;
    if (count > messages) this.counts.set(key, count - messages);
    else this.counts.delete(key);
  }

  clear(topic: string, group: string, queueId: number): void {
    this.counts.delete(keyOf(topic, group, queueId));
  }

  isFull(topic: string, group: string, queueId: number): boolean {
    const { enablePopMessageThreshold, popInflightMessageThreshold } = this.config;
    if (!enablePopMessageThreshold) return false;
    return (this.counts.get(keyOf(topic, group, queueId)) ?? 0) > popInflightMessageThreshold;
  }
}

export interface Settled {
  topic: string;
  group: string;
  queueId: number;
  popTime: number;
}
