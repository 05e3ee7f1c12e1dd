// Messages with a priority: each priority has its queue, and POP takes the most urgent first.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { pop, texts } from './popping.js';
import { RunningBroker, type RunningBrokerOptions } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

async function start(options: RunningBrokerOptions = {}): Promise<RunningBroker> {
  const broker = await RunningBroker.start(ending, options);
  await broker.createTopic('T', 4, { attributes: '+message.type=PRIORITY' });
  return broker;
}

const withPriority = (priority: number | string) => ({ _SYS_MSG_PRIORITY_: String(priority) });

test('the priority is the number of the queue, the last queue takes the rest', async () => {
  const broker = await start();
  for (const [priority, queueId] of [
    [0, 0],
    [2, 2],
    [9, 3],
  ]) {
    const sent = await broker.sent('T', 'x', withPriority(priority!), { queueId: 1 });
    assert.equal(sent.queueId, queueId);
  }
  const wrong = await broker.sent('T', 'x', withPriority('high'), { queueId: 1 });
  assert.equal(wrong.queueId, 1);
});

test('a retry that its consumer sends has the priority of what failed; a dead letter has not', async () => {
  const broker = await start();
  await broker.createTopic('%RETRY%g', 4);
  const sent = await broker.sent('%RETRY%g', 'x', withPriority(2), { queueId: 1 });
  assert.equal(sent.queueId, 2);
  const tooOften = { queueId: 1, reconsumeTimes: 17, maxReconsumeTimes: 16 };
  await broker.sent('%RETRY%g', 'y', withPriority(2), tooOften);
  assert.deepEqual(await broker.bodies('%DLQ%g', 0), ['y']);
});

test('a message of another type loses its priority', async () => {
  const broker = await start();
  const properties = { ...withPriority(3), __SHARDINGKEY: 'k' };
  assert.equal((await broker.sent('T', 'x', properties, { queueId: 1 })).queueId, 1);
  const { messages } = await broker.pull('g', 'T', 1, 0);
  assert.doesNotMatch(messages[0]!.properties, /PRIORITY/);
});

for (const [priorityOrderAsc, expected] of [
  [true, ['3', '2', '1', '0']],
  [false, ['0', '1', '2', '3']],
] as const) {
  test(`POP takes the most urgent first, priorityOrderAsc=${priorityOrderAsc}`, async () => {
    const broker = await start({ broker: { priorityOrderAsc } });
    for (const priority of [1, 3, 0, 2]) {
      await broker.sent('T', String(priority), withPriority(priority));
    }
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(...texts((await pop(broker, 'T', { maxMsgNums: 1 })).messages));
    }
    assert.deepEqual(seen, expected);
  });
}

test('retries keep their priority when they have queues of their own', async () => {
  const broker = await start({ broker: { useSeparateRetryQueue: true } });
  for (const priority of [0, 3]) {
    await broker.sent('T', String(priority), withPriority(priority));
  }
  await pop(broker, 'T', { invisibleTime: 1000 });
  const retry = '%RETRY%poppers_T';
  const ends = await until('retries', async () => {
    const { client, address } = broker;
    const offsets = [];
    for (let queueId = 0; queueId < 4; queueId++) {
      const { header } = await client.request(address, 'GET_MAX_OFFSET', { topic: retry, queueId });
      offsets.push(header.offset);
    }
    return offsets.reduce((sum, offset) => sum + offset, 0) === 2 && offsets;
  });
  assert.deepEqual(ends, [1, 0, 0, 1]);
});
