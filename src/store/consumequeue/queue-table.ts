// All consume queues of the store by topic and queue id. Those that lie on the disk are opened when
// they are first asked for: a store may have thousands.

import { basename, dirname, join } from 'node:path';
import { MqError } from '../../base/errors.js';
import { SysFlag } from '../../protocol/flags.js';
import { BATCH_UNIT_BYTES } from '../format/batch-unit.js';
import { UNIT_BYTES } from '../format/consume-queue-unit.js';
import type { Queue } from './queue.js';
import { type QueueFiles, QueueMaker, sizesOf } from './queue-maker.js';
import { type Incomplete, type QueueKind, type QueuePlace, QueueRoster } from './queue-roster.js';
import { endOf } from './queue-tail.js';
import { endOfUnits } from './search.js';

export interface QueueTableOptions extends QueueFiles {
  /** Whether a topic has queues of batches; undefined for a topic that is not known. */
  isBatch: (topic: string) => boolean | undefined;
}

/** Brings the state of a queue that lies on the disk to that of the log. */
export type Opener = (queue: Queue) => void;

interface Held {
  queue: Queue;
  open: boolean;
}

export class QueueTable {
  private readonly topics = new Map<string, Map<number, Held>>();
  private readonly maker: QueueMaker;
  private lastTopic = '';
  private lastQueues: Map<number, Held> | undefined;
  private opener: Opener = () => undefined;
  readonly roster: QueueRoster;

  constructor(private readonly options: QueueTableOptions) {
    const { directory, handles, warn } = options;
    this.maker = new QueueMaker(options);
    this.roster = new QueueRoster(dirname(directory), handles.files, warn);
  }

  /** Notes which queues there are. */
  load(): void {
    const { handles, directory, batchDirectory } = this.options;
    this.roster.load();
    for (const root of [directory, batchDirectory]) {
      for (const topic of handles.files.readdir(root)) {
        if (!topic.isDirectory) continue;
        for (const id of handles.files.readdir(join(root, topic.name))) {
          if (!id.isDirectory || !/^\d+$/.test(id.name)) continue;
          this.checkKind(topic.name, root);
          this.add(topic.name, Number(id.name), root === batchDirectory, false);
        }
      }
    }
  }

  /** Queues that have lost files, or may have: their entries have to be made again. */
  incomplete(clean: boolean): Incomplete {
    const { directory, fileBytes, batchDirectory, batchFileBytes } = this.options;
    const kinds = new Map<string, QueueKind>()
      .set(basename(directory), sizesOf(fileBytes, UNIT_BYTES))
      .set(basename(batchDirectory), sizesOf(batchFileBytes, BATCH_UNIT_BYTES));
    const none = sizesOf(0, UNIT_BYTES);
    return this.roster.incomplete(this.places(), (folder) => kinds.get(folder) ?? none, clean);
  }

  /** A queue of which only the files are to be looked at. */
  listed({ topic, queueId }: QueuePlace): Queue {
    const { queue } = this.topics.get(topic)!.get(queueId)!;
    queue.units.list.load();
    return queue;
  }

  /** Removes what is left of a queue. */
  empty(place: QueuePlace): Queue {
    const { folder, topic, queueId } = place;
    this.topics.get(topic)?.get(queueId)?.queue.destroy();
    this.roster.noteEnd(place, undefined);
    this.forget();
    return this.add(topic, queueId, folder === basename(this.options.batchDirectory), true);
  }

  /** Notes which files there are, also of `others`; throws as the disk does. */
  saveRoster(others: readonly Queue[] = []): void {
    for (const queue of [...others, ...this.opened()]) {
      const place = this.placeOf(queue);
      const count = this.roster.countOf(place);
      if (count !== undefined && queue.units.count < count) this.roster.noteEnd(place, undefined);
      this.noteFiles(place, queue);
    }
    this.roster.save();
  }

  /** Before queues are cut at these numbers; throws as the disk does. */
  saveCut(cut: readonly (readonly [Queue, number])[]): void {
    for (const [queue, index] of cut) {
      const place = this.placeOf(queue);
      this.noteFiles(place, queue, index);
      this.roster.noteEnd(place, undefined);
    }
    this.roster.save();
  }

  /**
   * At a proper stop, when all is written: notes where every queue ends. One that was not opened
   * keeps the end that is known; where none is known, it is looked for `inTime`.
   */
  saveEnds(inTime: () => boolean): void {
    for (const held of this.held()) {
      const place = this.placeOf(held.queue);
      if (!held.open) {
        if (this.roster.isNoted(place) || !inTime()) continue;
        if (!this.canOpen(held)) continue;
      }
      this.noteFiles(place, held.queue);
      this.roster.noteEnd(place, endOf(held.queue));
    }
    this.roster.save();
  }

  /** Its entries are being made again. */
  forgetEnd(queue: Queue): void {
    this.roster.noteEnd(this.placeOf(queue), undefined);
  }

  /** Number of entries of a queue after a proper stop. */
  countOf(queue: Queue): number {
    return this.roster.countOf(this.placeOf(queue)) ?? endOfUnits(queue);
  }

  /** A queue of which nothing was read so far. */
  unopened(topic: string, queueId: number): Queue | undefined {
    const held = this.topics.get(topic)?.get(queueId);
    return held?.open ? undefined : held?.queue;
  }

  /** Where a queue is, or would be; undefined for topics that there may not be any more. */
  placeFor(topic: string, queueId: number): QueuePlace | undefined {
    const held = this.topics.get(topic)?.get(queueId);
    if (held) return this.placeOf(held.queue);
    const batch = this.options.isBatch(topic);
    return batch === undefined ? undefined : this.placeOf({ topic, queueId, batch });
  }

  /** From now on queues are opened by `opener`; those that are open already stay as they are. */
  openWith(opener: Opener): void {
    this.opener = opener;
  }

  find(topic: string, queueId: number): Queue | undefined {
    if (topic !== this.lastTopic) {
      const queues = this.topics.get(topic);
      if (!queues) return undefined;
      this.lastQueues = queues;
      this.lastTopic = topic;
    }
    const held = this.lastQueues?.get(queueId);
    if (!held) return undefined;
    return held.open ? held.queue : this.open(held);
  }

  /** A slave may not know the topic yet: then its first message tells what queues it has. */
  findOrCreate(topic: string, queueId: number, sysFlag = 0): Queue {
    const found = this.find(topic, queueId);
    if (found) return found;
    const batch = this.kindOf(topic) ?? (sysFlag & SysFlag.INNER_BATCH) !== 0;
    return this.add(topic, queueId, batch, true);
  }

  /** Whether the messages of a topic may be batches. */
  isBatch(topic: string): boolean {
    return this.kindOf(topic) ?? false;
  }

  /** All queues, which opens them. */
  *[Symbol.iterator](): IterableIterator<Queue> {
    for (const held of this.held()) yield held.open ? held.queue : this.open(held);
  }

  /** The queues that were used since the start. */
  *opened(): IterableIterator<Queue> {
    for (const { queue, open } of this.held()) if (open) yield queue;
  }

  topicNames(): string[] {
    return [...this.topics.keys()];
  }

  /** Queue ids that hold or held messages, by topic. */
  ids(): Map<string, number[]> {
    const ids = new Map<string, number[]>();
    for (const { topic, queueId, max } of this) {
      if (max === 0) continue;
      ids.set(topic, [...(ids.get(topic) ?? []), queueId]);
    }
    for (const used of ids.values()) used.sort((a, b) => a - b);
    return ids;
  }

  /** Removes a topic's queues with their files; how many. */
  deleteTopic(topic: string, forget?: (queue: Queue) => void): number {
    const queues = this.topics.get(topic);
    if (!queues) return 0;
    const { handles, directory, batchDirectory, extDirectory } = this.options;
    for (const { queue } of queues.values()) this.roster.note(this.placeOf(queue), undefined);
    if (queues.size > 0) this.roster.save(); // files that go are not missed
    for (const { queue } of queues.values()) {
      forget?.(queue);
      queue.destroy();
    }
    this.topics.delete(topic);
    this.forget();
    for (const root of [directory, batchDirectory, extDirectory]) {
      handles.files.rmdir(join(root, topic), { recursive: true });
    }
    return queues.size;
  }

  deleteQueue(queue: Queue): void {
    this.roster.note(this.placeOf(queue), undefined);
    queue.destroy();
    const queues = this.topics.get(queue.topic);
    queues?.delete(queue.queueId);
    if (queues?.size === 0) this.deleteTopic(queue.topic);
    this.forget();
  }

  /** After files were cut or removed: what was read from them is not to be used again. */
  forget(): void {
    this.maker.cache.clear();
    this.lastTopic = '';
    this.lastQueues = undefined;
  }

  /** ConsumeQueueStore.queueTypeShouldBe. */
  private checkKind(topic: string, root: string): void {
    const { isBatch, batchDirectory } = this.options;
    const expected = isBatch(topic);
    if (expected === undefined || expected === (root === batchDirectory)) return;
    const path = join(root, topic);
    const reason = `topic ${topic} has queue.type=${expected ? 'BatchCQ' : 'SimpleCQ'}`;
    const hint =
      'bring back the config/topics.json that belongs to the store, or remove that directory: ' +
      'its entries are then made again from the commitlog';
    throw new MqError('STORE_UNREADABLE', { path, reason }, { hint });
  }

  private *held(): IterableIterator<Held> {
    for (const queues of this.topics.values()) yield* queues.values();
  }

  *places(): IterableIterator<QueuePlace> {
    for (const { queue } of this.held()) yield this.placeOf(queue);
  }

  /** Those that hold entries before `index`. */
  private noteFiles(place: QueuePlace, { units }: Queue, index = Infinity): void {
    const held = units.list.all.filter(({ start }) => start < index * units.unitBytes);
    this.roster.note(place, held.at(-1)?.start, held[0]?.start);
  }

  private placeOf({ topic, queueId, batch }: Pick<Queue, 'topic' | 'queueId' | 'batch'>) {
    const { directory, batchDirectory } = this.options;
    return { folder: basename(batch ? batchDirectory : directory), topic, queueId };
  }

  private kindOf(topic: string): boolean | undefined {
    const held = this.topics.get(topic)?.values().next().value;
    return this.options.isBatch(topic) ?? held?.queue.batch;
  }

  private open(held: Held): Queue {
    held.queue.units.list.load();
    // one whose files cannot be used is never taken for an empty one
    held.open = true;
    this.opener(held.queue);
    return held.queue;
  }

  /** One whose files are damaged is told when it is used. */
  private canOpen(held: Held): boolean {
    try {
      return this.open(held) !== undefined;
    } catch (error) {
      if (error instanceof MqError) return false;
      throw error;
    }
  }

  private add(topic: string, queueId: number, batch: boolean, open: boolean): Queue {
    const queue = this.maker.make(topic, queueId, batch);
    let queues = this.topics.get(topic);
    if (!queues) this.topics.set(topic, (queues = new Map()));
    queues.set(queueId, { queue, open });
    if (topic === this.lastTopic) this.lastQueues = queues;
    return queue;
  }
}
