// npm run test:suites: the public test suites of clients, against servers of this checkout. Exits
// with 1 when a case ends otherwise than the lists beside this file say.
//
//   --suite apache|ons|go   one suite (all that can be had)
//   --ons DIR               a checkout of ali-sdk/ali-ons with its packages installed
//   --group TEXT[,TEXT]     only groups of cases whose name holds one of the texts
//   --java                  against the servers of Apache RocketMQ 5.5.0 itself
//   --all                   also the cases that the list calls not applicable
//   --update                writes the list anew

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Launch } from '../support/cluster.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { releaseTree, treeLaunch } from '../support/release-tree.js';
import { Ending } from '../support/temp.js';
import { ApacheSuite } from './apache.js';
import { GoSuite, withoutGo } from './go.js';
import { OnsSuite } from './ons.js';
import {
  countsOf,
  differences,
  type Expected,
  leftOut,
  type Outcome,
  tableOf,
  updated,
} from './outcome.js';

const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    ons: { type: 'string' },
    group: { type: 'string', default: '' },
    java: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
  },
});

interface Suite {
  groups: readonly string[];
  run(group: string, list: Expected, all: boolean): Promise<Outcome[]>;
}

const SUITES: Record<string, (ending: Ending, list: Expected) => Promise<Suite | undefined>> = {
  apache: async (ending, list) => ApacheSuite.prepare(ending, await launch(ending), list),
  async ons(ending) {
    if (values.ons !== undefined) return OnsSuite.prepare(ending, await launch(ending), values.ons);
    console.log('ons: left out: its npm package holds no tests, and nothing is cloned from here;');
    console.log('  --ons DIR names a checkout of ali-sdk/ali-ons in which npm install was run');
    return undefined;
  },
  async go(ending) {
    const missing = await withoutGo();
    if (missing === undefined) return GoSuite.prepare(ending, await launch(ending));
    console.log(`go: left out: ${missing}`);
    return undefined;
  },
};

async function launch(ending: Ending): Promise<Launch> {
  if (!values.java) return treeLaunch(await releaseTree(ending));
  const found = await javaRelease();
  if ('missing' in found) throw new Error(found.missing);
  return javaLaunch(found.tool);
}

/** Runs one suite; true when all ended as the list says. */
async function runSuite(name: string): Promise<boolean> {
  const file = new URL(`${name}.json`, import.meta.url);
  const read = (): Expected => JSON.parse(readFileSync(file, 'utf8')) as Expected;
  const list = read();
  const ending = new Ending();
  try {
    const suite = await SUITES[name](ending, list);
    if (!suite) return true;
    console.log(`${name}: ${list.about}`);
    const texts = values.group.split(',');
    const groups = suite.groups.filter((group) => texts.some((text) => group.includes(text)));
    const outcomes = values.all ? [] : leftOut(list, groups);
    for (const [i, group] of groups.entries()) {
      let some = await suite.run(group, list, values.all);
      // the cases wait for fixed times, which a busy machine does not always keep
      if (some.some(({ end }) => end === 'failed')) some = await suite.run(group, list, values.all);
      outcomes.push(...some);
      if (values.update) writeFileSync(file, `${JSON.stringify(updated(read(), some), null, 2)}\n`);
      console.log(`${i + 1}/${groups.length} ${group}: ${countsOf(some)}`);
    }
    const open = differences(list, groups, outcomes, values.java);
    console.log(tableOf(outcomes));
    for (const [group, reason] of Object.entries(list.without)) {
      console.log(`not run: ${group}: ${reason}`);
    }
    console.log(`${name}: ${countsOf(outcomes)}; otherwise than listed: ${open.length}`);
    for (const line of open) console.log(`  ${line}`);
    return values.update || open.length === 0;
  } finally {
    await ending.run();
  }
}

// so that what runs beneath ends as well
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const names = values.suite === undefined ? Object.keys(SUITES) : [values.suite];
for (const name of names) {
  if (!(name in SUITES))
    throw new Error(`there is no suite ${name}: ${Object.keys(SUITES).join()}`);
  if (!(await runSuite(name))) process.exitCode = 1;
}
