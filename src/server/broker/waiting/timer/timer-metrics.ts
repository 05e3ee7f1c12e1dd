// How many timed messages wait for each topic (TimerMetrics, config/timermetrics), and how many
// come and go a second.

import type { Clock, Timer } from '../../../../base/clock.js';
import type { Part } from '../../../../base/lifecycle.js';
import type { Logger } from '../../../../base/log.js';
import { numberOf, objectOf } from '../../../../protocol/bodies/json.js';
import { type DataVersion, dataVersionOf } from '../../../../protocol/bodies/topic.js';
import {
  type Json,
  type JsonObject,
  stringTable,
  writeJson,
} from '../../../../protocol/fastjson.js';
import { ConfigFile, type TextFiles } from '../../metadata/config-file.js';

export interface TimerMetricsOptions {
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

interface Count {
  count: number;
  timeStamp: number;
}

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

export class TimerMetrics implements Part {
  readonly enqueued = new Rate();
  readonly dequeued = new Rate();
  private readonly counts = new Map<string, Count>();
  private dataVersion: DataVersion;
  private readonly file: ConfigFile;
  private sampling: Timer | undefined;

  constructor(private readonly options: TimerMetricsOptions) {
    const { clock, files, log, storePathRootDir } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    this.file = new ConfigFile({
      root: storePathRootDir,
      name: 'timermetrics',
      files,
      clock,
      log,
      periodMs: SAVE_PERIOD_MS,
      state: () => this.state(),
      load: (fields) => this.load(fields),
    });
  }

  start(): Promise<void> {
    this.sampling = this.options.clock.every(RATE_PERIOD_MS, () => {
      this.enqueued.sample();
      this.dequeued.sample();
    });
    return this.file.start();
  }

  stop(): Promise<void> {
    this.sampling?.stop();
    return this.file.stop();
  }

  /** One more message waits for a topic, or one less. */
  add(topic: string | undefined, value: 1 | -1): void {
    if (topic === undefined) return;
    const timeStamp = this.options.clock.now();
    const known = this.counts.get(topic);
    this.counts.set(topic, { count: (known?.count ?? 0) + value, timeStamp });
    const { counter, stateVersion } = this.dataVersion;
    this.dataVersion = { counter: counter + 1, stateVersion, timestamp: timeStamp };
    this.file.changed();
  }

  /** Messages that wait altogether. */
  get total(): number {
    let total = 0;
    for (const { count } of this.counts.values()) total += count;
    return total;
  }

  /** In a slave: its master's counts. */
  takeOver(fields: JsonObject): void {
    this.counts.clear();
    this.load(fields);
    this.file.changed();
  }

  encode(): string {
    return writeJson(this.state());
  }

  private state(): JsonObject {
    const timingCount = new Map<string, Json>();
    for (const [topic, count] of this.counts) timingCount.set(topic, { ...count });
    return { dataVersion: this.dataVersion, timingCount };
  }

  private load(fields: JsonObject): void {
    for (const [topic, value] of stringTable<Json>(fields.timingCount)) {
      const { count, timeStamp } = objectOf(value);
      this.counts.set(topic, { count: numberOf(count), timeStamp: numberOf(timeStamp) });
    }
    this.dataVersion = dataVersionOf(fields.dataVersion);
  }
}
