// A cluster of ours at work for as long as you like: two name servers, a master that waits for its
// slave, producers and consumers. Members are killed, clients replaced, topics made, widened and
// deleted; at the end every acknowledged message must have been consumed by every group.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { deleteTopic, putTopic } from '../../src/client/admin/topics.js';
import { createSession, type Session } from '../../src/client/session.js';
import { newTopicConfig } from '../../src/protocol/bodies/topic.js';
import type { Launch } from '../support/cluster.js';
import { Member, startAll } from '../support/member.js';
import { seeded } from '../support/random.js';
import type { Ending } from '../support/temp.js';
import { until } from '../support/until.js';
import { SoakConsumer, SoakProducer } from './clients.js';
import { Ledger } from './ledger.js';
import { type Peak, Watch } from './watch.js';

export interface SoakOptions {
  ms: number;
  seed: number;
  /** Between two events. */
  calmMs: number;
  launch: Launch;
  say(text: string): void;
}

export interface SoakResult {
  ledger: Ledger;
  /** How often each thing has happened. */
  events: ReadonlyMap<string, number>;
  peaks: ReadonlyMap<string, Peak>;
  /** Handles of this process, in which the clients run: before the first client and after the last. */
  handles: { before: number; after: number };
}

const GROUPS = ['SoakGroupA', 'SoakGroupB'];
const PRODUCERS = 3;
const CONSUMERS_A_GROUP = 2;
const QUEUES = 4;
const MOST_TOPICS = 6;
const PATIENCE_MS = 120_000;
const BROKER = {
  brokerName: 'broker-a',
  slaveReadEnable: true,
  mappedFileSizeCommitLog: 16 * 1024 * 1024,
  registerNameServerPeriod: 10_000,
};
const PLACES = {
  master: { brokerId: 0, brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 1000 },
  slave: { brokerId: 1, brokerRole: 'SLAVE' },
};

export class Soak {
  private readonly random: (below: number) => number;
  private readonly events = new Map<string, number>();
  private readonly ledger = new Ledger(GROUPS);
  private readonly session: Session;
  private readonly topics = { active: [] as string[], present: [] as string[] };
  private producers: SoakProducer[] = [];
  private consumers: SoakConsumer[] = [];
  private made = 0;

  private constructor(
    private readonly options: SoakOptions,
    private readonly members: readonly Member[],
    private readonly namesrvAddr: string,
  ) {
    this.random = seeded(options.seed);
    const namesrvAddrs = namesrvAddr.split(';');
    this.session = createSession({ namesrvAddrs, clock: systemClock, log: silentLogger });
  }

  static async run(ending: Ending, options: SoakOptions): Promise<SoakResult> {
    const { launch } = options;
    const namesrvs = await Promise.all(
      [1, 2].map((i) =>
        Member.prepare(ending, { role: 'namesrv', launch, name: `name server ${i}` }),
      ),
    );
    const namesrvAddr = namesrvs.map(({ address }) => address).join(';');
    const brokers = await Promise.all(
      Object.entries(PLACES).map(([name, place]) => {
        const settings = { ...BROKER, ...place, namesrvAddr };
        return Member.prepare(ending, { role: 'broker', launch, name, settings });
      }),
    );
    for (const some of [namesrvs, brokers.slice(0, 1), brokers.slice(1)]) await startAll(some);
    const soak = new Soak(options, [...brokers, ...namesrvs], namesrvAddr);
    ending.after(() => soak.end());
    return soak.whole();
  }

  private async whole(): Promise<SoakResult> {
    const watch = new Watch(this.members);
    const before = handles();
    for (let i = 0; i < 3; i++) await this.makeTopic();
    for (const group of GROUPS) {
      for (let i = 0; i < CONSUMERS_A_GROUP; i++) this.consumers.push(await this.consumer(group));
    }
    this.producers = Array.from({ length: PRODUCERS }, () => this.producer());
    await this.acknowledging();
    const end = performance.now() + this.options.ms;
    while (performance.now() < end) {
      for (const event of this.shuffled()) {
        if (performance.now() >= end) break;
        await sleep(this.options.calmMs);
        await this.happen(event);
      }
    }
    await this.drain();
    await this.end();
    const peaks = watch.end();
    await until('closed connections', () => handles() <= before + 2, 10_000).catch(() => undefined);
    const { ledger, events } = this;
    return { ledger, events, peaks, handles: { before, after: handles() } };
  }

  /** Nothing new is sent; what was acknowledged arrives everywhere. */
  private async drain(): Promise<void> {
    await Promise.all(this.producers.map((producer) => producer.end()));
    this.producers = [];
    await until('all messages', () => this.ledger.missing().length === 0, PATIENCE_MS).catch(() => {
      const missing = this.ledger.missing();
      assert.fail(`${missing.length} messages, the first: ${missing.slice(0, 5).join('; ')}`);
    });
  }

  private async end(): Promise<void> {
    await Promise.all([...this.producers, ...this.consumers].map((client) => client.end()));
    this.producers = [];
    this.consumers = [];
    this.session.close();
  }

  private readonly acts: Readonly<Record<string, () => Promise<void>>> = {
    'master killed': () => this.kill('master'),
    'slave killed': () => this.kill('slave'),
    'name server killed': () => this.kill(`name server ${1 + this.random(2)}`),
    'master stopped and started': () => this.restart('master'),
    'consumer replaced': () => this.replaceConsumer(),
    'producer replaced': () => this.replaceProducer(),
    'topic made': () => this.makeTopic(),
    'topic widened': () => this.widenTopic(),
    'topic deleted': () => this.deleteTopic(),
  };

  private async happen(event: string): Promise<void> {
    const started = performance.now();
    await this.acts[event]!();
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
    const ms = Math.round(performance.now() - started);
    this.options.say(`${event}, ${ms} ms; ${this.ledger.acknowledged} acknowledged so far`);
  }

  private shuffled(): string[] {
    const left = Object.keys(this.acts);
    return Object.keys(this.acts).map(() => left.splice(this.random(left.length), 1)[0]!);
  }

  private member(name: string): Member {
    return this.members.find((member) => member.name === name)!;
  }

  private async kill(name: string): Promise<void> {
    await this.member(name).kill();
    await sleep(this.random(1000));
    await this.member(name).start();
    await this.acknowledging();
  }

  private async restart(name: string): Promise<void> {
    await this.member(name).stop();
    await this.member(name).start();
    await this.acknowledging();
  }

  private async replaceConsumer(): Promise<void> {
    const at = this.random(this.consumers.length);
    const old = this.consumers[at]!;
    await old.end();
    this.consumers[at] = await this.consumer(old.group);
  }

  private async replaceProducer(): Promise<void> {
    const at = this.random(this.producers.length);
    await this.producers[at]!.end();
    this.producers[at] = this.producer();
  }

  private async makeTopic(): Promise<void> {
    const topic = `Soak${this.made++}`;
    await this.putTopic(topic, QUEUES);
    this.topics.present.push(topic);
    this.topics.active.push(topic);
    for (const consumer of this.consumers) consumer.follow();
  }

  private async widenTopic(): Promise<void> {
    const topic = this.topics.active[this.random(this.topics.active.length)]!;
    await this.putTopic(topic, 2 * QUEUES);
  }

  /** Once nothing is sent to it any more and all of it has been consumed. */
  private async deleteTopic(): Promise<void> {
    if (this.topics.present.length < MOST_TOPICS) return;
    const topic = this.topics.active.shift()!;
    await until(`all of ${topic}`, () => this.ledger.missing(topic).length === 0, PATIENCE_MS);
    this.topics.present.splice(this.topics.present.indexOf(topic), 1);
    for (const consumer of this.consumers) consumer.follow();
    await deleteTopic(this.session, { topic, clusterName: 'DefaultCluster' });
  }

  private putTopic(topicName: string, queues: number): Promise<void> {
    const config = { ...newTopicConfig(topicName), readQueueNums: queues, writeQueueNums: queues };
    return putTopic(this.session, this.member('master').address, config);
  }

  private async consumer(group: string): Promise<SoakConsumer> {
    const consumer = new SoakConsumer(group, this.namesrvAddr, this.topics, this.ledger);
    await consumer.start();
    return consumer;
  }

  private producer(): SoakProducer {
    const name = `p${this.made++}`;
    return new SoakProducer(name, this.namesrvAddr, this.topics, this.ledger);
  }

  /** Waits until a message is acknowledged again. */
  private async acknowledging(): Promise<void> {
    const { acknowledged } = this.ledger;
    const more = (): boolean => this.ledger.acknowledged > acknowledged;
    await until('acknowledged message', more, PATIENCE_MS);
  }
}

/** Sockets and pipes of this process. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|Socket/.test(name)).length;
}
