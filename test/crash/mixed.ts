// Masters that wait for their slaves, of both systems in one cluster: members are killed by turns
// under load and come back, and afterwards master and slave both hold every message that was
// acknowledged, where its answer said, without a gap in any queue.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer, type Producer } from '../../src/client/producer.js';
import type { Launch, Settings } from '../support/cluster.js';
import { Member, startAll } from '../support/member.js';
import { patientClient } from '../support/patient-client.js';
import { seeded } from '../support/random.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { Ending } from '../support/temp.js';
import { until } from '../support/until.js';
import { Reader } from './reader.js';
import { type Acknowledged, Sender } from './senders.js';

export type Kind = 'ours' | 'java';

export interface Mix {
  namesrvs: readonly Kind[];
  /** A master and its slave each. */
  pairs: readonly (readonly [master: Kind, slave: Kind])[];
}

export const MIXES: Readonly<Record<string, Mix>> = {
  'java-ours': { namesrvs: ['ours'], pairs: [['java', 'ours']] },
  'ours-java': { namesrvs: ['ours'], pairs: [['ours', 'java']] },
  'ours-ours': { namesrvs: ['ours'], pairs: [['ours', 'ours']] },
  both: {
    namesrvs: ['java', 'ours'],
    pairs: [
      ['java', 'ours'],
      ['ours', 'java'],
    ],
  },
};

export interface MixedOptions {
  mix: Mix;
  cycles: number;
  seed: number;
  launches: Readonly<Record<Kind, Launch>>;
  /** Who is killed in which cycle, by name, or `lines`; by default whom the seed picks. */
  victims?: readonly string[];
  /** Of the brokers, beside those that all loops have. */
  settings?: Settings;
  say(text: string): void;
}

const TOPIC = 'Mixed';
const QUEUES = 4;
/** Restarted JVMs on a busy machine, and slaves that look for their master every five seconds. */
const PATIENCE_MS = 300_000;
const SETTINGS = {
  mappedFileSizeCommitLog: 4 * 1024 * 1024,
  mappedFileSizeConsumeQueue: 20 * 5000,
  maxHashSlotNum: 10_000,
  maxIndexNum: 40_000,
  flushDiskType: 'SYNC_FLUSH',
  haSendHeartbeatInterval: 1000,
  registerNameServerPeriod: 10_000,
  slaveReadEnable: true,
  timerWheelEnable: false,
};
const MASTER = { brokerId: 0, brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 1000 };
const OTHER_IP = '127.0.0.2';
const SLAVE = { brokerId: 1, brokerRole: 'SLAVE' };

class Pair {
  /** Bodies by `queue:offset`, as answers named the places. */
  private readonly promised = new Map<string, string>();
  /** Queue offset up to which each queue was found right. */
  private readonly checked = new Array<number>(QUEUES).fill(0);
  /** What the last check found: an answer may come after its message was looked at. */
  private before: ReadonlyMap<string, string> = new Map();
  promises = 0;

  constructor(
    readonly brokerName: string,
    readonly master: Member,
    readonly slave: Member,
    /** Between the two. */
    readonly line: TcpProxy,
  ) {}

  promise(all: readonly Acknowledged[]): void {
    for (const { queueId, queueOffset, body } of all) {
      const place = `${queueId}:${queueOffset}`;
      assert.ok(!this.promised.has(place), `${this.brokerName} gave ${place} away twice`);
      this.promised.set(place, body);
    }
    this.promises += all.length;
  }

  /** Whether a message is acknowledged again: the slave is there and keeps up. */
  async takes(prefix: string): Promise<boolean> {
    const kind = { inFlight: 1, batch: 1, bodyBytes: 100, prefix };
    const sender = new Sender({
      broker: this.master.address,
      topic: TOPIC,
      queues: QUEUES,
      ...kind,
    });
    await sleep(100);
    await sender.end();
    this.promise(sender.acknowledged);
    return sender.acknowledged.length > 0;
  }

  /** Were the master never to come back, nothing that was promised would be lost. */
  async safe(): Promise<void> {
    if (!this.slave.running) return;
    const promised = [...this.promised];
    const held = async (): Promise<boolean> => {
      const slave = await this.contents(this.slave);
      const at = (place: string): string | undefined => slave.get(place) ?? this.before.get(place);
      return promised.every(([place, body]) => at(place) === body);
    };
    await until(`copy of all that was promised in ${this.slave.name}`, held, PATIENCE_MS);
  }

  /** Looks at what has come since the last check. */
  async check(): Promise<void> {
    // Messages still come while this looks.
    const promised = [...this.promised];
    let master: ReadonlyMap<string, string> = new Map();
    // RocketMQ answers a message before its readers can see it.
    await until(`all that was promised in ${this.master.name}`, async (saw) => {
      master = await this.contents(this.master);
      const at = (place: string): string | undefined => master.get(place) ?? this.before.get(place);
      return saw(promised.filter(([place, body]) => at(place) !== body)).length === 0;
    });
    await until(`copy of all in ${this.slave.name}`, () => this.copied(master), PATIENCE_MS);
    const slave = await this.contents(this.slave);
    for (const [place, body] of master) {
      assert.equal(slave.get(place), body, `${this.slave.name} at ${place}`);
    }
    for (const [place] of promised) this.promised.delete(place);
    for (const place of master.keys()) {
      const [queueId, offset] = place.split(':').map(Number);
      this.checked[queueId!] = Math.max(this.checked[queueId!]!, offset! + 1);
    }
    this.before = master;
  }

  private async copied(master: ReadonlyMap<string, string>): Promise<boolean> {
    const slave = await this.contents(this.slave);
    return [...master.keys()].every((place) => slave.has(place));
  }

  private async contents({ address, name }: Member): Promise<Map<string, string>> {
    const reader = new Reader(address);
    const found = new Map<string, string>();
    try {
      for (const [queueId, from] of this.checked.entries()) {
        const records = await reader.read(TOPIC, queueId, from);
        records.forEach((record, i) => {
          assert.equal(record.queueOffset, from + i, `a gap in queue ${queueId} of ${name}`);
          found.set(`${queueId}:${from + i}`, record.body.toString());
        });
      }
      return found;
    } finally {
      reader.close();
    }
  }
}

/** The slave reaches its master through a proxy. */
async function preparePair(
  ending: Ending,
  kinds: readonly [Kind, Kind],
  launches: Readonly<Record<Kind, Launch>>,
  own: Settings & { brokerName: string },
): Promise<Pair> {
  const [master, slave] = await Promise.all(
    [MASTER, SLAVE].map((place, id) => {
      const kind = kinds[id]!;
      const name = `${id === 0 ? 'master' : 'slave'} of ${own.brokerName} (${kind})`;
      const settings = { ...SETTINGS, ...place, ...own };
      return Member.prepare(ending, { role: 'broker', launch: launches[kind], name, settings });
    }),
  );
  const line = await (kinds[1] === 'ours'
    ? TcpProxy.start(ending, master!.haAddress)
    : // RocketMQ's slaves go where the name server sends them: to another address of this host.
      TcpProxy.start(ending, master!.haAddress, { host: OTHER_IP, port: master!.port + 1 }));
  if (kinds[1] === 'ours') slave!.change({ haMasterAddress: line.address });
  else master!.change({ brokerIP2: OTHER_IP, bindAddress: '127.0.0.1' });
  return new Pair(own.brokerName, master!, slave!, line);
}

/** Sends through the name servers, to whichever master takes a message; all the time. */
class Routed {
  private readonly producer: Producer;
  private stopping = false;
  private readonly loop: Promise<void>;
  count = 0;

  constructor(
    namesrvAddr: string,
    private readonly pairs: readonly Pair[],
  ) {
    this.producer = createProducer({
      namesrvAddr,
      group: 'Routed',
      pollNameServerIntervalMs: 1000,
    });
    this.loop = this.run();
  }

  async end(): Promise<void> {
    this.stopping = true;
    await this.loop;
    await this.producer.stop();
  }

  private async run(): Promise<void> {
    await this.producer.start();
    for (let i = 0; !this.stopping; i++) {
      const body = `routed ${i}`;
      const message = { topic: TOPIC, body: Buffer.from(body) };
      const result = await this.producer.send(message).catch(() => undefined);
      await sleep(5);
      if (result?.status !== 'SEND_OK') continue;
      const { queue, queueOffset } = result;
      const pair = this.pairs.find(({ brokerName }) => brokerName === queue.brokerName)!;
      pair.promise([{ body, queueId: queue.queueId, queueOffset, msgId: result.msgId }]);
      this.count++;
    }
  }
}

interface Act {
  name: string;
  strike(): Promise<() => Promise<void>>;
}

export class MixedLoop {
  private readonly random: (below: number) => number;
  total = 0;

  private constructor(
    private readonly options: MixedOptions,
    private readonly namesrvs: readonly Member[],
    private readonly pairs: readonly Pair[],
  ) {
    this.random = seeded(options.seed);
  }

  static async run(ending: Ending, options: MixedOptions): Promise<MixedLoop> {
    const { mix, launches } = options;
    const namesrvs = await Promise.all(
      mix.namesrvs.map((kind, i) => {
        const name = `name server ${i + 1} (${kind})`;
        return Member.prepare(ending, { role: 'namesrv', launch: launches[kind], name });
      }),
    );
    const namesrvAddr = namesrvs.map(({ address }) => address).join(';');
    const pairs = await Promise.all(
      mix.pairs.map((kinds, i) => {
        const brokerName = `broker-${'ab'[i]}`;
        const own = { ...options.settings, brokerName, namesrvAddr };
        return preparePair(ending, kinds, launches, own);
      }),
    );
    const loop = new MixedLoop(options, namesrvs, pairs);
    await loop.begin();
    const routed = new Routed(namesrvAddr, pairs);
    ending.after(() => routed.end());
    for (let cycle = 0; cycle < options.cycles; cycle++) await loop.cycle(cycle);
    await routed.end();
    await Promise.all(pairs.map((pair) => pair.check()));
    loop.total = loop.promises();
    assert.ok(routed.count > 0, 'nothing was sent by way of the name servers');
    return loop;
  }

  /** Slaves look for their master when they start, so the masters come first. */
  private async begin(): Promise<void> {
    await startAll(this.namesrvs);
    await startAll(this.pairs.map(({ master }) => master));
    await startAll(this.pairs.map(({ slave }) => slave));
    // RocketMQ's slaves ask for topics after a minute only, and refuse to be read until then.
    for (const { master, slave } of this.pairs) {
      for (const { address } of [master, slave]) await createTopic(address);
    }
    await this.recovered('begin');
  }

  private async cycle(cycle: number): Promise<void> {
    const { seed, say, victims } = this.options;
    const act = this.pick(victims?.[cycle % victims.length]);
    const before = this.promises();
    const loads = this.pairs.map((pair, i) =>
      [1, 16].map((inFlight) => {
        const prefix = `${seed}.${cycle}.${i}.${inFlight}`;
        const kind = { inFlight, batch: 1, bodyBytes: 300, prefix };
        return new Sender({ broker: pair.master.address, topic: TOPIC, queues: QUEUES, ...kind });
      }),
    );
    await Promise.all(loads.flat().map((sender) => sender.underWay()));
    await sleep(this.random(400));
    const recover = await act.strike();
    await sleep(this.random(600));
    await Promise.all(loads.flat().map((sender) => sender.end()));
    loads.forEach((senders, i) => {
      for (const { acknowledged } of senders) this.pairs[i]!.promise(acknowledged);
    });
    await Promise.all(this.pairs.map((pair) => pair.safe()));
    const started = performance.now();
    await recover();
    await this.recovered(`${seed}.${cycle}.again`);
    const ms = Math.round(performance.now() - started);
    await Promise.all(this.pairs.map((pair) => pair.check()));
    say(
      `cycle ${cycle}: ${act.name}, all well again in ${ms} ms; ${this.promises() - before} acknowledged`,
    );
  }

  /** What happens under load; striking gives what is done about it afterwards. */
  private pick(wanted: string | undefined): Act {
    const pairs = this.pairs.flatMap(({ master, slave }) => [master, slave]);
    const members = [...this.namesrvs, ...pairs];
    const one = this.random(members.length + 1);
    const member = wanted ? members.find(({ name }) => name.startsWith(wanted)) : members[one];
    if (member) {
      const strike = async (): Promise<() => Promise<void>> => {
        await member.kill();
        return () => member.start();
      };
      return { name: `${member.name} killed`, strike };
    }
    return { name: 'lines between masters and slaves cut', strike: () => this.cutLines() };
  }

  private async cutLines(): Promise<() => Promise<void>> {
    const lines = this.pairs.map(({ line }) => line);
    for (let i = 0; i < 3; i++) {
      for (const line of lines) line.cut();
      await sleep(this.random(200));
    }
    for (const line of lines) line.partition();
    await sleep(this.random(1000));
    return () => Promise.resolve(lines.forEach((line) => line.heal()));
  }

  /** Every pair acknowledges messages again. */
  private async recovered(prefix: string): Promise<void> {
    await Promise.all(
      this.pairs.map((pair, i) => {
        let turn = 0;
        const takes = (): Promise<boolean> => pair.takes(`${prefix}.${i}.${turn++}`);
        return until(`acknowledgement by ${pair.master.name}`, takes, PATIENCE_MS);
      }),
    );
  }

  private promises(): number {
    return this.pairs.reduce((sum, { promises }) => sum + promises, 0);
  }
}

async function createTopic(address: string): Promise<void> {
  const client = patientClient();
  try {
    await client.request(address, 'UPDATE_AND_CREATE_TOPIC', {
      topic: TOPIC,
      defaultTopic: 'TBW102',
      readQueueNums: QUEUES,
      writeQueueNums: QUEUES,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
    });
  } finally {
    client.close();
  }
}
