// A master that waits for its slave, of both systems: what a send costs then, and how far behind the
// slave is.

import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from '../test/support/member.js';
import { Ending } from '../test/support/temp.js';
import { until } from '../test/support/until.js';
import { Wire } from '../test/support/wire.js';
import { type Lengths, load, type LoadFigures, type Target } from './measure.js';
import { QUEUES, type Scenario } from './scenarios.js';
import { SETTINGS, type System } from './systems.js';
import { table } from './table.js';

export interface ReplicationFigures {
  load: string;
  system: string;
  /** From the master's answer until the slave's readers have the message, ms. */
  p50: number;
  p99: number;
  /** From the end of the load until the slave had all of it, ms. */
  catchUpMs: number;
}

const NAME = 'broker-a';
const PROBE = 'BenchLag';
const PROBE_PAUSE_MS = 10;
const PATIENCE_MS = 120_000;
const MASTER = { brokerId: 0, brokerRole: 'SYNC_MASTER', inSyncReplicas: 2 };
const SLAVE = { brokerId: 1, brokerRole: 'SLAVE', slaveReadEnable: true };

class Pair {
  private constructor(
    readonly target: Target,
    private readonly master: Wire,
    private readonly slave: Wire,
    private readonly members: readonly Member[],
  ) {}

  static async start(ending: Ending, { launch }: System, topics: Iterable<string>): Promise<Pair> {
    const namesrv = await Member.prepare(ending, { role: 'namesrv', launch, name: 'namesrv' });
    await namesrv.start();
    const members: Member[] = [namesrv];
    const wires: Wire[] = [];
    for (const [name, place] of Object.entries({ master: MASTER, slave: SLAVE })) {
      const own = { brokerName: NAME, namesrvAddr: namesrv.address };
      const settings = { ...SETTINGS, ...own, ...place };
      const member = await Member.prepare(ending, { role: 'broker', launch, name, settings });
      await member.start();
      members.push(member);
      const cluster = { namesrv: namesrv.address, broker: member.address, brokerName: NAME };
      const wire = new Wire(ending, cluster);
      // RocketMQ's slaves ask for topics only after a minute.
      for (const topic of topics) await wire.createTopic(topic, QUEUES);
      wires.push(wire);
    }
    const [, ...brokers] = members;
    const broker = brokers[0]!.address;
    const target = { broker, brokerName: NAME, pids: brokers.map(({ pid }) => pid) };
    const pair = new Pair(target, wires[0]!, wires[1]!, members);
    ending.after(() => pair.signal('SIGCONT'));
    return pair;
  }

  /** A pair that waits for its turn costs nothing: the idle threads of a JVM are not free. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    for (const { pid } of this.members) process.kill(pid, name);
  }

  /** It runs, and its slave copies. */
  async ready(): Promise<void> {
    this.signal('SIGCONT');
    const copied = (): Promise<boolean> => this.probe('true').then(always, never);
    await until('copy at the slave', copied, PATIENCE_MS);
  }

  /** How long the slave's readers waited for one message, ms. */
  async probe(wait: 'true' | 'false' = 'false'): Promise<number> {
    const before = await this.maxOffset(this.slave);
    await this.master.send(PROBE, 0, 'probe', { WAIT: wait });
    const answered = performance.now();
    while ((await this.maxOffset(this.slave)) <= before) {
      if (performance.now() - answered > PATIENCE_MS) throw new Error('the slave copies nothing');
    }
    return performance.now() - answered;
  }

  /** Until the slave's log ends where the master's does. */
  async caughtUp(): Promise<void> {
    const same = async (): Promise<boolean> =>
      (await logEnd(this.master)) === (await logEnd(this.slave));
    await until('the same log at the slave', same, PATIENCE_MS);
  }

  private async maxOffset(wire: Wire): Promise<number> {
    return (await wire.maxOffsets(PROBE, 1))[0]!;
  }
}

const always = (): boolean => true;
const never = (): boolean => false;

async function logEnd({ client, cluster }: Wire): Promise<string> {
  const { body } = await client.request(cluster.broker, 'GET_BROKER_RUNTIME_INFO', {});
  return /"commitLogMaxOffset":"(\d+)"/.exec(body.toString())![1]!;
}

/** The systems take turns; what a load shows goes to the other loads of its system. */
export async function measureReplication(
  systems: readonly { system: System; loads: Map<string, LoadFigures> }[],
  scenarios: readonly Scenario[],
  lengths: Lengths,
): Promise<ReplicationFigures[]> {
  if (scenarios.length === 0) return [];
  const ending = new Ending();
  try {
    const topics = new Set([PROBE, ...scenarios.map(({ topic }) => topic)]);
    const pairs: Pair[] = [];
    for (const { system } of systems) {
      const pair = await Pair.start(ending, system, topics);
      await pair.ready();
      pair.signal('SIGSTOP');
      pairs.push(pair);
    }
    const figures: ReplicationFigures[] = [];
    for (const scenario of scenarios) {
      for (const [i, { system, loads }] of systems.entries()) {
        console.error(`${system.name}: ${scenario.name}`);
        const { load, lag } = await underLoad(pairs[i]!, scenario, lengths);
        loads.set(scenario.name, load);
        figures.push({ load: scenario.name, system: system.name, ...lag });
      }
    }
    return figures;
  } finally {
    await ending.run();
  }
}

async function underLoad(pair: Pair, scenario: Scenario, lengths: Lengths) {
  await pair.ready();
  let loading = true;
  const lags: number[] = [];
  const probing = (async () => {
    await sleep(lengths.warmMs);
    while (loading) {
      lags.push(await pair.probe());
      await sleep(PROBE_PAUSE_MS);
    }
  })();
  const figures = await load(pair.target, scenario, lengths);
  loading = false;
  const ended = performance.now();
  await pair.caughtUp();
  const catchUpMs = performance.now() - ended;
  await probing;
  pair.signal('SIGSTOP');
  lags.sort((a, b) => a - b);
  const at = (part: number): number => lags[Math.floor(lags.length * part)]!;
  return { load: figures, lag: { p50: at(0.5), p99: at(0.99), catchUpMs } };
}

export function replicationTable(all: readonly ReplicationFigures[]): string {
  return table(
    ['how far behind the slave is', 'system', 'p50 ms', 'p99 ms', 'after the load ms'],
    all.map((one, i) => [
      one.load === all[i - 1]?.load ? '' : one.load,
      one.system,
      one.p50,
      one.p99,
      one.catchUpMs,
    ]),
  );
}
