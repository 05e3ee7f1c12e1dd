// Pulling from a real broker: filters, long polling, refusals.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { Ending } from '../../support/temp.js';
import { consumer, RunningBroker } from './running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, { broker: { enablePropertyFilter: true } });
});
after(() => ending.run());

/** Lets a held pull arrive before what wakes it: requests of one connection keep their order. */
const HOLDS = { sysFlag: 2 | 4, suspendTimeoutMillis: 10_000 };

test('an answer carries the messages and the bounds of the queue', async () => {
  await broker.createTopic('Bounds', 1);
  for (const text of ['a', 'b', 'c']) await broker.sent('Bounds', text);
  const answer = await broker.pull('g', 'Bounds', 0, 1);
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.equal(answer.remark, 'FOUND');
  assert.deepEqual(answer.header, {
    suggestWhichBrokerId: 0,
    nextBeginOffset: 3,
    minOffset: 0,
    maxOffset: 3,
    topicSysFlag: 0,
    groupSysFlag: 0,
  });
  assert.deepEqual(
    answer.messages.map(({ body, queueOffset }) => [String(body), queueOffset]),
    [
      ['b', 1],
      ['c', 2],
    ],
  );
  const one = await broker.pull('g', 'Bounds', 0, 0, { maxMsgNums: 1 });
  assert.deepEqual([one.messages.length, one.header.nextBeginOffset], [1, 1]);
});

test('an offset outside the queue is answered as RocketMQ does', async () => {
  await broker.createTopic('Outside', 2);
  await broker.sent('Outside', 'x');
  const outcomes = [];
  for (const [queueId, offset] of [
    [0, 1],
    [0, 5],
    [1, 0],
    [1, 3],
  ]) {
    const { code, remark, header } = await broker.pull('g', 'Outside', queueId, offset);
    outcomes.push([code, remark, header.nextBeginOffset]);
  }
  assert.deepEqual(outcomes, [
    [ResponseCode.PULL_NOT_FOUND, 'OFFSET_OVERFLOW_ONE', 1],
    [ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_OVERFLOW_BADLY', 1],
    [ResponseCode.PULL_NOT_FOUND, 'NO_MESSAGE_IN_QUEUE', 0],
    [ResponseCode.PULL_OFFSET_MOVED, 'NO_MESSAGE_IN_QUEUE', 0],
  ]);
});

test('tags and SQL92 choose messages; what is skipped moves the offset', async () => {
  await broker.createTopic('Chosen', 1);
  for (const [tag, price] of [
    ['TagA', '1'],
    ['TagB', '5'],
    ['TagC', '9'],
  ]) {
    await broker.sent('Chosen', tag, { TAGS: tag, price });
  }
  const bodies = async (changes: object): Promise<string[]> => {
    const { messages } = await broker.pull('g', 'Chosen', 0, 0, changes);
    return messages.map(({ body }) => String(body));
  };
  assert.deepEqual(await bodies({ subscription: 'TagA || TagC' }), ['TagA', 'TagC']);
  const sql = { expressionType: 'SQL92' };
  assert.deepEqual(await bodies({ ...sql, subscription: 'price > 3' }), ['TagB', 'TagC']);
  const none = await broker.pull('g', 'Chosen', 0, 0, { subscription: 'TagX' });
  assert.deepEqual(
    [none.code, none.remark, none.header.nextBeginOffset],
    [ResponseCode.PULL_RETRY_IMMEDIATELY, 'NO_MATCHED_MESSAGE', 3],
  );
  const bad = await broker.pull('g', 'Chosen', 0, 0, { ...sql, subscription: 'price >' });
  assert.equal(bad.code, ResponseCode.SUBSCRIPTION_PARSE_FAILED);
});

test('a text means what its type says, however often it was brought before', async () => {
  await broker.createTopic('Meant', 1);
  for (const tag of ['TagA', 'a = 1']) await broker.sent('Meant', tag, { TAGS: tag, a: '1' });
  for (let i = 0; i < 2; i++) {
    const subscription = 'a = 1';
    const tags = await broker.pull('g', 'Meant', 0, 0, { subscription });
    assert.deepEqual(
      tags.messages.map(({ body }) => String(body)),
      ['a = 1'],
    );
    const sql = { expressionType: 'SQL92', subscription };
    assert.equal((await broker.pull('g', 'Meant', 0, 0, sql)).messages.length, 2);
    const other = { expressionType: 'CLASS', subscription };
    const refused = await broker.pull('g', 'Meant', 0, 0, other);
    assert.equal(refused.code, ResponseCode.SUBSCRIPTION_PARSE_FAILED);
  }
});

test('a held pull is answered when a message comes that its tags take', async () => {
  await broker.createTopic('Held', 1);
  const pulled = broker.pull('g', 'Held', 0, 0, { ...HOLDS, subscription: 'TagB' });
  await broker.sent('Held', 'not for it', { TAGS: 'TagA' });
  let answered = false;
  void pulled.then(() => (answered = true));
  await broker.pull('other', 'Held', 0, 0);
  assert.equal(answered, false);
  await broker.sent('Held', 'for it', { TAGS: 'TagB' });
  const { code, messages, header } = await pulled;
  assert.equal(code, ResponseCode.SUCCESS);
  assert.deepEqual(
    messages.map(({ body }) => String(body)),
    ['for it'],
  );
  assert.equal(header.nextBeginOffset, 2);
});

test('a held pull by SQL92 is not answered by messages that it does not take', async () => {
  await broker.createTopic('HeldSql', 1);
  const sql = { ...HOLDS, expressionType: 'SQL92', subscription: 'price > 3' };
  const pulled = broker.pull('g', 'HeldSql', 0, 0, sql);
  for (const price of ['1', '2', '3']) await broker.sent('HeldSql', price, { price });
  let answered = false;
  void pulled.then(() => (answered = true));
  await broker.pull('other', 'HeldSql', 0, 0);
  assert.equal(answered, false);
  await broker.sent('HeldSql', '4', { price: '4' });
  const { messages, header } = await pulled;
  assert.deepEqual(
    messages.map(({ body }) => String(body)),
    ['4'],
  );
  assert.equal(header.nextBeginOffset, 4);
});

test('a held pull is answered when its time is up', async () => {
  await broker.createTopic('Waiting', 1);
  const begin = performance.now();
  const changes = { ...HOLDS, suspendTimeoutMillis: 300 };
  const { code, remark } = await broker.pull('g', 'Waiting', 0, 0, changes);
  assert.equal(code, ResponseCode.PULL_NOT_FOUND);
  assert.equal(remark, 'NO_MESSAGE_IN_QUEUE');
  assert(performance.now() - begin > 250);
});

test('without a subscription of its own a pull uses that of the heartbeats', async () => {
  await broker.createTopic('Beat', 1);
  await broker.sent('Beat', 'a', { TAGS: 'TagA' });
  await broker.sent('Beat', 'b', { TAGS: 'TagB' });
  const plain = { sysFlag: 0, subVersion: 1 };
  const unknown = await broker.pull('beaten', 'Beat', 0, 0, plain);
  assert.equal(unknown.code, ResponseCode.SUBSCRIPTION_NOT_EXIST);
  await broker.heartbeat({ consumerDataSet: [consumer('beaten', 'Beat', 'TagB')] });
  const { messages } = await broker.pull('beaten', 'Beat', 0, 0, plain);
  assert.deepEqual(
    messages.map(({ body }) => String(body)),
    ['b'],
  );
  const newer = await broker.pull('beaten', 'Beat', 0, 0, { sysFlag: 0, subVersion: 2 });
  assert.equal(newer.code, ResponseCode.SUBSCRIPTION_NOT_LATEST);
  assert.equal(newer.remark, "the consumer's subscription not latest");
  const other = await broker.pull('beaten', 'Bounds', 0, 0, plain);
  assert.equal(other.code, ResponseCode.SUBSCRIPTION_NOT_EXIST);
});

test('a heartbeat with an expression that cannot be read is told at the pull', async () => {
  await broker.createTopic('Wrong', 1);
  const changes = { expressionType: 'SQL92' };
  await broker.heartbeat({ consumerDataSet: [consumer('wrong', 'Wrong', 'a >', changes)] });
  const answer = await broker.pull('wrong', 'Wrong', 0, 0, { sysFlag: 0, subVersion: 1 });
  assert.equal(answer.code, ResponseCode.FILTER_DATA_NOT_EXIST);
});

test('refusals: group, topic, queue, permission, filters that are not enabled', async () => {
  const strict = await RunningBroker.start(ending, {
    broker: { autoCreateSubscriptionGroup: false },
  });
  const group = await strict.pull('nobody', 'TBW102', 0, 0);
  assert.equal(group.code, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
  assert.match(group.remark ?? '', /^subscription group \[nobody\] does not exist, /);
  const topic = await broker.pull('g', 'Nowhere', 0, 0);
  assert.equal(topic.code, ResponseCode.TOPIC_NOT_EXIST);
  assert.match(topic.remark ?? '', /^topic\[Nowhere\] not exist, apply first please! /);
  const queue = await broker.pull('g', 'Bounds', 7, 0);
  assert.equal(queue.code, ResponseCode.INVALID_PARAMETER);
  assert.match(queue.remark ?? '', /^queueId\[7\] is illegal, topic:\[Bounds\] .*:\[1\] consumer:/);
  await broker.createTopic('WriteOnly', 1, { perm: 2 });
  const closed = await broker.pull('g', 'WriteOnly', 0, 0);
  assert.deepEqual([closed.code, closed.ext?.forbiddenType], [ResponseCode.NO_PERMISSION, '3']);
  await strict.createTopic('Plain', 1);
  const sql = { expressionType: 'SQL92', subscription: 'a > 1' };
  const disabled = await strict.pull('TOOLS_CONSUMER', 'Plain', 0, 0, sql);
  assert.equal(disabled.remark, 'The broker does not support consumer to filter message by SQL92');
});
