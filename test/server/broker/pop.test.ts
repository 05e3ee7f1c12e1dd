// POP against a running broker: handing out, acknowledging, coming back, in order.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeRecords, type DecodedRecord } from '../../../src/protocol/message.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { type At, pop as popAt, receipt, texts } from './popping.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
/** Time goes on only where a test says so: nothing is visible again on a machine that is slow. */
const clock = new FakeClock(Date.now());
before(async () => {
  broker = await RunningBroker.start(ending, { clock });
});
after(() => ending.run());

const pop = (topic: string, changes: Partial<Req<'POP_MESSAGE'>> = {}, from: At = broker) =>
  popAt(from, topic, { bornTime: clock.now(), ...changes });

/** What comes when time goes on. */
const later = (topic: string, changes: Partial<Req<'POP_MESSAGE'>> = {}, from: At = broker) =>
  until(`messages of ${topic}`, async () => {
    clock.advance(STEP_MS);
    const popped = await pop(topic, changes, from);
    return popped.messages.length > 0 && popped;
  });

function ack(
  topic: string,
  message: DecodedRecord,
  extraInfo: string,
  changes: Partial<Req<'ACK_MESSAGE'>> = {},
) {
  const { queueId, queueOffset: offset } = message;
  const header = { consumerGroup: 'poppers', topic, queueId, offset, extraInfo, ...changes };
  return broker.client.request(broker.address, 'ACK_MESSAGE', header, { allow: ANY });
}

const LONG = { pollTime: 15_000 };
const STEP_MS = 100;

test('messages of all queues are handed out once, with the texts that clients need', async () => {
  await broker.createTopic('Pop', 2);
  for (const queueId of [0, 1, 0]) await broker.sent('Pop', `q${queueId}`, {}, { queueId });
  const answer = await pop('Pop');
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.equal(answer.remark, 'FOUND');
  assert.deepEqual(texts(answer.messages).sort(), ['q0', 'q0', 'q1']);
  assert.deepEqual(answer.header.startOffsetInfo?.split(';').sort(), ['0 0 0', '0 1 0']);
  assert.deepEqual(answer.header.msgOffsetInfo?.split(';').sort(), ['0 0 0,1', '0 1 0']);
  assert.equal(answer.header.restNum, 0);
  assert.equal(answer.header.invisibleTime, 60_000);
  const again = await pop('Pop');
  assert.equal(again.code, ResponseCode.POLLING_TIMEOUT);
  const other = await pop('Pop', { consumerGroup: 'others', maxMsgNums: 1 });
  assert.equal(other.messages.length, 1);
  assert.equal(other.header.restNum, 2);
});

test('tags choose; a waiting request is woken by a message that it takes', async () => {
  await broker.createTopic('PopTags', 1);
  const waiting = pop('PopTags', { ...LONG, exp: 'TagB' });
  await broker.sent('PopTags', 'a', { TAGS: 'TagA' });
  await broker.sent('PopTags', 'b', { TAGS: 'TagB' });
  assert.deepEqual(texts((await waiting).messages), ['b']);
});

test('of two who wait one gets the message', async () => {
  await broker.createTopic('PopTwo', 1);
  const both = [pop('PopTwo', LONG), pop('PopTwo', LONG)];
  await pop('PopTwo');
  await broker.sent('PopTwo', 'one');
  await broker.sent('PopTwo', 'two');
  const got = (await Promise.all(both)).map(({ messages }) => texts(messages));
  assert.deepEqual(got.flat().sort(), ['one', 'two']);
});

test('what is not acknowledged comes back as a retry; what is does not', async () => {
  await broker.createTopic('PopBack', 1);
  await broker.sent('PopBack', 'acked', { KEYS: 'k1' });
  await broker.sent('PopBack', 'lost', { KEYS: 'k2' });
  const first = await pop('PopBack', { invisibleTime: 1500 });
  assert.deepEqual(texts(first.messages), ['acked', 'lost']);
  const [done] = first.messages;
  assert.equal((await ack('PopBack', done, receipt(first, done))).code, ResponseCode.SUCCESS);
  const second = await later('PopBack');
  assert.deepEqual(texts(second.messages), ['lost']);
  const [back] = second.messages;
  assert.equal(back.topic, 'PopBack');
  assert.equal(back.reconsumeTimes, 1);
  const properties = parseProperties(back.properties);
  assert.equal(properties['1ST_POP_TIME'], String(first.header.popTime));
  assert.equal(properties.ORIGIN_GROUP, 'poppers');
  assert.match(properties.POP_CK, /^0 \d+ 60000 \d 1 broker-a 0 0$/);
  assert.equal(second.header.startOffsetInfo, '1 0 0');
  const retryTopic = '%RETRY%poppers_PopBack';
  const answer = await ack(retryTopic, back, receipt(second, back));
  assert.equal(answer.code, ResponseCode.SUCCESS);
});

test('more time is given: the message comes back that much later', async () => {
  await broker.createTopic('PopLonger', 1);
  await broker.sent('PopLonger', 'slow');
  const first = await pop('PopLonger', { invisibleTime: 1000 });
  const [message] = first.messages;
  const header = {
    consumerGroup: 'poppers',
    topic: 'PopLonger',
    queueId: 0,
    offset: 0,
    extraInfo: receipt(first, message),
    invisibleTime: 3000,
  };
  const begin = clock.now();
  const changed = await broker.client.request(
    broker.address,
    'CHANGE_MESSAGE_INVISIBLETIME',
    header,
  );
  assert.equal(changed.header.invisibleTime, 3000);
  assert(changed.header.popTime >= begin);
  const second = await later('PopLonger');
  assert.deepEqual(texts(second.messages), ['slow']);
  assert(clock.now() - begin > 2900);
});

test('many are acknowledged at once', async () => {
  await broker.createTopic('PopBatch', 1);
  for (const text of ['a', 'b', 'c']) await broker.sent('PopBatch', text);
  const first = await pop('PopBatch', { invisibleTime: 1200 });
  const { popTime, reviveQid } = first.header;
  const one = {
    c: 'poppers',
    t: 'PopBatch',
    r: '0',
    so: 0,
    q: 0,
    rq: reviveQid,
    pt: popTime,
    it: 1200,
    b: Buffer.from([0b101]).toString('base64'),
  };
  const body = Buffer.from(JSON.stringify({ brokerName: 'broker-a', acks: [one] }));
  const answer = await broker.client.request(broker.address, 'BATCH_ACK_MESSAGE', {}, { body });
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.deepEqual(texts((await later('PopBatch')).messages), ['b']);
});

test('in order: nothing more of a queue until all is acknowledged or visible again', async () => {
  await broker.createTopic('PopOrder', 1);
  for (const text of ['a', 'b', 'c']) await broker.sent('PopOrder', text);
  const ordered = { order: true, maxMsgNums: 2, invisibleTime: 1000 };
  const first = await pop('PopOrder', ordered);
  assert.deepEqual(texts(first.messages), ['a', 'b']);
  assert.equal(first.header.reviveQid, 999);
  assert.equal((await pop('PopOrder', ordered)).code, ResponseCode.POLLING_TIMEOUT);
  const [a] = first.messages;
  assert.equal((await ack('PopOrder', a, receipt(first, a))).code, ResponseCode.SUCCESS);
  const second = await later('PopOrder', ordered);
  assert.deepEqual(texts(second.messages), ['b', 'c']);
  assert.equal(second.header.orderCountInfo, '0 qo0%1 1;0 0 0');
  for (const message of second.messages) await ack('PopOrder', message, receipt(second, message));
  assert.equal((await pop('PopOrder', ordered)).code, ResponseCode.POLLING_TIMEOUT);
  const wrong = await ack('PopOrder', { ...a, queueOffset: 3 }, receipt(second, a));
  assert.equal(wrong.code, ResponseCode.MESSAGE_ILLEGAL);
});

test('refusals, and being told that there is something', async () => {
  const many = await pop('Pop', { maxMsgNums: 33 });
  assert.equal(many.code, ResponseCode.INVALID_PARAMETER);
  const late = await pop('Pop', { bornTime: clock.now() - 5000, pollTime: 1000 });
  assert.equal(late.code, ResponseCode.POLLING_TIMEOUT);
  assert.match(late.remark ?? '', /pop message is timeout too much$/);
  const unknown = await pop('Nowhere');
  assert.equal(unknown.code, ResponseCode.TOPIC_NOT_EXIST);
  await broker.createTopic('PopTold', 1);
  await broker.createTopic('PopPeek', 2);
  await broker.sent('PopPeek', 'seen', {}, { queueId: 1 });
  const peek = { consumerGroup: 'poppers', topic: 'PopPeek', queueId: -1, maxMsgNums: 8 };
  for (let i = 0; i < 2; i++) {
    const peeked = await broker.client.request(broker.address, 'PEEK_MESSAGE', peek);
    assert.deepEqual(texts(decodeRecords(peeked.body)), ['seen']);
  }
  const header = {
    consumerGroup: 'poppers',
    topic: 'PopTold',
    queueId: -1,
    pollTime: 10_000,
    bornTime: clock.now(),
  };
  const told = broker.client.request(broker.address, 'NOTIFICATION', header);
  await broker.sent('PopTold', 'x');
  assert.equal((await told).header.hasMsg, true);
});

test('after a restart what was handed out still comes back', async () => {
  const first = await RunningBroker.start(ending, { clock });
  await first.createTopic('PopAgain', 1);
  await first.sent('PopAgain', 'x');
  await pop('PopAgain', { invisibleTime: 2000 }, first);
  await first.broker.stop();
  const text = readFileSync(`${first.folder}/store/config/consumerOffset.json`, 'utf8');
  assert.match(text, /"PopAgain@poppers":\{\s*0:1\s*\}/);
  const second = await RunningBroker.start(ending, { folder: first.folder, clock });
  assert.deepEqual(texts((await later('PopAgain', {}, second)).messages), ['x']);
});
