// From the timer topic's queue into the wheel (TimerMessageStore.enqueue). A slave does it too, but
// never passes its master: what the master has placed and delivered need not be delivered again.

import type { Clock } from '../../../../base/clock.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property, SystemTopic } from '../../../../protocol/flags.js';
import {
  decodeRecord,
  readInt64,
  RecordAt,
  recordProperties,
} from '../../../../protocol/message.js';
import { findProperty, hashCode } from '../../../../protocol/properties.js';
import type { MessageStore } from '../../../../store/message-store.js';
import type { MessagingStoreConfig } from '../../parts.js';
import { PlacedBefore } from './placed-before.js';
import { DELETE_KEY } from './timed-message.js';
import type { Recovered, TimerFiles } from './timer-files.js';
import type { TimerMetrics } from './timer-metrics.js';
import { Magic, type TimerUnit } from '../../../../store/timer/timer-unit.js';

export interface PlacementOptions {
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  kept: TimerFiles;
  metrics: TimerMetrics;
  clock: Clock;
  log: Logger;
  leading(): boolean;
  /** Time of the slot that is open. */
  readTimeMs(): number;
  /** Called with what a master has placed, and without anything when only the place has changed. */
  onPlaced(unit?: TimerUnit): void;
}

const TOPIC = SystemTopic.TIMER_WHEEL;
const PAGE = 512;
const PAGE_BYTES = 1024 * 1024;

export class Placement {
  running = false;
  /** Next of the timer topic's queue. */
  queueOffset = 0;
  /** What was placed before the files were lost, and is placed again. */
  private before: PlacedBefore | undefined;
  /** In a slave: where its master is. */
  private masterOffset = 0;
  private placing = false;
  private more = false;
  private lastTopic = '';
  private lastHash = 0;

  constructor(private readonly options: PlacementOptions) {}

  /** Finds where to go on, or to begin again where the files were of no use. */
  async begin({ progress, readTimeMs, fault, last }: Recovered): Promise<void> {
    const { store, log } = this.options;
    const min = store.minOffset(TOPIC, 0);
    const max = store.maxOffset(TOPIC, 0);
    if (fault !== undefined) {
      const what = `the timer's files are damaged (${fault})`;
      log.warn(`${what}: making them from the messages of ${TOPIC} that wait`);
      this.before = new PlacedBefore(store, Math.min(progress.queueOffset, max), readTimeMs);
      this.queueOffset = min;
      return;
    }
    const bytes = last && (await store.recordAt(last.physicalOffset));
    const record = bytes && decodeRecord(bytes);
    // what the log lacks is placed, whatever the checkpoint says
    const placed = record?.topic === TOPIC ? record.queueOffset + 1 : progress.queueOffset;
    this.queueOffset = Math.min(Math.max(placed, min), max);
  }

  /** What was placed before the files were lost is not all placed again yet. */
  get isBehind(): boolean {
    return this.before !== undefined && this.queueOffset < this.before.end;
  }

  /** Messages that are not placed yet; at least one while some are being placed. */
  get left(): number {
    const left = this.options.store.maxOffset(TOPIC, 0) - this.queueOffset;
    return Math.max(this.placing ? 1 : 0, left);
  }

  /** In a slave: its master is so far. */
  limit(masterOffset: number): void {
    this.masterOffset = Math.max(this.masterOffset, masterOffset);
  }

  /** Places what has come since; one run at a time. */
  run(): void {
    this.more = true;
    if (this.placing) return;
    this.placing = true;
    this.placeAll()
      .catch((error: unknown) => this.options.log.error(`timer: ${describeError(error)}`, error))
      .finally(() => (this.placing = false));
  }

  private async placeAll(): Promise<void> {
    const { kept, leading, store, storeConfig } = this.options;
    await this.before?.load();
    while (this.more && this.running && !storeConfig.timerStopEnqueue) {
      this.more = false;
      const room = leading() ? PAGE : Math.min(PAGE, this.masterOffset - this.queueOffset);
      if (room <= 0) break;
      const result = await store.get({
        topic: TOPIC,
        queueId: 0,
        offset: this.queueOffset,
        maxMessages: room,
        maxBytes: PAGE_BYTES,
      });
      if (!this.running) return;
      if (result.nextBeginOffset === this.queueOffset) continue;
      for (const bytes of result.records) this.place(bytes);
      this.queueOffset = result.nextBeginOffset;
      this.options.onPlaced();
      this.more = true;
    }
    kept.write();
  }

  private place(bytes: Buffer): void {
    const { clock, kept, leading, metrics, onPlaced, readTimeMs } = this.options;
    const properties = recordProperties(bytes) ?? '';
    const out = Number(findProperty(properties, Property.TIMER_OUT_MS) ?? NaN);
    if (!Number.isSafeInteger(out)) return;
    const queueOffset = readInt64(bytes, RecordAt.queueOffset);
    const again = this.before !== undefined && queueOffset < this.before.end;
    if (again && this.before!.isOver(properties, out)) return;
    const writeTime = kept.floor(clock.now());
    const { dueTime, rolls } = kept.slotFor(out, writeTime);
    const deletes = findProperty(properties, DELETE_KEY) !== undefined;
    const topic = findProperty(properties, Property.REAL_TOPIC) ?? '';
    const unit = {
      magic: Magic.DEFAULT | (rolls ? Magic.ROLL : 0) | (deletes ? Magic.DELETE : 0),
      writeTime,
      dueTime: Math.max(dueTime, readTimeMs()),
      physicalOffset: readInt64(bytes, RecordAt.physicalOffset),
      size: bytes.readInt32BE(RecordAt.totalSize),
      topicHash: this.hashOf(topic),
    };
    const placed = kept.add(unit, deletes ? -1 : 1);
    // one that follows may fail: this one is not placed again
    this.queueOffset = queueOffset + 1;
    if (!leading()) return;
    // it is counted already
    if (!again) metrics.add(topic, deletes ? -1 : 1);
    metrics.enqueued.add();
    onPlaced(placed);
  }

  /** Neighbours are mostly of one topic. */
  private hashOf(topic: string): number {
    if (topic !== this.lastTopic) {
      this.lastTopic = topic;
      this.lastHash = hashCode(topic);
    }
    return this.lastHash;
  }
}
