// The topics of a broker (TopicConfigManager): topics.json, creation on send and by requests.

import type { Clock } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import {
  type DataVersion,
  newTopicConfig,
  sameDataVersion,
  type TopicConfig,
  topicTableOf,
} from '../../../protocol/bodies/topic.js';
import { LMQ_PREFIX, Perm, SystemTopic } from '../../../protocol/flags.js';
import { alterAttributes, TOPIC_ATTRIBUTES } from './attributes.js';
import { type ConfigFile, configFile, type TextFiles } from './config-file.js';
import { inJavaOrder, JavaBuckets } from './java-order.js';
import type { CreateOnSend, Topics } from '../parts.js';
import { systemTopics, type SystemTopicsConfig } from './system-topics.js';
import { addSystemTopic } from './topic-names.js';
import { record, table } from './unknown-fields.js';

export interface TopicConfigsOptions {
  config: SystemTopicsConfig;
  timerWheelEnable: boolean;
  /** Every light queue is a topic of its own then (LmqTopicConfigManager). */
  enableLmq?: boolean;
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

export class TopicConfigs implements Topics, Part {
  dataVersion: DataVersion;
  private table = new Map<string, TopicConfig>();
  private readonly listeners: ((changed: TopicConfig[]) => void)[] = [];
  private readonly file: ConfigFile;

  constructor(private readonly options: TopicConfigsOptions) {
    const { clock, config } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    for (const topic of systemTopics(config, options.timerWheelEnable)) {
      this.table.set(topic.topicName, topic);
      addSystemTopic(topic.topicName);
    }
    this.file = configFile({
      root: options.storePathRootDir,
      name: 'topics.json',
      files: options.files,
      clock,
      log: options.log,
      periodMs: 0,
      shape: record({ topicConfigTable: table(record()) }),
      state: () => ({ dataVersion: this.dataVersion, topicConfigTable: this.all() }),
      load: (fields) => {
        const loaded = topicTableOf(fields);
        for (const [name, topic] of loaded.topicConfigTable) this.table.set(name, topic);
        this.dataVersion = loaded.dataVersion;
      },
    });
  }

  /** Reads the topics before the store is opened, which asks for their attributes. */
  async takeOver(): Promise<void> {
    this.file.takeOver();
  }

  start(): Promise<void> {
    return this.file.start();
  }

  stop(): Promise<void> {
    return this.file.stop();
  }

  /** Calls `listener` with topics that were created or changed, after they were written. */
  onChange(listener: (changed: TopicConfig[]) => void): void {
    this.listeners.push(listener);
  }

  get(name: string): TopicConfig | undefined {
    const topic = this.table.get(name);
    if (topic || !this.options.enableLmq || !name.startsWith(LMQ_PREFIX)) return topic;
    return newTopicConfig(name, { readQueueNums: 1, writeQueueNums: 1 });
  }

  get size(): number {
    return this.table.size;
  }

  names(): IterableIterator<string> {
    return this.table.keys();
  }

  /** All topics in the order in which RocketMQ lists them. */
  all(): Map<string, TopicConfig> {
    return inJavaOrder(this.table, JavaBuckets.map1024);
  }

  /** A page of topics sorted by name, from the start again when `dataVersion` is an old one. */
  page(
    from: number,
    count: number,
    dataVersion: DataVersion | undefined,
  ): Map<string, TopicConfig> {
    const fresh = dataVersion !== undefined && sameDataVersion(dataVersion, this.dataVersion);
    const begin = fresh ? from : 0;
    const names = [...this.table.keys()].sort().slice(begin, begin + count);
    return inJavaOrder(new Map(names.map((name) => [name, this.table.get(name)!])));
  }

  createOnSend({ topic, defaultTopic, queueNums, remote, sysFlag }: CreateOnSend) {
    const existing = this.table.get(topic);
    if (existing) return existing;
    const { log, config } = this.options;
    const model = this.table.get(defaultTopic);
    if (!model) {
      log.warn(`topic ${topic} of ${remote} is not created: there is no topic ${defaultTopic}`);
      return undefined;
    }
    if (defaultTopic === SystemTopic.AUTO_CREATE && !config.autoCreateTopicEnable) {
      model.perm = Perm.READ | Perm.WRITE;
    }
    if ((model.perm & Perm.INHERIT) === 0) {
      log.warn(`topic ${topic} of ${remote} is not created: ${defaultTopic} is not inherited`);
      return undefined;
    }
    const queues = Math.max(0, Math.min(queueNums, model.writeQueueNums));
    const created = newTopicConfig(topic, {
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: model.perm & ~Perm.INHERIT,
      topicSysFlag: sysFlag,
      topicFilterType: model.topicFilterType,
    });
    log.info(`create topic ${topic} with ${queues} queues for ${remote}`);
    this.put([created]);
    return created;
  }

  createSendBack(
    topic: string,
    queueNums: number,
    perm: number,
    sysFlag: number,
    order?: boolean,
  ): TopicConfig {
    const existing = this.table.get(topic);
    if (existing) {
      if (order === undefined || existing.order === order) return existing;
      const changed = { ...existing, order };
      this.put([changed]);
      return changed;
    }
    const created = newTopicConfig(topic, {
      readQueueNums: queueNums,
      writeQueueNums: queueNums,
      perm,
      topicSysFlag: sysFlag,
      order: order ?? false,
    });
    this.options.log.info(`create topic ${topic} with ${queueNums} queues`);
    this.put([created]);
    return created;
  }

  setQueueNums(topic: string, queueNums: number): void {
    const existing = this.table.get(topic);
    if (!existing) return;
    this.options.log.info(`give topic ${topic} ${queueNums} queues`);
    this.put([{ ...existing, readQueueNums: queueNums, writeQueueNums: queueNums }]);
  }

  /**
   * Creates or replaces topics as a request asks: `attributes` hold the changes (`+key`, `-key`)
   * of which the new attributes are made. Refused as a whole when one of them is wrong.
   */
  update(wishes: readonly TopicConfig[]): void {
    const changed = wishes.map((wish) => {
      const current = this.table.get(wish.topicName);
      const attributes = alterAttributes(TOPIC_ATTRIBUTES, current?.attributes, wish.attributes);
      // fields of other versions stay
      return { ...current, ...wish, attributes };
    });
    this.put(changed);
  }

  delete(topic: string): boolean {
    if (!this.table.delete(topic)) return false;
    this.options.log.info(`delete topic ${topic}`);
    this.newVersion();
    this.file.persist();
    return true;
  }

  /** Marks topics as ordered that the name server has an order configuration for. */
  setOrdered(topics: Iterable<string>): void {
    let any = false;
    for (const name of topics) {
      const topic = this.table.get(name);
      if (!topic || topic.order) continue;
      this.table.set(name, { ...topic, order: true });
      any = true;
    }
    if (!any) return;
    this.newVersion();
    this.file.persist();
  }

  /** With a controller `stateVersion` is the epoch of the master. */
  newVersion(stateVersion = this.dataVersion.stateVersion): void {
    const { counter } = this.dataVersion;
    const timestamp = this.options.clock.now();
    this.dataVersion = { counter: counter + 1, stateVersion, timestamp };
  }

  /** Takes over a master's table. */
  replace(table: ReadonlyMap<string, TopicConfig>, dataVersion: DataVersion): void {
    this.table = new Map(table);
    this.dataVersion = dataVersion;
    this.file.persist();
  }

  private put(changed: TopicConfig[]): void {
    for (const topic of changed) {
      this.table.set(topic.topicName, topic);
      this.newVersion();
    }
    this.file.persist();
    for (const listener of this.listeners) listener(changed);
  }
}
