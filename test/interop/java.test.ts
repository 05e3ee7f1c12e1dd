// The released Java client 5.5.0 against our servers, its headers in JSON and in ROCKETMQ form.

import { after, describe, it } from 'node:test';
import { javaRelease, type JavaRelease } from '../support/release.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import {
  broadcasting,
  clustering,
  innerBatches,
  litePull,
  pull,
  type Run,
  tagged,
} from './scenarios.js';
import { startServers } from './servers.js';

for (const serialize of ['JSON', 'ROCKETMQ'] as const) {
  describe(`Java client, ${serialize} headers`, () => {
    const ending = new Ending();
    let run: Promise<Run> | undefined;
    after(() => ending.run());

    const start = async (release: JavaRelease): Promise<Run> => {
      const cluster = await startServers(ending);
      const driver = await javaDriver(ending, release, cluster, { serialize });
      return { driver, wire: new Wire(ending, cluster), prefix: `java_${serialize}` };
    };
    const cases: [string, (run: Run) => Promise<void>][] = [
      ['sends one by one, two push consumers share', (r) => clustering(r, 'sync')],
      ['sends asynchronously, two push consumers get all', (r) => broadcasting(r, 'async')],
      ['sends oneway, two lite pull consumers share', (r) => litePull(r, 'oneway')],
      ['sends batches, a pull consumer reads every queue', (r) => pull(r, 'batch')],
      ['sends batches that stay whole, a pull consumer gets their messages', innerBatches],
      ['sends asynchronously, consumes in order', (r) => clustering(r, 'async', 'ORDERLY')],
      ['sends one by one, consumes one tag', (r) => tagged(r, 'sync')],
    ];
    for (const [name, scenario] of cases) {
      it(name, async (t) => {
        const release = await need(t, javaRelease);
        if (release) await scenario(await (run ??= start(release)));
      });
    }
  });
}
