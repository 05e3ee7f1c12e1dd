// All consume queues of the store by topic and queue id.

import { join } from 'node:path';
import { BlockCache } from '../files/block-cache.js';
import type { Handles } from '../files/handles.js';
import { SegmentList } from '../files/segment-list.js';
import { UNIT_BYTES } from '../format/consume-queue-unit.js';
import { ConsumeQueue } from './consume-queue.js';

const CACHE_BYTES = 8 * 1024 * 1024;

export interface QueueTableOptions {
  directory: string;
  fileBytes: number;
  handles: Handles;
  warn: (text: string) => void;
}

export class QueueTable {
  private readonly topics = new Map<string, Map<number, ConsumeQueue>>();
  private readonly cache = new BlockCache(CACHE_BYTES);
  private readonly fileBytes: number;
  private lastTopic = '';
  private lastQueues: Map<number, ConsumeQueue> | undefined;

  constructor(private readonly options: QueueTableOptions) {
    // MessageStoreConfig.getMappedFileSizeConsumeQueue: whole entries
    this.fileBytes = Math.ceil(options.fileBytes / UNIT_BYTES) * UNIT_BYTES;
  }

  load(): void {
    const { files } = this.options.handles;
    for (const topic of files.readdir(this.options.directory)) {
      if (!topic.isDirectory) continue;
      for (const id of files.readdir(join(this.options.directory, topic.name))) {
        if (!id.isDirectory || !/^\d+$/.test(id.name)) continue;
        this.create(topic.name, Number(id.name)).list.load();
      }
    }
  }

  find(topic: string, queueId: number): ConsumeQueue | undefined {
    if (topic !== this.lastTopic) {
      const queues = this.topics.get(topic);
      if (!queues) return undefined;
      this.lastQueues = queues;
      this.lastTopic = topic;
    }
    return this.lastQueues?.get(queueId);
  }

  findOrCreate(topic: string, queueId: number): ConsumeQueue {
    return this.find(topic, queueId) ?? this.create(topic, queueId);
  }

  *[Symbol.iterator](): IterableIterator<ConsumeQueue> {
    for (const queues of this.topics.values()) yield* queues.values();
  }

  topicNames(): string[] {
    return [...this.topics.keys()];
  }

  /** Queue ids that hold or held messages, by topic. */
  ids(): Map<string, number[]> {
    const ids = new Map<string, number[]>();
    for (const [topic, queues] of this.topics) {
      const used = [...queues.values()].filter((queue) => queue.max > 0);
      if (used.length > 0)
        ids.set(
          topic,
          used.map((queue) => queue.queueId).sort((a, b) => a - b),
        );
    }
    return ids;
  }

  /** Removes a topic's queues with their files; how many. */
  deleteTopic(topic: string, forget?: (queue: ConsumeQueue) => void): number {
    const queues = this.topics.get(topic);
    if (!queues) return 0;
    for (const queue of queues.values()) {
      forget?.(queue);
      queue.list.destroy();
    }
    this.topics.delete(topic);
    this.forget();
    this.options.handles.files.rmdir(join(this.options.directory, topic), { recursive: true });
    return queues.size;
  }

  deleteQueue(queue: ConsumeQueue): void {
    queue.list.destroy();
    const queues = this.topics.get(queue.topic);
    queues?.delete(queue.queueId);
    if (queues?.size === 0) this.deleteTopic(queue.topic);
    this.forget();
  }

  /** After files were cut or removed: what was read from them is not to be used again. */
  forget(): void {
    this.cache.clear();
    this.lastTopic = '';
    this.lastQueues = undefined;
  }

  private create(topic: string, queueId: number): ConsumeQueue {
    const { directory, handles, warn } = this.options;
    const list = new SegmentList({
      directory: join(directory, topic, String(queueId)),
      fileBytes: this.fileBytes,
      property: 'mappedFileSizeConsumeQueue',
      shortLast: 'fill',
      handles,
      warn,
    });
    const queue = new ConsumeQueue(topic, queueId, list, this.cache);
    let queues = this.topics.get(topic);
    if (!queues) this.topics.set(topic, (queues = new Map()));
    queues.set(queueId, queue);
    if (topic === this.lastTopic) this.lastQueues = queues;
    return queue;
  }
}
