// Lite topics: this broker and Apache RocketMQ 5.5.0 give the same answers to the same requests.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { Ending } from '../../support/temp.js';
import type { Noted } from './answers.js';
import { liteAnswersOf } from './lite-answers.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** What RocketMQ says where nobody set a remark. */
const NO_REMARK = 'not set any response code';

/** RocketMQ puts the name of a Java class before some remarks. */
const expected = (their: Noted): Noted => ({
  ...their,
  remark: their.remark === NO_REMARK ? '' : their.remark.replace(/^java\.[\w.]+: /, ''),
});

test('every answer is that of RocketMQ', async () => {
  const broker = await RunningBroker.start(ending, {
    broker: { brokerClusterName: 'DefaultCluster' },
    store: { enableLmq: true, enableMultiDispatch: true },
  });
  const theirs = golden<Noted[]>('broker/lite-answers.json');
  const ours = await liteAnswersOf(broker.address);
  assert.deepEqual(ours, theirs.map(expected));
});
