// Messages that are due at a time of their own (TimerMessageStore): from the timer topic's queue
// into the wheel, and from the wheel, second by second, into their topics.

import { join } from 'node:path';
import type { Clock, Timer } from '../../../base/clock.js';
import type { FileSystem } from '../../../base/files.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { Property, SystemTopic } from '../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty, hashCode, parseProperties } from '../../../protocol/properties.js';
import type { Arrival, MessageStore, PutMessage } from '../../../store/message-store.js';
import type { AppendStatus, Timers } from '../append.js';
import type { MessagingStoreConfig } from '../parts.js';
import type { Stats } from '../stats.js';
import { OpenSlot } from './open-slot.js';
import { DELETE_KEY, deliverTime, slotTimeOf, toTimer } from './timed-message.js';
import { TimerCheckpoint } from './timer-checkpoint.js';
import { Magic, TimerLog, type TimerUnit } from './timer-log.js';
import { TimerMetrics } from './timer-metrics.js';
import { SLOTS, TimerWheel } from './timer-wheel.js';

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
/** Slots at the far end of the wheel that are never used (TIMER_BLANK_SLOTS). */
const BLANK_SLOTS = 60;
const CUT_PERIOD_MS = 30_000;

export class TimedDelivery implements Part, Timers {
  private readonly log: TimerLog;
  private readonly wheel: TimerWheel;
  private readonly checkpoint: TimerCheckpoint;
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
    const { storePathRootDir, mappedFileSizeTimerLog, timerPrecisionMs } = storeConfig;
    this.crashed = files.exists(join(storePathRootDir, 'abort'));
    this.log = new TimerLog(files, storePathRootDir, mappedFileSizeTimerLog);
    this.wheel = new TimerWheel(files, storePathRootDir, timerPrecisionMs);
    this.checkpoint = new TimerCheckpoint(files, storePathRootDir);
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
    this.timers.push(clock.every(storeConfig.timerFlushIntervalMs, () => this.flush()));
    this.timers.push(clock.every(CUT_PERIOD_MS, () => this.cut()));
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    for (const timer of this.timers) timer.stop();
    this.open?.stop();
    this.wakeLoop?.();
    await this.loop;
    this.flush();
    this.wheel.close();
    this.log.close();
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
    const crowd = this.wheel.get(slotMs)?.count ?? 0;
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
    return this.checkpoint.encode();
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
    const { clock, store, storeConfig } = this.deps;
    const progress = this.checkpoint.read();
    const oldest = clock.now() - (SLOTS - BLANK_SLOTS) * storeConfig.timerPrecisionMs;
    // Without a checkpoint all that is in the log counts: slots without messages are jumped over.
    this.readTimeMs = this.floor(Math.max(progress.readTimeMs, oldest));
    const logEnd = this.wheel.load(this.readTimeMs) ? progress.logEnd : 0;
    this.log.recover(logEnd, (unit, position) => {
      if (unit.dueTime >= this.readTimeMs) this.wheel.add(unit.dueTime, position, 0);
    });
    const last = this.log.last();
    const bytes = last && (await store.recordAt(last.physicalOffset));
    const record = bytes && decodeRecord(bytes);
    const placed = record?.topic === TOPIC ? record.queueOffset + 1 : 0;
    const known = Math.max(progress.queueOffset, placed, store.minOffset(TOPIC, 0));
    this.queueOffset = Math.min(known, store.maxOffset(TOPIC, 0));
    return progress.readTimeMs !== 0;
  }

  private floor(timeMs: number): number {
    const { timerPrecisionMs } = this.deps.storeConfig;
    return timeMs - (timeMs % timerPrecisionMs);
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
    const { timerPrecisionMs, timerRollWindowSlot } = this.deps.storeConfig;
    const writeTime = this.floor(this.deps.clock.now());
    const limit = SLOTS - BLANK_SLOTS;
    const legal = timerRollWindowSlot >= 2 && timerRollWindowSlot <= limit;
    const window = (legal ? timerRollWindowSlot : limit) * timerPrecisionMs;
    const rolls = out - writeTime >= window;
    // Enough time must be left for the next round.
    const short = out - writeTime - window < window / 3;
    const ahead = short ? this.floor(window / 2) : window;
    const dueTime = Math.max(rolls ? writeTime + ahead : out, this.readTimeMs);
    const deletes = findProperty(record.properties, DELETE_KEY) !== undefined;
    const topic = findProperty(record.properties, Property.REAL_TOPIC) ?? '';
    const unit: TimerUnit = {
      previous: this.wheel.get(dueTime)?.last ?? -1,
      magic: Magic.DEFAULT | (rolls ? Magic.ROLL : 0) | (deletes ? Magic.DELETE : 0),
      writeTime,
      dueTime,
      physicalOffset: record.physicalOffset,
      size: record.totalSize,
      topicHash: hashCode(topic),
    };
    this.wheel.add(dueTime, this.log.append(unit), deletes ? -1 : 1);
    this.metrics.add(topic, deletes ? -1 : 1);
    this.metrics.enqueued.add();
    if (dueTime === this.readTimeMs) this.open?.add(unit);
  }

  private async readSlots(doubtUntilMs: number): Promise<void> {
    const { clock, storeConfig } = this.deps;
    while (this.running) {
      const now = clock.now();
      if (this.readTimeMs > now || storeConfig.timerStopDequeue) {
        await this.sleep(Math.max(1, Math.min(this.readTimeMs - now, 1000)));
        continue;
      }
      const current = this.floor(now);
      const slot = this.wheel.get(this.readTimeMs);
      if (!slot && this.readTimeMs < current) {
        this.readTimeMs = Math.min(this.wheel.firstTime() ?? current, current);
        continue;
      }
      const units = slot ? this.chainOf(slot.last) : [];
      const endMs = this.readTimeMs + storeConfig.timerPrecisionMs;
      this.open = new OpenSlot({ ...this.deps, metrics: this.metrics }, units, endMs, doubtUntilMs);
      do {
        if (!(await this.open.run())) return;
      } while (this.open.pending);
      this.open = undefined;
      this.wheel.drop(this.readTimeMs);
      this.readTimeMs = endMs;
      if (slot || units.length > 0) this.changed = true;
    }
  }

  /** The units of a slot, in the order in which they were placed. */
  private chainOf(last: number): TimerUnit[] {
    const units: TimerUnit[] = [];
    for (let position = last; position >= 0;) {
      const unit = this.log.read(position);
      if (!unit || unit === 'blank') break;
      units.push(unit);
      if (unit.previous >= position) break;
      position = unit.previous;
    }
    return units.reverse();
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

  /** The log first, then the wheel, then what says how far both are. */
  private flush(): void {
    if (!this.changed) return;
    this.changed = false;
    const { readTimeMs, queueOffset } = this;
    const progress = { readTimeMs, queueOffset, logEnd: this.log.end };
    this.wheel.flush();
    this.checkpoint.write(progress, this.deps.clock.now());
  }

  private cut(): void {
    const min = Number(this.deps.store.runtimeInfo().commitLogMinOffset ?? 0);
    if (min > 0) this.log.cut(min);
  }
}
