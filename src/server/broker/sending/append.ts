// What every message passes on its way into the store (HookUtils): one with a delay level goes
// through SCHEDULE_TOPIC_XXXX, one with a time of its own through the timer.

import type { Clock } from '../../../base/clock.js';
import type { BatchPart } from '../../../protocol/batch.js';
import { Property, SysFlag, SystemTopic } from '../../../protocol/flags.js';
import { findProperty, formatProperties, parseProperties } from '../../../protocol/properties.js';
import type {
  MessageStore,
  PutMessage,
  PutResult,
  PutStatus,
} from '../../../store/message-store.js';
import { parseDelayLevels, queueOfLevel } from '../waiting/delay-levels.js';
import type { MessagingStoreConfig } from '../parts.js';

export type AppendStatus =
  | PutStatus
  | 'DELAY_LEVEL_ILLEGAL'
  | 'WHEEL_TIMER_MSG_ILLEGAL'
  | 'WHEEL_TIMER_FLOW_CONTROL'
  | 'WHEEL_TIMER_NOT_ENABLE';

export type AppendResult = Omit<PutResult, 'status'> & { status: AppendStatus };

/** Where messages with TIMER_ properties wait for their time. */
export interface Timers {
  /** Rewrites the message so that it waits; a status when it is refused. */
  prepare(message: PutMessage): AppendStatus | undefined;
}

export interface AppendDeps {
  store: MessageStore;
  storeConfig: MessagingStoreConfig;
  clock: Clock;
  timers: Timers;
}

const MAX_INT = 0x7fffffff;
const TIMES = [Property.TIMER_DELIVER_MS, Property.TIMER_DELAY_MS, Property.TIMER_DELAY_SEC];

export class Append {
  /** Delays of the levels, ms, level 1 first. */
  readonly delays: readonly number[];

  constructor(private readonly deps: AppendDeps) {
    this.delays = parseDelayLevels(deps.storeConfig.messageDelayLevel);
  }

  /** As MessageStore.put; a refusal is told at once. */
  put(message: PutMessage, done: (result: AppendResult) => void): void {
    const { properties } = message;
    if (properties.includes('DELAY') || properties.includes(Property.TIMER_DELIVER_MS)) {
      const refused = this.delayed(message);
      if (refused) return done(nothingPut(refused, this.deps.clock.now()));
    }
    this.deps.store.put(message, done);
  }

  /** As MessageStore.stalledMs. */
  stalledMs(): number {
    return this.deps.store.stalledMs();
  }

  putBatch(
    batch: PutMessage,
    parts: readonly BatchPart[],
    done: (result: AppendResult) => void,
  ): void {
    this.deps.store.putBatch(batch, parts, done);
  }

  private delayed(message: PutMessage): AppendStatus | undefined {
    const transaction = message.sysFlag & SysFlag.TRANSACTION_MASK;
    if (transaction !== 0 && transaction !== SysFlag.TRANSACTION_COMMIT) return undefined;
    const { properties } = message;
    const level = Number(findProperty(properties, Property.DELAY) ?? 0);
    if (!Number.isInteger(level) || level > MAX_INT) return 'DELAY_LEVEL_ILLEGAL';
    if (level > 0) {
      this.toSchedule(message, Math.min(level, this.delays.length));
      return undefined;
    }
    if (findProperty(properties, Property.TIMER_OUT_MS) !== undefined) return undefined;
    if (!TIMES.some((name) => findProperty(properties, name) !== undefined)) return undefined;
    const { storeConfig, timers } = this.deps;
    return storeConfig.timerWheelEnable ? timers.prepare(message) : 'WHEEL_TIMER_NOT_ENABLE';
  }

  private toSchedule(message: PutMessage, level: number): void {
    const properties = parseProperties(message.properties);
    delete properties[Property.TIMER_DELIVER_MS];
    delete properties[Property.TIMER_DELAY_SEC];
    delete properties[Property.TIMER_DELAY_MS];
    properties[Property.DELAY] = String(level);
    properties[Property.REAL_TOPIC] = message.topic;
    properties[Property.REAL_QID] = String(message.queueId);
    message.properties = formatProperties(properties);
    message.topic = SystemTopic.SCHEDULE;
    message.queueId = queueOfLevel(level);
  }
}

export function nothingPut(status: AppendStatus, storeTimestamp: number): AppendResult {
  return { status, queueOffset: 0, physicalOffsets: [], bytes: 0, storeTimestamp };
}
