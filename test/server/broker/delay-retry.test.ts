// Delay levels, retries and dead letters against a running broker.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeRecord } from '../../../src/protocol/message.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
const SHORT_LEVELS = { messageDelayLevel: '1s 2s 1h' };
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, { store: SHORT_LEVELS });
});
after(() => ending.run());

const HOLDS = { sysFlag: 2 | 4, suspendTimeoutMillis: 15_000 };

test('a message of a delay level comes when it is due, with its properties', async () => {
  await broker.createTopic('Later', 2);
  const begin = Date.now();
  const sent = await broker.sent('Later', 'x', { DELAY: '1', TAGS: 'TagD' }, { queueId: 1 });
  assert.equal(sent.queueId, 1);
  const { messages } = await broker.pull('g', 'Later', 1, 0, { ...HOLDS, subscription: 'TagD' });
  const waited = Date.now() - begin;
  assert(waited >= 990 && waited < 11_000, `it came after ${waited} ms`);
  assert.equal(messages.length, 1);
  const properties = parseProperties(messages[0].properties);
  assert.equal(properties.REAL_TOPIC, 'Later');
  assert.equal(properties.REAL_QID, '1');
  assert.equal(properties.DELAY, '1');
});

test('a level above the highest is the highest', async () => {
  await broker.createTopic('High', 1);
  await broker.sent('High', 'x', { DELAY: '30' });
  const { messages } = await broker.pull('g', 'SCHEDULE_TOPIC_XXXX', 2, 0);
  assert.equal(parseProperties(messages[0].properties).DELAY, '3');
});

test('many messages of a level keep their order', async () => {
  await broker.createTopic('Many', 1);
  const texts = Array.from({ length: 300 }, (_, i) => `m${i}`);
  await Promise.all(texts.map((text) => broker.sent('Many', text, { DELAY: '1' })));
  const got: string[] = [];
  while (got.length < texts.length) {
    const { code, messages } = await broker.pull('g', 'Many', 0, got.length, HOLDS);
    assert.equal(code, ResponseCode.SUCCESS);
    got.push(...messages.map(({ body }) => String(body)));
  }
  assert.deepEqual(got, texts);
});

test('after a crash nothing is delivered twice, and nothing is forgotten', async () => {
  // Time goes on only here: a machine that pauses would deliver the second one before the stop.
  const clock = new FakeClock(Date.now());
  const options = { store: SHORT_LEVELS, clock };
  const later = (from: RunningBroker, offset: number) =>
    until(`message ${offset}`, async () => {
      clock.advance(100);
      const { messages } = await from.pull('g', 'Crash', 0, offset);
      return messages.length > 0 && messages.map(({ body }) => String(body));
    });
  const first = await RunningBroker.start(ending, options);
  await first.createTopic('Crash', 1);
  await first.sent('Crash', 'one', { DELAY: '1' });
  assert.deepEqual(await later(first, 0), ['one']);
  await first.sent('Crash', 'two', { DELAY: '1' });
  await first.broker.stop();
  const file = `${first.folder}/store/config/delayOffset.json`;
  assert.match(readFileSync(file, 'utf8'), /"offsetTable":\{\s*1:1\s*\}/);
  for (const name of [file, `${file}.bak`]) {
    writeFileSync(name, '{"dataVersion":{},"offsetTable":{}}'); // as old as before the delivery
  }
  const second = await RunningBroker.start(ending, { ...options, folder: first.folder });
  assert.deepEqual(await later(second, 1), ['two']);
  assert.deepEqual(await second.bodies('Crash', 0), ['one', 'two']);
});

function sendBack(
  group: string,
  offset: number,
  changes: Partial<Req<'CONSUMER_SEND_MSG_BACK'>> = {},
) {
  const header = { group, offset, delayLevel: 0, maxReconsumeTimes: 16, ...changes };
  const options = { allow: ANY };
  return broker.client.request(broker.address, 'CONSUMER_SEND_MSG_BACK', header, options);
}

test('a message sent back waits and comes to the retry topic of its group', async () => {
  await broker.createTopic('Failing', 1);
  const sent = await broker.sent('Failing', 'x', { TAGS: 'TagR' });
  const { messages } = await broker.pull('retrying', 'Failing', 0, 0);
  const answer = await sendBack('retrying', messages[0].physicalOffset, { delayLevel: 1 });
  assert.equal(answer.code, ResponseCode.SUCCESS);
  const again = await broker.pull('retrying', '%RETRY%retrying', 0, 0, HOLDS);
  assert.equal(again.messages.length, 1);
  const [message] = again.messages;
  assert.equal(message.reconsumeTimes, 1);
  const properties = parseProperties(message.properties);
  assert.equal(properties.RETRY_TOPIC, 'Failing');
  assert.equal(properties.ORIGIN_MESSAGE_ID, sent.msgId);
  assert.equal(properties.WAIT, 'false');
  assert.equal(properties.DELAY, '1');
  assert.equal(properties.REAL_TOPIC, '%RETRY%retrying');
});

test('after the last try a message is a dead letter', async () => {
  await broker.createTopic('Dead', 1);
  await broker.sent('Dead', 'x');
  const { messages } = await broker.pull('dying', 'Dead', 0, 0);
  const { physicalOffset } = messages[0];
  await sendBack('dying', physicalOffset, { maxReconsumeTimes: 0 });
  await sendBack('dying', physicalOffset, { delayLevel: -1 });
  const dead = await broker.pull('dying', '%DLQ%dying', 0, 0);
  assert.equal(dead.messages.length, 2);
  assert.equal(parseProperties(dead.messages[0].properties).DELAY, '0');
});

test('what a consumer sends to its retry topic itself has the same limit', async () => {
  await broker.createTopic('Self', 1);
  await broker.pull('self', 'Self', 0, 0);
  const retry = { maxReconsumeTimes: 2, reconsumeTimes: 3 };
  await broker.sent('%RETRY%self', 'x', { DELAY: '1' }, retry);
  assert.deepEqual(await broker.bodies('%DLQ%self', 0), ['x']);
});

test('refusals of messages sent back', async () => {
  const none = await sendBack('retrying', 123_456_789);
  assert.equal(none.code, ResponseCode.SYSTEM_ERROR);
  assert.equal(none.remark, 'look message by offset failed, 123456789');
  const strict = await RunningBroker.start(ending, {
    broker: { autoCreateSubscriptionGroup: false },
  });
  const header = { group: 'nobody', offset: 0, delayLevel: 0 };
  const unknown = await strict.client.request(strict.address, 'CONSUMER_SEND_MSG_BACK', header, {
    allow: ANY,
  });
  assert.equal(unknown.code, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
});

test('a single message is found by its place and by its key', async () => {
  await broker.createTopic('Found', 1);
  const { msgId } = await broker.sent('Found', 'here', { KEYS: 'k1 k2' });
  const offset = Number(`0x${msgId.slice(16)}`);
  const view = await broker.client.request(broker.address, 'VIEW_MESSAGE_BY_ID', { offset });
  assert.equal(String(decodeRecord(view.body)?.body), 'here');
  const query = {
    topic: 'Found',
    key: 'k2',
    maxNum: 10,
    beginTimestamp: 0,
    endTimestamp: Date.now() + 1000,
  };
  const found = await broker.client.request(broker.address, 'QUERY_MESSAGE', query);
  assert.equal(String(decodeRecord(found.body)?.body), 'here');
  const header = { ...query, key: 'k3' };
  const none = await broker.client.request(broker.address, 'QUERY_MESSAGE', header, { allow: ANY });
  assert.equal(none.code, ResponseCode.QUERY_NOT_FOUND);
});
