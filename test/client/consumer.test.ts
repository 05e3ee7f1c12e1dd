// Consumers against a broker of ours: groups, order, retries, broadcasting, polling.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import {
  admin,
  createPullConsumer,
  type PushConsumer,
  type ReceivedMessage,
  type RocketMQ,
  startRocketMQ,
} from '../../src/index.js';
import type { MessageQueue } from '../../src/protocol/bodies/json.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

let mq: RocketMQ;
before(async () => {
  // Refused messages come back after a second instead of ten.
  mq = await startRocketMQ({ broker: { messageDelayLevel: '1s 1s 1s 1s 1s 1s' } });
});
after(() => mq.stop());

let lastTopic = 0;
async function newTopic(queues = 4): Promise<string> {
  const topic = `Topic${++lastTopic}`;
  await mq.createTopic(topic, queues);
  return topic;
}

async function send(topic: string, count: number, tags?: (i: number) => string): Promise<void> {
  const producer = await mq.producer();
  const messages = Array.from({ length: count }, (_, i) => ({
    topic,
    body: `m${i}`,
    ...(tags ? { tags: tags(i) } : {}),
  }));
  await Promise.all(messages.map((message) => producer.send(message)));
}

/** What a consumer has got, by body. */
class Seen {
  readonly bodies: string[] = [];
  readonly listener = (messages: { body: Buffer }[]): void => {
    this.bodies.push(...messages.map(({ body }) => body.toString()));
  };

  get distinct(): number {
    return new Set(this.bodies).size;
  }
}

const queuesOf = (consumer: PushConsumer, topic: string): number[] =>
  [...consumer.assignment.readers.values()]
    .filter(({ queue }) => queue.topic === topic)
    .map(({ queue }) => queue.queueId)
    .sort();

test('a group shares the queues, and shares them anew when a member comes or goes', async () => {
  const topic = await newTopic();
  const [one, two] = [new Seen(), new Seen()];
  const group = 'Sharing';
  const first = await mq.consumer({ group, topic }, one.listener);
  assert.deepEqual(queuesOf(first, topic), [0, 1, 2, 3]);
  const second = await mq.consumer({ group, topic }, two.listener);
  await until('share', () => queuesOf(first, topic).length === 2);
  assert.equal(queuesOf(second, topic).length, 2);
  await send(topic, 100);
  await until('all messages', () => one.distinct + two.distinct === 100);
  assert.equal(one.bodies.length + two.bodies.length, 100);
  assert.ok(one.distinct > 0 && two.distinct > 0);
  await second.stop();
  await until('all queues', () => queuesOf(first, topic).length === 4);
});

test('a group goes on where it was', async () => {
  const topic = await newTopic(1);
  const seen = new Seen();
  const group = { group: 'GoingOn', topic };
  await send(topic, 3);
  const first = await mq.consumer(group, seen.listener);
  await until('messages', () => seen.bodies.length === 3);
  await first.stop();
  await send(topic, 2);
  await mq.consumer(group, seen.listener);
  await until('the rest', () => seen.bodies.length === 5);
});

test('a new group starts at the end unless it is told otherwise', async () => {
  const topic = await newTopic(1);
  await send(topic, 1);
  const [atEnd, atStart] = [new Seen(), new Seen()];
  const late = { group: 'Late', topic, consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' as const };
  await mq.consumer(late, atEnd.listener);
  await mq.consumer({ group: 'Early', topic }, atStart.listener);
  await until('the old message', () => atStart.bodies.length === 1);
  await send(topic, 1);
  await until('the new message', () => atStart.bodies.length === 2);
  await until('the new message', () => atEnd.bodies.length >= 1);
});

test('only the tags that are wanted come', async () => {
  const topic = await newTopic(1);
  const seen = new Seen();
  await mq.consumer({ group: 'Tags', topic, expression: 'A || C' }, seen.listener);
  await send(topic, 30, (i) => 'ABC'[i % 3]!);
  await until('messages', () => seen.bodies.length === 20);
});

test('a refused message comes again, as the one that was sent', async () => {
  const topic = await newTopic(1);
  const calls: { topic: string; times: number; body: string }[] = [];
  await mq.consumer({ group: 'Retry', topic }, ([message]) => {
    calls.push({
      topic: message!.topic,
      times: message!.reconsumeTimes,
      body: message!.body.toString(),
    });
    if (message!.body.toString() === 'm1' && calls.length < 4) throw new Error('not now');
    return 'ok';
  });
  await send(topic, 3);
  await until('the message again', () => calls.length === 4);
  assert.deepEqual(calls[3], { topic, times: 1, body: 'm1' });
});

test('in order: the next message waits for the one that was refused', async () => {
  const topic = await newTopic(2);
  const byQueue = new Map<number, number[]>();
  let refused = 0;
  await mq.consumer({ group: 'Orderly', topic, orderly: true }, ([message], { queue }) => {
    if (message!.queueOffset === 3 && refused++ < 1) return 'later';
    const offsets = byQueue.get(queue.queueId) ?? [];
    byQueue.set(queue.queueId, offsets);
    offsets.push(message!.queueOffset);
    return 'ok';
  });
  await send(topic, 20);
  const counts = (): number[] => [...byQueue.values()].map((offsets) => offsets.length);
  await until('all messages', () => counts().reduce((sum, count) => sum + count, 0) === 20);
  for (const offsets of byQueue.values()) assert.deepEqual(offsets, [...offsets.keys()]);
});

test('in order: a queue passes from one member to another whole', async () => {
  const topic = await newTopic(2);
  const offsets = new Map<number, number[]>();
  const note = ([message]: ReceivedMessage[], { queue }: { queue: MessageQueue }): void => {
    const list = offsets.get(queue.queueId) ?? [];
    offsets.set(queue.queueId, list);
    list.push(message!.queueOffset);
  };
  const options = { group: 'Passing', topic, orderly: true };
  const first = await mq.consumer(options, note);
  await send(topic, 10);
  const count = (): number => [...offsets.values()].flat().length;
  await until('ten messages', () => count() === 10);
  const second = await mq.consumer(options, note);
  await until('a share', () => queuesOf(second, topic).length === 1);
  await send(topic, 10);
  await until('twenty messages', () => count() === 20);
  await first.stop();
  await until('both queues', () => queuesOf(second, topic).length === 2);
  await send(topic, 10);
  await until('thirty messages', () => count() === 30);
  for (const list of offsets.values()) assert.deepEqual(list, [...list.keys()]);
});

test('broadcasting: every member gets every message, and knows where it was', async (t) => {
  const topic = await newTopic(2);
  const ending = endingWith((work) => t.after(work));
  const localOffsetStoreDir = tempFolder(ending);
  const options = {
    group: 'Broadcast',
    topic,
    messageModel: 'BROADCASTING' as const,
    localOffsetStoreDir,
  };
  const member = async (instanceName: string, { listener }: Seen) => {
    const consumer = await mq.consumer({ ...options, instanceName }, listener);
    ending.after(() => consumer.stop());
    return consumer;
  };
  const [one, two] = [new Seen(), new Seen()];
  const first = await member('one', one);
  await member('two', two);
  await send(topic, 10);
  await until('all messages twice', () => one.distinct === 10 && two.distinct === 10);
  await first.stop();
  await send(topic, 1);
  const again = new Seen();
  await member('one', again);
  await until('what is new', () => again.bodies.length === 1);
  assert.equal(one.bodies.length, 10);
});

test('a topic that comes after its consumer', async () => {
  const seen = new Seen();
  await mq.consumer({ group: 'TooEarly', topic: 'NotYet' }, seen.listener);
  await mq.createTopic('NotYet', 1);
  await send('NotYet', 1);
  await until('message', () => seen.bodies.length === 1);
});

test('a consumer that was suspended goes on', async () => {
  const topic = await newTopic(1);
  const seen = new Seen();
  const consumer = await mq.consumer({ group: 'Paused', topic }, seen.listener);
  await send(topic, 1);
  await until('message', () => seen.bodies.length === 1);
  consumer.suspend();
  consumer.resume();
  await send(topic, 1);
  await until('message', () => seen.bodies.length === 2);
});

test('a listener that is slow bounds what is pulled ahead', async () => {
  const topic = await newTopic(1);
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const seen = new Seen();
  const limits = { pullThresholdForQueue: 40, pullBatchSize: 8, consumeThreadMax: 1 };
  const consumer = await mq.consumer({ group: 'Slow', topic, ...limits }, async (messages) => {
    await gate;
    seen.listener(messages);
  });
  await send(topic, 200);
  const reader = [...consumer.assignment.readers.values()].find(
    ({ queue }) => queue.topic === topic,
  )!;
  await until('a full reader', () => reader.heldMessages >= 40);
  assert.ok(reader.heldMessages < 48);
  release();
  await until('all messages', () => seen.distinct === 200);
});

test('offsets are reset while the consumer runs', async () => {
  const topic = await newTopic(2);
  const seen = new Seen();
  // Its pulls are held for half a second only: the next one learns of the reset.
  await mq.consumer({ group: 'Resetting', topic, brokerSuspendMaxTimeMs: 500 }, seen.listener);
  await send(topic, 10);
  await until('all messages', () => seen.bodies.length === 10);
  const args = { group: 'Resetting', topic, timestamp: 0 };
  const outcome = await admin.offsets.resetAnyhow(mq.session, args);
  assert.equal(outcome.online, true);
  await until('all messages again', () => seen.bodies.length === 20);
  assert.equal(seen.distinct, 10);
});

test('a message that is refused too often becomes a dead letter', async () => {
  const topic = await newTopic(1);
  let calls = 0;
  await mq.consumer({ group: 'Refusing', topic, maxReconsumeTimes: 1 }, () => {
    calls++;
    return 'later';
  });
  await send(topic, 1);
  const dead = { topic: '%DLQ%Refusing', brokerName: mq.brokerName, queueId: 0 };
  const letter = await until('dead letter', async () => {
    const found = await mq.session.findRoute(dead.topic, { fresh: true });
    return found && admin.messages.messageAt(mq.session, dead, 0).catch(() => undefined);
  });
  assert.equal(letter.body.toString(), 'm0');
  assert.equal(calls, 2);
});

test('polling: what was polled is committed', async () => {
  const topic = await newTopic(2);
  await send(topic, 25);
  const options = { group: 'Polling', topic, pollBatchSize: 4 };
  const consumer = await mq.litePullConsumer(options);
  const bodies: string[] = [];
  while (bodies.length < 10) bodies.push(...(await consumer.poll()).map((one) => String(one.body)));
  await consumer.stop();
  const second = await mq.litePullConsumer(options);
  while (bodies.length < 25) bodies.push(...(await second.poll()).map((one) => String(one.body)));
  assert.equal(new Set(bodies).size, 25);
  assert.deepEqual(await second.poll(1), []);
});

test('polling assigned queues from a chosen offset', async () => {
  const topic = await newTopic(2);
  await send(topic, 20);
  const consumer = await mq.litePullConsumer({ group: 'Assigned', topic: 'Unused' });
  const [queue] = await consumer.fetchMessageQueues(topic);
  await consumer.assign([queue!]);
  await consumer.seek(queue!, 7);
  const offsets: number[] = [];
  while (offsets.length < 3) offsets.push(...(await consumer.poll()).map((one) => one.queueOffset));
  assert.deepEqual(offsets, [7, 8, 9]);
});

test('pulling by hand', async (t: TestContext) => {
  const topic = await newTopic(1);
  await send(topic, 5);
  const consumer = createPullConsumer({ group: 'ByHand', namesrvAddr: mq.namesrvAddr });
  await consumer.start();
  t.after(() => consumer.stop());
  const [queue] = await consumer.fetchSubscribeMessageQueues(topic);
  assert.deepEqual([await consumer.minOffset(queue!), await consumer.maxOffset(queue!)], [0, 5]);
  const result = await consumer.pull(queue!, 2, { maxNums: 2 });
  assert.deepEqual([result.status, result.nextBeginOffset], ['FOUND', 4]);
  await consumer.updateConsumeOffset(queue!, 4);
  assert.equal(await consumer.fetchConsumeOffset(queue!), 4);
  assert.equal((await consumer.pull(queue!, 5)).status, 'NO_NEW_MSG');
  assert.equal((await consumer.pull(queue!, 99)).status, 'OFFSET_ILLEGAL');
  await assert.rejects(consumer.fetchSubscribeMessageQueues('Nowhere'), {
    code: 'TOPIC_NOT_FOUND',
  });
});
