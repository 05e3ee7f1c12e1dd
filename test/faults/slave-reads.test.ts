// Reading from a slave with the Java client; `npm run test:crash -- --reads` adds the Go client,
// which looks at its routes only every 30 s.

import { test } from 'node:test';
import { javaDriver } from '../interop/clients.js';
import { javaRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { need } from '../support/tools.js';
import { SlaveReads } from './slave-reads.js';

test('the Java client reads on from the slave when the master is killed, and back', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const ending = endingWith((work) => t.after(work));
  const reads = await SlaveReads.prepare(ending, ourLaunch(), (cluster) =>
    javaDriver(ending, release, cluster, { flags: ['-Ddriver.pollMs=1000'] }),
  );
  t.diagnostic(`consumption stood still for ${Math.round(await reads.run())} ms`);
});
