// This broker and Apache RocketMQ 5.5.0 give the same answers to the same requests.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { Ending } from '../../support/temp.js';
import { answersOf, type Noted } from './answers.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** What RocketMQ says where nobody set a remark. */
const NO_REMARK = 'not set any response code';

/** Answers that differ, and why they are to differ. */
const BETTER: Readonly<Record<string, string>> = {
  'send empty body': 'a refusal instead of a NullPointerException',
  'batch empty': 'a refusal instead of a NullPointerException',
  'pull sql bad': 'RocketMQ hands out all messages for an expression that it cannot read',
  'pull type': 'RocketMQ hands out all messages for a kind of filter that it does not know',
  'cq none': 'asking for the offsets of a queue does not create it',
};

/** The remark is the name of a Java exception; the code is the same. */
const isException = ({ remark }: Noted): boolean => /^java\.|^Exception was thrown/.test(remark);

test('every answer is that of RocketMQ: code, remark, fields and content', async () => {
  const broker = await RunningBroker.start(ending, {
    broker: {
      brokerClusterName: 'DefaultCluster',
      enablePropertyFilter: true,
      recallMessageEnable: true,
      transactionTimeOut: 60_000,
    },
  });
  const theirs = golden<Noted[]>('broker/answers.json');
  const ours = await answersOf(broker.address);
  assert.equal(ours.length, theirs.length);
  const differing: { ours: Noted; theirs: Noted }[] = [];
  theirs.forEach((their, i) => {
    const our = ours[i];
    assert.equal(our.what, their.what);
    if (their.what in BETTER) return;
    const expected = { ...their };
    if (their.remark === NO_REMARK) expected.remark = '';
    if (isException(their)) Object.assign(expected, { remark: our.remark, ext: our.ext });
    if (JSON.stringify(our) !== JSON.stringify(expected))
      differing.push({ ours: our, theirs: their });
  });
  assert.deepEqual(differing, []);
  assert(theirs.length > 200);
});
