// A spinner on stderr while something takes long; only for a person at a terminal.

import type { Timer } from '../../base/clock.js';
import type { Io } from './io.js';

/** Shorter work shows nothing. */
const PATIENCE_MS = 500;

export class Progress {
  private timer: Timer | undefined;
  private spinner: { text: string; stop(): void } | undefined;

  constructor(
    private readonly io: Io,
    private text: string,
  ) {}

  start(): void {
    if (!this.io.errIsTerminal || this.io.env.TERM === 'dumb') return;
    this.timer = this.io.clock.after(PATIENCE_MS, () => void this.show());
  }

  say(text: string): void {
    this.text = text;
    if (this.spinner) this.spinner.text = text;
  }

  stop(): void {
    this.timer?.stop();
    this.timer = undefined;
    this.spinner?.stop();
    this.spinner = undefined;
  }

  private async show(): Promise<void> {
    const { default: ora } = await import('ora');
    if (!this.timer) return; // it was done meanwhile
    // A terminal that tells no width makes ora erase lines without end.
    if (!((process.stderr.columns ?? 0) > 0)) return;
    const { text } = this;
    this.spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
  }
}
