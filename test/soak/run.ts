// npm run test:soak: a cluster of ours at work, with kills, restarts and changes, and the account of
// every acknowledged message.
//
//   --minutes N   how long (10)   --calm N   seconds between two events (5)   --seed N

import { parseArgs } from 'node:util';
import { ourLaunch } from '../support/release-tree.js';
import { Ending } from '../support/temp.js';
import { Soak } from './soak.js';
import { assertBounds, summary } from './summary.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    calm: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const ending = new Ending();
const started = performance.now();
const seconds = (): number => (performance.now() - started) / 1000;
try {
  console.log(`seed ${values.seed}`);
  const result = await Soak.run(ending, {
    ms: Number(values.minutes) * 60_000,
    calmMs: Number(values.calm) * 1000,
    seed: Number(values.seed),
    launch: ourLaunch(),
    say: (text) => console.log(`${seconds().toFixed(0).padStart(5)} s  ${text}`),
  });
  console.log(`\n${summary(result, seconds())}`);
  assertBounds(result);
} finally {
  await ending.run();
}
