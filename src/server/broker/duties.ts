// What only the master of a group does, or the slave that acts for it: delivering what waits for a
// time, asking about transactions, bringing back what POP handed out (changeSpecialServiceStatus).

import type { Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';

export interface DutiesOptions {
  /** They start and stop as often as the role changes. */
  parts: readonly Part[];
  /** Runs in every role, and is told which. */
  timers: { lead(leading: boolean): void };
  log: Logger;
  leading: boolean;
}

export class Duties implements Part {
  private running = false;
  private active = false;
  private leading: boolean;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: DutiesOptions) {
    this.leading = options.leading;
    options.timers.lead(this.leading);
  }

  start(): Promise<void> {
    this.running = true;
    return this.settle();
  }

  stop(): Promise<void> {
    this.running = false;
    return this.settle();
  }

  /** Resolves when all have started or stopped. */
  lead(leading: boolean): Promise<void> {
    if (leading !== this.leading) this.options.log.info(`duties of a master: ${leading}`);
    this.leading = leading;
    this.options.timers.lead(leading);
    return this.settle();
  }

  private settle(): Promise<void> {
    const settled = this.turn.then(() => this.change());
    this.turn = settled.catch(() => undefined);
    return settled;
  }

  private async change(): Promise<void> {
    const wanted = this.running && this.leading;
    if (wanted === this.active) return;
    this.active = wanted;
    const { parts } = this.options;
    if (wanted) for (const part of parts) await part.start();
    else for (const part of [...parts].reverse()) await part.stop();
  }
}
