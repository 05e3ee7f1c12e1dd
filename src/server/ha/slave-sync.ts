// A slave takes over what its master knows beside the log: topics, groups, offsets
// (SlaveSynchronize).

import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import { decodeGroupTable, type GroupTable } from '../../protocol/bodies/group.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import {
  type DataVersion,
  sameDataVersion,
  type TopicConfig,
  topicTableOf,
} from '../../protocol/bodies/topic.js';
import { mappingsOf, type MappingTable } from '../../protocol/bodies/static-topic.js';
import { type JsonObject, writeJson } from '../../protocol/fastjson.js';
import type { RemotingClient } from '../../remoting/client.js';

export interface SlaveSyncOptions {
  topics: {
    readonly dataVersion: DataVersion;
    get(topic: string): TopicConfig | undefined;
    replace(table: ReadonlyMap<string, TopicConfig>, dataVersion: DataVersion): void;
  };
  mappings: { readonly dataVersion: DataVersion; replace(table: MappingTable): void };
  groups: { readonly dataVersion: DataVersion; replace(table: GroupTable): void };
  offsets: { takeOver(fields: JsonObject): void };
  requestModes: { takeOver(fields: JsonObject): void };
  /** How far the master has delivered what waits for its time. */
  waiting: {
    delay: { takeOver(fields: JsonObject): void };
    timers: { follow(checkpoint: Buffer): void; takeOverMetrics(fields: JsonObject): void };
  };
  timerWheelEnable(): boolean;
  client: RemotingClient;
  clock: Clock;
  log: Logger;
}

/** RocketMQ's slaves look once a minute, and lose as much of the offsets when the master dies. */
const PERIOD_MS = 5000;
const TIMEOUT_MS = 5000;
/** Topics or groups in one answer, as RocketMQ's slaves ask. */
const PAGE = 2000;
const ATTEMPTS = 3;

type AskedFor =
  | 'GET_ALL_DELAY_OFFSET'
  | 'GET_ALL_MESSAGE_REQUEST_MODE'
  | 'GET_TIMER_CHECK_POINT'
  | 'GET_TIMER_METRICS';

interface Page<T> {
  /** As it came. */
  body: Buffer;
  rows: Map<string, T>;
  dataVersion: DataVersion;
  /** Rows of all pages; masters before 5.4 do not say, and send everything at once. */
  total?: number;
}

/** All pages of one table. */
interface Told<T> {
  rows: Map<string, T>;
  dataVersion: DataVersion;
  /** Of all that the master said. */
  digest: string;
}

/** What a master's tables were when they were taken over. */
type Taken = Record<'topics' | 'mappings' | 'groups', string>;

export class SlaveSync implements Part {
  private readonly taken: Taken = { topics: '', mappings: '', groups: '' };
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

  /** The master's address for clients, `ip:port`; nothing is taken over without one. */
  follow(master: string | undefined): void {
    if (master === this.master) return;
    this.master = master;
    if (master) void this.sync();
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
      'request modes': () => this.requestModes(master),
      ...(this.options.timerWheelEnable() && { timer: () => this.timers(master) }),
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
    let mapped: MappingTable | undefined;
    const told = await this.pages(async (topicSeq, version) => {
      const header = { topicSeq, maxTopicNum: PAGE, dataVersion: version };
      const options = { timeoutMs: TIMEOUT_MS };
      const answer = await client.request(master, 'GET_ALL_TOPIC_CONFIG', header, options);
      const fields = decodeBody(answer.body, 'TopicConfigAndMappingSerializeWrapper');
      const table = topicTableOf(fields);
      const page = mappingsOf(fields.topicQueueMappingDetailMap, fields.mappingDataVersion);
      mapped = { ...page, mappings: new Map([...(mapped?.mappings ?? []), ...page.mappings]) };
      const { topicConfigTable: rows, dataVersion } = table;
      return { body: answer.body, rows, dataVersion, total: answer.header.totalTopicNum };
    });
    // RocketMQ's slaves only note the version of these, so they cannot serve static topics
    if (mapped && this.isNew('mappings', { ...told, dataVersion: mapped.dataVersion })) {
      this.options.mappings.replace(mapped);
    }
    if (!this.isNew('topics', told)) return;
    topics.replace(told.rows, told.dataVersion);
    log.info(`took over ${told.rows.size} topics from the master ${master}`);
  }

  /**
   * The version alone does not say so: a master of RocketMQ reads it after the rows, so that one
   * that is added meanwhile is counted and not there.
   */
  private isNew(name: keyof Taken, { dataVersion, digest }: Omit<Told<unknown>, 'rows'>): boolean {
    const same = sameDataVersion(dataVersion, this.options[name].dataVersion);
    if (same && digest === this.taken[name]) return false;
    this.taken[name] = digest;
    return true;
  }

  private async groups(master: string): Promise<void> {
    const { client, groups, log } = this.options;
    let forbiddenTable: GroupTable['forbiddenTable'] = new Map();
    const told = await this.pages(async (groupSeq, version) => {
      const header = { groupSeq, maxGroupNum: PAGE, dataVersion: version };
      const name = 'GET_ALL_SUBSCRIPTIONGROUP_CONFIG';
      const answer = await client.request(master, name, header, { timeoutMs: TIMEOUT_MS });
      const table = decodeGroupTable(answer.body);
      forbiddenTable = new Map([...forbiddenTable, ...table.forbiddenTable]);
      const { subscriptionGroupTable: rows, dataVersion } = table;
      return { body: answer.body, rows, dataVersion, total: answer.header.totalGroupNum };
    });
    if (!this.isNew('groups', told)) return;
    const { rows, dataVersion } = told;
    groups.replace({ subscriptionGroupTable: rows, forbiddenTable, dataVersion });
    log.info(`took over ${rows.size} subscription groups from the master ${master}`);
  }

  /**
   * Asks for page after page. A table that changes between two pages, or within one, brings rows
   * again that are here already: then all of it is asked for anew.
   */
  private async pages<T>(
    ask: (from: number, version: string) => Promise<Page<T>>,
  ): Promise<Told<T>> {
    for (let attempt = 0; attempt < ATTEMPTS && !this.stopped; attempt++) {
      const rows = new Map<string, T>();
      const hash = createHash('sha1');
      for (let version = '', more = true; more;) {
        const page = await ask(rows.size, version);
        const current = writeJson(page.dataVersion);
        if (version !== '' && version !== current) break;
        version = current;
        const before = rows.size;
        hash.update(page.body);
        for (const [name, row] of page.rows) rows.set(name, row);
        if (rows.size >= (page.total ?? 0)) {
          return { rows, dataVersion: page.dataVersion, digest: hash.digest('hex') };
        }
        more = rows.size > before && !this.stopped;
      }
    }
    throw new MqError('REPLICATION_FAILED', { reason: 'they change while they are read' });
  }

  private async consumerOffsets(master: string): Promise<void> {
    const { client, offsets } = this.options;
    const options = { timeoutMs: TIMEOUT_MS };
    const { body } = await client.request(master, 'GET_ALL_CONSUMER_OFFSET', {}, options);
    offsets.takeOver(decodeBody(body, 'ConsumerOffsetSerializeWrapper'));
  }

  private async delayOffsets(master: string): Promise<void> {
    const body = await this.ask(master, 'GET_ALL_DELAY_OFFSET');
    if (body.length > 0) {
      this.options.waiting.delay.takeOver(decodeBody(body, 'DelayOffsetSerializeWrapper'));
    }
  }

  private async requestModes(master: string): Promise<void> {
    const body = await this.ask(master, 'GET_ALL_MESSAGE_REQUEST_MODE');
    this.options.requestModes.takeOver(decodeBody(body, 'MessageRequestModeSerializeWrapper'));
  }

  private async timers(master: string): Promise<void> {
    const { timers } = this.options.waiting;
    timers.follow(await this.ask(master, 'GET_TIMER_CHECK_POINT'));
    const metrics = await this.ask(master, 'GET_TIMER_METRICS');
    timers.takeOverMetrics(decodeBody(metrics, 'TimerMetricsSerializeWrapper'));
  }

  private async ask(master: string, name: AskedFor): Promise<Buffer> {
    const options = { timeoutMs: TIMEOUT_MS };
    return (await this.options.client.request(master, name, {}, options)).body;
  }
}
