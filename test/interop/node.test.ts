// The released Node client (ali-ons) against our servers.

import { after, describe, it } from 'node:test';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { nodeScript, nodeDriver } from './clients.js';
import { broadcasting, clustering, type Run, tagged } from './scenarios.js';
import { startServers } from './servers.js';

describe('Node client', () => {
  const ending = new Ending();
  let run: Promise<Run> | undefined;
  after(() => ending.run());

  const start = async (script: string): Promise<Run> => {
    const cluster = await startServers(ending);
    const driver = await nodeDriver(ending, script, cluster);
    return { driver, wire: new Wire(ending, cluster), prefix: 'node' };
  };
  const cases: [string, (run: Run) => Promise<void>][] = [
    ['sends one by one, two push consumers share', (r) => clustering(r, 'sync')],
    ['sends asynchronously, two push consumers get all', (r) => broadcasting(r, 'async')],
    ['sends asynchronously, consumes one tag', (r) => tagged(r, 'async')],
  ];
  for (const [name, scenario] of cases) {
    it(name, async (t) => {
      const script = await need(t, nodeScript);
      if (script) await scenario(await (run ??= start(script)));
    });
  }
});
