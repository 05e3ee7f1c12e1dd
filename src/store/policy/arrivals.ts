// Who wants to know that messages have become readable, or that the log has grown.

import type { Logger } from '../../base/log.js';
import type { Indexed } from '../format/record-scan.js';
import type { Arrival } from '../message-store.js';

export class Arrivals {
  private readonly listeners: ((arrival: Arrival) => void)[] = [];
  private readonly followers: (() => void)[] = [];

  constructor(private readonly log: Logger) {}

  add(listener: (arrival: Arrival) => void): void {
    this.listeners.push(listener);
  }

  /** Calls `follower` whenever the log has grown. */
  addFollower(follower: () => void): void {
    this.followers.push(follower);
  }

  logWritten(): void {
    for (const follower of this.followers) {
      try {
        follower();
      } catch (error) {
        this.log.error('who follows the log failed', error);
      }
    }
  }

  announce(record: Indexed, tagsCode: number): void {
    if (this.listeners.length === 0) return;
    const arrival = new Arrived(record, tagsCode);
    for (const listener of this.listeners) {
      try {
        listener(arrival);
      } catch (error) {
        this.log.error('a listener for arriving messages failed', error);
      }
    }
  }
}

class Arrived implements Arrival {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly storeTimestamp: number;
  readonly physicalOffset: number;
  readonly size: number;

  constructor(
    record: Indexed,
    private readonly code: number,
  ) {
    this.topic = record.topic;
    this.queueId = record.queueId;
    this.queueOffset = record.queueOffset;
    this.storeTimestamp = record.storeTimestamp;
    this.physicalOffset = record.physicalOffset;
    this.size = record.size;
  }

  /** Made only for those who wait: most messages meet nobody. */
  get tagsCode(): bigint {
    return BigInt(this.code);
  }
}
