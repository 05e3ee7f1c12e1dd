// POP: this broker and Apache RocketMQ 5.5.0 give the same answers to the same requests, and write
// the same records.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { Ending } from '../../support/temp.js';
import { FeatureTalk, NO_REMARK, type Talked } from './feature-talk.js';
import { POP_FEATURES, POP_KV_FEATURES } from './pop-feature.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** What differs, and why it is to differ. */
const BETTER: Readonly<Record<string, string>> = {
  'longer than any delay': 'RocketMQ does not say why, or keeps it beside its timer',
  nothing: 'nothing is acknowledged, where RocketMQ ends in a NullPointerException',
};

const same = (talked: readonly Talked[]): Talked[] =>
  talked
    .filter(([what]) => !(what in BETTER))
    .map(([what, ...facts]) => [what, ...facts.filter((fact) => fact !== NO_REMARK && fact)]);

const KINDS = {
  POP: { features: POP_FEATURES, file: 'pop.json', kv: false },
  'POP with the KV service': { features: POP_KV_FEATURES, file: 'pop-kv.json', kv: true },
};

describe('POP', { concurrency: true }, () => {
  for (const [kind, { features, file, kv }] of Object.entries(KINDS)) {
    for (const [name, feature] of Object.entries(features)) {
      test(`${kind}, ${name}: answers and records are those of RocketMQ`, async () => {
        const own = { popConsumerKVServiceInit: kv, popConsumerKVServiceEnable: kv };
        const broker = await RunningBroker.start(ending, {
          broker: { brokerClusterName: 'DefaultCluster', enablePropertyFilter: true, ...own },
        });
        const talk = new FeatureTalk(broker.address);
        ending.after(() => talk.close());
        await feature(talk);
        const theirs = golden<Record<string, Talked[]>>(`broker/${file}`)[name];
        assert.deepEqual(same(talk.talked), same(theirs));
      });
    }
  }
});
