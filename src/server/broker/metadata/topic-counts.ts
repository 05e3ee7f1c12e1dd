// How many messages of each topic are in some state, in a file of the store's config folder:
// timermetrics and transactionMetrics (TimerMetrics, TransactionMetrics).

import type { Clock } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import { numberOf, objectOf } from '../../../protocol/bodies/json.js';
import { type DataVersion, dataVersionOf } from '../../../protocol/bodies/topic.js';
import { type Json, type JsonObject, stringTable, writeJson } from '../../../protocol/fastjson.js';
import { ConfigFile, type TextFiles } from './config-file.js';
import { record, table } from './unknown-fields.js';

export interface TopicCountsOptions {
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

interface Count {
  count: number;
  timeStamp: number;
}

export class TopicCounts implements Part {
  private readonly counts = new Map<string, Count>();
  private dataVersion: DataVersion;
  private readonly file: ConfigFile;

  constructor(
    protected readonly options: TopicCountsOptions,
    /** Of the file, of the table in it, and how often it is written. */
    private readonly kept: { name: string; table: string; periodMs: number },
  ) {
    const { clock, files, log, storePathRootDir: root } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    this.file = new ConfigFile({
      ...{ root, name: kept.name, files, clock, log, periodMs: kept.periodMs },
      shape: record({ [kept.table]: table(record()) }),
      state: () => this.state(),
      load: (fields) => this.load(fields),
    });
  }

  start(): Promise<void> {
    return this.file.start();
  }

  stop(): Promise<void> {
    return this.file.stop();
  }

  /** So many more messages of a topic, or less. */
  add(topic: string | undefined, value: number): void {
    if (topic === undefined) return;
    const timeStamp = this.options.clock.now();
    const known = this.counts.get(topic);
    if (known) {
      known.count += value;
      known.timeStamp = timeStamp;
    } else this.counts.set(topic, { count: value, timeStamp });
    this.dataVersion.counter++;
    this.dataVersion.timestamp = timeStamp;
    this.file.changed();
  }

  /** Messages of each topic. */
  entries(): Map<string, number> {
    return new Map([...this.counts].map(([topic, { count }]) => [topic, count]));
  }

  /** Messages of all topics. */
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
    const table = new Map<string, Json>();
    for (const [topic, count] of this.counts) table.set(topic, { ...count });
    return { dataVersion: this.dataVersion, [this.kept.table]: table };
  }

  private load(fields: JsonObject): void {
    for (const [topic, value] of stringTable<Json>(fields[this.kept.table])) {
      const { count, timeStamp } = objectOf(value);
      this.counts.set(topic, { count: numberOf(count), timeStamp: numberOf(timeStamp) });
    }
    this.dataVersion = dataVersionOf(fields.dataVersion);
  }
}
