// Sending to a real broker: answers, stored records, refusals.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeBatch } from '../../../src/protocol/batch.js';
import { SysFlag } from '../../../src/protocol/flags.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { Ending } from '../../support/temp.js';
import { ANY, RunningBroker } from './running-broker.js';
import { sendHeader } from '../../support/send-header.js';

const ending = new Ending();
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, { broker: { brokerClusterName: 'TestCluster' } });
  await broker.createTopic('Orders');
});
after(() => ending.run());

const UNIQ = 'FD00000000000000000000000000000254FC4E0E2F2A67A645740000';

test('a message is answered with its place and stored with what RocketMQ adds', async () => {
  const properties = { KEYS: 'k1', UNIQ_KEY: UNIQ, WAIT: 'true', TAGS: 'TagA' };
  const answer = await broker.send('Orders', 'hello', properties, { queueId: 1, flag: 7 });
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.equal(answer.header.queueId, 1);
  assert.equal(answer.header.queueOffset, 0);
  assert.equal(answer.header.transactionId, UNIQ);
  assert.match(answer.header.msgId, /^7F000001[0-9A-F]{8}[0-9A-F]{16}$/);
  assert.deepEqual(
    [answer.ext?.MSG_REGION, answer.ext?.TRACE_ON, answer.ext?.recallHandle],
    ['DefaultRegion', 'true', undefined],
  );
  const { messages } = await broker.pull('g', 'Orders', 1, 0);
  assert.equal(messages.length, 1);
  const [message] = messages;
  assert.equal(message.body.toString(), 'hello');
  assert.equal(message.flag, 7);
  assert.deepEqual(parseProperties(message.properties), {
    ...properties,
    MSG_REGION: 'DefaultRegion',
    TRACE_ON: 'true',
    CLUSTER: 'TestCluster',
  });
});

test('a message without a unique key gets one; POP check points are taken out', async () => {
  const sent = await broker.sent('Orders', 'x', { POP_CK: '1 2', CLUSTER: 'old' }, { queueId: 2 });
  assert.match(sent.transactionId ?? '', /^[0-9A-F]{32}$/);
  const { messages } = await broker.pull('g', 'Orders', 2, 0);
  assert.deepEqual(parseProperties(messages[0].properties), {
    CLUSTER: 'TestCluster',
    MSG_REGION: 'DefaultRegion',
    TRACE_ON: 'true',
    UNIQ_KEY: sent.transactionId,
  });
});

test('a batch is stored as messages of their own and answered with all their ids', async () => {
  const messages = ['a', 'b', 'c'].map((text) => ({
    flag: 0,
    body: Buffer.from(text),
    properties: `KEYS\u0001${text}\u0002`,
  }));
  const header = sendHeader('Orders', { UNIQ_KEY: UNIQ }, { batch: true, queueId: 3 });
  const body = encodeBatch(messages);
  const answer = await broker.client.request(broker.address, 'SEND_BATCH_MESSAGE', header, {
    body,
  });
  assert.equal(answer.header.msgId.split(',').length, 3);
  assert.equal(answer.header.queueOffset, 0);
  assert.equal(answer.header.transactionId, UNIQ);
  assert.deepEqual(await broker.bodies('Orders', 3), ['a', 'b', 'c']);
  const torn = { body: body.subarray(0, body.length - 1), allow: ANY };
  const refused = await broker.client.request(broker.address, 'SEND_BATCH_MESSAGE', header, torn);
  assert.equal(refused.code, ResponseCode.SYSTEM_ERROR);
});

test('a batch for a topic with queue.type=BatchCQ is one record with all its messages', async () => {
  await broker.createTopic('Batches', 1, { attributes: '+queue.type=BatchCQ' });
  const body = encodeBatch(
    ['a', 'b', 'c'].map((text) => ({ flag: 0, body: Buffer.from(text), properties: '' })),
  );
  const header = sendHeader('Batches', { UNIQ_KEY: UNIQ }, { batch: true, queueId: 0 });
  for (const base of [0, 3]) {
    const { client, address } = broker;
    const answer = await client.request(address, 'SEND_BATCH_MESSAGE', header, { body });
    assert.equal(answer.header.queueOffset, base);
    assert.equal(answer.ext?.batchUniqId, UNIQ);
    assert.equal(answer.header.msgId.split(',').length, 1);
  }
  const { messages, header: pulled } = await broker.pull('g', 'Batches', 0, 4);
  assert.equal(pulled.nextBeginOffset, 6);
  assert.deepEqual(
    messages.map(({ queueOffset, sysFlag, body }) => ({ queueOffset, sysFlag, body })),
    [{ queueOffset: 3, sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP, body }],
  );
  assert.deepEqual(parseProperties(messages[0].properties), {
    ...{ UNIQ_KEY: UNIQ, CLUSTER: 'TestCluster', INNER_NUM: '3', INNER_BASE: '3' },
  });
  const one = await broker.sent('Batches', 'alone', {}, { queueId: 0 });
  assert.equal(one.queueOffset, 6);
});

test('a oneway message is stored too', async () => {
  await broker.createTopic('Oneway', 1);
  const header = sendHeader('Oneway', {});
  await broker.client.oneway(broker.address, 'SEND_MESSAGE_V2', header, Buffer.from('quiet'));
  await broker.sent('Oneway', 'loud');
  assert.deepEqual(await broker.bodies('Oneway', 0), ['quiet', 'loud']);
});

test('a topic is created as the producer wishes, or the send is refused', async () => {
  const sent = await broker.sent('Created', 'x', {}, { defaultTopicQueueNums: 2, queueId: 1 });
  assert.equal(sent.queueOffset, 0);
  const strict = await RunningBroker.start(ending, { broker: { autoCreateTopicEnable: false } });
  const answer = await strict.send('Nowhere', 'x');
  assert.equal(answer.code, ResponseCode.TOPIC_NOT_EXIST);
  assert.equal(
    answer.remark,
    'topic[Nowhere] not exist, apply first please!' +
      '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.',
  );
});

test('refusals carry RocketMQ’s codes and remarks, and still the region', async () => {
  const queue = await broker.send('Orders', 'x', {}, { queueId: 9 });
  assert.equal(queue.code, ResponseCode.INVALID_PARAMETER);
  assert.match(
    queue.remark ?? '',
    /^request queueId\[9\] is illegal, TopicConfig \[topicName=Orders, readQueueNums=4, writeQueueNums=4, perm=RW-, topicFilterType=SINGLE_TAG, topicSysFlag=0, order=false, attributes=\{\}\] Producer: 127\.0\.0\.1:\d+$/,
  );
  assert.equal(queue.ext?.MSG_REGION, 'DefaultRegion');
  const closed = await broker.send('SCHEDULE_TOPIC_XXXX', 'x');
  assert.equal(closed.code, ResponseCode.NO_PERMISSION);
  assert.equal(closed.remark, 'Sending message to topic[SCHEDULE_TOPIC_XXXX] is forbidden.');
  const name = await broker.send('../../etc', 'x');
  assert.equal(name.code, ResponseCode.INVALID_PARAMETER);
  const empty = await broker.send('Orders', '');
  assert.equal(empty.code, ResponseCode.MESSAGE_ILLEGAL);
  const large = await broker.send('Orders', Buffer.alloc(5 * 1024 * 1024));
  assert.equal(large.code, ResponseCode.MESSAGE_ILLEGAL);
  assert.match(large.remark ?? '', /msg body length limit 4194304B/);
});

test('queue -1 means that the broker chooses, each queue in its turn', async () => {
  await broker.createTopic('Any', 4);
  const queues = new Set<number>();
  for (let i = 0; i < 4; i++) {
    const { queueId } = await broker.sent('Any', 'x', {}, { queueId: -1 });
    queues.add(queueId);
  }
  assert.equal(queues.size, 4);
});

test('a slave takes no messages, and hands none out unless it may', async () => {
  const slave = await RunningBroker.start(ending, {
    broker: { brokerId: 1 },
    store: { brokerRole: 'SLAVE' },
  });
  const sent = await slave.send('Orders', 'x');
  assert.equal(sent.code, ResponseCode.SYSTEM_BUSY);
  assert.equal(sent.remark, '[REJECTREQUEST]system busy, start flow control for a while');
  const pulled = await slave.pull('g', 'Orders', 0, 0);
  assert.equal(pulled.code, ResponseCode.SYSTEM_BUSY);
  const reader = await RunningBroker.start(ending, {
    broker: { brokerId: 1, slaveReadEnable: true },
    store: { brokerRole: 'SLAVE' },
  });
  const read = await reader.pull('g', 'SELF_TEST_TOPIC', 0, 0);
  assert.equal(read.code, ResponseCode.PULL_NOT_FOUND);
});
