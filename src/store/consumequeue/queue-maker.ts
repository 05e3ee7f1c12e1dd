// Makes the queues of both kinds over the files that they lie in.

import { join } from 'node:path';
import { BlockCache } from '../files/block-cache.js';
import type { Handles } from '../files/handles.js';
import { SegmentList } from '../files/segment-list.js';
import { BATCH_UNIT_BYTES } from '../format/batch-unit.js';
import { UNIT_BYTES, fillFront } from '../format/consume-queue-unit.js';
import { BatchConsumeQueue } from './batch-consume-queue.js';
import { ConsumeQueue } from './consume-queue.js';
import type { Queue } from './queue.js';
import { QueueExt } from './queue-ext.js';
import type { QueueKind } from './queue-roster.js';
import { UnitLog } from './unit-log.js';

const CACHE_BYTES = 8 * 1024 * 1024;

export interface QueueFiles {
  directory: string;
  fileBytes: number;
  /** Where the queues of batches are; a topic has one kind of queues. */
  batchDirectory: string;
  batchFileBytes: number;
  /** `consumequeue_ext`. */
  extDirectory: string;
  extFileBytes: number;
  writeExt: boolean;
  handles: Handles;
  warn: (text: string) => void;
}

export class QueueMaker {
  readonly cache = new BlockCache(CACHE_BYTES);

  constructor(private readonly options: QueueFiles) {}

  make(topic: string, queueId: number, batch: boolean): Queue {
    return batch ? this.newBatchQueue(topic, queueId) : this.newQueue(topic, queueId);
  }

  private newQueue(topic: string, queueId: number): Queue {
    const { directory, fileBytes, extDirectory, extFileBytes, writeExt, warn } = this.options;
    const { cache } = this;
    const list = this.files(topic, queueId, {
      ...{ directory, fileBytes: wholeUnits(fileBytes, UNIT_BYTES) },
      property: 'mappedFileSizeConsumeQueue',
    });
    const units = new UnitLog({ list, cache, unitBytes: UNIT_BYTES, fillFront });
    const extList = this.files(topic, queueId, {
      ...{ directory: extDirectory, fileBytes: extFileBytes },
      property: 'mappedFileSizeConsumeQueueExt',
    });
    return new ConsumeQueue(topic, queueId, units, new QueueExt(extList, cache, writeExt, warn));
  }

  private newBatchQueue(topic: string, queueId: number): Queue {
    const { batchDirectory, batchFileBytes } = this.options;
    const list = this.files(topic, queueId, {
      directory: batchDirectory,
      fileBytes: wholeUnits(batchFileBytes, BATCH_UNIT_BYTES),
      property: 'mapperFileSizeBatchConsumeQueue',
    });
    const units = new UnitLog({ list, cache: this.cache, unitBytes: BATCH_UNIT_BYTES });
    return new BatchConsumeQueue(topic, queueId, units);
  }

  private files(
    topic: string,
    queueId: number,
    options: { directory: string; fileBytes: number; property: string },
  ): SegmentList {
    const { handles, warn } = this.options;
    const directory = join(options.directory, topic, String(queueId));
    return new SegmentList({ ...options, directory, shortLast: 'fill', handles, warn });
  }
}

/** MessageStoreConfig.getMappedFileSizeConsumeQueue. */
const wholeUnits = (fileBytes: number, unitBytes: number): number =>
  Math.ceil(fileBytes / unitBytes) * unitBytes;

/** What the files of queues with entries of `unitBytes` are made of. */
export const sizesOf = (fileBytes: number, unitBytes: number): QueueKind => ({
  fileBytes: wholeUnits(fileBytes, unitBytes),
  unitBytes,
});
