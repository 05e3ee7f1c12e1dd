// A short soak; `npm run test:soak -- --minutes 10` is the long one.

import { test } from 'node:test';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { Soak } from './soak.js';
import { assertBounds, summary } from './summary.js';

const SECONDS = 10;

test('a cluster at work while members die and clients change: every message is consumed', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const result = await Soak.run(
    endingWith((work) => t.after(work)),
    {
      ms: SECONDS * 1000,
      calmMs: 300,
      seed,
      launch: ourLaunch(),
      say: (text) => t.diagnostic(text),
    },
  );
  for (const line of summary(result, SECONDS).split('\n')) t.diagnostic(line);
  assertBounds(result);
});
