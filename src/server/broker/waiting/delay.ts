// Messages of a delay level wait in a queue of SCHEDULE_TOPIC_XXXX, all for the same time, so each
// queue is delivered from its front (ScheduleMessageService). delayOffset.json says how far.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { type DataVersion, dataVersionOf } from '../../../protocol/bodies/topic.js';
import { type JsonObject, numberTable, writeJson } from '../../../protocol/fastjson.js';
import { Property, SystemTopic } from '../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty } from '../../../protocol/properties.js';
import type { Arrival, MessageStore, PutMessage, PutResult } from '../../../store/message-store.js';
import { ConfigFile, type TextFiles } from '../metadata/config-file.js';
import { record } from '../metadata/unknown-fields.js';
import { queueOfLevel } from './delay-levels.js';
import { deliveredBefore } from './delivered-before.js';
import { dueMessage } from './due-message.js';
import type { MessagingStoreConfig } from '../parts.js';
import type { Stats } from '../running/stats.js';

export interface DelayDeps {
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  /** Delays of the levels, ms, level 1 first. */
  delays: readonly number[];
  stats: Stats;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

/** Messages looked at in one go, and how long to wait after one could not be stored. */
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;
const RETRY_MS = 100;
/** Longest time that one timer is set for: clocks may be set, timers of JavaScript overflow. */
const MAX_TIMER_MS = 60 * 60 * 1000;

interface Level {
  level: number;
  delayMs: number;
  offset: number;
  /** Under way, or a timer is set. */
  busy: boolean;
  timer: Timer | undefined;
  work: Promise<void> | undefined;
  /** Something arrived while it was busy. */
  again: boolean;
  /** Delivered although an earlier one failed. */
  ahead: Set<number>;
  /** A message that had been delivered before the start is not delivered again. */
  suspect: boolean;
}

export class DelayedDelivery implements Part {
  private readonly levels: Level[];
  dataVersion: DataVersion;
  private readonly file: ConfigFile;
  private running = false;

  constructor(private readonly deps: DelayDeps) {
    const { clock, files, log, storeConfig } = deps;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    this.levels = deps.delays.map((delayMs, i) => ({
      level: i + 1,
      delayMs,
      offset: 0,
      busy: false,
      timer: undefined,
      work: undefined,
      again: false,
      ahead: new Set<number>(),
      suspect: true,
    }));
    this.file = new ConfigFile({
      root: storeConfig.storePathRootDir,
      name: 'delayOffset.json',
      files,
      clock,
      log,
      periodMs: storeConfig.flushDelayOffsetInterval,
      // levels that messageDelayLevel has no more stay, as in RocketMQ
      shape: record({ offsetTable: record() }),
      state: () => this.state(),
      load: (fields) => this.load(fields),
    });
  }

  async start(): Promise<void> {
    await this.file.start();
    this.running = true;
    for (const level of this.levels) {
      Object.assign(level, { busy: false, again: false, suspect: true });
      level.ahead.clear();
      this.run(level);
    }
  }

  async stop(): Promise<void> {
    this.running = false;
    for (const level of this.levels) level.timer?.stop();
    await Promise.all(this.levels.map(({ work }) => work));
    await this.file.stop();
  }

  arrived({ topic, queueId }: Arrival): void {
    if (topic !== SystemTopic.SCHEDULE) return;
    const level = this.levels[queueId];
    if (level) this.run(level);
  }

  /** In a slave: how far its master is, from where this broker goes on when it leads. */
  takeOver(fields: JsonObject): void {
    if (this.running) return;
    this.load(fields);
    this.file.persist();
  }

  encode(): string {
    return writeJson(this.state());
  }

  /** Where each level goes on as the file has it, before the start. */
  *standing() {
    this.file.takeOver();
    for (const { level, offset: queueOffset } of this.levels) {
      if (queueOffset > 0) yield { topic: SystemTopic.SCHEDULE, queueId: level - 1, queueOffset };
    }
  }

  /** By level the next offset to deliver and the end of its queue; levels in use only. */
  progress(): [level: number, offset: number, maxOffset: number][] {
    return this.levels
      .map(({ level, offset }): [number, number, number] => {
        return [level, offset, this.deps.store.maxOffset(SystemTopic.SCHEDULE, level - 1)];
      })
      .filter(([, , maxOffset]) => maxOffset > 0);
  }

  private run(level: Level): void {
    if (!this.running) return;
    if (level.busy) {
      level.again = true;
      return;
    }
    level.busy = true;
    level.again = false;
    level.work = this.deliverDue(level).then(
      (waitMs) => this.pause(level, waitMs),
      (error: unknown) => {
        this.deps.log.error(`delay level ${level.level}: ${describeError(error)}`, error);
        this.pause(level, RETRY_MS);
      },
    );
  }

  /** Sleeps until the next message is due; without one, until something arrives. */
  private pause(level: Level, waitMs: number | undefined): void {
    if (!this.running) return;
    if (waitMs === undefined) {
      level.busy = false;
      if (level.again) this.run(level);
      return;
    }
    level.timer = this.deps.clock.after(Math.min(waitMs, MAX_TIMER_MS), () => {
      level.busy = false;
      this.run(level);
    });
  }

  /** Delivers what is due; ms until the next one is, undefined when there is none. */
  private async deliverDue(level: Level): Promise<number | undefined> {
    const { clock, store } = this.deps;
    while (this.running) {
      const result = await store.get({
        topic: SystemTopic.SCHEDULE,
        queueId: queueOfLevel(level.level),
        offset: level.offset,
        maxMessages: PAGE,
        maxBytes: PAGE_BYTES,
      });
      if (result.records.length === 0) {
        const stands = result.nextBeginOffset === level.offset;
        if (stands || result.status === 'NO_MATCHED_LOGIC_QUEUE') return undefined;
        this.moveTo(level, result.nextBeginOffset);
        continue;
      }
      const now = clock.now();
      const due: DecodedRecord[] = [];
      let waitMs: number | undefined;
      for (const bytes of result.records) {
        const record = decodeRecord(bytes);
        if (!record) continue;
        // A clock that was set back must not make a message wait longer than its level.
        const left = Math.min(record.storeTimestamp + level.delayMs - now, level.delayMs);
        if (left > 0) {
          waitMs = left;
          break;
        }
        due.push(record);
      }
      if (!(await this.deliver(level, due))) return RETRY_MS;
      if (waitMs !== undefined) return waitMs;
    }
    return undefined;
  }

  /** False when one could not be stored; it and those after it are tried again. */
  private async deliver(level: Level, due: readonly DecodedRecord[]): Promise<boolean> {
    const puts: Promise<boolean>[] = [];
    for (const record of due) {
      const put = this.deliverOne(level, record);
      puts.push(put);
      if (level.suspect) await put;
    }
    const done = await Promise.all(puts);
    let failed = false;
    due.forEach(({ queueOffset }, i) => {
      if (!done[i]) failed = true;
      else if (failed) level.ahead.add(queueOffset);
      else {
        level.ahead.delete(queueOffset);
        this.moveTo(level, queueOffset + 1);
      }
    });
    return !failed;
  }

  private async deliverOne(level: Level, record: DecodedRecord): Promise<boolean> {
    if (level.ahead.has(record.queueOffset)) return true;
    const message = messageTimeUp(record);
    if (!message) {
      this.deps.log.error(`delayed message at ${record.physicalOffset} has no legal real topic`);
      return true;
    }
    const { clock, stats, store } = this.deps;
    if (level.suspect) {
      // Messages of a level are delivered in order: the first that is not there ends the doubt.
      if (await deliveredBefore(store, record, message, clock.now())) return true;
      level.suspect = false;
    }
    const begin = clock.now();
    const result = await this.put(message);
    if (result.status !== 'PUT_OK') return false;
    stats.topicPut(message.topic, message.queueId, 1, result.bytes, clock.now() - begin);
    return true;
  }

  private put(message: PutMessage): Promise<PutResult> {
    return new Promise((resolve) => this.deps.store.put(message, resolve));
  }

  private moveTo(level: Level, offset: number): void {
    if (offset === level.offset) return;
    level.offset = offset;
    const { counter, stateVersion } = this.dataVersion;
    this.dataVersion = { counter: counter + 1, stateVersion, timestamp: this.deps.clock.now() };
    this.file.changed();
  }

  private state(): JsonObject {
    const offsetTable = new Map<number, number>();
    for (const { level, offset } of this.levels) if (offset > 0) offsetTable.set(level, offset);
    return { dataVersion: this.dataVersion, offsetTable };
  }

  private load(fields: JsonObject): void {
    for (const [level, offset] of numberTable<number>(fields.offsetTable)) {
      const known = this.levels[level - 1];
      if (known) known.offset = offset;
    }
    this.dataVersion = dataVersionOf(fields.dataVersion);
  }
}

/** The message as it goes into its own topic; properties stay, as RocketMQ leaves them. */
function messageTimeUp(record: DecodedRecord): PutMessage | undefined {
  const topic = findProperty(record.properties, Property.REAL_TOPIC);
  const queueId = Number(findProperty(record.properties, Property.REAL_QID) ?? NaN);
  if (topic === undefined || !Number.isInteger(queueId)) return undefined;
  if (topic === SystemTopic.TRANS_HALF) return undefined;
  return dueMessage(record, topic, queueId, record.properties);
}
