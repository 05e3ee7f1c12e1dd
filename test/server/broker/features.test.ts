// Filters, order, transactions and retries: this broker and Apache RocketMQ 5.5.0 give the same
// answers to the same requests, and store the same records.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { Ending } from '../../support/temp.js';
import { FeatureTalk, NO_REMARK, type Talked } from './feature-talk.js';
import { type Feature, FEATURES } from './features.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** What differs, and why it is to differ. */
const BETTER: Readonly<Record<string, string>> = {
  "colour > 'a'": 'RocketMQ hands out all messages for an expression that it cannot read',
  'small letters': 'RocketMQ hands out all messages for a kind of filter that it does not know',
  'an empty kind of its own': 'RocketMQ takes it for tags, and finds none in it',
  'check: kind': 'the name of the kind instead of a NullPointerException',
  'rollback of a plain message': 'a refusal instead of a NullPointerException',
  'delivered of decisions said again': 'RocketMQ delivers a message as often as it is committed',
  'immune: half 1': 'RocketMQ counts as asked who asked not to be asked',
  'immune: half 2': 'the same',
};

const same = (talked: readonly Talked[]): Talked[] =>
  talked
    .filter(([what]) => !(what in BETTER))
    .map(([what, ...facts]) => [what, ...facts.filter((fact) => fact !== NO_REMARK)]);

for (const name of Object.keys(FEATURES) as Feature[]) {
  test(`${name}: answers and records are those of RocketMQ`, async () => {
    const broker = await RunningBroker.start(ending, {
      broker: {
        brokerClusterName: 'DefaultCluster',
        enablePropertyFilter: true,
        transactionCheckInterval: 100,
        transactionOpBatchInterval: 50,
      },
    });
    const talk = new FeatureTalk(broker.address);
    ending.after(() => talk.close());
    await FEATURES[name](talk);
    const theirs = golden<Record<Feature, Talked[]>>('broker/features.json')[name];
    assert.deepEqual(same(talk.talked), same(theirs));
    assert.ok(theirs.length > 15);
  });
}
