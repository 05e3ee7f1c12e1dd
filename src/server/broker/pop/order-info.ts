// What ordered POP has handed out of each queue: nothing more comes until it is acknowledged or
// visible again (ConsumerOrderInfoManager); consumerOrderInfo.json.

import type { Clock } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import { numberOf, objectOf, textOf } from '../../../protocol/bodies/json.js';
import {
  type Json,
  type JsonObject,
  numberTable,
  stringTable,
} from '../../../protocol/fastjson.js';
import { ConfigFile, type TextFiles } from '../metadata/config-file.js';
import { record, table } from '../metadata/unknown-fields.js';
import type { Groups, Topics } from '../parts.js';
import { retryKindOf } from './receipt.js';

export interface OrderInfoOptions {
  topics: Pick<Topics, 'get'>;
  groups: Pick<Groups, 'has'>;
  storePathRootDir: string;
  flushConsumerOffsetInterval: number;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

export interface HandedOut {
  attemptId: string | undefined;
  popTime: number;
  invisibleTime: number;
  queueOffsets: readonly number[];
}

interface Entry {
  popTime: number;
  invisibleTime: number;
  offsets: number[];
  /** How often an offset had been handed out before. */
  counts: Map<number, number>;
  /** Times that changeInvisibleTime has set. */
  visibleAt: Map<number, number>;
  acked: Set<number>;
  lastTime: number;
  attemptId: string | undefined;
}

/** A queue that nobody consumes is forgotten (CLEAN_SPAN_FROM_LAST). */
const FORGET_MS = 24 * 60 * 60 * 1000;

export class OrderInfo implements Part {
  private readonly table = new Map<string, Map<number, Entry>>();
  private readonly file: ConfigFile;

  constructor(private readonly options: OrderInfoOptions) {
    const { clock, files, log, storePathRootDir, flushConsumerOffsetInterval } = options;
    this.file = new ConfigFile({
      root: storePathRootDir,
      name: 'consumerOrderInfo.json',
      files,
      clock,
      log,
      periodMs: flushConsumerOffsetInterval,
      shape: record({ table: table(table(record())) }),
      beforeWrite: () => this.cleanAll(),
      state: () => this.state(),
      load: (fields) => this.load(fields),
    });
  }

  start(): Promise<void> {
    return this.file.start();
  }

  stop(): Promise<void> {
    return this.file.stop();
  }

  /** Topics with groups that something was handed out to. */
  get size(): number {
    return this.table.size;
  }

  /** The same attempt may get its messages again. */
  blocked(topic: string, group: string, queueId: number, attemptId: string | undefined): boolean {
    const entry = this.entry(topic, group, queueId);
    if (!entry) return false;
    if (attemptId !== undefined && entry.attemptId === attemptId) return false;
    return this.freeAt(entry) > this.options.clock.now();
  }

  /** When the queue is free again without an acknowledgement; undefined when it is. */
  freeTime(topic: string, group: string, queueId: number): number | undefined {
    const entry = this.entry(topic, group, queueId);
    const free = entry ? this.freeAt(entry) : 0;
    return free > this.options.clock.now() ? free : undefined;
  }

  /** Notes what is handed out; the text that tells how often each message was before. */
  update(topic: string, group: string, queueId: number, out: HandedOut): string {
    const key = `${topic}@${group}`;
    let queues = this.table.get(key);
    if (!queues) this.table.set(key, (queues = new Map()));
    const before = queues.get(queueId);
    const counts = countsAfter(before, out);
    queues.set(queueId, {
      popTime: out.popTime,
      invisibleTime: out.invisibleTime,
      offsets: [...out.queueOffsets],
      counts,
      visibleAt: new Map(),
      acked: new Set(),
      lastTime: this.options.clock.now(),
      attemptId: out.attemptId,
    });
    this.file.changed();
    const kind = retryKindOf(topic);
    const parts = [...counts].map(([offset, count]) => `${kind} qo${queueId}%${offset} ${count}`);
    const all = counts.size === out.queueOffsets.length ? Math.min(...counts.values()) : 0;
    parts.push(`${kind} ${queueId} ${all}`); // older clients look by queue
    return parts.join(';');
  }

  /** The next offset to consume; -1 for an offset that was not handed out, -2 for an old time. */
  ack(topic: string, group: string, queueId: number, offset: number, popTime: number): number {
    const entry = this.entry(topic, group, queueId);
    if (!entry) return offset + 1;
    if (entry.popTime !== popTime) return -2;
    if (!entry.offsets.includes(offset)) return -1;
    entry.acked.add(offset);
    this.file.changed();
    const open = entry.offsets.find((one) => !entry.acked.has(one));
    return open ?? entry.offsets[entry.offsets.length - 1] + 1;
  }

  /** Forgets what was handed out, when the group is sent elsewhere. */
  clear(topic: string, group: string, queueId: number): void {
    const key = `${topic}@${group}`;
    const queues = this.table.get(key);
    if (queues?.delete(queueId)) this.file.changed();
    if (queues?.size === 0) this.table.delete(key);
  }

  setVisibleAt(
    topic: string,
    group: string,
    queueId: number,
    offset: number,
    popTime: number,
    time: number,
  ): void {
    const entry = this.entry(topic, group, queueId);
    if (entry?.popTime !== popTime) return;
    entry.visibleAt.set(offset, time);
    this.file.changed();
  }

  /** All that was handed out comes again at `time`, and does not count as handed out. */
  suspend(topic: string, group: string, queueId: number, popTime: number, time: number): void {
    const entry = this.entry(topic, group, queueId);
    if (entry?.popTime !== popTime) return;
    for (const [offset, count] of entry.counts) entry.counts.set(offset, Math.max(0, count - 1));
    entry.visibleAt.clear();
    entry.invisibleTime = time - popTime;
    this.file.changed();
  }

  /** Forgets queues that are gone or that nobody consumes. */
  cleanAll(): void {
    for (const [key, queues] of this.table) {
      this.clean(key, queues);
      if (queues.size === 0) this.table.delete(key);
    }
  }

  private entry(topic: string, group: string, queueId: number): Entry | undefined {
    return this.table.get(`${topic}@${group}`)?.get(queueId);
  }

  private freeAt({ acked, invisibleTime, offsets, popTime, visibleAt }: Entry): number {
    let free = 0;
    for (const offset of offsets) {
      if (acked.has(offset)) continue;
      free = Math.max(free, visibleAt.get(offset) ?? popTime + invisibleTime);
    }
    return free;
  }

  private clean(key: string, queues: Map<number, Entry>): void {
    const { clock, groups, topics } = this.options;
    const at = key.indexOf('@');
    const topic = topics.get(key.slice(0, at));
    const count = groups.has(key.slice(at + 1)) ? (topic?.readQueueNums ?? 0) : 0;
    const oldest = clock.now() - FORGET_MS;
    for (const [queueId, { lastTime }] of queues) {
      if (queueId >= count || lastTime < oldest) queues.delete(queueId);
    }
  }

  private state(): JsonObject {
    const table = new Map<string, Map<number, Json>>();
    let orderInfoCount = 0;
    for (const [key, queues] of this.table) {
      table.set(key, new Map([...queues].map(([id, entry]) => [id, jsonOf(entry)])));
      orderInfoCount += queues.size;
    }
    return { orderInfoCount, orderedConsumptionLevel: 'QUEUE', table };
  }

  private load(fields: JsonObject): void {
    for (const [key, queues] of stringTable<Json>(fields.table)) {
      const entries = [...numberTable<Json>(queues)].map(([queueId, value]): [number, Entry] => [
        queueId,
        entryOf(objectOf(value)),
      ]);
      this.table.set(key, new Map(entries));
    }
  }
}

function countsAfter(before: Entry | undefined, out: HandedOut): Map<number, number> {
  const counts = new Map<number, number>();
  if (!before) return counts;
  if (out.attemptId !== undefined && before.attemptId === out.attemptId) return before.counts;
  for (const offset of out.queueOffsets) {
    if (before.offsets.includes(offset)) counts.set(offset, (before.counts.get(offset) ?? 0) + 1);
  }
  return counts;
}

/** Offsets behind the first are kept as differences to it; acknowledgements as bits. */
function jsonOf(entry: Entry): JsonObject {
  const [first] = entry.offsets;
  const json: JsonObject = {
    popTime: entry.popTime,
    i: entry.invisibleTime,
    o: entry.offsets.map((offset, i) => (i === 0 ? offset : offset - first)),
    oc: entry.counts,
    l: entry.lastTime,
    cm: entry.offsets.reduce((bits, offset, i) => bits + (entry.acked.has(offset) ? 2 ** i : 0), 0),
  };
  if (entry.visibleAt.size > 0) json.ot = entry.visibleAt;
  if (entry.attemptId !== undefined) json.a = entry.attemptId;
  return json;
}

function entryOf(fields: JsonObject): Entry {
  const list = Array.isArray(fields.o) ? fields.o.map((item) => numberOf(item)) : [];
  const offsets = list.map((offset, i) => (i === 0 ? offset : list[0] + offset));
  const bits = numberOf(fields.cm);
  return {
    popTime: numberOf(fields.popTime),
    invisibleTime: numberOf(fields.i),
    offsets,
    counts: numberTable<number>(fields.oc),
    visibleAt: numberTable<number>(fields.ot),
    acked: new Set(offsets.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1)),
    lastTime: numberOf(fields.l),
    attemptId: fields.a === undefined ? undefined : textOf(fields.a),
  };
}
