// What a broker has in memory after millions of messages were written and read.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterProcesses } from '../test/support/cluster.js';
import { Ending } from '../test/support/temp.js';
import { Wire } from '../test/support/wire.js';
import { fillUntil } from './fill.js';
import { load, type Target } from './measure.js';
import { QUEUES, type Scenario } from './scenarios.js';
import type { System } from './systems.js';
import { table } from './table.js';
import { peakBytes, residentBytes } from './usage.js';

export interface MemoryFigures {
  system: string;
  messages: number;
  idleMb: number;
  writtenMb: number;
  readMb: number;
  /** Half a minute later. */
  laterMb: number;
  peakMb: number;
}

const TOPIC = 'BenchMemory';
const plan = { connections: 4, bodyBytes: 128, batch: 1 };
const SEND: Scenario = {
  name: 'writing',
  plan: { ...plan, kind: 'send', inFlight: 32 },
  topic: TOPIC,
};
const PULL: Scenario = {
  name: 'reading',
  plan: { ...plan, kind: 'pull', inFlight: 1 },
  topic: TOPIC,
};
const MB = 2 ** 20;
/** Of the first load that reads. */
const FIRST_MS = 5000;
const LATER_MS = 30_000;

export async function measureMemory(
  systems: readonly System[],
  messages: number,
): Promise<MemoryFigures[]> {
  const all: MemoryFigures[] = [];
  for (const system of systems) {
    const ending = new Ending();
    try {
      all.push(await measure(ending, system, await system.start(ending), messages));
    } finally {
      await ending.run();
    }
  }
  return all;
}

async function measure(
  ending: Ending,
  system: System,
  cluster: ClusterProcesses,
  messages: number,
): Promise<MemoryFigures> {
  const wire = new Wire(ending, cluster);
  await wire.createTopic(TOPIC, QUEUES);
  const { broker, brokerName } = cluster;
  const { pid } = cluster.process('broker');
  const target: Target = { broker, brokerName, pids: [pid] };
  const resident = (): number => residentBytes(pid) / MB;
  const idleMb = resident();
  console.error(`${system.name}: writes ${messages} messages`);
  const written = async (): Promise<number> =>
    (await wire.maxOffsets(TOPIC, QUEUES)).reduce((sum, end) => sum + end, 0);
  await fillUntil(target, SEND, async () => (await written()) >= messages);
  const writtenMb = resident();
  console.error(`${system.name}: reads them`);
  await readAll(target, messages);
  const readMb = resident();
  await sleep(LATER_MS);
  return {
    ...{ system: system.name, messages: await written(), idleMb, writtenMb, readMb },
    ...{ laterMb: resident(), peakMb: peakBytes(pid) / MB },
  };
}

/** One load that reads all of them: its length follows from the rate of a short one. */
async function readAll(target: Target, messages: number): Promise<void> {
  for (let runMs = FIRST_MS; ;) {
    const { perSecond } = await load(target, PULL, { warmMs: 0, runMs });
    if ((perSecond * runMs) / 1000 >= messages) return;
    runMs = Math.max(FIRST_MS, (messages / perSecond) * 1000 * 1.3);
  }
}

export function memoryTable(all: readonly MemoryFigures[]): string {
  return table(
    ['memory of the broker, MB', 'messages', 'idle', 'all written', 'all read', 'later', 'peak'],
    all.map((one) => [
      one.system,
      one.messages,
      one.idleMb,
      one.writtenMb,
      one.readMb,
      one.laterMb,
      one.peakMb,
    ]),
  );
}
