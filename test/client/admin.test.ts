// mqadmin's tasks against a name server and a broker of ours.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  admin,
  newGroupConfig,
  newTopicConfig,
  type RocketMQ,
  startRocketMQ,
} from '../../src/index.js';
import { topicStats } from '../../src/client/admin/topic-stats.js';
import { ORDER_NAMESPACE } from '../../src/client/admin/kv.js';
import type { ReadEvent } from '../../src/client/admin/messages.js';
import type { MqError } from '../../src/base/errors.js';
import { SysFlag } from '../../src/protocol/flags.js';
import { until } from '../support/until.js';

const { broker, clients, cluster, groups, kv, messages, offsets, topics } = admin;

let mq: RocketMQ;
before(async () => {
  mq = await startRocketMQ({ topics: ['Plain'] });
});
after(() => mq.stop());

const here = () => ({ brokerAddr: mq.brokerAddr });

async function failure(work: Promise<unknown>): Promise<MqError> {
  return work.then(
    () => assert.fail('it worked'),
    (error: unknown) => error as MqError,
  );
}

test('topics: create on a cluster, look, delete', async () => {
  const { session, clusterName } = mq;
  const config = newTopicConfig('Made', { readQueueNums: 2, writeQueueNums: 2 });
  const { addresses } = await topics.updateTopic(session, { clusterName }, config);
  assert.deepEqual(addresses, [mq.brokerAddr]);
  assert.ok((await topics.listTopics(session)).includes('Made'));
  assert.deepEqual(await topics.topicClusters(session, 'Made'), [clusterName]);
  const { queueDatas } = await topics.topicRoute(session, 'Made');
  assert.deepEqual(
    queueDatas.map((data) => [data.brokerName, data.writeQueueNums]),
    [[mq.brokerName, 2]],
  );
  const { queues } = await topicStats(session, { topic: 'Made' });
  assert.deepEqual(
    queues.map((queue) => [queue.queueId, queue.minOffset, queue.maxOffset]),
    [
      [0, 0, 0],
      [1, 0, 0],
    ],
  );
  await topics.deleteTopic(session, { topic: 'Made', clusterName });
  const gone = await failure(topics.topicRoute(session, 'Made'));
  assert.equal(gone.code, 'TOPIC_NOT_FOUND');
});

test('a message whose body cannot be read is not said to be missing', async () => {
  const { session, brokerAddr } = mq;
  const sent = { topic: 'Plain', producerGroup: 'p', defaultTopic: 'TBW102', queueId: 0 };
  const times = { defaultTopicQueueNums: 4, bornTimestamp: 1, flag: 0, properties: '' };
  const header = { ...sent, ...times, sysFlag: SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZSTD };
  const body = Buffer.from('not so');
  const answer = await session.request(brokerAddr, 'SEND_MESSAGE_V2', header, { body });
  const found = messages.findMessage(session, { topic: 'Plain', msgId: answer.header.msgId });
  assert.match((await failure(found)).message, /a body that is compressed with Zstandard/);
});

test('order topics leave their queue counts with the name server', async () => {
  const { session, clusterName } = mq;
  const config = newTopicConfig('Ordered', { readQueueNums: 3, writeQueueNums: 3, order: true });
  const { orderConf } = await topics.updateTopic(session, here(), config);
  assert.equal(orderConf, `${mq.brokerName}:3`);
  const entry = { namespace: ORDER_NAMESPACE, key: 'Ordered' };
  assert.equal(await kv.getKv(session, entry), orderConf);
  await kv.mergeOrderConf(session, 'Ordered', 'broker-z:1');
  assert.equal(await kv.getKv(session, entry), `${orderConf};broker-z:1`);
  await topics.deleteTopic(session, { topic: 'Ordered', clusterName });
  assert.equal(await kv.getKv(session, entry), undefined);
});

test('the permission of a topic alone is changed', async () => {
  const { session } = mq;
  await topics.updateTopic(session, here(), newTopicConfig('Perm', { readQueueNums: 5 }));
  const changed = await topics.updateTopicPerm(session, here(), { topic: 'Perm', perm: 4 });
  assert.deepEqual(changed, [{ address: mq.brokerAddr, from: 6, to: 4 }]);
  const config = await topics.topicConfig(session, mq.brokerAddr, 'Perm');
  assert.deepEqual([config.perm, config.readQueueNums], [4, 5]);
});

test('what the broker refuses names the broker, the request and why', async () => {
  const refused = await failure(topics.updateTopic(mq.session, here(), newTopicConfig('TBW102')));
  assert.equal(refused.code, 'REMOTE_ERROR');
  assert.equal(refused.details.address, mq.brokerAddr);
  assert.match(refused.message, /UPDATE_AND_CREATE_TOPIC .*conflict with system topic/);
});

test('brokers: figures and settings', async () => {
  const [row] = await cluster.clusterList(mq.session);
  assert.equal(row?.brokerName, mq.brokerName);
  assert.equal(row.address, mq.brokerAddr);
  assert.equal(row.version, 'V5_5_0');
  assert.equal(row.active, true);
  const [totals] = await cluster.clusterTotals(mq.session, mq.clusterName);
  assert.equal(totals?.inTotalYesterday, 0);
  const info = await broker.runtimeInfo(mq.session, mq.brokerAddr);
  assert.equal(info.brokerVersionDesc, 'V5_5_0');
  const changed = { fileReservedTime: '24' };
  await broker.updateBrokerConfig(mq.session, { clusterName: mq.clusterName }, changed);
  assert.equal((await broker.brokerConfig(mq.session, mq.brokerAddr)).fileReservedTime, '24');
});

test('messages: found by every kind of id, key and offset', async () => {
  const { session } = mq;
  const producer = await mq.producer();
  const [queue] = await producer.queuesFor('Plain');
  const message = { topic: 'Plain', body: 'hello', tags: 'TagA', keys: ['k1', 'k2'] };
  const sent = await producer.send(message, { queue: queue! });
  const byOffsetId = { topic: 'Plain', msgId: sent.offsetMsgId! };
  assert.equal((await messages.viewMessage(session, byOffsetId)).body.toString(), 'hello');
  assert.equal((await messages.findMessage(session, byOffsetId)).msgId, sent.msgId);
  const found = await messages.findMessage(session, { topic: 'Plain', msgId: sent.msgId });
  assert.equal(found.offsetMsgId, sent.offsetMsgId);
  const [byKey] = await messages.findByKey(session, { topic: 'Plain', key: 'k2' });
  assert.equal(byKey?.msgId, sent.msgId);
  const byOffset = await messages.messageAt(session, queue!, sent.queueOffset);
  assert.equal(byOffset?.msgId, sent.msgId);
  const absent = await failure(messages.findByKey(session, { topic: 'Plain', key: 'nope' }));
  assert.equal(absent.code, 'MESSAGE_NOT_FOUND');
});

async function events(reading: AsyncGenerator<ReadEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of reading) {
    if (event.kind !== 'pulled') texts.push(event.kind);
    else
      texts.push(`${event.result.status} ${event.result.messages.map((one) => one.body).join()}`);
  }
  return texts;
}

test('reading a queue: limits, tags, offsets beyond the end', async () => {
  const { session } = mq;
  await mq.createTopic('Read', 1);
  const producer = await mq.producer();
  for (const [i, tags] of ['A', 'B', 'A'].entries()) {
    await producer.send({ topic: 'Read', body: `m${i}`, tags });
  }
  const all = messages.readMessages(session, { topic: 'Read' });
  assert.deepEqual(await events(all), ['FOUND m0,m1,m2', 'NO_NEW_MSG ']);
  const onlyA = messages.readMessages(session, { topic: 'Read', expression: 'A' });
  assert.deepEqual(await events(onlyA), ['FOUND m0,m2', 'NO_NEW_MSG ']);
  const place = { topic: 'Read', brokerName: mq.brokerName, queueId: 0 };
  const one = messages.readMessages(session, { ...place, offset: 1, count: 1 });
  assert.deepEqual(await events(one), ['limited', 'FOUND m1']);
  const beyond = messages.readMessages(session, { ...place, offset: 9 });
  assert.deepEqual(await events(beyond), ['beyond']);
});

test('groups: settings, progress without clients, reset', async () => {
  const { session, clusterName } = mq;
  await groups.updateGroup(session, { clusterName }, newGroupConfig('G1', { retryMaxTimes: 3 }));
  assert.equal((await groups.groupConfig(session, mq.brokerAddr, 'G1')).retryMaxTimes, 3);
  assert.equal((await failure(clients.consumerConnection(session, { group: 'G1' }))).exit, 1);
  await mq.createTopic('Reset', 1);
  const producer = await mq.producer();
  await producer.send({ topic: 'Reset', body: 'x' });
  const rows = await offsets.resetStored(session, { group: 'G1', topic: 'Reset', timestamp: -1 });
  assert.deepEqual(
    rows.map((row) => [row.brokerOffset, row.consumerOffset, row.rollbackOffset]),
    [[1, 0, 1]],
  );
  const progress = await groups.consumerProgress(session, { group: 'G1', topic: 'Reset' });
  assert.deepEqual([progress.rows.length, progress.diffTotal], [1, 0]);
  await groups.deleteGroup(session, { clusterName }, { groupName: 'G1', cleanOffset: true });
  const list = await clients.consumerList(session);
  assert.ok(!list.some(({ group }) => group === 'G1'));
});

test('producers are listed while they are connected', async () => {
  const producer = await mq.producer({ group: 'PG1' });
  await producer.send({ topic: 'Plain', body: 'x' });
  await producer.instance.heartbeat();
  const args = { group: 'PG1', topic: 'Plain' };
  const [connection] = await clients.producerConnection(mq.session, args);
  assert.equal(connection?.clientId, producer.instance.clientId);
  await producer.stop();
  const offline = await failure(clients.producerConnection(mq.session, args));
  assert.equal(offline.code, 'GROUP_OFFLINE');
});

test('consumers: connection, running info, tracks, direct consumption', async () => {
  const { session } = mq;
  await mq.createTopic('Tracked', 1);
  const seen: string[] = [];
  const consumer = await mq.consumer({ group: 'Watchers', topic: 'Tracked' }, ([message]) => {
    seen.push(message!.body.toString());
  });
  const producer = await mq.producer();
  const { msgId } = await producer.send({ topic: 'Tracked', body: 'one' });
  await until('message', () => seen.length === 1);
  await consumer.persist();

  const connection = await clients.consumerConnection(session, { group: 'Watchers' });
  const { clientId } = consumer.instance;
  assert.deepEqual(
    connection.connectionSet.map((client) => client.clientId),
    [clientId],
  );
  assert.equal(connection.subscriptionTable.get('Tracked')?.subString, '*');
  const list = await clients.consumerList(session);
  assert.equal(list.find(({ group }) => group === 'Watchers')?.members[0]?.clientId, clientId);

  const info = await admin.running.runningInfo(session, { group: 'Watchers', clientId });
  assert.equal(info.properties.PROP_CONSUME_TYPE, 'CONSUME_PASSIVELY');
  assert.ok([...info.mqTable.keys()].some((queue) => queue.topic === 'Tracked'));

  const message = await messages.findMessage(session, { topic: 'Tracked', msgId });
  assert.deepEqual(await messages.messageTracks(session, message), [
    { consumerGroup: 'Watchers', trackType: 'CONSUMED' },
  ]);
  const args = { group: 'Watchers', clientId, message };
  const result = await admin.running.consumeDirectly(session, args);
  assert.equal(result.consumeResult, 'CR_SUCCESS');
  assert.deepEqual(seen, ['one', 'one']);

  const progress = await groups.consumerProgress(session, { group: 'Watchers', clients: true });
  const row = progress.rows.find(({ topic }) => topic === 'Tracked');
  assert.deepEqual([row?.diff, row?.clientIp], [0, clientId.split('@')[0]]);
  const [all] = (await groups.allProgress(session)).filter(({ group }) => group === 'Watchers');
  assert.deepEqual([all?.count, all?.version], [1, 513]);
});

test('key-value configuration and the settings of the name server', async () => {
  const { session } = mq;
  const entry = { namespace: 'NS', key: 'k' };
  await kv.putKv(session, { ...entry, value: 'v' });
  assert.deepEqual(await kv.listKv(session, 'NS'), { k: 'v' });
  await kv.deleteKv(session, entry);
  assert.equal(await kv.getKv(session, entry), undefined);
  const configs = await kv.namesrvConfigs(session);
  assert.equal(configs.get(mq.namesrvAddr)?.orderMessageEnable, 'false');
  const [wiped] = await kv.wipeWritePerm(session, mq.brokerName);
  assert.ok(wiped!.topics > 0);
  const [added] = await kv.addWritePerm(session, mq.brokerName);
  assert.equal(added!.topics, wiped!.topics);
});
