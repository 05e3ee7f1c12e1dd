// Whether the timer's files belong together: every unit of the log is whole and in the chain of its
// slot, and the wheel knows the end of every chain. What waits would be lost silently otherwise.

import type { TimerProgress } from './timer-checkpoint.js';
import type { TimerLog } from './timer-log.js';
import type { TimerUnit } from './timer-unit.js';
import type { TimerWheel } from './timer-wheel.js';

/** Of the log at least so much is looked at, and all that the wheel names. */
const LOOK_BACK_BYTES = 64 * 1024 * 1024;

export interface TimerParts {
  log: TimerLog;
  wheel: TimerWheel;
  /** There is a wheel, and it is loaded. */
  loaded: boolean;
  progress: TimerProgress;
  /** What was due before is delivered. */
  readTimeMs: number;
}

/** What is wrong, after `log` has found its end; undefined when all is well. */
export function timerFault({
  log,
  wheel,
  loaded,
  progress,
  readTimeMs,
}: TimerParts): string | undefined {
  const { logEnd } = progress;
  const { first } = log;
  if (first === undefined)
    return logEnd > 0 || wheel.waiting.size > 0 ? 'timerlog/ is empty' : undefined;
  const from = log.unitAt(Math.max(first, Math.min(logEnd - LOOK_BACK_BYTES, lowest(wheel))));
  const chains = new Chains(wheel, readTimeMs, from);
  const end = log.walk(from, logEnd, (unit, position) => chains.take(unit, position));
  if (end < logEnd) return `the timer log ends at ${end}, not at ${logEnd}`;
  if (chains.broken !== undefined) return `the chain of units is broken at ${chains.broken}`;
  return loaded ? chains.missedBy(logEnd, log.end) : undefined;
}

function lowest(wheel: TimerWheel): number {
  let low = Infinity;
  for (const { first } of wheel.waiting.values()) low = Math.min(low, first);
  return low;
}

/** The chains of the slots that are not read yet, as the log has them. */
class Chains {
  broken: number | undefined;
  private readonly lasts = new Map<number, number>();
  private readonly begin: number;

  constructor(
    private readonly wheel: TimerWheel,
    readTimeMs: number,
    private readonly from: number,
  ) {
    this.begin = wheel.tick(readTimeMs);
  }

  take({ dueTime, previous }: TimerUnit, position: number): void {
    const tick = this.wheel.tick(dueTime);
    if (tick < this.begin) return;
    const last = this.lasts.get(tick);
    const follows = last === undefined ? previous < this.from : previous === last;
    if (!follows) this.broken ??= position;
    this.lasts.set(tick, position);
  }

  /** What the wheel does not know, or knows and is not there. It may know units behind `logEnd`. */
  missedBy(logEnd: number, end: number): string | undefined {
    const { waiting } = this.wheel;
    for (const [tick, last] of this.lasts) {
      const known = waiting.get(tick)?.last ?? -1;
      if (known < last) return `the wheel does not know the unit at ${last}`;
    }
    for (const [tick, { last }] of waiting) {
      const there = last < logEnd ? this.lasts.get(tick) === last : last < end;
      if (!there) return `the wheel names a unit at ${last}, which is none of its slot`;
    }
    return undefined;
  }
}
