// What must not hurt a broker: names that are no names, thousands who wait, clients that vanish,
// topics whose queues become more and fewer under its clients.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { TopicSysFlag } from '../../../src/protocol/flags.js';
import { parseHost } from '../../../src/protocol/host.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { createClient } from '../../../src/remoting/client.js';
import type { Reply } from '../../../src/remoting/handler.js';
import { sendHandlers } from '../../../src/server/broker/handlers/send.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const BAD_NAMES = [
  '../../outside',
  'a/b',
  'a\0b',
  'two words',
  'T'.repeat(300),
  'ünï',
  ' ',
  '.',
  '%RETRY%../up',
];

test('a topic whose name is none is refused by all who could create it, never a path', async () => {
  const broker = await RunningBroker.start(ending);
  const { client, address, folder } = broker;
  const before = readdirSync(folder, { recursive: true }).length;
  for (const topic of BAD_NAMES) {
    const sent = await broker.send(topic, 'x');
    assert.equal(sent.code, ResponseCode.INVALID_PARAMETER, `${topic}: ${sent.remark}`);
    const header = {
      ...{ topic, defaultTopic: 'TBW102', readQueueNums: 1, writeQueueNums: 1, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', order: false },
    };
    const allow = { allow: ANY };
    const made = await client.request(address, 'UPDATE_AND_CREATE_TOPIC', header, allow);
    assert.equal(made.code, ResponseCode.INVALID_PARAMETER);
    const pulled = await broker.pull('g', topic, 0, 0);
    assert.equal(pulled.code, ResponseCode.TOPIC_NOT_EXIST);
  }
  assert.deepEqual(readdirSync(join(folder, 'store', 'consumequeue')), []);
  // the group that pulled, in its file with a copy of the former one, is all that is new
  assert.ok(readdirSync(folder, { recursive: true }).length <= before + 2);
});

test('the deletion of a topic called like a path deletes nothing', async () => {
  const broker = await RunningBroker.start(ending);
  const { client, address, folder } = broker;
  await broker.createTopic('T', 1);
  await broker.sent('T', 'x');
  const before = readdirSync(folder, { recursive: true }).map(String);
  for (const topic of ['../../config', '../..', '..', '../../commitlog', '/', 'a\0b']) {
    const { code } = await client.request(address, 'DELETE_TOPIC_IN_BROKER', { topic });
    assert.equal(code, ResponseCode.SUCCESS, topic);
  }
  const left = new Set(readdirSync(folder, { recursive: true }).map(String));
  for (const name of before) assert.ok(left.has(name), name);
  assert.deepEqual(await broker.bodies('T', 0), ['x']);
});

test('thousands of pulls wait, one message wakes those of its queue, the rest go on', async () => {
  const broker = await RunningBroker.start(ending);
  const queues = 100;
  await broker.createTopic('T', queues);
  const answers = new Map<number, number>();
  const waiting = Array.from({ length: 3000 }, async (_, i) => {
    const queueId = i % queues;
    const { messages } = await broker.pull('g', 'T', queueId, 0, {
      suspendTimeoutMillis: 3000,
      sysFlag: 6,
    });
    answers.set(queueId, (answers.get(queueId) ?? 0) + messages.length);
  });
  await broker.sent('T', 'x', {}, { queueId: 7 });
  await until('those of queue 7', () => Promise.resolve(answers.get(7) === 30));
  await Promise.all(waiting);
  assert.equal(
    [...answers.values()].reduce((sum, count) => sum + count),
    30,
  );
});

test('pulls of a client that vanishes are forgotten', async () => {
  const broker = await RunningBroker.start(ending);
  await broker.createTopic('T', 1);
  const gone = createClient({ clock: systemClock, log: silentLogger });
  const header = {
    ...{ consumerGroup: 'g', topic: 'T', queueId: 0, queueOffset: 0, maxMsgNums: 32, sysFlag: 6 },
    ...{ commitOffset: 0, suspendTimeoutMillis: 60_000, subscription: '*', subVersion: 0 },
  };
  const held = Array.from({ length: 100 }, () =>
    gone.request(broker.address, 'PULL_MESSAGE', header, { timeoutMs: 60_000 }).catch(String),
  );
  // the group is created by the first of them
  await until('the pulls', async () => {
    const { body } = await broker.client.request(
      broker.address,
      'GET_ALL_SUBSCRIPTIONGROUP_CONFIG',
      {},
    );
    return body.includes('"g"');
  });
  gone.close();
  await Promise.all(held);
  await broker.sent('T', 'x');
  assert.deepEqual(await broker.bodies('T', 0), ['x']);
});

test('sends that have waited for a disk that stalls are refused, as RocketMQ words it', () => {
  const config = { brokerFastFailureEnable: true };
  let stalledMs = 1500;
  const parts = {
    append: { stalledMs: () => stalledMs },
    config,
    storeHost: parseHost('1.1.1.1:1'),
  };
  const send = sendHandlers(parts as never).SEND_MESSAGE_V2 as (...call: unknown[]) => Reply;
  const { code, remark } = send({}, {});
  assert.equal(code, ResponseCode.SYSTEM_BUSY);
  assert.match(remark!, /^\[PCBUSY_CLEAN_QUEUE\]broker busy, .* period in queue: 1500ms/);
  stalledMs = 0;
  assert.throws(() => send({}, {}), TypeError); // goes on to what is not here
});

test('queues become more and fewer while clients run', async () => {
  const broker = await RunningBroker.start(ending);
  await broker.createTopic('T', 2);
  const code = async (queueId: number): Promise<number> =>
    (await broker.send('T', 'x', {}, { queueId })).code;
  assert.equal(await code(3), ResponseCode.INVALID_PARAMETER);
  await broker.createTopic('T', 4);
  assert.equal(await code(3), ResponseCode.SUCCESS);
  // fewer to write first: what is there can still be read
  await broker.createTopic('T', 4, { writeQueueNums: 2 });
  assert.deepEqual(await broker.bodies('T', 3), ['x']);
  const seen = new Set<number>();
  for (let i = 0; i < 4; i++) seen.add((await broker.sent('T', 'x', {}, { queueId: -1 })).queueId);
  assert.deepEqual([...seen].sort(), [0, 1]);
  await broker.createTopic('T', 2);
  const { code: pulled } = await broker.pull('g', 'T', 3, 0);
  assert.equal(pulled, ResponseCode.INVALID_PARAMETER);
});

test('unit mode is noted in the flags of topics that clients of a unit create', async () => {
  const broker = await RunningBroker.start(ending);
  const flags = async (topic: string): Promise<number> => {
    const { client, address } = broker;
    const { body } = await client.request(address, 'GET_TOPIC_CONFIG', { topic });
    return (JSON.parse(body.toString()) as { topicSysFlag: number }).topicSysFlag;
  };
  const sent = await broker.sent('Unit', 'x', {}, { unitMode: true });
  assert.equal(await flags('Unit'), TopicSysFlag.UNIT);
  await broker.pull('units', 'Unit', 0, 0);
  const offset = Number(`0x${sent.msgId.slice(16)}`);
  await broker.client.request(broker.address, 'CONSUMER_SEND_MSG_BACK', {
    ...{ group: 'units', offset, delayLevel: 1, unitMode: true },
  });
  assert.equal(await flags('%RETRY%units'), TopicSysFlag.UNIT_SUB);
});
