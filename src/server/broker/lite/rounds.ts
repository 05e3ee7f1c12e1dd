// Work that comes round again, at intervals that may be changed meanwhile.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';

export interface RoundsOptions {
  what: string;
  clock: Clock;
  log: Logger;
  periodMs(): number;
  work(): void | Promise<void>;
}

const LEAST_PERIOD_MS = 10;

export class Rounds implements Part {
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: RoundsOptions) {}

  start(): Promise<void> {
    this.next();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    await this.running;
  }

  private next(): void {
    const { clock, periodMs } = this.options;
    if (this.stopped) return;
    this.timer = clock.after(Math.max(LEAST_PERIOD_MS, periodMs()), () => {
      this.running = this.round().finally(() => this.next());
    });
  }

  private async round(): Promise<void> {
    const { log, what, work } = this.options;
    try {
      await work();
    } catch (error) {
      log.error(`${what} failed`, error);
    }
  }
}
