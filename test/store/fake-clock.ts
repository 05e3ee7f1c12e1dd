// Time that a test moves by hand.

import type { Clock, Timer } from '../../src/base/clock.js';

const ENDS_MS = 70_000;

interface Waiting {
  at: number;
  periodMs: number | undefined;
  fn: () => void;
}

export class FakeClock implements Clock {
  private readonly waiting = new Set<Waiting>();

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  every(periodMs: number, fn: () => void): Timer {
    return this.add({ at: this.time + periodMs, periodMs, fn });
  }

  after(delayMs: number, fn: () => void): Timer {
    return this.add({ at: this.time + delayMs, periodMs: undefined, fn });
  }

  /** Fires what is due on the way, in order, and lets its promises settle. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.time = due.at;
      if (due.periodMs === undefined) this.waiting.delete(due);
      else due.at += due.periodMs;
      due.fn();
      await settle();
    }
    this.time = end;
    await settle();
  }

  /** As `advance` over hours: timers of the first and the last minute fire, no others. */
  async pass(ms: number): Promise<void> {
    const gone = Math.min(ms / 2, ENDS_MS);
    await this.advance(gone);
    const skipped = ms - 2 * gone;
    this.time += skipped;
    for (const waiting of this.waiting) waiting.at += skipped;
    await this.advance(gone);
  }

  private add(waiting: Waiting): Timer {
    this.waiting.add(waiting);
    return { stop: () => void this.waiting.delete(waiting) };
  }
}

/** Several turns of the event loop: enough for chains of promises and group commits. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
