// How many messages wait for each topic, and how many come and go a second (TimerMetrics).

import type { Timer } from '../../../../base/clock.js';
import { TopicCounts, type TopicCountsOptions } from '../../metadata/topic-counts.js';

const SAVE_PERIOD_MS = 10_000;
const RATE_PERIOD_MS = 1000;

/** Messages since the last sample, and of the second before it. */
class Rate {
  private now = 0;
  private last = 0;

  add(): void {
    this.now++;
  }

  sample(): void {
    this.last = (this.now * 1000) / RATE_PERIOD_MS;
    this.now = 0;
  }

  get text(): string {
    return this.last.toFixed(1);
  }
}

export class TimerMetrics extends TopicCounts {
  readonly enqueued = new Rate();
  readonly dequeued = new Rate();
  private sampling: Timer | undefined;

  constructor(options: TopicCountsOptions) {
    super(options, { name: 'timermetrics', table: 'timingCount', periodMs: SAVE_PERIOD_MS });
  }

  override start(): Promise<void> {
    this.sampling = this.options.clock.every(RATE_PERIOD_MS, () => {
      this.enqueued.sample();
      this.dequeued.sample();
    });
    return super.start();
  }

  override stop(): Promise<void> {
    this.sampling?.stop();
    return super.stop();
  }
}
