// A master of ours that waits for its slave, also of ours: whichever of the two is killed, the slave
// has every message that was acknowledged, at the place that the answer named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { MIXES, MixedLoop } from './mixed.js';

const VICTIMS = ['master', 'slave', 'lines', 'master'];

test('SYNC_MASTER: kill -9 of master or slave loses nothing acknowledged', async (t) => {
  const launch = ourLaunch();
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const loop = await MixedLoop.run(
    endingWith((work) => t.after(work)),
    {
      mix: MIXES['ours-ours']!,
      cycles: VICTIMS.length,
      victims: VICTIMS,
      seed,
      launches: { ours: launch, java: launch },
      settings: { flushDiskType: 'ASYNC_FLUSH' },
      say: (text) => t.diagnostic(text),
    },
  );
  assert.ok(loop.total > 0);
});
