// How fast a consumer pulls and consumes each topic, over the last minute.

import type { ConsumeStatus } from '../../protocol/bodies/running.js';

interface Counter {
  pulls: number;
  pulled: number;
  pullMs: number;
  calls: number;
  callMs: number;
  ok: number;
  failed: number;
}

const newCounter = (): Counter => ({
  pulls: 0,
  pulled: 0,
  pullMs: 0,
  calls: 0,
  callMs: 0,
  ok: 0,
  failed: 0,
});

const WINDOW_MS = 60_000;

export class Rates {
  private readonly current = new Map<string, Counter>();
  private readonly last = new Map<string, Counter>();
  private readonly failedEver = new Map<string, number>();
  private since: number;

  constructor(private readonly now: () => number) {
    this.since = now();
  }

  pulled(topic: string, messages: number, ms: number): void {
    const counter = this.counter(topic);
    counter.pulls++;
    counter.pulled += messages;
    counter.pullMs += ms;
  }

  consumed(topic: string, messages: number, ok: boolean, ms: number): void {
    const counter = this.counter(topic);
    counter.calls++;
    counter.callMs += ms;
    if (ok) counter.ok += messages;
    else {
      counter.failed += messages;
      this.failedEver.set(topic, (this.failedEver.get(topic) ?? 0) + messages);
    }
  }

  status(topic: string): ConsumeStatus {
    this.roll();
    const old = this.last.get(topic);
    const counter = old ?? this.counter(topic);
    const seconds = old ? WINDOW_MS / 1000 : Math.max(1, (this.now() - this.since) / 1000);
    const mean = (sum: number, count: number): number => (count === 0 ? 0 : sum / count);
    return {
      pullRT: mean(counter.pullMs, counter.pulls),
      pullTPS: counter.pulled / seconds,
      consumeRT: mean(counter.callMs, counter.calls),
      consumeOKTPS: counter.ok / seconds,
      consumeFailedTPS: counter.failed / seconds,
      consumeFailedMsgs: this.failedEver.get(topic) ?? 0,
    };
  }

  private counter(topic: string): Counter {
    this.roll();
    let counter = this.current.get(topic);
    if (!counter) this.current.set(topic, (counter = newCounter()));
    return counter;
  }

  private roll(): void {
    const passed = this.now() - this.since;
    if (passed < WINDOW_MS) return;
    this.last.clear();
    if (passed < 2 * WINDOW_MS) for (const entry of this.current) this.last.set(...entry);
    this.current.clear();
    this.since = this.now();
  }
}
