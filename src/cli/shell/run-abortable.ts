// Runs one command of the shell so that Ctrl-C ends it and nothing else.

import type { Io } from '../process/io.js';

/** As shells say that Ctrl-C ended a command. */
export const ABORTED = 130;

/** How long a command that listens to Ctrl-C may take to end by itself. */
const GRACE_MS = 1000;

/**
 * The exit code of `work`, or ABORTED. A command that does not listen to the signal is left alone:
 * the caller closes its connections, and what it would still print goes nowhere.
 */
export async function runAbortable(base: Io, work: (io: Io) => Promise<number>): Promise<number> {
  const listeners = new Set<(signal: string) => void>();
  let left = false;
  const io: Io = {
    ...base,
    out: (text) => void (left || base.out(text)),
    err: (text) => void (left || base.err(text)),
    onSignal(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
  let abandon: (code: number) => void;
  const abandoned = new Promise<number>((resolve) => (abandon = resolve));
  const off = base.onSignal((signal) => {
    const graceMs = listeners.size > 0 ? GRACE_MS : 0;
    for (const listener of listeners) listener(signal);
    base.clock.after(graceMs, () => abandon(ABORTED));
  });
  try {
    return await Promise.race([work(io), abandoned]);
  } finally {
    left = true;
    off();
  }
}
