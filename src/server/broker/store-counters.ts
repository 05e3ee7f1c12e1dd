// How often and how fast messages are put and got (StoreStatsService): the first lines of
// brokerStatus.

import type { Clock, Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';

const SAMPLE_MS = 1000;
/** Rates are given over so many seconds; the last needs 600 samples before it says anything. */
const SPANS = [10, 60, 600] as const;
const KEPT = 601;
const MINUTE_MS = 60_000;

const TIMES = [
  ['[<=0ms]', 0],
  ['[0~10ms]', 9],
  ['[10~50ms]', 49],
  ['[50~100ms]', 99],
  ['[100~200ms]', 199],
  ['[200~500ms]', 499],
  ['[500ms~1s]', 999],
  ['[1~2s]', 1999],
  ['[2~3s]', 2999],
  ['[3~4s]', 3999],
  ['[4~5s]', 4999],
  ['[5~10s]', 9999],
  ['[10s~]', Infinity],
] as const;

/** Upper limits of the buckets of which percentiles are made: step and count. */
const STEPS = [
  [1, 20],
  [2, 15],
  [5, 10],
  [10, 10],
  [50, 6],
  [100, 5],
  [1000, 9],
] as const;
const LIMITS: number[] = [];
for (const [step, count] of STEPS) {
  for (let i = 0; i < count; i++) LIMITS.push((LIMITS.at(-1) ?? 0) + step);
}
LIMITS.push(Infinity);

/** The counters of which rates are sampled. */
type Rate = 'puts' | 'found' | 'missed' | 'transferred';
type Sample = Record<Rate | 'at', number>;

/** A double as Java prints it: never without a fraction. */
export const javaDouble = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : String(value);

export class StoreCounters implements Part {
  puts = 0;
  failedPuts = 0;
  found = 0;
  missed = 0;
  transferred = 0;
  private putBytes = 0;
  private slowestPut = 0;
  private slowestGet = 0;
  private readonly startedAt: number;
  private readonly samples: Sample[] = [];
  private times = new Float64Array(TIMES.length);
  private lastTimes = new Float64Array(TIMES.length);
  private buckets = new Float64Array(LIMITS.length);
  private lastBuckets = new Float64Array(LIMITS.length);
  private timers: Timer[] = [];

  constructor(private readonly clock: Clock) {
    this.startedAt = clock.now();
  }

  start(): Promise<void> {
    this.sample();
    this.timers = [
      this.clock.every(SAMPLE_MS, () => this.sample()),
      this.clock.every(MINUTE_MS, () => this.turnMinute()),
    ];
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    return Promise.resolve();
  }

  put(messages: number, bytes: number, ms: number): void {
    this.puts += messages;
    this.putBytes += bytes;
    if (ms > this.slowestPut) this.slowestPut = ms;
    this.times[TIMES.findIndex(([, limit]) => ms <= limit)]!++;
    this.buckets[LIMITS.findIndex((limit) => ms <= limit)]!++;
  }

  /** A read that gave `messages`, or none. */
  got(messages: number, ms: number): void {
    if (messages > 0) this.found++;
    else this.missed++;
    this.transferred += messages;
    if (ms > this.slowestGet) this.slowestGet = ms;
  }

  runtimeInfo(): Record<string, string> {
    const puts = Math.max(1, this.puts); // as RocketMQ, which shows 1 for none
    return {
      bootTimestamp: String(this.startedAt),
      runtime: formatRuntime(this.clock.now() - this.startedAt),
      putMessageEntireTimeMax: String(this.slowestPut),
      putMessageTimesTotal: String(puts),
      putMessageFailedTimes: String(this.failedPuts),
      putMessageSizeTotal: String(this.putBytes),
      putMessageDistributeTime: TIMES.map(([name], i) => `${name}:${this.lastTimes[i]} `).join(''),
      putMessageAverageSize: javaDouble(this.putBytes / puts),
      dispatchMaxBuffer: '0',
      getMessageEntireTimeMax: String(this.slowestGet),
      putTps: this.rates('puts'),
      getFoundTps: this.rates('found'),
      getMissTps: this.rates('missed'),
      getTotalTps: SPANS.map((span) =>
        javaDouble((this.rate('found', span) ?? 0) + (this.rate('missed', span) ?? 0)),
      ).join(' '),
      getTransferredTps: this.rates('transferred'),
      putLatency99: this.percentile(0.99).toFixed(2),
      putLatency999: this.percentile(0.999).toFixed(2),
    };
  }

  private sample(): void {
    const { puts, found, missed, transferred } = this;
    this.samples.push({ at: this.clock.now(), puts, found, missed, transferred });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  private turnMinute(): void {
    this.lastTimes = this.times;
    this.times = new Float64Array(TIMES.length);
    this.lastBuckets = this.buckets;
    this.buckets = new Float64Array(LIMITS.length);
  }

  private rate(name: Rate, seconds: number): number | undefined {
    const last = this.samples.at(-1);
    const first = this.samples.at(-1 - seconds);
    if (!last || !first || last.at === first.at) return undefined;
    return ((last[name] - first[name]) / (last.at - first.at)) * 1000;
  }

  /** The three rates; one that is not known yet is an empty text. */
  private rates(name: Rate): string {
    return SPANS.map((span) => {
      const rate = this.rate(name, span);
      return rate === undefined ? '' : javaDouble(rate);
    }).join(' ');
  }

  /** Time of a put, ms, below which `part` of the last minute's were; linear within a bucket. */
  private percentile(part: number): number {
    const total = this.lastBuckets.reduce((sum, count) => sum + count, 0);
    const index = Math.floor(total * part);
    let passed = 0;
    for (let i = 0; i < LIMITS.length; i++) {
      const count = this.lastBuckets[i]!;
      if (index <= passed + count) {
        const low = i === 0 ? 0 : LIMITS[i - 1]!;
        const high = Math.min(LIMITS[i]!, Number.MAX_SAFE_INTEGER);
        return count === 0 ? low : low + ((high - low) * (index - passed)) / count;
      }
      passed += count;
    }
    return 0;
  }
}

function formatRuntime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600)];
  const [minutes, rest] = [Math.floor((seconds % 3600) / 60), seconds % 60];
  return `[ ${days} days, ${hours} hours, ${minutes} minutes, ${rest} seconds ]`;
}
