// A slot from shortly before its second begins until all of it is delivered: its messages go into
// their topics as they fall due, those that came while it was open too (TimerMessageStore.dequeue).

import type { Clock, Timer } from '../../../../base/clock.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property } from '../../../../protocol/flags.js';
import type { DecodedRecord } from '../../../../protocol/message.js';
import { findProperty } from '../../../../protocol/properties.js';
import type { MessageStore, PutMessage, PutResult } from '../../../../store/message-store.js';
import { deliveredBefore } from '../delivered-before.js';
import type { Stats } from '../../running/stats.js';
import type { HeldMessage } from './due-messages.js';
import { SlotMessages } from './slot-messages.js';
import { rolled, timeUp } from './timed-message.js';
import type { TimerMetrics } from './timer-metrics.js';
import { Magic, type TimerUnit } from '../../../../store/timer/timer-unit.js';

export interface OpenSlotDeps {
  store: MessageStore;
  metrics: TimerMetrics;
  stats: Stats;
  clock: Clock;
  log: Logger;
  unitsAt(slotMs: number): Promise<TimerUnit[]>;
}

/** Messages that are put in one turn of the event loop, and those that may be under way. */
const TURN = 256;
const MAX_UNDER_WAY = 4096;
/** Messages that are looked up at once when they may have been delivered before a crash. */
const LOOKUPS = 32;
/** Under load messages are gathered so long: a turn of the loop for each costs more than it. */
const GATHER_MS = 4;
const RETRY_MS = 500;

export class OpenSlot {
  private readonly messages: SlotMessages;
  /** Came while the chain was being read. */
  private late: TimerUnit[] | undefined = [];
  private readonly read: Promise<void>;
  private underWay = 0;
  private failed: HeldMessage[] = [];
  private wake: (() => void) | undefined;
  private wakeOfPuts: (() => void) | undefined;
  private isOpen = false;
  private stopped = false;

  constructor(
    private readonly deps: OpenSlotDeps,
    readonly slotMs: number,
    readonly endMs: number,
  ) {
    // what calls another back was counted as one less: the other is, now
    const onCall = (record: DecodedRecord): void => deps.metrics.add(realTopic(record), 1);
    const onLost = ([{ physicalOffset }, ...more]: readonly TimerUnit[]): void => {
      const rest = more.length > 0 ? ` and ${more.length} more` : '';
      deps.log.error(`timer: the message at ${physicalOffset}${rest} is not in the log any more`);
    };
    this.messages = new SlotMessages(deps.store, slotMs, endMs, onCall, onLost);
    this.read = this.readAhead();
    this.read.catch(() => undefined); // `run` throws it
  }

  /** Something was added after `run` had found everything delivered. */
  get pending(): boolean {
    return this.messages.unread > 0;
  }

  /** A unit that was placed after this slot began to be read. */
  add(unit: TimerUnit): void {
    if (this.late) this.late.push(unit);
    else this.messages.add(unit);
    this.wake?.();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** Resolves when it reads nothing any more, after `stop`. */
  async idle(): Promise<void> {
    await this.read.catch(() => undefined);
  }

  /**
   * Resolves when the slot is over and delivered; false when it was stopped before. What is due
   * until `doubtUntilMs` may have been delivered by an earlier run.
   */
  async run(doubtUntilMs: number): Promise<boolean> {
    const { clock } = this.deps;
    const { messages } = this;
    this.isOpen = true;
    await this.read;
    while (!this.stopped) {
      if (messages.readable && !(await this.readMore())) await this.nap(RETRY_MS);
      const delivered = this.deliverDue(doubtUntilMs);
      const now = clock.now();
      const nextMs = messages.due.nextMs() ?? this.endMs;
      if (this.failed.length > 0) {
        await this.nap(RETRY_MS);
        for (const message of this.failed.splice(0)) messages.due.add(message);
      } else if (this.underWay >= MAX_UNDER_WAY) await this.putDone();
      else if (messages.readable || (messages.due.count > 0 && nextMs <= now)) await nextTurn();
      else if (nextMs > now) await this.nap(Math.max(nextMs - now, delivered ? GATHER_MS : 1));
      else if (this.underWay > 0) await this.putDone();
      else if (messages.unread === 0) return true;
    }
    while (this.underWay > 0) await this.putDone();
    return false;
  }

  /** What cannot be read now is read, and complained about, when the slot is open. */
  private async readAhead(): Promise<void> {
    const units = await this.deps.unitsAt(this.slotMs);
    for (const unit of units) this.messages.add(unit);
    for (const unit of this.late!) this.messages.add(unit);
    this.late = undefined;
    while (!this.isOpen && !this.stopped && this.messages.readable) {
      if (!(await this.readMore())) return;
    }
  }

  private async readMore(): Promise<boolean> {
    try {
      await this.messages.read();
      return true;
    } catch (error) {
      this.deps.log.error(`timed messages cannot be read: ${describeError(error)}`, error);
      return false;
    }
  }

  /** Delivers what is due, at most as much as one turn takes; false when nothing is. */
  private deliverDue(doubtUntilMs: number): boolean {
    const { clock, metrics } = this.deps;
    const now = clock.now();
    const room = Math.min(TURN, MAX_UNDER_WAY - this.underWay);
    const taken = room > 0 ? this.messages.due.take(now, room) : [];
    const doubtful: HeldMessage[] = [];
    for (const message of taken) {
      if (this.messages.isCalledBack(message)) {
        metrics.add(realTopic(message.record), -1);
        continue;
      }
      this.underWay++;
      if (message.dueMs <= doubtUntilMs) doubtful.push(message);
      else this.deliver(message, now);
    }
    if (doubtful.length > 0) void this.deliverDoubtful(doubtful, now);
    return taken.length > 0;
  }

  /** Those that an earlier run has delivered are not delivered again. */
  private async deliverDoubtful(messages: readonly HeldMessage[], now: number): Promise<void> {
    for (let at = 0; at < messages.length; at += LOOKUPS) {
      const some = messages.slice(at, at + LOOKUPS);
      const known = await Promise.allSettled(some.map((one) => this.isDelivered(one, now)));
      for (const [i, message] of some.entries()) {
        const found = known[i];
        if (found.status === 'rejected') {
          const text = `the timed message at ${message.record.physicalOffset} cannot be looked up`;
          this.deps.log.error(text, found.reason);
          this.end(message, true);
        } else if (found.value) this.end(message);
        else this.deliver(message, now);
      }
    }
  }

  private async isDelivered(message: HeldMessage, now: number): Promise<boolean> {
    const put = asPut(message, now);
    return put !== undefined && deliveredBefore(this.deps.store, message.record, put, now);
  }

  private deliver(message: HeldMessage, now: number): void {
    const { log, store } = this.deps;
    const put = asPut(message, now);
    if (put) return store.put(put, (result) => this.told(message, put, result, now));
    log.error(`the timed message at ${message.record.physicalOffset} has no legal real topic`);
    this.end(message);
  }

  private told(message: HeldMessage, put: PutMessage, result: PutResult, begin: number): void {
    const { clock, log, stats } = this.deps;
    const { status } = result;
    if (result.physicalOffsets.length > 0) {
      stats.topicPut(put.topic, put.queueId, 1, result.bytes, clock.now() - begin);
    } else if (this.stopped || status !== 'SERVICE_NOT_AVAILABLE') {
      log.error(`the timed message at ${message.record.physicalOffset}: ${status}`);
    } else return this.end(message, true);
    this.end(message);
  }

  private end(message: HeldMessage, again = false): void {
    const { metrics } = this.deps;
    if (again) this.failed.push(message);
    else {
      metrics.add(realTopic(message.record), -1);
      metrics.dequeued.add();
    }
    this.underWay--;
    if (this.underWay === 0 || this.underWay === MAX_UNDER_WAY / 2) this.wakeOfPuts?.();
  }

  /** Until all that is under way is done, or half of what may be. */
  private putDone(): Promise<void> {
    return new Promise((resolve) => {
      this.wakeOfPuts = () => {
        this.wakeOfPuts = undefined;
        resolve();
      };
    });
  }

  /** For a time, or until something is added. */
  private nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = this.deps.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        this.wake = undefined;
        timer.stop();
        resolve();
      };
    });
  }
}

function asPut({ unit, record }: HeldMessage, now: number): PutMessage | undefined {
  const rolls = (unit.magic & Magic.ROLL) !== 0;
  return (rolls ? rolled : timeUp)(record, unit.writeTime, now);
}

const realTopic = ({ properties }: DecodedRecord): string | undefined =>
  findProperty(properties, Property.REAL_TOPIC);

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
