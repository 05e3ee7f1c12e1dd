// POP requests that wait, and those that only ask.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Req } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ack, changeTime, GROUP, pop, receipt, texts } from './popping.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, { broker: { enablePropertyFilter: true } });
});
after(() => ending.run());

const LONG = { pollTime: 15_000 };

const request = (topic: string, queueId = -1) => ({ consumerGroup: GROUP, topic, queueId });

async function waiting(topic: string, queueId = -1): Promise<number> {
  const { address, client } = broker;
  const header = request(topic, queueId);
  return (await client.request(address, 'POLLING_INFO', header)).header.pollingNum;
}

const allWait = (topic: string, count: number, queueId = -1) =>
  until(`${count} waiting`, async () => (await waiting(topic, queueId)) === count);

async function notify(topic: string, changes: Partial<Req<'NOTIFICATION'>> = {}) {
  const header = { ...request(topic), pollTime: 15_000, bornTime: Date.now(), ...changes };
  const options = { timeoutMs: 20_000 };
  return (await broker.client.request(broker.address, 'NOTIFICATION', header, options)).header;
}

test('an arrival wakes one who takes it and one who asked to be told', async () => {
  await broker.createTopic('Wake', 2);
  const both = [pop(broker, 'Wake', LONG), pop(broker, 'Wake', LONG)];
  const told = notify('Wake');
  await allWait('Wake', 2);
  await broker.sent('Wake', 'a', {}, { queueId: 1 });
  assert.deepEqual(await told, { hasMsg: true, pollingFull: false });
  assert.deepEqual(texts((await Promise.race(both)).messages), ['a']);
  await allWait('Wake', 1);
  await broker.sent('Wake', 'b');
  const got = (await Promise.all(both)).flatMap(({ messages }) => texts(messages));
  assert.deepEqual(got.sort(), ['a', 'b']);
});

test('who waits for one queue is woken by that queue', async () => {
  await broker.createTopic('WakeQueue', 2);
  const second = pop(broker, 'WakeQueue', { ...LONG, queueId: 1 });
  await allWait('WakeQueue', 1, 1);
  await broker.sent('WakeQueue', 'x', {}, { queueId: 0 });
  assert.equal(await waiting('WakeQueue', 1), 1);
  await broker.sent('WakeQueue', 'y', {}, { queueId: 1 });
  assert.deepEqual(texts((await second).messages), ['y']);
});

test('an SQL92 filter that does not match keeps waiting, and goes on', async () => {
  await broker.createTopic('WakeSql', 1);
  const sql = pop(broker, 'WakeSql', { ...LONG, expType: 'SQL92', exp: 'a = 1' });
  await allWait('WakeSql', 1);
  await broker.sent('WakeSql', 'no', { a: '2' });
  await broker.sent('WakeSql', 'yes', { a: '1' });
  const answer = await sql;
  assert.deepEqual(texts(answer.messages), ['yes']);
  assert.equal(answer.header.msgOffsetInfo, '0 0 1');
});

test('in order: an acknowledgement, or less time, wakes who waits', async () => {
  await broker.createTopic('WakeOrder', 1);
  for (const text of ['a', 'b']) await broker.sent('WakeOrder', text);
  const ordered = { order: true, maxMsgNums: 1 };
  const first = await pop(broker, 'WakeOrder', ordered);
  const next = pop(broker, 'WakeOrder', { ...ordered, ...LONG });
  await allWait('WakeOrder', 1);
  const blocked = await notify('WakeOrder', { order: true, pollTime: 0 });
  assert.equal(blocked.hasMsg, false);
  await ack(broker, 'WakeOrder', first.messages[0], receipt(first, first.messages[0]));
  const second = await next;
  assert.deepEqual(texts(second.messages), ['b']);
  const again = pop(broker, 'WakeOrder', { ...ordered, ...LONG });
  await allWait('WakeOrder', 1);
  const [b] = second.messages;
  const shorter = { invisibleTime: 200 };
  const changed = await changeTime(broker, 'WakeOrder', b, receipt(second, b), shorter);
  assert.equal(changed.header.reviveQid, 999);
  assert.deepEqual(texts((await again).messages), ['b']);
});

test('the same attempt gets its messages again', async () => {
  await broker.createTopic('Attempt', 1);
  await broker.sent('Attempt', 'a');
  const ordered = { order: true, attemptId: 'one' };
  const first = await pop(broker, 'Attempt', ordered);
  const again = await pop(broker, 'Attempt', ordered);
  assert.deepEqual(texts(again.messages), ['a']);
  assert.equal(again.header.orderCountInfo, '0 0 0');
  const other = await pop(broker, 'Attempt', { ...ordered, attemptId: 'two' });
  assert.equal(other.code, ResponseCode.POLLING_TIMEOUT);
  const old = await ack(broker, 'Attempt', first.messages[0], receipt(first, first.messages[0]));
  assert.equal(old.code, ResponseCode.SUCCESS);
});

test('a reset frees what is handed out in order, and begins anew', async () => {
  await broker.createTopic('ResetOrder', 1);
  for (const text of ['a', 'b']) await broker.sent('ResetOrder', text);
  const ordered = { order: true };
  const first = await pop(broker, 'ResetOrder', ordered);
  await ack(broker, 'ResetOrder', first.messages[0], receipt(first, first.messages[0]));
  assert.equal((await pop(broker, 'ResetOrder', ordered)).messages.length, 0);
  const reset = { topic: 'ResetOrder', group: GROUP, timestamp: 0, isForce: true };
  await broker.client.request(broker.address, 'INVOKE_BROKER_TO_RESET_OFFSET', reset);
  const again = await pop(broker, 'ResetOrder', ordered);
  assert.deepEqual(texts(again.messages), ['a', 'b']);
  assert.equal(again.header.orderCountInfo, '0 0 0');
});
