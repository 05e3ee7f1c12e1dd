// Both systems in one cluster, killed by turns; `npm run test:crash -- --mixed` is the long one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { javaLaunch, javaRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { need } from '../support/tools.js';
import { MIXES, MixedLoop } from './mixed.js';

/** Ours over a slave of RocketMQ, RocketMQ's over a slave of ours, and what is between them. */
const VICTIMS = ['master of broker-b', 'lines', 'master of broker-a'];

test('masters and slaves of both systems: kill -9 loses nothing acknowledged', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const loop = await MixedLoop.run(
    endingWith((work) => t.after(work)),
    {
      mix: MIXES.both!,
      cycles: VICTIMS.length,
      victims: VICTIMS,
      seed,
      launches: { ours: ourLaunch(), java: javaLaunch(release, { heapMb: 256 }) },
      say: (text) => t.diagnostic(text),
    },
  );
  assert.ok(loop.total > 0);
});
