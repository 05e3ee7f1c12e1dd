// From a record of the log to what is derived from it: consume queue entry and index
// (DefaultMessageStore.doDispatch).

import type { Logger } from '../../base/log.js';
import { SysFlag } from '../../protocol/flags.js';
import type { Queue } from '../consumequeue/queue.js';
import type { Indexed } from '../format/record-scan.js';
import type { MessageIndex } from '../index/message-index.js';
import type { LightQueues } from './light-queues.js';

/** Half and rolled back messages by sysFlag are in no consume queue. */
export function isQueued(sysFlag: number): boolean {
  const type = sysFlag & SysFlag.TRANSACTION_MASK;
  return type === 0 || type === SysFlag.TRANSACTION_COMMIT;
}

/** Which filters a message passes, as its queue keeps it (CommitLogDispatcherCalcBitMap). */
export type FilterBits = (message: { topic: string; properties: string }) => Buffer | undefined;

type IsNext = (queue: Queue, queueOffset: number) => boolean;

export class Dispatch {
  /** Queues with entries that are only in memory. */
  readonly dirty = new Set<Queue>();
  /** Of the record that was dispatched last. */
  lastStoreTimestamp = 0;
  lastPhysicalOffset = 0;
  private indexFailed = false;

  constructor(
    private readonly index: MessageIndex | undefined,
    private readonly light: LightQueues,
    private readonly log: Logger,
    private readonly filterBits?: FilterBits,
  ) {}

  /** The record is the next of `queue`, or in no queue. */
  dispatch(record: Indexed, queue: Queue | undefined, tagsCode: number): void {
    if (queue) {
      this.queueOnly(record, queue, tagsCode);
      if (this.light.dispatching) this.lightOnly(record, tagsCode);
    }
    this.indexOnly(record);
  }

  /** Its queues have it, or will. */
  indexOnly(record: Indexed): void {
    if (this.index) this.putIndex(this.index, record);
    this.lastStoreTimestamp = record.storeTimestamp;
    this.lastPhysicalOffset = record.physicalOffset;
  }

  queueOnly(record: Indexed, queue: Queue, tagsCode: number): void {
    if (queue.units.pending === 0) this.dirty.add(queue);
    const bits = queue.ext?.writing ? this.filterBits?.(record) : undefined;
    queue.append(record, tagsCode, bits);
  }

  /** To the queues beside its own; `isNext` mends them where they have to be. */
  lightOnly(record: Indexed, tagsCode: number, isNext?: IsNext): void {
    for (const place of this.light.places(record)) {
      const { queue, queueOffset } = place;
      const next = isNext?.(queue, queueOffset) ?? this.light.continues(place, record);
      if (!next) continue;
      this.queueOnly(record, queue, tagsCode);
      queue.next = Math.max(queue.next, queue.max);
    }
  }

  private putIndex(index: MessageIndex, record: Indexed): void {
    try {
      index.put(record);
      this.indexFailed = false;
    } catch (error) {
      if (this.indexFailed) return;
      this.indexFailed = true;
      this.log.error('messages are not being indexed: no index file can be made', error);
    }
  }
}
