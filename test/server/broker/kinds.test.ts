// This broker and Apache RocketMQ 5.5.0 give the same answers about kinds of messages, offsets,
// clients, permissions and names that are none.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { Ending } from '../../support/temp.js';
import { answersOf, type Noted } from './answers.js';
import { KIND_STEPS } from './kind-steps.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** Answers that differ, and why they are to differ. */
const BETTER: Readonly<Record<string, string>> = {
  'batch of 4194305': 'a batch that is too large is illegal, as a message is: no exception',
  'attributes twice': 'the same key twice: RocketMQ takes them in the order of a Java map',
  'off cloned all': 'RocketMQ clones nothing when no topic is named',
  who: 'as before',
  'off clone without header': 'a refusal instead of a NullPointerException',
  'directly of none': 'a refusal instead of an exception',
  'directly of no message': 'a refusal instead of a NullPointerException',
  'status of nobody': 'a refusal instead of a NullPointerException',
  'cold bad': 'a threshold that is no number is refused',
};

/** What RocketMQ says where nobody set a remark. */
const NO_REMARK = 'not set any response code';

test('every answer is that of RocketMQ; bad names never become paths', async () => {
  const broker = await RunningBroker.start(ending, {
    broker: {
      brokerClusterName: 'DefaultCluster',
      enablePropertyFilter: true,
      recallMessageEnable: true,
    },
  });
  const theirs = golden<Noted[]>('broker/kinds.json');
  const ours = await answersOf(broker.address, KIND_STEPS);
  assert.equal(ours.length, theirs.length);
  const differing: { ours: Noted; theirs: Noted }[] = [];
  theirs.forEach((their, i) => {
    const our = ours[i];
    assert.equal(our.what, their.what);
    if (their.what in BETTER) return;
    if (their.remark === NO_REMARK) their.remark = '';
    if (JSON.stringify(our) !== JSON.stringify(their)) differing.push({ ours: our, theirs: their });
  });
  assert.deepEqual(differing, []);
  assert(theirs.length > 800);
  const store = join(broker.folder, 'store');
  for (const folder of ['commitlog', 'config', 'consumequeue', 'index']) {
    assert.ok(existsSync(join(store, folder)), folder);
  }
  const names = readdirSync(broker.folder, { recursive: true }).map(String);
  assert.deepEqual(
    names.filter((name) => /[^\w%./@|-]|(^|\/)(up|b|\.)$/.test(name)),
    [],
  );
});
