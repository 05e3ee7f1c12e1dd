// Once a day the counts of waiting messages are compared with the timer log and put right: what a
// crash has lost of them would stay wrong for ever (TimerMessageStore.checkAndReviseMetrics).

import type { Clock, Timer } from '../../../../base/clock.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property } from '../../../../protocol/flags.js';
import { recordProperties } from '../../../../protocol/message.js';
import { findProperty, hashCode } from '../../../../protocol/properties.js';
import type { MessageStore } from '../../../../store/message-store.js';
import { Magic, type TimerUnit } from '../../../../store/timer/timer-unit.js';

export interface RecountDeps {
  storeConfig: {
    timerEnableCheckMetrics: boolean;
    timerCheckMetricsWhen: string;
    timerMetricSmallThreshold: number;
    timerStopEnqueue: boolean;
  };
  store: Pick<MessageStore, 'recordAt'>;
  clock: Clock;
  log: Logger;
  metrics: {
    entries(): Map<string, number>;
    add(topic: string, value: number): void;
  };
  kept: {
    /** All units of the timer log that there are now, some at a time. */
    units(): AsyncIterable<readonly TimerUnit[]>;
    slot(timeMs: number): object | undefined;
  };
  /** The slot that is open; all before it are delivered. */
  readTimeMs(): number;
  /** This broker counts: it is no slave. */
  leading(): boolean;
}

const PERIOD_MS = 45 * 60_000;
const LEAST_APART_MS = 70 * 60_000;
const AGAIN_MS = 1000;
/** Seconds to wait for one in which nothing is delivered. */
const ATTEMPTS = 60;

export class Recount {
  private last: number;
  private timer: Timer | undefined;

  constructor(private readonly deps: RecountDeps) {
    this.last = deps.clock.now();
  }

  start(): Timer {
    const look = this.deps.clock.every(PERIOD_MS, () => this.look());
    return {
      stop: () => {
        look.stop();
        this.timer?.stop();
      },
    };
  }

  private look(): void {
    const { clock, leading, storeConfig } = this.deps;
    const { timerCheckMetricsWhen, timerEnableCheckMetrics, timerStopEnqueue } = storeConfig;
    const now = clock.now();
    const hour = new Date(now).getHours();
    const isHour = timerCheckMetricsWhen.split(';').some((text) => Number(text) === hour);
    if (!timerEnableCheckMetrics || timerStopEnqueue || !isHour || !leading()) return;
    if (now - this.last <= LEAST_APART_MS) return;
    this.last = now;
    this.attempt(ATTEMPTS);
  }

  private attempt(left: number): void {
    const { clock, kept, log, readTimeMs } = this.deps;
    const from = readTimeMs();
    // what is in the open slot may have been counted as gone already
    if (kept.slot(from)) {
      if (left > 0) this.timer = clock.after(AGAIN_MS, () => this.attempt(left - 1));
      else log.info('timer: messages are delivered all the time, the counts stay as they are');
      return;
    }
    this.run(from).catch((error: unknown) => {
      log.error(`timer: the counts stay as they are: ${describeError(error)}`, error);
    });
  }

  /** Counts what is due from `fromMs` on. */
  private async run(fromMs: number): Promise<void> {
    const { kept, log, metrics, storeConfig } = this.deps;
    const before = metrics.entries();
    const small = new Map<string, number>();
    const byHash = new Map<number, string[]>();
    for (const [topic, count] of before) {
      if (count < storeConfig.timerMetricSmallThreshold) small.set(topic, 0);
      const hash = hashCode(topic);
      byHash.set(hash, [...(byHash.get(hash) ?? []), topic]);
    }
    for await (const page of kept.units()) {
      for (const unit of page) {
        if (unit.dueTime < fromMs) continue;
        const topic = await this.topicOf(unit, byHash.get(unit.topicHash) ?? []);
        const count = topic === undefined ? undefined : small.get(topic);
        if (count === undefined) continue;
        small.set(topic!, count + ((unit.magic & Magic.DELETE) !== 0 ? -1 : 1));
      }
    }
    for (const [topic, count] of small) {
      const known = before.get(topic) ?? 0;
      if (known === count) continue;
      log.warn(`timer: ${count} messages of ${topic} wait, not ${known}: the count is put right`);
      metrics.add(topic, count - known); // it may have changed meanwhile
    }
  }

  private async topicOf(unit: TimerUnit, topics: readonly string[]): Promise<string | undefined> {
    if (topics.length < 2) return topics[0];
    const record = await this.deps.store.recordAt(unit.physicalOffset);
    return record && findProperty(recordProperties(record) ?? '', Property.REAL_TOPIC);
  }
}
