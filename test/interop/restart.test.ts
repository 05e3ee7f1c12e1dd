// Released clients outlive the broker: it is killed and started again while they send and consume.

import { describe, it } from 'node:test';
import { ClusterProcesses } from '../support/cluster.js';
import { javaRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { type Ending, endingWith } from '../support/temp.js';
import { type Found, need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { goBinary, goDriver, javaDriver, nodeDriver, nodeScript } from './clients.js';
import type { Driver } from './driver.js';
import { outlived } from './scenarios.js';

interface Client<T> {
  find: () => Promise<Found<T>>;
  start: (ending: Ending, tool: T, cluster: ClusterProcesses) => Promise<Driver>;
}

function outlives<T>(name: string, { find, start }: Client<T>): void {
  it(name, async (t) => {
    const tool = await need(t, find);
    if (!tool) return;
    const ending = endingWith((work) => t.after(work));
    const cluster = await ClusterProcesses.start(ending, ourLaunch());
    const driver = await start(ending, tool, cluster);
    const run = { driver, wire: new Wire(ending, cluster), prefix: name };
    await outlived(run, async () => {
      await cluster.kill('broker');
      await cluster.startRole('broker');
    });
  });
}

describe('the broker is killed and comes back', () => {
  outlives('java', { find: javaRelease, start: javaDriver });
  outlives('go', { find: goBinary, start: goDriver });
  outlives('node', { find: nodeScript, start: nodeDriver });
});
