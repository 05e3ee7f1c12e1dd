// Where each group stands in each queue (ConsumerOffsetManager): consumerOffset.json.

import type { Clock } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import type { DataVersion } from '../../../protocol/bodies/topic.js';
import { dataVersionOf } from '../../../protocol/bodies/topic.js';
import {
  type Json,
  type JsonObject,
  numberTable,
  stringTable,
  writeJson,
} from '../../../protocol/fastjson.js';
import { ConfigFile, type TextFiles } from '../metadata/config-file.js';
import { JavaBuckets } from '../metadata/java-order.js';
import {
  groupTopics,
  inOrder,
  keyOf,
  type OffsetRows,
  partsOf,
  SEPARATOR,
  splitLight,
} from './offset-keys.js';

export interface ConsumerOffsets extends Part {
  commit(group: string, topic: string, queueId: number, offset: number): void;
  commitPulled(group: string, topic: string, queueId: number, offset: number): void;
  /** The committed offset, or one that a reset has put in its place; -1 when there is none. */
  query(group: string, topic: string, queueId: number): number;
  /** The end of the group's last pull; the committed offset when it has not pulled. */
  queryPulled(group: string, topic: string, queueId: number): number;
  /** Committed offsets of all groups as the file has them, before the start. */
  standing(): Iterable<{ topic: string; queueId: number; queueOffset: number }>;
  /** Committed offsets of all queues of a topic. */
  ofTopic(group: string, topic: string): ReadonlyMap<number, number> | undefined;
  topicsOf(group: string): Set<string>;
  /** Pairs of topic and group. */
  readonly size: number;
  groupsOf(topic: string): Set<string>;
  /** By queue the least offset of all groups but those left out (queryMinOffsetInAllGroup). */
  leastOffsets(topic: string, without: readonly string[]): Map<number, number>;
  clone(from: string, to: string, topic: string): void;
  /** In a slave: a master's offsets replace those of the same topics and groups. */
  takeOver(fields: JsonObject): void;
  /** Server-side reset: the next pull of the queue is told to go on from `offset`. */
  assignReset(group: string, topic: string, queueId: number, offset: number): void;
  hasReset(group: string, topic: string, queueId: number): boolean;
  takeReset(group: string, topic: string, queueId: number): number | undefined;
  clearPulled(group: string, topic: string): void;
  /** Forgets the group's place in one topic, without going through the tables. */
  remove(group: string, topic: string): void;
  removeGroup(group: string): void;
  removeTopic(topic: string): void;
  /** All tables as one line of JSON, as GET_ALL_CONSUMER_OFFSET answers them. */
  encode(): string;
  readonly dataVersion: DataVersion;
  save(): void;
}

export interface ConsumerOffsetsOptions {
  config: {
    flushConsumerOffsetInterval: number;
    consumerOffsetUpdateVersionStep: number;
    useServerSideResetOffset: boolean;
  };
  /** Light groups have one offset a topic, in a file of another name (LmqConsumerOffsetManager). */
  enableLmq?: boolean;
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

function put(table: OffsetRows, key: string, queueId: number, offset: number): number | undefined {
  let queues = table.get(key);
  if (!queues) table.set(key, (queues = new Map()));
  const before = queues.get(queueId);
  queues.set(queueId, offset);
  return before;
}

function tableOf(value: Json | undefined): OffsetRows {
  const table: OffsetRows = new Map();
  for (const [key, queues] of stringTable<Json>(value)) {
    table.set(key, numberTable<number>(queues));
  }
  return table;
}

const FILE = 'consumerOffset.json';
const LIGHT_FILE = 'lmqConsumerOffset.json';

export function createConsumerOffsets(options: ConsumerOffsetsOptions): ConsumerOffsets {
  return new OffsetTable(options);
}

class OffsetTable implements ConsumerOffsets {
  dataVersion: DataVersion;
  private committed: OffsetRows = new Map();
  private pulled: OffsetRows = new Map();
  private readonly resets: OffsetRows = new Map();
  private changes = 0;
  /** Of RocketMQ's map of committed offsets: a table that was read from a file has fewer. */
  private buckets: number = JavaBuckets.map512;
  private readonly file: ConfigFile;

  constructor(private readonly options: ConsumerOffsetsOptions) {
    const { clock, config, files, log, storePathRootDir } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    this.file = new ConfigFile({
      root: storePathRootDir,
      ...(options.enableLmq ? { name: LIGHT_FILE, before: FILE } : { name: FILE }),
      files,
      clock,
      log,
      periodMs: config.flushConsumerOffsetInterval,
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

  save(): void {
    this.file.save();
  }

  commit(group: string, topic: string, queueId: number, offset: number): void {
    const key = keyOf(topic, group);
    const before = put(this.committed, key, queueId, offset);
    if (before === offset) return;
    if (before !== undefined && offset < before) {
      const text = `the offset of ${key} queue ${queueId} goes back from ${before} to ${offset}`;
      this.options.log.warn(text);
    }
    this.file.changed();
    const step = Math.max(1, this.options.config.consumerOffsetUpdateVersionStep);
    if (++this.changes % step === 0) {
      const { counter, stateVersion } = this.dataVersion;
      const timestamp = this.options.clock.now();
      this.dataVersion = { counter: counter + 1, stateVersion, timestamp };
    }
  }

  commitPulled(group: string, topic: string, queueId: number, offset: number): void {
    if (put(this.pulled, keyOf(topic, group), queueId, offset) !== offset) this.file.changed();
  }

  query(group: string, topic: string, queueId: number): number {
    const key = keyOf(topic, group);
    const serverSide = this.options.config.useServerSideResetOffset;
    const reset = serverSide ? this.resets.get(key)?.get(queueId) : undefined;
    return reset ?? this.committed.get(key)?.get(queueId) ?? -1;
  }

  queryPulled(group: string, topic: string, queueId: number): number {
    const pulled = this.pulled.get(keyOf(topic, group))?.get(queueId);
    return pulled ?? this.query(group, topic, queueId);
  }

  *standing() {
    this.file.takeOver();
    for (const [key, queues] of this.committed) {
      const [topic] = partsOf(key);
      for (const [queueId, queueOffset] of queues) yield { topic, queueId, queueOffset };
    }
  }

  ofTopic(group: string, topic: string): ReadonlyMap<number, number> | undefined {
    return this.committed.get(keyOf(topic, group));
  }

  topicsOf(group: string): Set<string> {
    const topics = new Set<string>();
    for (const key of this.committed.keys()) {
      const [topic, name] = partsOf(key);
      if (name === group) topics.add(topic);
    }
    return topics;
  }

  get size(): number {
    return this.committed.size;
  }

  groupsOf(topic: string): Set<string> {
    const groups = new Set<string>();
    for (const key of this.committed.keys()) {
      const [name, group] = partsOf(key);
      if (name === topic && !group.includes(SEPARATOR)) groups.add(group);
    }
    return groups;
  }

  leastOffsets(topic: string, without: readonly string[]): Map<number, number> {
    const least: Map<number, number> = new Map();
    for (const [key, queues] of this.committed) {
      const [name, group] = partsOf(key);
      if (name !== topic || without.includes(group)) continue;
      for (const [queueId, offset] of queues) {
        least.set(queueId, Math.min(offset, least.get(queueId) ?? offset));
      }
    }
    return least;
  }

  clone(from: string, to: string, topic: string): void {
    const queues = this.committed.get(keyOf(topic, from));
    if (!queues) return;
    this.committed.set(keyOf(topic, to), new Map(queues));
    this.file.changed();
  }

  assignReset(group: string, topic: string, queueId: number, offset: number): void {
    if (queueId < 0 || offset < 0) return;
    put(this.resets, keyOf(topic, group), queueId, offset);
    put(this.committed, keyOf(topic, group), queueId, offset);
    this.file.changed();
  }

  hasReset(group: string, topic: string, queueId: number): boolean {
    return this.resets.get(keyOf(topic, group))?.has(queueId) ?? false;
  }

  takeReset(group: string, topic: string, queueId: number): number | undefined {
    const queues = this.resets.size > 0 ? this.resets.get(keyOf(topic, group)) : undefined;
    const offset = queues?.get(queueId);
    queues?.delete(queueId);
    return offset;
  }

  clearPulled(group: string, topic: string): void {
    if (this.pulled.delete(keyOf(topic, group))) this.file.changed();
  }

  remove(group: string, topic: string): void {
    for (const table of [this.committed, this.pulled, this.resets])
      table.delete(keyOf(topic, group));
    this.file.changed();
  }

  removeGroup(group: string): void {
    this.removeAll((_, name) => name === group);
  }

  removeTopic(topic: string): void {
    this.removeAll((name) => name === topic);
  }

  encode(): string {
    return writeJson(this.state());
  }

  takeOver(fields: JsonObject): void {
    for (const [key, queues] of tableOf(fields.offsetTable)) this.committed.set(key, queues);
    for (const [key, offset] of stringTable<number>(fields.lmqOffsetTable)) {
      put(this.committed, key, 0, offset);
    }
    this.dataVersion = dataVersionOf(fields.dataVersion);
    this.file.changed();
  }

  private removeAll(matches: (topic: string, group: string) => boolean): void {
    for (const table of [this.committed, this.pulled, this.resets]) {
      for (const key of table.keys()) if (matches(...partsOf(key))) table.delete(key);
    }
    this.file.changed();
  }

  private state(): JsonObject {
    const { light, rows } = splitLight(this.committed);
    const offsetTable = inOrder(this.options.enableLmq ? rows : this.committed, this.buckets);
    return {
      dataVersion: this.dataVersion,
      groupTopicMap: groupTopics(offsetTable),
      ...(this.options.enableLmq && { lmqOffsetTable: light }),
      offsetTable,
      pullOffsetTable: inOrder(this.pulled, JavaBuckets.map512),
    };
  }

  private load(fields: JsonObject): void {
    this.buckets = JavaBuckets.default;
    this.committed = tableOf(fields.offsetTable);
    for (const [key, offset] of stringTable<number>(fields.lmqOffsetTable)) {
      put(this.committed, key, 0, offset);
    }
    this.pulled = tableOf(fields.pullOffsetTable);
    this.dataVersion = dataVersionOf(fields.dataVersion);
  }
}
