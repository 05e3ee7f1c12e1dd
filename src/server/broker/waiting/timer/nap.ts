// Sleeping for a time, or until woken.

import type { Clock } from '../../../../base/clock.js';

export class Nap {
  private wake: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  take(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        this.wake = undefined;
        timer.stop();
        resolve();
      };
    });
  }

  end(): void {
    this.wake?.();
  }
}
