// npm run bench: what PocketMQ does on this machine, beside Apache RocketMQ 5.5.0 in the same run.
//
//   --seconds N   measured time of each load (8)      --warm N   time before it (4)
//   --only TEXT   loads whose name contains TEXT      --no-java  PocketMQ alone
//   --store-messages N   of each size for the load 'store alone' (100000); 0 leaves it out
//   --json        one JSON document instead of tables
//   --save        writes the tables into docs/benchmarks.md

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Ending } from '../test/support/temp.js';
import { Measured, medianMs } from './measure.js';
import { type Commands, report, reportJson } from './report.js';
import { measureReplication } from './replication.js';
import { PAIR_SCENARIOS, SCENARIOS } from './scenarios.js';
import { measureStore } from './store-table.js';
import { bareNode, pocketmq, rocketmq, type System } from './systems.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    warm: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
    'no-java': { type: 'boolean', default: false },
    'store-messages': { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

const QUICK_RUNS = 15;
const SLOW_RUNS = 3;

async function main(): Promise<void> {
  const ending = new Ending();
  try {
    // First, and with nothing else running.
    const storeMessages = Number(values['store-messages']);
    const withStore = storeMessages > 0 && 'store alone'.includes(values.only);
    const store = withStore ? await measureStore(storeMessages) : [];
    const ours = await pocketmq(ending);
    const java = values['no-java'] ? undefined : await rocketmq(ending);
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
    for (const scenario of scenarios) {
      for (const measured of running) await measured.load(scenario);
    }
    const all = running.map((measured) => measured.figures);
    // what they have yet to do and to flush would slow the pairs down
    await singles.run();
    const pairs = PAIR_SCENARIOS.filter((scenario) => scenario.name.includes(values.only));
    const replication = await measureReplication(
      running.map(({ system, figures }) => ({ system, loads: figures.loads })),
      pairs,
      lengths,
    );
    const cores = cpus();
    const memory = Math.round(totalmem() / 2 ** 30);
    const machine = `${cores.length} cores (${cores[0]?.model}), ${memory} GB, Node ${process.version}`;
    const results = { machine, systems: all, commands, store, replication };
    console.log(values.json ? reportJson(results) : report(results));
    if (values.save) save(report(results));
  } finally {
    await ending.run();
  }
}

function save(text: string): void {
  const page = new URL('../docs/benchmarks.md', import.meta.url);
  const [before] = readFileSync(page, 'utf8').split('<!-- results -->');
  const block = `\`\`\`\n${text}\n\`\`\``;
  writeFileSync(page, `${before}<!-- results -->\n${block}\n<!-- /results -->\n`);
}

await main();
