// A slave takes over what its master knows beside the log: topics, groups, offsets
// (SlaveSynchronize).

import type { Clock, Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import { decodeGroupTable, type GroupTable } from '../../protocol/bodies/group.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import {
  type DataVersion,
  decodeTopicTable,
  sameDataVersion,
  type TopicConfig,
} from '../../protocol/bodies/topic.js';
import { type JsonObject, writeJson } from '../../protocol/fastjson.js';
import type { RemotingClient } from '../../remoting/client.js';

export interface SlaveSyncOptions {
  topics: {
    readonly dataVersion: DataVersion;
    get(topic: string): TopicConfig | undefined;
    replace(table: ReadonlyMap<string, TopicConfig>, dataVersion: DataVersion): void;
  };
  groups: { readonly dataVersion: DataVersion; replace(table: GroupTable): void };
  offsets: { takeOver(fields: JsonObject): void };
  /** Keeps the master's delayOffset.json for the day on which this broker is started as master. */
  keepDelayOffsets(text: string): void;
  client: RemotingClient;
  clock: Clock;
  log: Logger;
}

/** RocketMQ's slaves look once a minute, and lose as much of the offsets when the master dies. */
const PERIOD_MS = 5000;
const TIMEOUT_MS = 5000;
/** Topics or groups in one answer, as RocketMQ's slaves ask. */
const PAGE = 2000;

export class SlaveSync implements Part {
  private master: string | undefined;
  private timer: Timer | undefined;
  private syncing: Promise<void> | undefined;
  private failed = '';
  private stopped = false;

  constructor(private readonly options: SlaveSyncOptions) {}

  start(): Promise<void> {
    this.timer = this.options.clock.every(PERIOD_MS, () => void this.sync());
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    await this.syncing;
  }

  /** The master's address for clients, `ip:port`. */
  follow(master: string): void {
    if (master === this.master) return;
    this.master = master;
    void this.sync();
  }

  /** A message came of a topic that is not known here yet. */
  arrived(topic: string): void {
    if (!this.options.topics.get(topic)) void this.sync();
  }

  private sync(): Promise<void> {
    const { master } = this;
    if (!master) return Promise.resolve();
    this.syncing ??= this.all(master).finally(() => {
      this.syncing = undefined;
    });
    return this.syncing;
  }

  /** Each part by itself: an older master may not serve all of them. */
  private async all(master: string): Promise<void> {
    const parts = {
      topics: () => this.topics(master),
      'subscription groups': () => this.groups(master),
      'consumer offsets': () => this.consumerOffsets(master),
      'delay offsets': () => this.delayOffsets(master),
    };
    const failures: string[] = [];
    for (const [name, part] of Object.entries(parts)) {
      await part().catch((error) => failures.push(`${name}: ${describeError(error)}`));
    }
    const failed = failures.join('; ');
    if (failed && failed !== this.failed) {
      this.options.log.warn(`not taken over from the master ${master}: ${failed}`);
    }
    this.failed = failed;
  }

  private async topics(master: string): Promise<void> {
    const { client, topics, log } = this.options;
    const all = new Map<string, TopicConfig>();
    for (let dataVersion = ''; ;) {
      const header = { topicSeq: all.size, maxTopicNum: PAGE, dataVersion };
      const options = { timeoutMs: TIMEOUT_MS };
      const answer = await client.request(master, 'GET_ALL_TOPIC_CONFIG', header, options);
      const table = decodeTopicTable(answer.body);
      const version = writeJson(table.dataVersion);
      if (dataVersion && version !== dataVersion) all.clear(); // changed meanwhile: from the start
      dataVersion = version;
      const before = all.size;
      for (const [name, topic] of table.topicConfigTable) all.set(name, topic);
      if (this.more(before, all.size, answer.header.totalTopicNum)) continue;
      if (sameDataVersion(table.dataVersion, topics.dataVersion)) return;
      topics.replace(all, table.dataVersion);
      return log.info(`took over ${all.size} topics from the master ${master}`);
    }
  }

  private async groups(master: string): Promise<void> {
    const { client, groups, log } = this.options;
    const all: GroupTable['subscriptionGroupTable'] = new Map();
    for (let dataVersion = ''; ;) {
      const header = { groupSeq: all.size, maxGroupNum: PAGE, dataVersion };
      const name = 'GET_ALL_SUBSCRIPTIONGROUP_CONFIG';
      const answer = await client.request(master, name, header, { timeoutMs: TIMEOUT_MS });
      const table = decodeGroupTable(answer.body);
      const version = writeJson(table.dataVersion);
      if (dataVersion && version !== dataVersion) all.clear();
      dataVersion = version;
      const before = all.size;
      for (const [group, config] of table.subscriptionGroupTable) all.set(group, config);
      if (this.more(before, all.size, answer.header.totalGroupNum)) continue;
      if (sameDataVersion(table.dataVersion, groups.dataVersion)) return;
      groups.replace({ ...table, subscriptionGroupTable: all });
      return log.info(`took over ${all.size} subscription groups from the master ${master}`);
    }
  }

  /** Whether another page is to be asked for: never after one that brought nothing new. */
  private more(before: number, after: number, total = 0): boolean {
    return !this.stopped && after > before && after < total;
  }

  private async consumerOffsets(master: string): Promise<void> {
    const { client, offsets } = this.options;
    const options = { timeoutMs: TIMEOUT_MS };
    const { body } = await client.request(master, 'GET_ALL_CONSUMER_OFFSET', {}, options);
    offsets.takeOver(decodeBody(body, 'ConsumerOffsetSerializeWrapper'));
  }

  private async delayOffsets(master: string): Promise<void> {
    const { client, keepDelayOffsets } = this.options;
    const options = { timeoutMs: TIMEOUT_MS };
    const { body } = await client.request(master, 'GET_ALL_DELAY_OFFSET', {}, options);
    if (body.length > 0) keepDelayOffsets(body.toString());
  }
}
