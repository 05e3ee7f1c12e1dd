// What the store counts for brokerStatus, in RocketMQ's keys (StoreStatsService.getRuntimeInfo).

import type { Clock } from '../base/clock.js';

const SAMPLES = 60 * 10 + 1;
/** Upper bounds in ms of putMessageDistributeTime. */
const BUCKETS: readonly (readonly [string, number])[] = [
  ['[<=0ms]', 1],
  ['[0~10ms]', 10],
  ['[10~50ms]', 50],
  ['[50~100ms]', 100],
  ['[100~200ms]', 200],
  ['[200~500ms]', 500],
  ['[500ms~1s]', 1000],
  ['[1~2s]', 2000],
  ['[2~3s]', 3000],
  ['[3~4s]', 4000],
  ['[4~5s]', 5000],
  ['[5~10s]', 10_000],
  ['[10s~]', Infinity],
];

type Counter = 'put' | 'found' | 'miss' | 'transferred';

interface Sample {
  at: number;
  counts: Record<Counter, number>;
}

export class StoreStats {
  private readonly boot: number;
  private counts: Record<Counter, number> = { put: 0, found: 0, miss: 0, transferred: 0 };
  private putBytes = 0;
  private putFailed = 0;
  private putTimeMax = 0;
  private getTimeMax = 0;
  private readonly distribution = BUCKETS.map(() => 0);
  private samples: Sample[] = [];

  constructor(private readonly clock: Clock) {
    this.boot = clock.now();
  }

  put(messages: number, bytes: number, elapsedMs: number): void {
    this.counts.put += messages;
    this.putBytes += bytes;
    if (elapsedMs > this.putTimeMax) this.putTimeMax = elapsedMs;
    let i = 0;
    while (elapsedMs >= BUCKETS[i][1]) i++;
    this.distribution[i] += messages;
  }

  failed(messages: number): void {
    this.putFailed += messages;
  }

  get(messages: number, elapsedMs: number): void {
    if (messages > 0) this.counts.found++;
    else this.counts.miss++;
    this.counts.transferred += messages;
    if (elapsedMs > this.getTimeMax) this.getTimeMax = elapsedMs;
  }

  /** To be called every second. */
  sample(): void {
    this.samples.push({ at: this.clock.now(), counts: { ...this.counts } });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  info(): Record<string, string> {
    const total = this.counts.put || 1;
    return {
      bootTimestamp: String(this.boot),
      runtime: this.runtime(),
      putMessageEntireTimeMax: String(Math.round(this.putTimeMax)),
      putMessageTimesTotal: String(total),
      putMessageFailedTimes: String(this.putFailed),
      putMessageSizeTotal: String(this.putBytes),
      putMessageDistributeTime: this.distribution
        .map((count, i) => `${BUCKETS[i][0]}:${count} `)
        .join(''),
      putMessageAverageSize: decimal(this.putBytes / total),
      dispatchMaxBuffer: '0',
      getMessageEntireTimeMax: String(Math.round(this.getTimeMax)),
      putTps: this.tps(['put']),
      getFoundTps: this.tps(['found']),
      getMissTps: this.tps(['miss']),
      getTotalTps: this.tps(['found', 'miss']),
      getTransferredTps: this.tps(['transferred']),
      putLatency99: this.percentile(0.99).toFixed(2),
      putLatency999: this.percentile(0.999).toFixed(2),
    };
  }

  /** Over the last 10 s, minute and 10 minutes; nothing before so much time has passed. */
  private tps(counters: readonly Counter[]): string {
    // RocketMQ leaves a rate out that is not known yet, but for the sum of two
    const unknown = counters.length > 1 ? '0.0' : '';
    return [10, 60, 600].map((seconds) => this.rate(counters, seconds) || unknown).join(' ');
  }

  private rate(counters: readonly Counter[], seconds: number): string {
    const last = this.samples.at(-1);
    const from = this.samples.at(-1 - seconds);
    if (!last || !from || last.at <= from.at) return '';
    let count = 0;
    for (const counter of counters) count += last.counts[counter] - from.counts[counter];
    return decimal((count * 1000) / (last.at - from.at));
  }

  /** Upper bound of the bucket in which the share of puts is reached, ms. */
  private percentile(share: number): number {
    const wanted = this.counts.put * share;
    let seen = 0;
    for (const [i, count] of this.distribution.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) return Math.min(BUCKETS[i][1], this.putTimeMax);
    }
    return 0;
  }

  private runtime(): string {
    let rest = Math.floor((this.clock.now() - this.boot) / 1000);
    const parts = [86_400, 3600, 60, 1].map((unit) => {
      const count = Math.floor(rest / unit);
      rest -= count * unit;
      return count;
    });
    return `[ ${parts[0]} days, ${parts[1]} hours, ${parts[2]} minutes, ${parts[3]} seconds ]`;
  }
}

/** As Java prints a double. */
export const decimal = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value);
