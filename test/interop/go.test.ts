// The released Go client (rocketmq-client-go v2) against our servers.

import { after, describe, it } from 'node:test';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { goBinary, goDriver } from './clients.js';
import { broadcasting, clustering, type Run, tagged } from './scenarios.js';
import { startServers } from './servers.js';

describe('Go client', () => {
  const ending = new Ending();
  let run: Promise<Run> | undefined;
  after(() => ending.run());

  const start = async (binary: string): Promise<Run> => {
    const cluster = await startServers(ending);
    const driver = await goDriver(ending, binary, cluster);
    return { driver, wire: new Wire(ending, cluster), prefix: 'go' };
  };
  const cases: [string, (run: Run) => Promise<void>][] = [
    ['sends one by one, two push consumers share', (r) => clustering(r, 'sync')],
    ['sends asynchronously, two push consumers get all', (r) => broadcasting(r, 'async')],
    ['sends batches, two push consumers share', (r) => clustering(r, 'batch')],
    ['sends asynchronously, consumes one tag', (r) => tagged(r, 'async')],
  ];
  for (const [name, scenario] of cases) {
    it(name, async (t) => {
      const binary = await need(t, goBinary);
      if (binary) await scenario(await (run ??= start(binary)));
    });
  }
});
