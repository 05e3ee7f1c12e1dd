// Who wants to know of messages that have become readable.

import type { Logger } from '../../base/log.js';
import type { Indexed } from '../format/record-scan.js';
import type { Arrival } from '../message-store.js';

export class Arrivals {
  private readonly listeners: ((arrival: Arrival) => void)[] = [];

  constructor(private readonly log: Logger) {}

  add(listener: (arrival: Arrival) => void): void {
    this.listeners.push(listener);
  }

  announce(record: Indexed, tagsCode: number): void {
    for (const listener of this.listeners) {
      try {
        listener({
          topic: record.topic,
          queueId: record.queueId,
          queueOffset: record.queueOffset,
          tagsCode: BigInt(tagsCode),
          storeTimestamp: record.storeTimestamp,
          physicalOffset: record.physicalOffset,
          size: record.size,
        });
      } catch (error) {
        this.log.error('a listener for arriving messages failed', error);
      }
    }
  }
}
