// The slot whose second is running: its messages are delivered one by one as they fall due, those
// that came while it was open too (TimerMessageStore.dequeue).

import type { Clock, Timer } from '../../../../base/clock.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property } from '../../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../../protocol/message.js';
import { findProperty, parseProperties } from '../../../../protocol/properties.js';
import type { MessageStore, PutMessage, PutResult } from '../../../../store/message-store.js';
import { deliveredBefore } from '../delivered-before.js';
import type { Stats } from '../../running/stats.js';
import { DELETE_KEY, deliverTime, rolled, timeUp } from './timed-message.js';
import type { Records } from './read-ahead.js';
import { Magic, type TimerUnit } from './timer-log.js';
import type { TimerMetrics } from './timer-metrics.js';

export interface OpenSlotDeps {
  store: MessageStore;
  metrics: TimerMetrics;
  stats: Stats;
  clock: Clock;
  log: Logger;
}

interface Waiting {
  dueMs: number;
  unit: TimerUnit;
  record: DecodedRecord;
}

/** Messages of a slot held in memory at once; a larger slot is read in pieces. */
const MAX_HELD = 8192;
/** Records read at once. */
const READ_AHEAD = 128;
const RETRY_MS = 500;

export class OpenSlot {
  private readonly units: TimerUnit[];
  private held: Waiting[] = [];
  private readonly called = new Set<string>();
  private readonly under = new Set<Promise<void>>();
  private wake: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly deps: OpenSlotDeps,
    units: TimerUnit[],
    private readonly endMs: number,
    /** What is due until then may have been delivered by an earlier run. */
    private readonly doubtUntilMs: number,
    /** Some of its messages, read before it opened. */
    private readonly known: Records,
  ) {
    this.units = units;
  }

  /** Something was added after `run` had found everything delivered. */
  get pending(): boolean {
    return this.units.length > 0;
  }

  add(unit: TimerUnit): void {
    this.units.push(unit);
    this.wake?.();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** Resolves when the slot is over and delivered; false when it was stopped before. */
  async run(): Promise<boolean> {
    const { clock } = this.deps;
    while (!this.stopped) {
      if (!(await this.load())) {
        await this.nap(clock.now() + RETRY_MS);
        continue;
      }
      this.deliverDue();
      const next = this.held.at(-1)?.dueMs;
      if (this.units.length > 0 && this.held.length < MAX_HELD) continue;
      if (next === undefined && clock.now() >= this.endMs) {
        await Promise.all(this.under);
        if (this.units.length === 0) return !this.stopped;
        continue;
      }
      await this.nap(next ?? this.endMs);
    }
    await Promise.all(this.under);
    return false;
  }

  /** Reads the records of units, those that call others back first; the next due comes last. */
  private async load(): Promise<boolean> {
    const taken = this.units.splice(0, Math.max(0, MAX_HELD - this.held.length));
    if (taken.length === 0) return true;
    taken.sort((a, b) => (b.magic & Magic.DELETE) - (a.magic & Magic.DELETE));
    for (let at = 0; at < taken.length; at += READ_AHEAD) {
      const some = taken.slice(at, at + READ_AHEAD);
      try {
        const records = await Promise.all(some.map((unit) => this.read(unit)));
        for (const [i, record] of records.entries()) {
          if (record) this.hold(some[i]!, record); // else the log has been cut meanwhile
        }
        this.held.sort((a, b) => b.dueMs - a.dueMs);
        // those that call others back have come first
        this.deliverDue();
      } catch (error) {
        this.deps.log.error(`timed messages cannot be read: ${describeError(error)}`, error);
        this.units.unshift(...taken.slice(at));
        return false;
      }
    }
    return true;
  }

  private async read({ physicalOffset }: TimerUnit): Promise<DecodedRecord | undefined> {
    const known = this.known.get(physicalOffset);
    if (known) {
      this.known.delete(physicalOffset);
      return known;
    }
    const bytes = await this.deps.store.recordAt(physicalOffset);
    return bytes && decodeRecord(bytes);
  }

  private hold(unit: TimerUnit, record: DecodedRecord): void {
    const properties = parseProperties(record.properties);
    const called = properties[DELETE_KEY];
    const rolls = (unit.magic & Magic.ROLL) !== 0;
    if (called !== undefined && !rolls) {
      this.called.add(called);
      return;
    }
    // Its own time, rather than that of the slot; unknown for one that was stored again meanwhile.
    const dueMs = Math.min(deliverTime(properties, record.storeTimestamp), this.endMs);
    this.held.push({ dueMs: rolls ? 0 : dueMs, unit, record });
  }

  private deliverDue(): void {
    const now = this.deps.clock.now();
    for (let next = this.held.at(-1); next && next.dueMs <= now; next = this.held.at(-1)) {
      this.held.pop();
      const delivery = this.deliver(next).finally(() => this.under.delete(delivery));
      this.under.add(delivery);
    }
  }

  private async deliver({ dueMs, unit, record }: Waiting): Promise<void> {
    const { clock, log, metrics, stats, store } = this.deps;
    const key = findProperty(record.properties, Property.UNIQ_KEY);
    const topic = findProperty(record.properties, Property.REAL_TOPIC);
    if (key !== undefined && (this.called.has(key) || this.called.has(`${topic}+${key}`))) return;
    metrics.add(topic, -1);
    metrics.dequeued.add();
    const now = clock.now();
    const rolls = (unit.magic & Magic.ROLL) !== 0;
    const message = (rolls ? rolled : timeUp)(record, unit.writeTime, now);
    if (!message) {
      log.error(`the timed message at ${record.physicalOffset} has no legal real topic`);
      return;
    }
    if (dueMs <= this.doubtUntilMs && (await deliveredBefore(store, record, message, now))) return;
    const begin = clock.now();
    for (;;) {
      const result = await this.put(message);
      if (result.physicalOffsets.length > 0) {
        const ms = clock.now() - begin;
        stats.topicPut(message.topic, message.queueId, 1, result.bytes, ms);
        return;
      }
      if (this.stopped || result.status !== 'SERVICE_NOT_AVAILABLE') {
        log.error(`the timed message at ${record.physicalOffset}: ${result.status}`);
        return;
      }
      await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
    }
  }

  private put(message: PutMessage): Promise<PutResult> {
    return new Promise((resolve) => this.deps.store.put(message, resolve));
  }

  /** Until a time, or until something is added. */
  private nap(untilMs: number): Promise<void> {
    const { clock } = this.deps;
    return new Promise((resolve) => {
      const timer: Timer = clock.after(Math.max(1, untilMs - clock.now()), () => this.wake?.());
      this.wake = () => {
        this.wake = undefined;
        timer.stop();
        resolve();
      };
    });
  }
}
