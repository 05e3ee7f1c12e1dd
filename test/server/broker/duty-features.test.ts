// A broker at a name server: it gives the same answers as Apache RocketMQ 5.5.0 about the queues of
// clients, and to slaves and operators.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { startServers } from '../../support/servers.js';
import { Ending } from '../../support/temp.js';
import { DUTY_FEATURES } from './duty-feature.js';
import { FeatureTalk, NO_REMARK, type Talked } from './feature-talk.js';

const ending = new Ending();
after(() => ending.run());

/** What differs, and why it is to differ. */
const BETTER: Readonly<Record<string, string>> = {
  'delay offsets': 'RocketMQ names a level that waits with offset 0, where none is as good',
  'export x': 'a refusal instead of an exception',
  'none is least': 'nothing to do instead of a NullPointerException',
};

const same = (talked: readonly Talked[]): Talked[] =>
  talked
    .filter(([what]) => !(what in BETTER))
    .map(([what, ...facts]) => [what, ...facts.filter((fact) => fact !== NO_REMARK && fact)]);

describe('a registered broker', { concurrency: true }, () => {
  for (const [name, feature] of Object.entries(DUTY_FEATURES)) {
    test(`${name}: answers are those of RocketMQ`, async () => {
      const broker = { brokerClusterName: 'DefaultCluster', enablePropertyFilter: true };
      const servers = await startServers(ending, { broker });
      const talk = new FeatureTalk(servers.broker);
      ending.after(() => talk.close());
      await feature(talk);
      const theirs = golden<Record<string, Talked[]>>('broker/duties.json')[name];
      assert.deepEqual(same(talk.talked), same(theirs));
    });
  }
});
