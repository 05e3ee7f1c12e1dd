// What mqadmin's commands take: every one that reads, beside `node -e 0` and RocketMQ's own, and two
// of them on a cluster of 5,000 topics and 2,000 groups.
//
//   node --import tsx bench/mqadmin.ts [--no-java] [--runs N] [--only TEXT] [--save]
//   --save   writes the tables into docs/benchmarks.md

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Child } from '../test/support/child.js';
import { Ending } from '../test/support/temp.js';
import { fill, GROUPS, LARGE, TOPICS } from './large-cluster.js';
import { medianMs } from './measure.js';
import { READING, type Sample, sampleCluster } from './reading-commands.js';
import { bareNode, pocketmq, rocketmq, type System } from './systems.js';
import { type Cell, table } from './table.js';
import { peakBytes } from './usage.js';

const { values } = parseArgs({
  options: {
    'no-java': { type: 'boolean', default: false },
    runs: { type: 'string', default: '11' },
    only: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
  },
});

const MB = 1024 * 1024;

interface Measurement {
  seconds: number;
  memoryMb: number;
}

async function main(): Promise<void> {
  const ending = new Ending();
  try {
    const ours = await pocketmq(ending);
    const java = values['no-java'] ? undefined : await rocketmq(ending);
    const systems = [ours, java].filter((one): one is System => one !== undefined);
    const small = new Map<System, Sample>();
    for (const system of systems) {
      small.set(system, await sampleCluster(ending, await system.start(ending)));
    }
    const text = [await readingTable(ours, java, small), await largeTable(ending, systems)];
    console.log(text.join('\n\n'));
    if (values.save) save(text.join('\n\n'));
  } finally {
    await ending.run();
  }
}

/** Every command by itself, each run beside one of `node -e 0`. */
async function readingTable(
  ours: System,
  java: System | undefined,
  samples: ReadonlyMap<System, Sample>,
): Promise<string> {
  const rows: Cell[][] = [];
  for (const [name, words] of Object.entries(READING)) {
    if (!name.includes(values.only)) continue;
    console.error(name);
    const run = (system: System) => async (): Promise<void> => {
      const sample = samples.get(system)!;
      await finished(system.mqadmin([...name.split(' '), ...words(sample)], sample.namesrv), name);
    };
    await run(ours)(); // what was compiled is kept from here on
    const [bare, mine] = await medianMs(Number(values.runs), [bareNode, run(ours)]);
    const [theirs] = java ? await medianMs(1, [run(java)]) : [];
    rows.push([name, mine, mine! / bare!, theirs, theirs && theirs / mine!]);
  }
  const head = ['command', 'PocketMQ ms', 'times node -e 0', 'RocketMQ ms', 'times PocketMQ'];
  return table(head, rows);
}

async function largeTable(ending: Ending, systems: readonly System[]): Promise<string> {
  const rows: Cell[][] = [];
  for (const system of systems) {
    const cluster = await system.start(ending);
    await fill(ending, cluster);
    for (const command of LARGE) {
      console.error(`${system.name}: ${command}, ${TOPICS} topics, ${GROUPS} groups`);
      const { seconds, memoryMb } = await measured(system, command.split(' '), cluster.namesrv);
      rows.push([command, system.name, seconds, memoryMb]);
    }
  }
  const head = [`${TOPICS} topics, ${GROUPS} groups`, 'system', 's', 'MB'];
  return table(head, rows);
}

/** The second of two runs. */
async function measured(system: System, words: string[], namesrv: string): Promise<Measurement> {
  let found: Measurement = { seconds: 0, memoryMb: 0 };
  for (let run = 0; run < 2; run++) {
    const started = performance.now();
    const child = system.mqadmin(words, namesrv);
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, peakBytes(child.pid))), 10);
    await finished(child, words.join(' '));
    clearInterval(timer);
    found = { seconds: (performance.now() - started) / 1000, memoryMb: peak / MB };
  }
  return found;
}

async function finished(child: Child, name: string): Promise<void> {
  if ((await child.finish()) !== 0) throw new Error(`${name}: ${child.describe()}`);
}

function save(text: string): void {
  const page = new URL('../docs/benchmarks.md', import.meta.url);
  const marks = /<!-- mqadmin -->[^]*<!-- \/mqadmin -->/;
  const block = `<!-- mqadmin -->\n\`\`\`\n${text}\n\`\`\`\n<!-- /mqadmin -->`;
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(marks, () => block),
  );
}

await main();
