// Measurements of one system: start-up, idle memory, load by load, its admin command.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '../test/support/child.js';
import type { ClusterProcesses } from '../test/support/cluster.js';
import type { Ending } from '../test/support/temp.js';
import { Wire } from '../test/support/wire.js';
import type { LoadResult } from './load.js';
import type { LoadPlan } from './plan.js';
import { QUEUES, type Scenario, TOPICS } from './scenarios.js';
import type { System } from './systems.js';
import { cpuMs, residentBytes } from './usage.js';

const loadScript = fileURLToPath(new URL('load.ts', import.meta.url));
const IDLE_MS = 3000;

export interface LoadFigures {
  perSecond: number;
  /** Of the broker (of master and slave), microseconds a message. */
  cpuUs: number;
  p50: number;
  p99: number;
  min: number;
  max: number;
  /** Of the broker when the load ends, MB. */
  memoryMb: number;
  /** Requests answered with an error. */
  refused: number;
  /** Share of one core that the generator used: near 1 it is what limits. */
  generator: number;
}

export interface Figures {
  system: string;
  namesrvReadyMs: number;
  brokerReadyMs: number;
  idleNamesrvMb: number;
  idleBrokerMb: number;
  loads: Map<string, LoadFigures>;
}

const MB = 1024 * 1024;

export interface Lengths {
  warmMs: number;
  runMs: number;
}

/** A system that runs: systems take turns under load, so that a noisy moment hits both alike. */
export class Measured {
  private constructor(
    readonly system: System,
    readonly figures: Figures,
    readonly cluster: ClusterProcesses,
    private readonly lengths: Lengths,
  ) {}

  /** Starts the system; it ends with `ending`. */
  static async start(ending: Ending, system: System, lengths: Lengths): Promise<Measured> {
    const cluster = await system.start(ending);
    await sleep(IDLE_MS);
    const memory = (role: 'namesrv' | 'broker'): number =>
      residentBytes(cluster.process(role).pid) / MB;
    const figures: Figures = {
      system: system.name,
      namesrvReadyMs: cluster.readyMs.namesrv,
      brokerReadyMs: cluster.readyMs.broker,
      idleNamesrvMb: memory('namesrv'),
      idleBrokerMb: memory('broker'),
      loads: new Map(),
    };
    const wire = new Wire(ending, cluster);
    for (const topic of TOPICS) await wire.createTopic(topic, QUEUES);
    return new Measured(system, figures, cluster, lengths);
  }

  async load(scenario: Scenario): Promise<void> {
    this.figures.loads.set(scenario.name, await this.measure(scenario, this.lengths));
  }

  async measure(scenario: Scenario, lengths: Lengths): Promise<LoadFigures> {
    console.error(`${this.figures.system}: ${scenario.name}`);
    const { broker, brokerName } = this.cluster;
    const target = { broker, brokerName, pids: [this.cluster.process('broker').pid] };
    return load(target, scenario, lengths);
  }

  /** The loads of all, in turn: whoever waits is stopped, for an idle broker is not free. */
  static async inTurn(all: readonly Measured[], scenarios: readonly Scenario[]): Promise<void> {
    for (const measured of all) measured.signal('SIGSTOP');
    for (const scenario of scenarios) {
      for (const measured of all) {
        measured.signal('SIGCONT');
        await untilIdle(measured.cluster.process('broker').pid);
        await measured.load(scenario);
        measured.signal('SIGSTOP');
      }
    }
    for (const measured of all) measured.signal('SIGCONT');
  }

  private signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.cluster.process('broker').pid, name);
  }
}

const LOOK_MS = 500;
const MOST_LOOKS = 120;
/** Of one core: a Java broker that nobody uses needs a twentieth. */
const IDLE_SHARE = 0.15;

/**
 * Waits until a broker is done with what loads have left to it (delayed messages, decided
 * transactions): what is measured next would have to share the cores with that.
 */
async function untilIdle(pid: number): Promise<void> {
  for (let looks = 0, before = cpuMs(pid); looks < MOST_LOOKS; looks++) {
    await sleep(LOOK_MS);
    const now = cpuMs(pid);
    if (now - before < IDLE_SHARE * LOOK_MS) return;
    before = now;
  }
}

/** Where a load goes, and whose CPU time and memory count. */
export interface Target {
  broker: string;
  brokerName: string;
  pids: readonly number[];
}

export async function load(
  { broker, brokerName, pids }: Target,
  { plan, topic }: Scenario,
  lengths: Lengths,
): Promise<LoadFigures> {
  const whole: LoadPlan = { ...plan, ...lengths, topic, queues: QUEUES, broker, brokerName };
  const sum = (of: (pid: number) => number): number =>
    pids.reduce((total, pid) => total + of(pid), 0);
  const args = ['--import', 'tsx', loadScript, JSON.stringify(whole)];
  const child = new Child(process.execPath, args, { name: 'the load generator' });
  await child.line(/^begin$/);
  const before = sum(cpuMs);
  await child.line(/^end$/, lengths.warmMs + lengths.runMs + 60_000);
  const used = sum(cpuMs) - before;
  const memoryMb = sum(residentBytes) / MB;
  const result = JSON.parse(await child.line(/^\{/)) as LoadResult;
  await child.ended;
  // A broker under load may refuse a few (RocketMQ's flow control); a broken run refuses all.
  if (result.errors * 100 > result.messages) {
    throw new Error(`${result.errors} requests failed, the first with ${result.firstError}`);
  }
  return {
    perSecond: (result.messages * 1000) / result.ms,
    cpuUs: (used * 1000) / result.messages,
    p50: result.p50,
    p99: result.p99,
    min: result.min,
    max: result.max,
    memoryMb,
    refused: result.errors,
    generator: result.cpuMs / result.ms,
  };
}

/** Median times, ms, of works that take turns, so that what else the machine does hits all alike. */
export async function medianMs(
  runs: number,
  works: readonly (() => Promise<void>)[],
): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let i = 0; i < runs; i++) {
    for (const [which, work] of works.entries()) {
      const started = performance.now();
      await work();
      times[which]!.push(performance.now() - started);
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(runs / 2)]!);
}
