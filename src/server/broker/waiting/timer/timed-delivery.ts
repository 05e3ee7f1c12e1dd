// Messages that are due at a time of their own (TimerMessageStore): from the timer topic's queue
// into the wheel, and from the wheel, second by second, into their topics.

import { join } from 'node:path';
import type { Clock, Timer } from '../../../../base/clock.js';
import type { FileSystem } from '../../../../base/files.js';
import type { Part } from '../../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property, SystemTopic } from '../../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../../protocol/message.js';
import { findProperty, hashCode, parseProperties } from '../../../../protocol/properties.js';
import type { Arrival, MessageStore, PutMessage } from '../../../../store/message-store.js';
import type { AppendStatus, Timers } from '../../sending/append.js';
import type { MessagingStoreConfig } from '../../parts.js';
import type { Stats } from '../../running/stats.js';
import { OpenSlot } from './open-slot.js';
import { DELETE_KEY, deliverTime, slotTimeOf, toTimer } from './timed-message.js';
import { TimerFiles } from './timer-files.js';
import { Magic } from './timer-log.js';
import { TimerMetrics } from './timer-metrics.js';

export interface TimedDeliveryDeps {
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  stats: Stats;
  files: FileSystem;
  clock: Clock;
  log: Logger;
}

const TOPIC = SystemTopic.TIMER_WHEEL;
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;
const CUT_PERIOD_MS = 30_000;
const RETRY_MS = 500;

export class TimedDelivery implements Part, Timers {
  private readonly kept: TimerFiles;
  private readonly metrics: TimerMetrics;
  private readonly timers: Timer[] = [];
  /** The store was not stopped properly: seen before it starts again. */
  private readonly crashed: boolean;
  /** Time of the slot that is open; all before it are delivered. */
  private readTimeMs = 0;
  private queueOffset = 0;
  private sureUpTo = 0;
  private open: OpenSlot | undefined;
  private running = false;
  private enqueuing = false;
  private more = false;
  private changed = false;
  private loop: Promise<void> = Promise.resolve();
  private wakeLoop: (() => void) | undefined;

  constructor(private readonly deps: TimedDeliveryDeps) {
    const { files, storeConfig } = deps;
    const { storePathRootDir } = storeConfig;
    this.crashed = files.exists(join(storePathRootDir, 'abort'));
    this.kept = new TimerFiles(files, deps.clock, storeConfig);
    this.metrics = new TimerMetrics({ ...deps, storePathRootDir });
  }

  async start(): Promise<void> {
    const { clock, storeConfig } = this.deps;
    if (!storeConfig.timerWheelEnable) return;
    await this.metrics.start();
    const known = await this.recover();
    this.running = true;
    // After a clean stop only the slot that was open then is in doubt.
    const exact = known && !this.crashed;
    const endOfOpen = this.readTimeMs + storeConfig.timerPrecisionMs;
    this.loop = this.readSlots(exact ? endOfOpen : clock.now());
    this.enqueue();
    this.timers.push(
      clock.every(
        storeConfig.timerFlushIntervalMs,
        this.orLog(() => this.flush()),
      ),
    );
    this.timers.push(
      clock.every(
        CUT_PERIOD_MS,
        this.orLog(() => this.cut()),
      ),
    );
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    for (const timer of this.timers) timer.stop();
    this.open?.stop();
    this.wakeLoop?.();
    await this.loop;
    this.flush();
    this.kept.close();
    await this.metrics.stop();
  }

  prepare(message: PutMessage): AppendStatus | undefined {
    const { clock, storeConfig } = this.deps;
    const properties = parseProperties(message.properties);
    const now = clock.now();
    const deliverMs = deliverTime(properties, now);
    if (!Number.isSafeInteger(deliverMs)) return 'WHEEL_TIMER_MSG_ILLEGAL';
    if (deliverMs <= now) {
      return properties[DELETE_KEY] === undefined ? undefined : 'WHEEL_TIMER_MSG_ILLEGAL';
    }
    if (deliverMs - now > storeConfig.timerMaxDelaySec * 1000) return 'WHEEL_TIMER_MSG_ILLEGAL';
    const slotMs = slotTimeOf(deliverMs, storeConfig.timerPrecisionMs);
    const crowd = this.kept.slot(slotMs)?.count ?? 0;
    if (crowd > storeConfig.timerCongestNumEachSlot) return 'WHEEL_TIMER_FLOW_CONTROL';
    toTimer(message, properties, slotMs);
    return undefined;
  }

  arrived({ topic }: Arrival): void {
    if (topic === TOPIC && this.running) this.enqueue();
  }

  /** All that was due before this time and is stored by now is delivered. */
  deliveredUpTo(): number {
    const placed = !this.enqueuing && this.queueOffset >= this.deps.store.maxOffset(TOPIC, 0);
    if (placed) this.sureUpTo = this.readTimeMs;
    return this.sureUpTo;
  }

  /** Answer of GET_TIMER_CHECK_POINT. */
  encodeCheckpoint(): Buffer {
    return this.kept.encodeCheckpoint();
  }

  /** Answer of GET_TIMER_METRICS. */
  encodeMetrics(): string {
    return this.metrics.encode();
  }

  /** For brokerStatus, in RocketMQ's keys. */
  runtimeInfo(): Record<string, string> {
    const behindMs = this.running ? this.deps.clock.now() - this.readTimeMs : 0;
    const left = this.running ? this.deps.store.maxOffset(TOPIC, 0) - this.queueOffset : 0;
    return {
      timerReadBehind: String(Math.max(0, Math.floor(behindMs / 1000))),
      timerOffsetBehind: String(Math.max(0, left)),
      timerCongestNum: String(Math.max(0, this.metrics.total)),
      timerEnqueueTps: this.metrics.enqueued.text,
      timerDequeueTps: this.metrics.dequeued.text,
    };
  }

  /** False when there is no checkpoint. */
  private async recover(): Promise<boolean> {
    const { store } = this.deps;
    const { progress, readTimeMs, last } = this.kept.recover();
    this.readTimeMs = readTimeMs;
    const bytes = last && (await store.recordAt(last.physicalOffset));
    const record = bytes && decodeRecord(bytes);
    const placed = record?.topic === TOPIC ? record.queueOffset + 1 : 0;
    const known = Math.max(progress.queueOffset, placed, store.minOffset(TOPIC, 0));
    this.queueOffset = Math.min(known, store.maxOffset(TOPIC, 0));
    return progress.readTimeMs !== 0;
  }

  /** Places what has come since; one run at a time. */
  private enqueue(): void {
    this.more = true;
    if (this.enqueuing) return;
    this.enqueuing = true;
    this.placeAll()
      .catch((error: unknown) => this.deps.log.error(`timer: ${describeError(error)}`, error))
      .finally(() => (this.enqueuing = false));
  }

  private async placeAll(): Promise<void> {
    while (this.more && this.running && !this.deps.storeConfig.timerStopEnqueue) {
      this.more = false;
      const result = await this.deps.store.get({
        topic: TOPIC,
        queueId: 0,
        offset: this.queueOffset,
        maxMessages: PAGE,
        maxBytes: PAGE_BYTES,
      });
      if (!this.running) return;
      for (const bytes of result.records) {
        const record = decodeRecord(bytes);
        if (record) this.place(record);
      }
      if (result.nextBeginOffset === this.queueOffset) continue;
      this.queueOffset = result.nextBeginOffset;
      this.changed = true;
      this.more = true;
    }
  }

  private place(record: DecodedRecord): void {
    const out = Number(findProperty(record.properties, Property.TIMER_OUT_MS) ?? NaN);
    if (!Number.isSafeInteger(out)) return;
    const writeTime = this.kept.floor(this.deps.clock.now());
    const { dueTime, rolls } = this.kept.slotFor(out, writeTime);
    const deletes = findProperty(record.properties, DELETE_KEY) !== undefined;
    const topic = findProperty(record.properties, Property.REAL_TOPIC) ?? '';
    const unit = {
      magic: Magic.DEFAULT | (rolls ? Magic.ROLL : 0) | (deletes ? Magic.DELETE : 0),
      writeTime,
      dueTime: Math.max(dueTime, this.readTimeMs),
      physicalOffset: record.physicalOffset,
      size: record.totalSize,
      topicHash: hashCode(topic),
    };
    const placed = this.kept.add(unit, deletes ? -1 : 1);
    this.metrics.add(topic, deletes ? -1 : 1);
    this.metrics.enqueued.add();
    if (placed.dueTime === this.readTimeMs) this.open?.add(placed);
  }

  private async readSlots(doubtUntilMs: number): Promise<void> {
    const { clock, log, storeConfig } = this.deps;
    while (this.running) {
      const now = clock.now();
      if (this.readTimeMs > now || storeConfig.timerStopDequeue) {
        await this.sleep(Math.max(1, Math.min(this.readTimeMs - now, 1000)));
        continue;
      }
      try {
        await this.readSlot(this.kept.floor(now), doubtUntilMs);
      } catch (error) {
        log.error(`timer: slot ${this.readTimeMs}: ${describeError(error)}`, error);
        await this.sleep(RETRY_MS);
      }
    }
  }

  /** Delivers the slot at the read time, or skips to the next that has messages. */
  private async readSlot(current: number, doubtUntilMs: number): Promise<void> {
    const slot = this.kept.slot(this.readTimeMs);
    if (!slot && this.readTimeMs < current) {
      this.readTimeMs = Math.min(this.kept.firstTime() ?? current, current);
      return;
    }
    const units = slot ? this.kept.unitsOf(slot) : [];
    const endMs = this.readTimeMs + this.deps.storeConfig.timerPrecisionMs;
    const open = new OpenSlot({ ...this.deps, metrics: this.metrics }, units, endMs, doubtUntilMs);
    this.open = open;
    do {
      if (!(await open.run())) return;
    } while (open.pending);
    this.open = undefined;
    this.kept.drop(this.readTimeMs);
    this.readTimeMs = endMs;
    if (slot) this.changed = true;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.deps.clock.after(ms, () => this.wakeLoop?.());
      this.wakeLoop = () => {
        this.wakeLoop = undefined;
        timer.stop();
        resolve();
      };
    });
  }

  private flush(): void {
    if (!this.changed) return;
    this.kept.flush(this.readTimeMs, this.queueOffset);
    this.changed = false;
  }

  private cut(): void {
    const min = Number(this.deps.store.runtimeInfo().commitLogMinOffset ?? 0);
    if (min > 0) this.kept.cut(min);
  }

  /** A disk that fails now may be well at the next turn of the timer. */
  private orLog(work: () => void): () => void {
    return () => {
      try {
        work();
      } catch (error) {
        this.deps.log.error(`timer: ${describeError(error)}`, error);
      }
    };
  }
}
