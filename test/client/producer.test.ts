// Producers against a broker of ours, and against peers that fail.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { createProducer } from '../../src/client/producer.js';
import { admin, type RocketMQ, startRocketMQ } from '../../src/index.js';
import { encodeTopicRoute } from '../../src/protocol/bodies/route.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { createServer } from '../../src/remoting/server.js';

let mq: RocketMQ;
before(async () => {
  mq = await startRocketMQ({ topics: ['T'], queues: 4 });
});
after(() => mq.stop());

test('messages go round the queues', async () => {
  const producer = await mq.producer();
  const queues: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { queue, status } = await producer.send({ topic: 'T', body: `m${i}` });
    assert.equal(status, 'SEND_OK');
    queues.push(queue.queueId);
  }
  assert.deepEqual([...queues.slice(0, 4)].sort(), [0, 1, 2, 3]);
  assert.deepEqual(queues.slice(4), queues.slice(0, 4));
});

test('a queue can be given or selected', async () => {
  const producer = await mq.producer();
  const [, , third] = await producer.queuesFor('T');
  const given = await producer.send({ topic: 'T', body: 'x' }, { queue: third! });
  assert.equal(given.queue.queueId, 2);
  const message = { topic: 'T', body: 'x', keys: '7' };
  const selected = await producer.send(message, {
    select: (queues, { keys }) => queues[Number(keys) % queues.length]!,
  });
  assert.equal(selected.queue.queueId, 3);
});

test('a batch shares a queue; every message has its own id', async () => {
  const producer = await mq.producer();
  const messages = ['a', 'b', 'c'].map((body) => ({ topic: 'T', body, keys: `key-${body}` }));
  const { msgId, offsetMsgId, queue, queueOffset } = await producer.sendBatch(messages);
  const ids = msgId.split(',');
  assert.equal(ids.length, 3);
  assert.equal(offsetMsgId?.split(',').length, 3);
  for (const [i, id] of ids.entries()) {
    const found = await admin.messages.findMessage(mq.session, { topic: 'T', msgId: id });
    assert.equal(found.body.toString(), messages[i]!.body);
    assert.deepEqual([found.queueId, found.queueOffset], [queue.queueId, queueOffset + i]);
  }
});

test('batches that cannot be', async () => {
  const producer = await mq.producer();
  const wrong = [
    [],
    [
      { topic: 'T', body: 'x' },
      { topic: 'U', body: 'x' },
    ],
    [{ topic: 'T', body: 'x', delayLevel: 1 }],
    [{ topic: '%RETRY%g', body: 'x' }],
  ];
  for (const messages of wrong) {
    await assert.rejects(producer.sendBatch(messages), { code: 'MESSAGE_INVALID' });
  }
});

test('a compressed body arrives as it was', async () => {
  const producer = await mq.producer();
  const body = Buffer.alloc(100_000, 'RocketMQ');
  const { offsetMsgId } = await producer.send({ topic: 'T', body });
  const found = await admin.messages.viewMessage(mq.session, { topic: 'T', msgId: offsetMsgId! });
  assert.deepEqual(found.body, body);
  assert.ok(found.storeSize < 5000);
});

test('the first send creates a topic where the broker allows it', async () => {
  const producer = await mq.producer();
  await producer.send({ topic: 'Fresh', body: 'x' });
  const { queueDatas } = await admin.topics.topicRoute(mq.session, 'Fresh');
  assert.equal(queueDatas[0]?.writeQueueNums, 4);
});

test('a topic that may not be written', async () => {
  await mq.createTopic('ReadOnly');
  const where = { brokerAddr: mq.brokerAddr };
  await admin.topics.updateTopicPerm(mq.session, where, { topic: 'ReadOnly', perm: 4 });
  const producer = await mq.producer();
  await assert.rejects(producer.send({ topic: 'ReadOnly', body: 'x' }), { code: 'NO_QUEUE' });
});

async function peer(t: TestContext, handlers: Handlers): Promise<string> {
  const own = { host: '127.0.0.1', ports: [0], clock: systemClock, log: silentLogger };
  const server = createServer({ ...own, handlers });
  await server.start();
  t.after(() => server.stop());
  return `127.0.0.1:${server.port()}`;
}

const brokerData = (brokerName: string, address: string) => ({
  cluster: 'C',
  brokerName,
  brokerAddrs: new Map([[0, address]]),
  enableActingMaster: false,
});

const oneQueue = (brokerName: string) => ({
  brokerName,
  readQueueNums: 1,
  writeQueueNums: 1,
  perm: 6,
  topicSysFlag: 0,
});

/** A name server that knows these brokers, with one queue of every topic each. */
function namesrvOf(t: TestContext, brokers: Record<string, string>): Promise<string> {
  const route = {
    brokerDatas: Object.entries(brokers).map(([name, address]) => brokerData(name, address)),
    queueDatas: Object.keys(brokers).map(oneQueue),
    filterServerTable: new Map(),
  };
  return peer(t, { GET_ROUTEINFO_BY_TOPIC: () => ({ body: encodeTopicRoute(route) }) });
}

test('a busy broker is left for another', async (t) => {
  let refused = 0;
  const busy = await peer(t, {
    SEND_MESSAGE_V2: () => {
      refused++;
      return { code: ResponseCode.SYSTEM_BUSY, remark: 'busy' };
    },
  });
  const good = await peer(t, {
    SEND_MESSAGE_V2: (header) => ({
      header: { msgId: 'ID', queueId: header.queueId, queueOffset: 7 },
    }),
  });
  const namesrvAddr = await namesrvOf(t, { busy, good });
  const producer = createProducer({ group: 'G', namesrvAddr });
  t.after(() => producer.stop());
  for (let i = 0; i < 4; i++) {
    const { queue, queueOffset } = await producer.send({ topic: 'T', body: 'x' });
    assert.deepEqual([queue.brokerName, queueOffset], ['good', 7]);
  }
  assert.ok(refused >= 1 && refused <= 4);
});

test('after the last attempt the reason is told', async (t) => {
  const busy = await peer(t, {
    SEND_MESSAGE_V2: () => ({ code: ResponseCode.SYSTEM_BUSY, remark: 'too much' }),
  });
  const producer = createProducer({ group: 'G', namesrvAddr: await namesrvOf(t, { busy }) });
  t.after(() => producer.stop());
  await assert.rejects(producer.send({ topic: 'T', body: 'x' }), {
    code: 'SEND_FAILED',
    message: /^sending to T failed after 3 attempts: .*too much$/,
  });
});

test('what no other broker would take either is not tried again', async (t) => {
  let asked = 0;
  const refusing = await peer(t, {
    SEND_MESSAGE_V2: () => {
      asked++;
      return { code: ResponseCode.MESSAGE_ILLEGAL, remark: 'illegal' };
    },
  });
  const producer = createProducer({ group: 'G', namesrvAddr: await namesrvOf(t, { refusing }) });
  t.after(() => producer.stop());
  await assert.rejects(producer.send({ topic: 'T', body: 'x' }), { code: 'REMOTE_ERROR' });
  assert.equal(asked, 1);
});

test('a message that is stored but not yet safe is a result, not an error', async (t) => {
  const slow = await peer(t, {
    SEND_MESSAGE_V2: () => ({
      code: ResponseCode.FLUSH_DISK_TIMEOUT,
      header: { msgId: 'ID', queueId: 0, queueOffset: 1 },
    }),
  });
  const producer = createProducer({ group: 'G', namesrvAddr: await namesrvOf(t, { slow }) });
  t.after(() => producer.stop());
  const { status } = await producer.send({ topic: 'T', body: 'x' });
  assert.equal(status, 'FLUSH_DISK_TIMEOUT');
});
