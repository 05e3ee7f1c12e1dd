// npm run test:crash: the crash loop for as long as you like.
//
//   --cycles N   kills (100)   --flush ASYNC_FLUSH|SYNC_FLUSH (both, in turn)   --seed N
//   --mixed WHICH   masters with slaves, of both systems, in place of a single broker: java-ours
//                   (master, slave), ours-java, ours-ours, both (two pairs, two name servers), all
//   --reads   the Java and the Go client read on from a slave when the master is killed

import { parseArgs } from 'node:util';
import { SlaveReads } from '../faults/slave-reads.js';
import { goBinary, goDriver, javaDriver } from '../interop/clients.js';
import type { Cluster } from '../support/cluster.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { Ending } from '../support/temp.js';
import { CrashLoop } from './loop.js';
import { MIXES, MixedLoop } from './mixed.js';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100' },
    flush: { type: 'string' },
    mixed: { type: 'string' },
    reads: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const cycles = Number(values.cycles);
const seed = Number(values.seed);
const say = (text: string): void => console.log(text);

async function run(name: string, loop: (ending: Ending) => Promise<{ total: number }>) {
  const ending = new Ending();
  try {
    console.log(`${name}, seed ${seed}`);
    const { total } = await loop(ending);
    console.log(`${name}: ${total} acknowledged messages, none lost`);
  } finally {
    await ending.run();
  }
}

async function runMixed(which: string): Promise<void> {
  const names = Object.keys(MIXES).filter((name) => which === 'all' || which === name);
  if (names.length === 0) throw new Error(`--mixed ${Object.keys(MIXES).join('|')}|all`);
  const found = await javaRelease();
  if ('missing' in found) throw new Error(found.missing);
  const launches = { ours: ourLaunch(), java: javaLaunch(found.tool, { heapMb: 256 }) };
  for (const name of names) {
    const options = { mix: MIXES[name]!, cycles, seed, launches, say };
    await run(`${name}, SYNC_MASTER, SYNC_FLUSH`, (ending) => MixedLoop.run(ending, options));
  }
}

async function runSingle(): Promise<void> {
  const modes = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const;
  for (const flush of modes.filter((mode) => !values.flush || mode === values.flush)) {
    const options = { cycles, seed, flush, launch: ourLaunch(), say };
    await run(flush, (ending) => CrashLoop.run(ending, options));
  }
}

/** With the clients as they are: they look at routes twice a minute. */
async function runReads(): Promise<void> {
  const [java, go] = [await javaRelease(), await goBinary()];
  if ('missing' in java) throw new Error(java.missing);
  if ('missing' in go) throw new Error(go.missing);
  const drivers = {
    Java: (ending: Ending, cluster: Cluster) => javaDriver(ending, java.tool, cluster),
    Go: (ending: Ending, cluster: Cluster) => goDriver(ending, go.tool, cluster),
  };
  for (const [name, drive] of Object.entries(drivers)) {
    const ending = new Ending();
    try {
      const reads = await SlaveReads.prepare(ending, ourLaunch(), (one) => drive(ending, one));
      const stoodStillMs = await reads.run({ commitsToSlaves: name === 'Java' });
      const seconds = (stoodStillMs / 1000).toFixed(1);
      console.log(`${name}: nothing lost or skipped; consumption stood still for ${seconds} s`);
    } finally {
      await ending.run();
    }
  }
}

await (values.reads ? runReads() : values.mixed ? runMixed(values.mixed) : runSingle());
