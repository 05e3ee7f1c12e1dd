// Ctrl-C, for commands that run until they are ended.

import type { Io } from './io.js';

export class Stopping {
  stopped = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly io: Io) {}

  /** Listens to Ctrl-C while `work` runs; undefined when that came first. */
  async during<T>(work: () => Promise<T>): Promise<T | undefined> {
    const off = this.io.onSignal(() => this.stop());
    try {
      return await Promise.race([work(), this.grace()]);
    } finally {
      off();
    }
  }

  stop(): void {
    this.stopped = true;
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  /** Whether to go on after `ms`: false at once when the command is ended. */
  pause(ms: number): Promise<boolean> {
    if (this.stopped) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (goOn: boolean) => (): void => {
        timer.stop();
        this.waiting.delete(stop);
        resolve(goOn);
      };
      const stop = end(false);
      const timer = this.io.clock.after(ms, end(true));
      this.waiting.add(stop);
    });
  }

  /** Resolves a moment after the end was asked for, so that work may print what it has. */
  private grace(): Promise<undefined> {
    return new Promise((resolve) => {
      this.waiting.add(() => this.io.clock.after(GRACE_MS, () => resolve(undefined)));
    });
  }
}

const GRACE_MS = 500;
