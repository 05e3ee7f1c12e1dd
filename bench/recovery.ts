// How long a broker takes after kill -9 until it serves what it holds: a store of so many MB is
// written by each system, and copies of it are opened by both.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResponseCode } from '../src/protocol/responses.js';
import { runChild } from '../test/support/child.js';
import type { ClusterProcesses } from '../test/support/cluster.js';
import { Ending, tempFolder } from '../test/support/temp.js';
import { Wire } from '../test/support/wire.js';
import { fillUntil } from './fill.js';
import { QUEUES, type Scenario } from './scenarios.js';
import type { System } from './systems.js';
import { table } from './table.js';
import { cpuMs } from './usage.js';

export interface RecoveryFigures {
  /** Who wrote the store, and what was left of it. */
  store: string;
  system: string;
  /** From the start of the process to its boot line, and until the last messages were read, ms. */
  readyMs: number;
  readableMs: number;
  /** Of the process until then. */
  cpuMs: number;
}

const TOPIC = 'BenchRecovery';
const FILL: Scenario = {
  name: 'filling',
  // few at a time, as RocketMQ refuses what waits long
  plan: { kind: 'send', connections: 4, inFlight: 2, bodyBytes: 1024, batch: 16 },
  topic: TOPIC,
};
const MB = 2 ** 20;
const POLL_MS = 5;
/** A broker that has just printed its boot line may answer late. */
const PATIENCE_MS = 120_000;

/** What is taken away from what kill -9 left, so that more lies behind the checkpoint. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  'as kill -9 left it': [],
  'without checkpoint': ['checkpoint'],
  'nothing but the log': ['checkpoint', 'consumequeue', 'index'],
};

class Recovering {
  private constructor(
    readonly system: System,
    private readonly cluster: ClusterProcesses,
    private readonly wire: Wire,
  ) {}

  static async start(ending: Ending, system: System): Promise<Recovering> {
    const cluster = await system.start(ending);
    return new Recovering(system, cluster, new Wire(ending, cluster));
  }

  /** Of a start with an empty store: what the process itself takes. */
  get empty(): RecoveryFigures {
    const { system, cluster } = this;
    const readyMs = cluster.readyMs.broker;
    const used = cpuMs(cluster.process('broker').pid);
    return { store: 'empty', system: system.name, readyMs, readableMs: readyMs, cpuMs: used };
  }

  /** Writes and kills; queue offsets behind the last messages. */
  async write(mb: number, copy: string): Promise<number[]> {
    const { wire, cluster } = this;
    const { broker, brokerName } = cluster;
    await wire.createTopic(TOPIC, QUEUES);
    const target = { broker, brokerName, pids: [cluster.process('broker').pid] };
    await fillUntil(target, FILL, async () => {
      const { body } = await wire.client.request(broker, 'GET_BROKER_RUNTIME_INFO', {});
      const info = JSON.parse(body.toString()) as { table: Record<string, string> };
      return Number(info.table.commitLogMaxOffset) >= mb * MB;
    });
    const ends = await wire.maxOffsets(TOPIC, QUEUES);
    await cluster.kill('broker');
    await copyStore(join(cluster.home, 'store'), copy);
    return ends;
  }

  /** Opens a copy of `from` without the files that `without` names. */
  async open(
    store: string,
    from: string,
    without: readonly string[],
    ends: readonly number[],
  ): Promise<RecoveryFigures> {
    const { cluster, system } = this;
    await cluster.kill('broker');
    const place = join(cluster.home, 'store');
    await copyStore(from, place);
    for (const name of without) rmSync(join(place, name), { recursive: true, force: true });
    await runChild('sync', []);
    console.error(`${system.name}: opens the store ${store}`);
    const started = performance.now();
    await cluster.startRole('broker');
    await this.readable(ends);
    const readableMs = performance.now() - started;
    const used = cpuMs(cluster.process('broker').pid);
    const readyMs = cluster.readyMs.broker;
    console.error(`  after ${Math.round(readableMs)} ms, with ${used} ms of CPU`);
    return { store, system: system.name, readyMs, readableMs, cpuMs: used };
  }

  /** The last message of every queue is answered. */
  private async readable(ends: readonly number[]): Promise<void> {
    const left = new Set(ends.keys());
    while (left.size > 0) {
      for (const queueId of left) {
        if (await this.pull(queueId, ends[queueId]! - 1)) left.delete(queueId);
      }
      if (left.size > 0) await sleep(POLL_MS);
    }
  }

  private async pull(queueId: number, queueOffset: number): Promise<boolean> {
    const header = {
      ...{ consumerGroup: 'BenchRecovery', topic: TOPIC, queueId, queueOffset },
      ...{ maxMsgNums: 1, sysFlag: 4, commitOffset: 0, suspendTimeoutMillis: 0 },
      ...{ subscription: '*', subVersion: 0, expressionType: 'TAG' },
    };
    const { PULL_NOT_FOUND, PULL_OFFSET_MOVED, PULL_RETRY_IMMEDIATELY } = ResponseCode;
    const allow = [PULL_NOT_FOUND, PULL_OFFSET_MOVED, PULL_RETRY_IMMEDIATELY];
    const { broker } = this.cluster;
    const options = { allow, timeoutMs: PATIENCE_MS };
    const answer = await this.wire.client.request(broker, 'PULL_MESSAGE', header, options);
    return answer.code === ResponseCode.SUCCESS;
  }
}

/** Sparse files stay sparse where the system's cp can do that. */
export async function copyStore(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  try {
    await runChild('cp', ['-r', '--sparse=always', from, to]);
  } catch {
    cpSync(from, to, { recursive: true });
  }
  rmSync(join(to, 'lock.holder'), { force: true });
}

export async function measureRecovery(
  systems: readonly System[],
  mb: number,
): Promise<RecoveryFigures[]> {
  const ending = new Ending();
  const all: RecoveryFigures[] = [];
  try {
    const running: Recovering[] = [];
    for (const system of systems) running.push(await Recovering.start(ending, system));
    all.push(...running.map(({ empty }) => empty));
    for (const writer of running) {
      const copy = join(tempFolder(ending), 'store');
      const ends = await writer.write(mb, copy);
      for (const [state, without] of Object.entries(STATES)) {
        const store = `of ${writer.system.name}, ${state}`;
        for (const one of running) all.push(await one.open(store, copy, without, ends));
      }
      rmSync(copy, { recursive: true });
    }
    return all;
  } finally {
    await ending.run();
  }
}

export function recoveryTable(mb: number, all: readonly RecoveryFigures[]): string {
  let before = '';
  const rows = all.map(({ store, system, readyMs, readableMs, cpuMs: used }) => {
    const first = store === before ? '' : store;
    before = store;
    return [first, system, readyMs, readableMs, used];
  });
  const head = [
    `start with a store of ${mb} MB`,
    'system',
    'boot line ms',
    'readable ms',
    'CPU ms',
  ];
  return table(head, rows);
}
