// Two masters and a name server give the same answers as those of Apache RocketMQ 5.5.0 about messages
// that are sent back to a chosen master, and about the order configuration.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { startNamesrv } from '../../support/namesrv.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { NO_REMARK, type Talked } from './feature-talk.js';
import { RunningBroker } from './running-broker.js';
import { twoMastersFeature } from './two-masters-feature.js';

const ending = new Ending();
after(() => ending.run());

const same = (talked: readonly Talked[]): Talked[] =>
  talked.map(([what, ...facts]) => [what, ...facts.filter((fact) => fact && fact !== NO_REMARK)]);

test('two masters and their name server answer as those of RocketMQ', async () => {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const start = async (brokerName: string): Promise<string> => {
    const own = { brokerName, namesrvAddr: namesrv, brokerClusterName: 'DefaultCluster' };
    return (await RunningBroker.start(ending, { broker: own })).address;
  };
  const talked = await twoMastersFeature({
    namesrv,
    masters: [await start('broker-a'), await start('broker-b')],
  });
  assert.deepEqual(same(talked), same(golden<Talked[]>('broker/two-masters.json')));
});
