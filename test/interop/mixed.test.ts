// Half ours, half RocketMQ's: a name server of the one, a broker of the other.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterProcesses, type Launch, type Role } from '../support/cluster.js';
import { runCommand } from '../support/commands.js';
import { javaLaunch, javaRelease, type JavaRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import { clustering } from './scenarios.js';

/** The given role is played by RocketMQ, the other by us. */
function mixed(release: JavaRelease, theirs: Role): Launch {
  const [java, ours] = [javaLaunch(release), ourLaunch()];
  return (role, file, home) => (role === theirs ? java : ours)(role, file, home);
}

describe('mixed clusters', () => {
  for (const theirs of ['broker', 'namesrv'] as const) {
    it(`the ${theirs} is RocketMQ's`, async (t) => {
      const release = await need(t, javaRelease);
      if (!release) return;
      const ending = endingWith((work) => t.after(work));
      const cluster = await ClusterProcesses.start(ending, mixed(release, theirs));
      const driver = await javaDriver(ending, release, cluster);
      const run = { driver, wire: new Wire(ending, cluster), prefix: `mixed_${theirs}` };
      // One by one: a cold Java broker refuses a thousand at once.
      await clustering(run, 'sync');
      const listed = async (): Promise<string> =>
        (await runCommand(['mqadmin', 'clusterList', '-n', cluster.namesrv])).stdout;
      assert.match(await listed(), /broker-a/);
      // Leaving is told to the name server, too.
      await cluster.stop('broker');
      await until('an empty cluster', async () => !(await listed()).includes('broker-a'));
    });
  }
});
