// Counters of the broker (BrokerStatsManager): totals on the hot path, rates from samples.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { LMQ_PREFIX } from '../../../protocol/flags.js';
import { type Span, SPANS, StatsItem } from './stats-item.js';
import { STATS_NAMES, type StatsName } from './stats-names.js';
import { isSystemTopic } from '../metadata/topic-names.js';

const CLEAN_PERIOD_MS = 10 * 60 * 1000;

interface TopicCounters {
  system: boolean;
  nums: StatsItem;
  size: StatsItem;
  queues: QueuePuts[];
}

interface QueuePuts {
  nums: StatsItem;
  size: StatsItem;
  latency: StatsItem;
}

interface GroupCounters {
  system: boolean;
  nums: StatsItem;
  size: StatsItem;
  queues: QueueGets[];
}

interface QueueGets {
  nums: StatsItem;
  size: StatsItem;
  latency: StatsItem;
  /** How far the group's reads are behind, ms. */
  behind: StatsItem;
}

export interface StatsOptions {
  clock: Clock;
  clusterName: string;
  /** Light queues and groups are counted together, for there may be very many. */
  joinLight?(): boolean;
}

export class Stats implements Part {
  private readonly clock: Clock;
  private readonly table = new Map<string, Map<string, StatsItem>>(
    STATS_NAMES.map((name) => [name, new Map()]),
  );
  /** Shortcuts to items, so that the hot path builds no keys. */
  private readonly topics = new Map<string, TopicCounters>();
  private readonly groups = new Map<string, Map<string, GroupCounters>>();
  private readonly brokerPut: StatsItem;
  private readonly brokerGet: StatsItem;
  private readonly userPut: StatsItem;
  private readonly userGet: StatsItem;
  private timers: Timer[] = [];

  constructor(private readonly options: StatsOptions) {
    const { clock, clusterName } = options;
    this.clock = clock;
    this.brokerPut = this.itemOf('BROKER_PUT_NUMS', clusterName);
    this.brokerGet = this.itemOf('BROKER_GET_NUMS', clusterName);
    this.userPut = this.itemOf('BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC', clusterName);
    this.userGet = this.itemOf('BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC', clusterName);
  }

  /** A successful append of `messages` messages of `bytes` bytes in all. */
  topicPut(topic: string, queueId: number, messages: number, bytes: number, ms: number): void {
    const counters = this.topics.get(topic) ?? this.topicCounters(topic);
    counters.nums.add(messages, 1);
    counters.size.add(bytes, 1);
    const queue = (counters.queues[queueId] ??= this.queuePuts(topic, queueId));
    queue.nums.add(messages, 1);
    queue.size.add(bytes, 1);
    queue.latency.add(ms, 1);
    // RocketMQ counts no calls here, so that there is no average
    this.brokerPut.add(messages, 0);
    if (!counters.system) this.userPut.add(messages, 0);
  }

  /** A message that waits to come back: only its topic and queue are counted. */
  topicPutBack(topic: string, queueId: number, bytes: number): void {
    const { nums, size, queues } = this.topics.get(topic) ?? this.topicCounters(topic);
    const queue = (queues[queueId] ??= this.queuePuts(topic, queueId));
    for (const item of [nums, queue.nums]) item.add(1, 1);
    for (const item of [size, queue.size]) item.add(bytes, 1);
  }

  /** A message that POP hands out again: its queue is not counted. */
  topicRevived(topic: string, bytes: number): void {
    const { nums, size, system } = this.topics.get(topic) ?? this.topicCounters(topic);
    nums.add(1, 1);
    size.add(bytes, 1);
    this.brokerPut.add(1, 0);
    if (!system) this.userPut.add(1, 0);
  }

  /** A pull that found messages; `behindMs` is the age of the last of them. */
  groupGet(
    group: string,
    topic: string,
    queueId: number,
    messages: number,
    bytes: number,
    ms: number,
    behindMs: number,
  ): void {
    const counters = this.groups.get(group)?.get(topic) ?? this.groupCounters(group, topic);
    counters.nums.add(messages, 1);
    counters.size.add(bytes, 1);
    const queue = (counters.queues[queueId] ??= this.queueGets(group, topic, queueId));
    queue.nums.add(messages, 1);
    queue.size.add(bytes, 1);
    queue.latency.add(ms, 1);
    queue.behind.value = behindMs;
    queue.behind.times++;
    this.brokerGet.add(messages, 0);
    if (!counters.system) this.userGet.add(messages, 0);
  }

  /** POP has noted what a group has been handed. */
  popCheckPoint(group: string, topic: string): void {
    this.add('GROUP_CK_NUMS', `${topic}@${group}`, 1);
    this.add('BROKER_CK_NUMS', this.options.clusterName, 1, 0);
  }

  popAck(group: string, topic: string, messages: number): void {
    this.add('GROUP_ACK_NUMS', `${topic}@${group}`, messages);
    this.add('BROKER_ACK_NUMS', this.options.clusterName, messages, 0);
  }

  add(name: StatsName, key: string, value: number, times = 1): void {
    this.itemOf(name, key).add(value, times);
  }

  item(name: string, key: string): StatsItem | undefined {
    return this.table.get(name)?.get(key);
  }

  /** Messages put since the start, system topics left out. */
  putTotal(): number {
    return this.userPut.value;
  }

  getTotal(): number {
    return this.userGet.value;
  }

  topicPutTps(topic: string): number {
    return this.item('TOPIC_PUT_NUMS', topic)?.minute().tps ?? 0;
  }

  groupGetTps(group: string, topic: string): number {
    return this.item('GROUP_GET_NUMS', `${topic}@${group}`)?.minute().tps ?? 0;
  }

  topicDeleted(topic: string): void {
    this.drop((_, key) => {
      const parts = key.split('@'); // of three the last is a group
      return parts.slice(0, 2).includes(topic);
    });
  }

  groupDeleted(group: string): void {
    this.drop((_, key) => key.endsWith(`@${group}`));
  }

  start(): Promise<void> {
    for (const span of Object.keys(SPANS) as Span[]) {
      this.sampleAll(span);
      this.timers.push(this.clock.every(SPANS[span].periodMs, () => this.sampleAll(span)));
    }
    const clean = (): void => this.drop((item) => item.idle(this.clock.now()));
    this.timers.push(this.clock.every(CLEAN_PERIOD_MS, clean));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    this.timers = [];
    return Promise.resolve();
  }

  private itemOf(name: StatsName, key: string): StatsItem {
    const items = this.table.get(name)!;
    let item = items.get(key);
    if (!item) items.set(key, (item = new StatsItem(this.clock.now())));
    return item;
  }

  /** LmqBrokerStatsManager. */
  private nameOf(name: string): string {
    return name.startsWith(LMQ_PREFIX) && this.options.joinLight?.() ? LMQ_PREFIX : name;
  }

  private topicCounters(topic: string): TopicCounters {
    const name = this.nameOf(topic);
    const counters: TopicCounters = {
      system: isSystemTopic(topic),
      nums: this.itemOf('TOPIC_PUT_NUMS', name),
      size: this.itemOf('TOPIC_PUT_SIZE', name),
      queues: [],
    };
    this.topics.set(topic, counters);
    return counters;
  }

  private groupCounters(group: string, topic: string): GroupCounters {
    let byTopic = this.groups.get(group);
    if (!byTopic) this.groups.set(group, (byTopic = new Map()));
    const key = `${this.nameOf(topic)}@${this.nameOf(group)}`;
    const counters: GroupCounters = {
      system: isSystemTopic(topic),
      nums: this.itemOf('GROUP_GET_NUMS', key),
      size: this.itemOf('GROUP_GET_SIZE', key),
      queues: [],
    };
    byTopic.set(topic, counters);
    return counters;
  }

  private queuePuts(named: string, queueId: number): QueuePuts {
    const topic = this.nameOf(named);
    const key = `${topic}@${queueId}`;
    return {
      nums: this.itemOf('QUEUE_PUT_NUMS', key),
      size: this.itemOf('QUEUE_PUT_SIZE', key),
      latency: this.itemOf('TOPIC_PUT_LATENCY', `${queueId}@${topic}`),
    };
  }

  private queueGets(namedGroup: string, named: string, queueId: number): QueueGets {
    const [group, topic] = [this.nameOf(namedGroup), this.nameOf(named)];
    const key = `${topic}@${queueId}@${group}`;
    const byQueue = `${queueId}@${topic}@${group}`;
    return {
      nums: this.itemOf('QUEUE_GET_NUMS', key),
      size: this.itemOf('QUEUE_GET_SIZE', key),
      latency: this.itemOf('GROUP_GET_LATENCY', byQueue),
      behind: this.itemOf('GROUP_GET_FALL_TIME', byQueue),
    };
  }

  private sampleAll(span: Span): void {
    const now = this.clock.now();
    for (const items of this.table.values())
      for (const item of items.values()) item.sample(span, now);
  }

  /** Drops matching items; the shortcuts to them are made anew on next use. */
  private drop(matches: (item: StatsItem, key: string) => boolean): void {
    const kept = new Set([this.brokerPut, this.brokerGet, this.userPut, this.userGet]);
    for (const items of this.table.values()) {
      for (const [key, item] of items) if (!kept.has(item) && matches(item, key)) items.delete(key);
    }
    this.topics.clear();
    this.groups.clear();
  }
}

export function createStats(options: StatsOptions): Stats {
  return new Stats(options);
}
