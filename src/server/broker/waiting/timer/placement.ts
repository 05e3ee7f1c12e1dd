// From the timer topic's queue into the wheel (TimerMessageStore.enqueue). A slave does it too, but
// never passes its master: what the master has placed and delivered need not be delivered again.

import type { Clock } from '../../../../base/clock.js';
import { describeError, type Logger } from '../../../../base/log.js';
import { Property, SystemTopic } from '../../../../protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../../../protocol/message.js';
import { findProperty, hashCode } from '../../../../protocol/properties.js';
import type { MessageStore } from '../../../../store/message-store.js';
import type { MessagingStoreConfig } from '../../parts.js';
import { DELETE_KEY } from './timed-message.js';
import type { TimerFiles } from './timer-files.js';
import { Magic, type TimerUnit } from './timer-log.js';
import type { TimerMetrics } from './timer-metrics.js';

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
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;

export class Placement {
  running = false;
  /** Next of the timer topic's queue. */
  queueOffset = 0;
  /** In a slave: where its master is. */
  private masterOffset = 0;
  private placing = false;
  private more = false;

  constructor(private readonly options: PlacementOptions) {}

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
    const { leading, onPlaced, store, storeConfig } = this.options;
    while (this.more && this.running && !storeConfig.timerStopEnqueue) {
      this.more = false;
      const room = leading() ? PAGE : Math.min(PAGE, this.masterOffset - this.queueOffset);
      if (room <= 0) return;
      const result = await store.get({
        topic: TOPIC,
        queueId: 0,
        offset: this.queueOffset,
        maxMessages: room,
        maxBytes: PAGE_BYTES,
      });
      if (!this.running) return;
      for (const bytes of result.records) {
        const record = decodeRecord(bytes);
        if (record) this.place(record);
      }
      if (result.nextBeginOffset === this.queueOffset) continue;
      this.queueOffset = result.nextBeginOffset;
      onPlaced();
      this.more = true;
    }
  }

  private place(record: DecodedRecord): void {
    const { clock, kept, leading, metrics, onPlaced, readTimeMs } = this.options;
    const out = Number(findProperty(record.properties, Property.TIMER_OUT_MS) ?? NaN);
    if (!Number.isSafeInteger(out)) return;
    const writeTime = kept.floor(clock.now());
    const { dueTime, rolls } = kept.slotFor(out, writeTime);
    const deletes = findProperty(record.properties, DELETE_KEY) !== undefined;
    const topic = findProperty(record.properties, Property.REAL_TOPIC) ?? '';
    const unit = {
      magic: Magic.DEFAULT | (rolls ? Magic.ROLL : 0) | (deletes ? Magic.DELETE : 0),
      writeTime,
      dueTime: Math.max(dueTime, readTimeMs()),
      physicalOffset: record.physicalOffset,
      size: record.totalSize,
      topicHash: hashCode(topic),
    };
    const placed = kept.add(unit, deletes ? -1 : 1);
    if (!leading()) return;
    metrics.add(topic, deletes ? -1 : 1);
    metrics.enqueued.add();
    onPlaced(placed);
  }
}
