// A short crash loop; `npm run test:crash -- --cycles 100` is the long one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { CrashLoop } from './loop.js';

const CYCLES = 5;

for (const flush of ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const) {
  test(`kill -9 during sends loses nothing acknowledged, ${flush}`, async (t) => {
    const ending = endingWith((work) => t.after(work));
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const say = (text: string): void => t.diagnostic(text);
    const loop = await CrashLoop.run(ending, {
      cycles: CYCLES,
      flush,
      seed,
      launch: ourLaunch(),
      say,
    });
    assert.ok(loop.total > 0);
  });
}
