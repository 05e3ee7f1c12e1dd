// A spinner on stderr while something takes long; only for a person at a terminal.

import type { Io } from './io.js';

/** Shorter work shows nothing. */
const PATIENCE_MS = 400;

export async function withProgress<T>(io: Io, text: string, work: () => Promise<T>): Promise<T> {
  if (!io.errIsTerminal || io.env.TERM === 'dumb') return work();
  let stop = (): void => undefined;
  let done = false;
  const timer = io.clock.after(PATIENCE_MS, () => {
    void import('ora').then(({ default: ora }) => {
      if (done) return;
      const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
      stop = () => void spinner.stop();
    });
  });
  try {
    return await work();
  } finally {
    done = true;
    timer.stop();
    stop();
  }
}
