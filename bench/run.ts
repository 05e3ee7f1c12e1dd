// npm run bench: what PocketMQ does on this machine, beside Apache RocketMQ 5.5.0 in the same run.
//
//   --seconds N   measured time of each load (8)      --warm N   time before it (4)
//   --only TEXT   loads whose name contains TEXT      --no-java  PocketMQ alone
//   --store-messages N   of each size for the load 'store alone' (500000); 0 leaves it out
//   --recovery-mb N   of log for 'recovery after kill -9' (300); 0 leaves it out
//   --cold-messages N     for 'cold pulls' (1500000), which run only when --only names them
//   --memory-messages N   for 'memory' (5000000), which runs only when --only names it
//   --json        one JSON document instead of tables
//   --save        writes the tables into docs/benchmarks.md

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Ending } from '../test/support/temp.js';
import { coldTable, measureCold } from './cold.js';
import { measureLateness } from './lateness.js';
import { Measured, medianMs } from './measure.js';
import { type Commands, report, reportJson } from './report.js';
import { measureMemory, memoryTable } from './memory.js';
import { measureRecovery, recoveryTable } from './recovery.js';
import { measureReplication } from './replication.js';
import { LATENESS, PAIR_SCENARIOS, SCENARIOS } from './scenarios.js';
import { measureStore } from './store-table.js';
import { bareNode, pocketmq, rocketmq, type System } from './systems.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    warm: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
    'no-java': { type: 'boolean', default: false },
    'store-messages': { type: 'string', default: '500000' },
    'recovery-mb': { type: 'string', default: '300' },
    'cold-messages': { type: 'string', default: '1500000' },
    'memory-messages': { type: 'string', default: '5000000' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

/** Measured with servers of their own, and alone when --only names them. */
const MEMORY = 'memory';
const COLD = 'cold pulls';
const RECOVERY = 'recovery after kill -9';
const QUICK_RUNS = 15;
const SLOW_RUNS = 3;

async function main(): Promise<void> {
  const ending = new Ending();
  try {
    if (values.only !== '' && MEMORY.includes(values.only)) return await memoryAlone(ending);
    if (values.only !== '' && COLD.includes(values.only)) return await coldAlone(ending);
    if (values.only !== '' && RECOVERY.includes(values.only)) return await recoveryAlone(ending);
    // First, and with nothing else running.
    const storeMessages = Number(values['store-messages']);
    const withStore = storeMessages > 0 && 'store alone'.includes(values.only);
    const store = withStore ? await measureStore(storeMessages) : [];
    const ours = await pocketmq(ending);
    const java = await javaUnlessUnwanted(ending);
    const lengths = { warmMs: Number(values.warm) * 1000, runMs: Number(values.seconds) * 1000 };
    const scenarios = SCENARIOS.filter((scenario) => scenario.name.includes(values.only));
    const commands: Commands = { bareNodeMs: 0, topicListMs: new Map() };
    const running: Measured[] = [];
    const singles = new Ending();
    ending.after(() => singles.run());
    for (const system of [ours, java].filter((one): one is System => one !== undefined)) {
      const measured = await Measured.start(singles, system, lengths);
      running.push(measured);
      const list = (): Promise<void> => system.topicList(measured.cluster.namesrv);
      const runs = system === ours ? QUICK_RUNS : SLOW_RUNS;
      const [node, topicList] = await medianMs(runs, [bareNode, list]);
      if (system === ours) commands.bareNodeMs = node!;
      commands.topicListMs.set(system.name, topicList!);
    }
    // before any load, which leaves timed messages behind
    const timed = LATENESS.name.includes(values.only) ? running : [];
    const lateness = await measureLateness(timed, lengths.runMs);
    await Measured.inTurn(running, scenarios);
    const all = running.map((measured) => measured.figures);
    // what they have yet to do and to flush would slow the pairs down
    await singles.run();
    const pairs = PAIR_SCENARIOS.filter((scenario) => scenario.name.includes(values.only));
    const replication = await measureReplication(
      running.map(({ system, figures }) => ({ system, loads: figures.loads })),
      pairs,
      lengths,
    );
    const recoveryMb = values.only === '' ? Number(values['recovery-mb']) : 0;
    const systems = running.map(({ system }) => system);
    const recovered = recoveryMb > 0 ? await measureRecovery(systems, recoveryMb) : [];
    const cores = cpus();
    const memory = Math.round(totalmem() / 2 ** 30);
    const machine = `${cores.length} cores (${cores[0]?.model}), ${memory} GB, Node ${process.version}`;
    const recoveries = { mb: recoveryMb, figures: recovered };
    const results = {
      ...{ machine, systems: all, commands, store, lateness, replication, recoveries },
    };
    console.log(values.json ? reportJson(results) : report(results));
    if (values.save) save(report(results));
  } finally {
    await ending.run();
  }
}

async function javaUnlessUnwanted(ending: Ending): Promise<System | undefined> {
  return values['no-java'] ? undefined : rocketmq(ending);
}

async function bothSystems(ending: Ending): Promise<System[]> {
  const found = [await pocketmq(ending), await javaUnlessUnwanted(ending)];
  return found.filter((one) => one !== undefined);
}

async function memoryAlone(ending: Ending): Promise<void> {
  const messages = Number(values['memory-messages']);
  const figures = await measureMemory(await bothSystems(ending), messages);
  console.log(values.json ? JSON.stringify(figures, null, 2) : memoryTable(figures));
}

async function coldAlone(ending: Ending): Promise<void> {
  const messages = Number(values['cold-messages']);
  const figures = await measureCold(await bothSystems(ending), messages);
  if (!figures) throw new Error('cold pulls need dd, which takes files out of the page cache');
  console.log(values.json ? JSON.stringify(figures, null, 2) : coldTable(figures));
}

async function recoveryAlone(ending: Ending): Promise<void> {
  const mb = Number(values['recovery-mb']);
  const figures = await measureRecovery(await bothSystems(ending), mb);
  console.log(values.json ? JSON.stringify(figures, null, 2) : recoveryTable(mb, figures));
}

function save(text: string): void {
  const page = new URL('../docs/benchmarks.md', import.meta.url);
  const [before] = readFileSync(page, 'utf8').split('<!-- results -->');
  const block = `\`\`\`\n${text}\n\`\`\``;
  writeFileSync(page, `${before}<!-- results -->\n${block}\n<!-- /results -->\n`);
}

await main();
