// Cold pulls: consumers read, once and from the beginning, a log of which the page cache holds
// nothing. Both systems read copies of one store, several times in turn.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canRun, runChild } from '../test/support/child.js';
import type { ClusterProcesses } from '../test/support/cluster.js';
import { Ending, tempFolder } from '../test/support/temp.js';
import { Wire } from '../test/support/wire.js';
import { fillUntil } from './fill.js';
import { load, type LoadFigures, type Target } from './measure.js';
import { copyStore } from './recovery.js';
import { QUEUES, type Scenario } from './scenarios.js';
import type { System } from './systems.js';
import { table } from './table.js';

export interface ColdFigures {
  system: string;
  /** Of every pass. */
  passes: LoadFigures[];
}

const plan = { connections: 4, bodyBytes: 128, batch: 1 };
const sends = (topic: string): Scenario => ({
  name: 'filling',
  plan: { ...plan, kind: 'send', inFlight: 16 },
  topic,
});
const pulls = (topic: string, once: boolean): Scenario => ({
  name: 'reading',
  plan: { ...plan, kind: 'consume', inFlight: 1, once },
  topic,
});
/** Read before, for the sake of compilers. */
const WARM = { topic: 'BenchWarm', messages: 200_000, warmMs: 0, runMs: 6000 };
const COLD = 'BenchCold';
const PASSES = 3;
/** What recovery has read of the last three files stays mapped in RocketMQ: so they are small. */
const FILE_BYTES = 16 * 2 ** 20;

/** Undefined where nobody can be asked to forget what the page cache holds. */
export async function measureCold(
  systems: readonly System[],
  messages: number,
): Promise<ColdFigures[] | undefined> {
  if (!(await canRun('dd', '--version'))) return undefined;
  const ending = new Ending();
  try {
    const settings = { mappedFileSizeCommitLog: FILE_BYTES };
    const running: { system: System; cluster: ClusterProcesses; passes: LoadFigures[] }[] = [];
    for (const system of systems) {
      running.push({ system, cluster: await system.start(ending, settings), passes: [] });
    }
    const copy = join(tempFolder(ending), 'store');
    await write(ending, running[0]!.cluster, messages, copy);
    for (let pass = 0; pass < PASSES; pass++) {
      for (const { system, cluster, passes } of running) {
        console.error(`${system.name}: cold pulls`);
        passes.push(await read(cluster, copy));
      }
    }
    return running.map(({ system, passes }) => ({ system: system.name, passes }));
  } finally {
    await ending.run();
  }
}

const targetOf = (cluster: ClusterProcesses): Target => {
  const { broker, brokerName } = cluster;
  return { broker, brokerName, pids: [cluster.process('broker').pid] };
};

async function write(
  ending: Ending,
  cluster: ClusterProcesses,
  messages: number,
  copy: string,
): Promise<void> {
  const wire = new Wire(ending, cluster);
  for (const [topic, wanted] of [
    [WARM.topic, WARM.messages],
    [COLD, messages],
  ] as const) {
    await wire.createTopic(topic, QUEUES);
    await fillUntil(targetOf(cluster), sends(topic), async () => {
      const ends = await wire.maxOffsets(topic, QUEUES);
      return ends.reduce((sum, end) => sum + end, 0) >= wanted;
    });
  }
  await cluster.stop('broker');
  await copyStore(join(cluster.home, 'store'), copy);
  await cluster.startRole('broker');
}

async function read(cluster: ClusterProcesses, copy: string): Promise<LoadFigures> {
  await cluster.stop('broker');
  const store = join(cluster.home, 'store');
  await copyStore(copy, store);
  await runChild('sync', []);
  await cluster.startRole('broker');
  await load(targetOf(cluster), pulls(WARM.topic, false), WARM);
  for (const folder of ['commitlog', join('consumequeue', COLD)]) await forget(join(store, folder));
  return load(targetOf(cluster), pulls(COLD, true), { warmMs: 0, runMs: 0 });
}

/** Takes files out of the page cache, but for what a process has mapped and touched. */
async function forget(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await forget(path);
    else await runChild('dd', [`if=${path}`, 'iflag=nocache', 'count=0']);
  }
}

export function coldTable(all: readonly ColdFigures[]): string {
  const head = [`cold pulls, 4 consumers of ${QUEUES} queues`, 'pass', 'msg/s', 'CPU us/msg'];
  const rows = all.flatMap(({ system, passes }) =>
    passes.map((one, i) => [system, i + 1, one.perSecond, one.cpuUs]),
  );
  return table(head, rows);
}
