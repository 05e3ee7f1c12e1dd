// One counter of the broker and its samples (StatsItem): sums and rates over a minute, hour, day.

/** What happened between the first and the last sample of a span (StatsSnapshot). */
export interface StatsSnapshot {
  sum: number;
  tps: number;
  /** Average of the value for each call. */
  avgpt: number;
  times: number;
}

interface Sample {
  at: number;
  value: number;
  times: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How often a span is sampled and how many samples it keeps (StatsItem.samplingIn…). */
export const SPANS = {
  minute: { periodMs: 10 * SECOND, keep: 7 },
  hour: { periodMs: 10 * MINUTE, keep: 7 },
  day: { periodMs: HOUR, keep: 25 },
} as const;
export type Span = keyof typeof SPANS;

/** Items that nothing has touched for so long are dropped (cleanAllResource). */
const IDLE_LIMIT_MS = 10 * 24 * HOUR;

/** One counter: `value` is what is counted, `times` the calls that added to it. */
export class StatsItem {
  value = 0;
  times = 0;
  private touched: number;
  private seenTimes = -1;
  private readonly samples: Record<Span, Sample[]> = { minute: [], hour: [], day: [] };

  constructor(now: number) {
    this.touched = now;
  }

  add(value: number, times: number): void {
    this.value += value;
    this.times += times;
  }

  /** Notes the counts of this moment; while nothing happens the last note is only moved on. */
  sample(span: Span, now: number): void {
    const { periodMs, keep } = SPANS[span];
    const list = this.samples[span];
    if (list.length === 0) list.push({ at: now - periodMs, value: 0, times: 0 });
    const { value, times } = this;
    const [before, last] = [list.at(-2), list.at(-1)!];
    if (before?.times === times && last.times === times && last.value === value) {
      last.at = now;
    } else {
      list.push({ at: now, value, times });
    }
    const oldest = now - (keep - 1) * periodMs;
    while (list.length > 2 && list[1]!.at <= oldest) list.shift();
    if (list[0]!.at < oldest) list[0]!.at = oldest;
  }

  minute(): StatsSnapshot {
    return snapshot(this.samples.minute);
  }

  hour(): StatsSnapshot {
    return snapshot(this.samples.hour);
  }

  day(): StatsSnapshot {
    return snapshot(this.samples.day);
  }

  /** Whether nothing was added for `IDLE_LIMIT_MS`; looked at now and then, not at every add. */
  idle(now: number): boolean {
    if (this.times !== this.seenTimes) {
      this.seenTimes = this.times;
      this.touched = now;
    }
    return now - this.touched > IDLE_LIMIT_MS;
  }
}

function snapshot(samples: readonly Sample[]): StatsSnapshot {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return { sum: 0, tps: 0, avgpt: 0, times: 0 };
  const sum = last.value - first.value;
  const times = last.times - first.times;
  const elapsed = last.at - first.at;
  return {
    sum,
    tps: elapsed > 0 ? (sum * 1000) / elapsed : 0,
    avgpt: times > 0 ? sum / times : 0,
    times,
  };
}
