// The embedded servers: start, use, stop without leaving anything behind.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { admin, createProducer, createPushConsumer, startRocketMQ } from '../../src/index.js';
import { freePort } from '../support/ports.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

test('two at once do not meet', async (t) => {
  const [one, two] = await Promise.all([
    startRocketMQ({ topics: ['One'] }),
    startRocketMQ({ topics: ['Two'] }),
  ]);
  t.after(() => Promise.all([one.stop(), two.stop()]));
  assert.notEqual(one.namesrvAddr, two.namesrvAddr);
  assert.ok((await admin.topics.listTopics(one.session)).includes('One'));
  assert.ok(!(await admin.topics.listTopics(two.session)).includes('One'));
});

test('stopping ends the clients too, and may be asked for twice', async () => {
  const mq = await startRocketMQ({ topics: ['T'] });
  const producer = await mq.producer();
  const bodies: string[] = [];
  await mq.consumer({ topic: 'T' }, ([message]) => {
    bodies.push(message!.body.toString());
  });
  await producer.send({ topic: 'T', body: 'hello' });
  await until('the message', () => bodies.length === 1);
  await Promise.all([mq.stop(), mq.stop()]);
  await assert.rejects(producer.send({ topic: 'T', body: 'late' }));
});

test('a folder of its own keeps the messages', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  const first = await startRocketMQ({ folder, topics: ['Kept'], queues: 1 });
  const producer = await first.producer();
  const { msgId } = await producer.send({ topic: 'Kept', body: 'still here' });
  await first.stop();
  assert.ok(existsSync(join(folder, 'store', 'commitlog')));
  const second = await startRocketMQ({ folder });
  ending.after(() => second.stop());
  const found = await admin.messages.findMessage(second.session, { topic: 'Kept', msgId });
  assert.equal(found.body.toString(), 'still here');
});

test('settings by RocketMQ’s names; a wrong one is told before anything starts', async (t) => {
  const mq = await startRocketMQ({ broker: { brokerName: 'mine', brokerClusterName: 'Own' } });
  t.after(() => mq.stop());
  assert.deepEqual([mq.brokerName, mq.clusterName], ['mine', 'Own']);
  const [row] = await admin.cluster.clusterList(mq.session);
  assert.deepEqual([row?.clusterName, row?.brokerName], ['Own', 'mine']);
  await assert.rejects(startRocketMQ({ broker: { listenPort: 'x' } }), { code: 'CONFIG_INVALID' });
});

test('clients survive a restart of the servers', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  const ports = { namesrvPort: await freePort(), brokerPort: await freePort(-2, 1) };
  const first = await startRocketMQ({ folder, topics: ['T'], queues: 1, ...ports });
  const own = { namesrvAddr: first.namesrvAddr, group: 'Survivors' };
  const producer = createProducer(own);
  const consumer = createPushConsumer({ ...own, consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' });
  const bodies: string[] = [];
  consumer.subscribe('T').listen(([message]) => {
    bodies.push(message!.body.toString());
  });
  await consumer.start();
  ending.after(() => Promise.all([producer.stop(), consumer.stop()]));
  await producer.send({ topic: 'T', body: 'before' });
  await until('the first message', () => bodies.length === 1);
  await consumer.persist();
  await first.stop();
  const second = await startRocketMQ({ folder, ...ports });
  ending.after(() => second.stop());
  await producer.send({ topic: 'T', body: 'after' });
  await until('the second message', () => bodies.length === 2);
  assert.deepEqual(bodies, ['before', 'after']);
});
