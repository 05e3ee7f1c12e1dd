// Which messages of the timer topic need no place again after the timer's files were lost: those
// that were due before, and those that went through the wheel and came back as another message.

import { Property, SystemTopic } from '../../../../protocol/flags.js';
import { recordProperties } from '../../../../protocol/message.js';
import { findProperty } from '../../../../protocol/properties.js';
import type { MessageStore } from '../../../../store/message-store.js';
import { ROLL_TIMES } from './timed-message.js';

const PAGE = 512;
const PAGE_BYTES = 1024 * 1024;
/** Who was placed late may be due before and wait all the same: it is looked up. */
const LATE_MS = 60_000;

export class PlacedBefore {
  /** How often the messages that came back did, by topic and unique key. */
  private readonly rolled = new Map<string, number>();
  private loaded = false;

  constructor(
    private readonly store: Pick<MessageStore, 'get' | 'minOffset'>,
    /** Messages before this offset of the queue had been placed. */
    readonly end: number,
    private readonly readTimeMs: number,
  ) {}

  /** Looks for those that came back. */
  async load(): Promise<void> {
    if (this.loaded) return;
    let offset = this.store.minOffset(SystemTopic.TIMER_WHEEL, 0);
    while (offset < this.end) {
      const { records, nextBeginOffset } = await this.store.get({
        ...{ topic: SystemTopic.TIMER_WHEEL, queueId: 0, offset },
        ...{ maxMessages: PAGE, maxBytes: PAGE_BYTES },
      });
      for (const bytes of records) this.note(recordProperties(bytes) ?? '');
      if (nextBeginOffset <= offset) break;
      offset = nextBeginOffset;
    }
    this.loaded = true;
  }

  isOver(properties: string, outMs: number): boolean {
    if (outMs < this.readTimeMs - LATE_MS) return true;
    if (this.rolled.size === 0) return false;
    return timesOf(properties) < (this.rolled.get(nameOf(properties)) ?? 0);
  }

  private note(properties: string): void {
    const times = timesOf(properties);
    if (times > 0) this.rolled.set(nameOf(properties), times);
  }
}

const timesOf = (properties: string): number => Number(findProperty(properties, ROLL_TIMES) ?? 0);

const nameOf = (properties: string): string =>
  [Property.REAL_TOPIC, Property.UNIQ_KEY]
    .map((name) => findProperty(properties, name) ?? '')
    .join(' ');
