// A clock that runs faster than the wall, so that waits of many seconds are over in one.

import type { Clock } from '../../src/base/clock.js';
import { systemClock } from '../../src/base/clock.js';

export function fastClock(factor: number): Clock {
  const started = systemClock.monotonic();
  const startedAt = systemClock.now();
  const passed = (): number => (systemClock.monotonic() - started) * factor;
  return {
    now: () => Math.floor(startedAt + passed()),
    monotonic: passed,
    every: (periodMs, fn) => systemClock.every(periodMs / factor, fn),
    after: (delayMs, fn) => systemClock.after(delayMs / factor, fn),
  };
}
