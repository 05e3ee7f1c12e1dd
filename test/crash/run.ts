// npm run test:crash: the crash loop for as long as you like.
//
//   --cycles N   kills (100)   --flush ASYNC_FLUSH|SYNC_FLUSH (both, in turn)   --seed N

import { parseArgs } from 'node:util';
import { ourLaunch } from '../support/release-tree.js';
import { Ending } from '../support/temp.js';
import { CrashLoop } from './loop.js';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100' },
    flush: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const modes = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const;
for (const flush of modes.filter((mode) => !values.flush || mode === values.flush)) {
  const ending = new Ending();
  try {
    console.log(`${flush}, seed ${values.seed}`);
    const options = { cycles: Number(values.cycles), seed: Number(values.seed), flush };
    const say = (text: string): void => console.log(text);
    const loop = await CrashLoop.run(ending, { ...options, launch: ourLaunch(), say });
    console.log(`${flush}: ${loop.total} acknowledged messages, none lost`);
  } finally {
    await ending.run();
  }
}
