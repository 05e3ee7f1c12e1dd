// Kills at every single change of the files, also in the middle of writes, in all that a store does,
// and in the starts that follow: nothing acknowledged is lost, and the store is in order.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SCENARIOS } from './scenarios.js';
import type { Outcome, Task } from './worker.js';

/** One in so many stops is tried; 1 tries them all (CONTRIBUTING.md). */
const STRIDE = Number(process.env.STORE_KILLS_STRIDE ?? 31);
const ONLY = process.env.STORE_KILLS_ONLY ?? '';
const TELL = process.env.STORE_KILLS_TELL !== undefined;

const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
  serialization: 'advanced',
});
after(() => worker.disconnect());

async function explored(task: Task): Promise<Outcome> {
  const gone = once(worker, 'exit').then(([code, signal]): Outcome => {
    return { error: `the worker ended: ${code ?? signal}` };
  });
  const answer = once(worker, 'message').then(([outcome]) => outcome as Outcome);
  worker.send(task);
  return Promise.race([answer, gone]);
}

for (const [i, scenario] of SCENARIOS.entries()) {
  if (!scenario.name.includes(ONLY)) continue;
  test(`kills in ${scenario.name}`, async () => {
    const plan = { stride: STRIDE, strides: [STRIDE * 13, STRIDE * 11], first: i, seed: i + 1 };
    const outcome = await explored({ scenario: i, plan, reversed: i % 2 === 1 });
    assert.ok('tally' in outcome, 'error' in outcome ? outcome.error : '');
    const { stops, warnings, failures } = outcome.tally;
    if (TELL) {
      console.log(`${scenario.name}: ${stops} stops`);
      for (const [what, { times, at }] of warnings) console.log(`${times} ${what} (${at})`);
    }
    assert.ok(stops > 0);
    const told = [...failures.values()].map(
      ({ times, text }) => `${times} times, first in ${text}`,
    );
    assert.equal(told.join('\n\n'), '');
  });
}
