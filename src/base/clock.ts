// The one place that reads time. Tests replace it with a clock that is moved by hand.

/** A repeating or single timer; `stop` is idempotent. */
export interface Timer {
  stop(): void;
}

export interface Clock {
  /** Wall-clock time, ms since 1970. */
  now(): number;
  /** Monotonic time in ms with a fraction, for measuring durations. */
  monotonic(): number;
  /** Calls `fn` every `periodMs` until stopped; never keeps the process alive by itself. */
  every(periodMs: number, fn: () => void): Timer;
  /** Calls `fn` once after `delayMs`; never keeps the process alive by itself. */
  after(delayMs: number, fn: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  every(periodMs, fn) {
    const handle = setInterval(fn, periodMs);
    handle.unref();
    return { stop: () => clearInterval(handle) };
  },
  after(delayMs, fn) {
    const handle = setTimeout(fn, delayMs);
    handle.unref();
    return { stop: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` of `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Keeps the process alive until stopped, as no timer of a clock does. */
export function keepAlive(): Timer {
  const handle = setInterval(() => undefined, 2 ** 30);
  return { stop: () => clearInterval(handle) };
}
