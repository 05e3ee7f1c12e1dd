// Messages that are due at a time of their own (TimerMessageStore): from the timer topic's queue
// into the wheel, and from the wheel, second by second, into their topics.

import { join } from 'node:path';
import type { Clock, Timer } from '../../../../base/clock.js';
import type { FileSystem } from '../../../../base/files.js';
import type { Part } from '../../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../../base/log.js';
import type { JsonObject } from '../../../../protocol/fastjson.js';
import { SystemTopic } from '../../../../protocol/flags.js';
import type { Arrival, MessageStore, PutMessage } from '../../../../store/message-store.js';
import type { AppendStatus, Timers } from '../../sending/append.js';
import type { MessagingStoreConfig } from '../../parts.js';
import type { Stats } from '../../running/stats.js';
import { Nap } from './nap.js';
import { OpenSlot } from './open-slot.js';
import { Placement } from './placement.js';
import { Recount } from './recount.js';
import { isRejected, slotTimeOf, toTimer, waitsUntil } from './timed-message.js';
import { TimerFiles } from './timer-files.js';
import { decodeProgress } from '../../../../store/timer/timer-checkpoint.js';
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
const CUT_PERIOD_MS = 30_000;
const RETRY_MS = 500;
/** What a slave keeps of the time that its master has read already: it is checked when it leads. */
const KEPT_MS = 10_000;

export class TimedDelivery implements Part, Timers {
  private readonly kept: TimerFiles;
  private readonly metrics: TimerMetrics;
  private readonly timers: Timer[] = [];
  /** The store was not stopped properly: seen before it starts again. */
  private readonly crashed: boolean;
  /** Time of the slot that is open; all before it are delivered. */
  private readTimeMs = 0;
  /** Messages due until then may have been delivered already. */
  private doubtUntilMs = 0;
  private readonly placement: Placement;
  private readonly recount: Recount;
  private leading = true;
  private sureUpTo = 0;
  /** In a slave: how far its master has read. */
  private toldTimeMs = 0;
  private open: OpenSlot | undefined;
  /** The slot behind the open one: it is read before it opens. */
  private ahead: OpenSlot | undefined;
  private running = false;
  private changed = false;
  private flushing: Promise<void> | undefined;
  private loop: Promise<void> = Promise.resolve();
  private readonly nap: Nap;

  constructor(private readonly deps: TimedDeliveryDeps) {
    const { files, storeConfig } = deps;
    const { storePathRootDir } = storeConfig;
    this.crashed = files.exists(join(storePathRootDir, 'abort'));
    this.nap = new Nap(deps.clock);
    this.kept = new TimerFiles(files, deps.clock, storeConfig);
    this.metrics = new TimerMetrics({ ...deps, storePathRootDir });
    const { kept, metrics } = this;
    const leading = (): boolean => this.leading;
    const parts = { ...deps, kept, metrics, leading, readTimeMs: () => this.readTimeMs };
    this.recount = new Recount(parts);
    this.placement = new Placement({
      ...parts,
      onPlaced: (unit) => {
        this.changed = true;
        if (!unit) return;
        if (unit.dueTime === this.open?.slotMs) this.open.add(unit);
        else if (unit.dueTime === this.ahead?.slotMs) this.ahead.add(unit);
      },
    });
  }

  async start(): Promise<void> {
    const { clock, storeConfig } = this.deps;
    if (!storeConfig.timerWheelEnable) return;
    await this.metrics.start();
    const recovered = this.kept.recover();
    this.readTimeMs = recovered.readTimeMs;
    await this.placement.begin(recovered);
    this.changed = recovered.fault !== undefined;
    this.running = true;
    this.placement.running = true;
    // After a clean stop only the slot that was open then is in doubt.
    const exact = recovered.exact && !this.crashed;
    const endOfOpen = this.readTimeMs + storeConfig.timerPrecisionMs;
    this.doubtUntilMs = exact ? endOfOpen : clock.now();
    this.loop = this.readSlots();
    this.placement.run();
    this.timers.push(clock.every(storeConfig.timerFlushIntervalMs, () => this.tick()));
    this.timers.push(clock.every(CUT_PERIOD_MS, () => this.cut()));
    this.timers.push(this.recount.start());
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.placement.running = false;
    for (const timer of this.timers) timer.stop();
    this.open?.stop();
    this.nap.end();
    await this.loop;
    await this.dropAhead();
    await this.flushing;
    await this.flush();
    this.kept.close();
    await this.metrics.stop();
  }

  /** A master delivers; a slave places the same messages and waits. */
  lead(leading: boolean): void {
    if (leading === this.leading) return;
    this.leading = leading;
    if (!this.running) return;
    this.doubtUntilMs = this.deps.clock.now();
    if (leading) this.placement.run();
    this.open?.stop();
    this.nap.end();
  }

  /** In a slave: how far its master has placed and delivered (SlaveSynchronize). */
  follow(checkpoint: Buffer): void {
    const progress = decodeProgress(checkpoint);
    if (this.leading || !this.running || !progress) return;
    this.placement.limit(progress.queueOffset);
    const readTimeMs = this.kept.floor(progress.readTimeMs - KEPT_MS);
    this.kept.dropBefore(readTimeMs);
    this.readTimeMs = Math.max(this.readTimeMs, readTimeMs);
    this.toldTimeMs = progress.readTimeMs;
    this.changed = true;
    this.placement.run();
  }

  /** In a slave: its master's counts of waiting messages. */
  takeOverMetrics(fields: JsonObject): void {
    if (!this.leading && this.running) this.metrics.takeOver(fields);
  }

  prepare(message: PutMessage): AppendStatus | undefined {
    const { clock, storeConfig } = this.deps;
    const deliverMs = waitsUntil(message.properties, clock.now(), storeConfig.timerMaxDelaySec);
    if (deliverMs === 'now') return undefined;
    if (deliverMs === 'illegal') return 'WHEEL_TIMER_MSG_ILLEGAL';
    const slotMs = slotTimeOf(deliverMs, storeConfig.timerPrecisionMs);
    const crowd = this.kept.slot(slotMs)?.count ?? 0;
    const { timerCongestNumEachSlot: few } = storeConfig;
    if (crowd > few && isRejected(crowd, few)) return 'WHEEL_TIMER_FLOW_CONTROL';
    toTimer(message, slotMs);
    return undefined;
  }

  arrived({ topic }: Arrival): void {
    if (topic === TOPIC && this.running) this.placement.run();
  }

  /** All that was due before this time and is stored by now is delivered. */
  deliveredUpTo(): number {
    const placed = this.placement.left === 0;
    if (placed) this.sureUpTo = this.readTimeMs;
    return this.sureUpTo;
  }

  /** Answer of GET_TIMER_CHECK_POINT: the time goes on, whether or not there are messages. */
  encodeCheckpoint(): Buffer {
    const { leading, readTimeMs, running } = this;
    return this.kept.encodeCheckpoint(running && leading ? readTimeMs : undefined);
  }

  /** Answer of GET_TIMER_METRICS. */
  encodeMetrics(): string {
    return this.metrics.encode();
  }

  /** For brokerStatus, in RocketMQ's keys. */
  runtimeInfo(): Record<string, string> {
    const readTimeMs = this.leading ? this.readTimeMs : this.toldTimeMs;
    const behindMs = this.running && readTimeMs > 0 ? this.deps.clock.now() - readTimeMs : 0;
    const left = this.running ? this.placement.left : 0;
    return {
      timerReadBehind: String(Math.max(0, Math.floor(behindMs / 1000))),
      timerOffsetBehind: String(Math.max(0, left)),
      timerCongestNum: String(this.kept.total),
      timerEnqueueTps: this.metrics.enqueued.text,
      timerDequeueTps: this.metrics.dequeued.text,
    };
  }

  private async readSlots(): Promise<void> {
    const { clock, log, storeConfig } = this.deps;
    while (this.running) {
      const now = clock.now();
      if (!this.leading) {
        await this.nap.take(CUT_PERIOD_MS);
        continue;
      }
      if (this.readTimeMs > now || storeConfig.timerStopDequeue) {
        await this.nap.take(Math.max(1, Math.min(this.readTimeMs - now, 1000)));
        continue;
      }
      try {
        await this.readSlot(this.kept.floor(now));
      } catch (error) {
        log.error(`timer: slot ${this.readTimeMs}: ${describeError(error)}`, error);
        await this.nap.take(RETRY_MS);
      }
    }
  }

  /** Delivers the slot at the read time, or skips to the next that has messages. */
  private async readSlot(current: number): Promise<void> {
    const slot = this.kept.slot(this.readTimeMs);
    if (!slot && this.readTimeMs < current) {
      this.readTimeMs = this.kept.nextSlot(this.readTimeMs, current);
      return;
    }
    if (this.ahead?.slotMs !== this.readTimeMs) await this.dropAhead();
    const open = this.ahead ?? this.slotAt(this.readTimeMs);
    this.open = open;
    this.ahead = this.slotAt(open.endMs);
    let done = false;
    try {
      do done = await open.run(this.doubtUntilMs);
      while (done && open.pending);
    } finally {
      this.open = undefined;
      // it does not hear of what a slave places
      if (!done) await this.dropAhead();
    }
    if (!done) return;
    this.kept.drop(this.readTimeMs);
    this.readTimeMs = open.endMs;
    if (slot) this.changed = true;
  }

  private slotAt(slotMs: number): OpenSlot {
    const { kept, metrics } = this;
    const deps = { ...this.deps, metrics, unitsAt: (ms: number) => kept.unitsAt(ms) };
    return new OpenSlot(deps, slotMs, slotMs + this.deps.storeConfig.timerPrecisionMs);
  }

  private async dropAhead(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    ahead?.stop();
    await ahead?.idle();
  }

  private tick(): void {
    // what could not be placed, or what timerStopEnqueue has held back
    if (this.placement.left > 0) this.placement.run();
    this.flushing ??= this.flush().finally(() => (this.flushing = undefined));
  }

  /** A disk that fails now may be well at the next turn of the timer. */
  private async flush(): Promise<void> {
    // with half of the files made again the next start would take them for whole
    if (!this.changed || this.placement.isBehind) return;
    this.changed = false;
    try {
      await this.kept.flush(this.readTimeMs, this.placement.queueOffset);
    } catch (error) {
      this.changed = true;
      this.deps.log.error(`timer: ${describeError(error)}`, error);
    }
  }

  private cut(): void {
    const min = Number(this.deps.store.runtimeInfo().commitLogMinOffset ?? 0);
    if (min <= 0) return;
    try {
      this.kept.cut(min);
    } catch (error) {
      this.deps.log.error(`timer: ${describeError(error)}`, error);
    }
  }
}
