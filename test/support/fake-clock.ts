// A clock that a test moves by hand; timers fire in their order.

import type { Clock, Timer } from '../../src/base/clock.js';

interface Alarm {
  at: number;
  fn: () => void;
  periodMs?: number;
}

export class FakeClock implements Clock {
  private readonly alarms = new Set<Alarm>();
  private time: number;

  constructor(private readonly startedAt = 1_700_000_000_000) {
    this.time = startedAt;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.startedAt;
  }

  every(periodMs: number, fn: () => void): Timer {
    return this.add({ at: this.time + periodMs, fn, periodMs });
  }

  after(delayMs: number, fn: () => void): Timer {
    return this.add({ at: this.time + delayMs, fn });
  }

  /** Moves on by `ms`, firing whatever falls due on the way. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.at;
      if (next.periodMs === undefined) this.alarms.delete(next);
      else next.at += next.periodMs;
      next.fn();
    }
    this.time = end;
  }

  private add(alarm: Alarm): Timer {
    this.alarms.add(alarm);
    return { stop: () => void this.alarms.delete(alarm) };
  }

  private next(end: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.alarms) {
      if (alarm.at <= end && (!first || alarm.at < first.at)) first = alarm;
    }
    return first;
  }
}
