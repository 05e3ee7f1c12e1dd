// Tells the name servers which topics this broker has (BrokerOuterAPI, registerBrokerAll): at the
// start, at every change, at intervals; and that it is gone at the end.

import { crc32 } from 'node:zlib';
import { type Clock, sleep, type Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import { decodeKvTable } from '../../protocol/bodies/broker.js';
import { encodeBody } from '../../protocol/bodies/json.js';
import { encodeTopicRoute } from '../../protocol/bodies/route.js';
import type { TopicConfig } from '../../protocol/bodies/topic.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { TopicConfigs } from './metadata/topics.js';
import { RegistrationBodies } from './registration-bodies.js';
import type { QueueMappings } from './static-topics/queue-mappings.js';

/** Properties of BrokerConfig, read at each use. */
export interface RegistrationConfig {
  namesrvAddr: string;
  brokerName: string;
  brokerClusterName: string;
  brokerId: number;
  brokerPermission: number;
  registerNameServerPeriod: number;
  registerBrokerTimeoutMills: number;
  enableSlaveActingMaster: boolean;
  brokerNotActiveTimeoutMillis: number;
  forceRegister: boolean;
  compressedRegister: boolean;
  enableSingleTopicRegister: boolean;
  enableSplitRegistration: boolean;
  splitRegistrationSize: number;
}

export interface RegistrationOptions {
  config: RegistrationConfig;
  topics: TopicConfigs;
  mappings: QueueMappings;
  client: RemotingClient;
  clock: Clock;
  log: Logger;
  /** `ip:port` that clients and slaves are told. */
  brokerAddr(): string;
  haServerAddr(): string;
  /** What a name server says to a slave about its master. */
  onMaster?(master: { masterAddr?: string; haServerAddr?: string }): void;
}

const [RETRY_MS, LONGEST_RETRY_MS] = [5000, 30_000];
const [SHORTEST_MS, LONGEST_MS] = [10_000, 60_000];
/** A new slave asks for its master this often, so many times; a Java master may register late. */
const [SEEK_MS, SEEKS] = [2000, 30];
/** How long the broker's start waits for the name servers; the others go on in the background. */
const START_WAIT_MS = 1000;
/** How long a request that changed topics waits until the name servers know. */
const SETTLE_MS = 2000;
const UNREGISTER_TIMEOUT_MS = 3000;

export class Registration implements Part {
  /** Nobody is to hear of this broker. */
  isolated = false;
  private timer: Timer | undefined;
  private retry: Timer | undefined;
  private retryMs = RETRY_MS;
  private stopped = false;
  /** How often a master that nobody has named yet is still asked for. */
  private seeks = SEEKS;
  private readonly changed = new Set<string>();
  /** Name servers that may lack something, whatever version they have: they are told everything. */
  private readonly behind = new Set<string>();
  private sending: Promise<void> | undefined;
  /** Names of all topics as last registered, in the parts in which they are sent. */
  private parts: string[][] = [];
  private partsOf: object | undefined;
  private readonly bodies: RegistrationBodies;

  constructor(private readonly options: RegistrationOptions) {
    this.bodies = new RegistrationBodies(options);
    options.topics.onChange((topics) => this.topicsChanged(topics));
  }

  async start(): Promise<void> {
    const first = this.registerAll({ force: true });
    await Promise.race([first, sleep(this.options.clock, START_WAIT_MS)]);
    this.schedule(this.seeking ? SEEK_MS : SHORTEST_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    this.retry?.stop();
    const { client, log } = this.options;
    const header = this.identity();
    const options = { timeoutMs: UNREGISTER_TIMEOUT_MS };
    await this.each(async (address) => {
      await client.request(address, 'UNREGISTER_BROKER', header, options);
      log.info(`unregistered at name server ${address}`);
    });
  }

  /** Resolves when the name servers know the topics that changed so far, or do not answer. */
  async settled(): Promise<void> {
    if (this.sending) await Promise.race([this.sending, sleep(this.options.clock, SETTLE_MS)]);
  }

  /** Registers all topics at every name server, or at those named. */
  async registerAll(how: { force: boolean; servers?: readonly string[] }): Promise<void> {
    if (this.isolated || this.stopped) return;
    const servers = this.servers();
    for (const address of this.behind) if (!servers.includes(address)) this.behind.delete(address);
    await this.each(async (address) => {
      const told = how.force || this.behind.has(address) || (await this.needed(address));
      if (!told) return;
      for (const topics of this.namesInParts()) await this.register(address, topics);
      this.behind.delete(address);
    }, how.servers);
    this.retry?.stop();
    if (this.behind.size === 0) this.retryMs = RETRY_MS;
    if (this.behind.size === 0 || this.stopped) return;
    this.retry = this.options.clock.after(this.retryMs, () => {
      void this.registerAll({ force: true, servers: [...this.behind] });
    });
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    const { config, clock } = this.options;
    this.timer = clock.after(delayMs, () => {
      const period = config.registerNameServerPeriod;
      const bounded = Math.max(SHORTEST_MS, Math.min(period, LONGEST_MS));
      // Brokers that were started together must not register together for ever.
      const later = Math.max(SHORTEST_MS, bounded * (0.9 + Math.random() / 10));
      this.schedule(this.seeking ? SEEK_MS : later);
      void this.registerAll({ force: config.forceRegister || this.seeking });
      this.seeks--;
    });
  }

  private get seeking(): boolean {
    return this.options.config.brokerId !== 0 && this.seeks > 0;
  }

  /** Gathers what changes in one turn of the event loop into one request. */
  private topicsChanged(topics: readonly TopicConfig[]): void {
    if (this.isolated) return; // all are told when it has a role
    for (const { topicName } of topics) this.changed.add(topicName);
    if (this.stopped || this.sending) return;
    this.sending = Promise.resolve().then(async () => {
      while (this.changed.size > 0 && !this.stopped) {
        const batch = [...this.changed];
        this.changed.clear();
        await this.registerChanged(batch);
      }
      this.sending = undefined;
    });
  }

  private async registerChanged(names: readonly string[]): Promise<void> {
    const { enableSingleTopicRegister } = this.options.config;
    const failed = await this.each(async (address) => {
      const topics = this.bodies.rows(names);
      const single = enableSingleTopicRegister && this.bodies.mappings(topics).size === 0;
      if (single) await this.registerTopics(address, topics);
      else await this.register(address, names);
    });
    // A name server that does not know this broker yet refuses a part of its topics.
    if (failed.length > 0) await this.registerAll({ force: true, servers: failed });
  }

  private async register(address: string, names: readonly string[]): Promise<void> {
    const { config, topics, client, log, haServerAddr } = this.options;
    const compressed = config.compressedRegister;
    const body = this.bodies.of(names, compressed);
    const header = {
      ...this.identity(),
      haServerAddr: haServerAddr(),
      enableActingMaster: config.enableSlaveActingMaster,
      ...(config.enableSlaveActingMaster && {
        heartbeatTimeoutMillis: config.brokerNotActiveTimeoutMillis,
      }),
      compressed,
      bodyCrc32: crc32(body) & 0x7fffffff,
    };
    const timeoutMs = config.registerBrokerTimeoutMills;
    const answer = await client.request(address, 'REGISTER_BROKER', header, { body, timeoutMs });
    log.info(`registered ${names.length} topics at name server ${address}`);
    if (answer.header.masterAddr) this.seeks = 0;
    if (config.brokerId !== 0) this.options.onMaster?.(answer.header);
    if (answer.body.length > 0) topics.setOrdered(Object.keys(decodeKvTable(answer.body)));
  }

  /** REGISTER_TOPIC_IN_NAMESRV for each, which older name servers take for single topics. */
  private async registerTopics(
    address: string,
    topics: ReadonlyMap<string, TopicConfig>,
  ): Promise<void> {
    const { brokerName } = this.options.config;
    for (const [topic, config] of this.bodies.permitted(topics)) {
      const { perm, readQueueNums, writeQueueNums, topicSysFlag } = config;
      const queue = { brokerName, perm, readQueueNums, writeQueueNums, topicSysFlag };
      const route = { queueDatas: [queue], brokerDatas: [], filterServerTable: new Map() };
      const body = encodeTopicRoute(route);
      await this.options.client.request(address, 'REGISTER_TOPIC_IN_NAMESRV', { topic }, { body });
    }
  }

  /** Whether the name server has another version of the topics (forceRegister=false). */
  private async needed(address: string): Promise<boolean> {
    const { client, topics, config } = this.options;
    const body = encodeBody(topics.dataVersion);
    const options = { body, timeoutMs: config.registerBrokerTimeoutMills };
    const answer = await client.request(address, 'QUERY_DATA_VERSION', this.identity(), options);
    return answer.header.changed;
  }

  private identity() {
    const { config, brokerAddr } = this.options;
    const { brokerName, brokerClusterName: clusterName, brokerId } = config;
    return { brokerName, clusterName, brokerId, brokerAddr: brokerAddr() };
  }

  private namesInParts(): string[][] {
    const { topics, config } = this.options;
    if (this.partsOf === topics.dataVersion) return this.parts;
    this.partsOf = topics.dataVersion;
    const names = [...topics.all().keys()];
    const size = config.enableSplitRegistration ? config.splitRegistrationSize : names.length;
    this.parts = [];
    for (let from = 0; from < names.length; from += size) {
      this.parts.push(names.slice(from, from + size));
    }
    return this.parts;
  }

  private servers(): string[] {
    const { namesrvAddr } = this.options.config;
    return namesrvAddr.split(';').flatMap((text) => text.trim() || []);
  }

  /** Runs `work` for every name server at once; those for which it failed. */
  private async each(
    work: (address: string) => Promise<void>,
    servers: readonly string[] = this.servers(),
  ): Promise<string[]> {
    const failed: string[] = [];
    await Promise.all(
      servers.map((address) =>
        work(address).catch((error: unknown) => {
          failed.push(address);
          this.behind.add(address);
          this.options.log.warn(`name server ${address}: ${describeError(error)}`);
        }),
      ),
    );
    return failed;
  }
}
