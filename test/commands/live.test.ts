// mqadmin on a cluster with messages and connected clients: the lines of RocketMQ, with any ids.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { createPushConsumer, type PushConsumer } from '../../src/client/consumer/push-consumer.js';
import { createProducer, type Producer } from '../../src/client/producer.js';
import { runCommand, type Run } from '../support/commands.js';
import { startServers } from '../support/servers.js';
import { Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const ending = new Ending();
const [TOPIC, GROUP] = ['TopicLive', 'GroupLive'];
let namesrv = '';
let broker = '';
let cwd = '';
let producer: Producer;
let consumer: PushConsumer;
/** The unique id and the offset id of a message. */
let ids: [string, string];

async function mqadmin(...argv: string[]): Promise<Run> {
  const env = { NAMESRV_ADDR: namesrv, POCKETMQ_HOME: '/nonexistent' };
  return runCommand(['mqadmin', ...argv], { env, cwd });
}

/** stdout of a command that must work. */
async function text(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await mqadmin(...argv);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

async function json<T>(...argv: string[]): Promise<T> {
  return JSON.parse(await text(...argv, '--json')) as T;
}

before(async () => {
  const cluster = await startServers(ending);
  [namesrv, broker] = [cluster.namesrv, cluster.broker];
  cwd = tempFolder(ending);
  await text('updateTopic', '-b', broker, '-t', TOPIC, '-r', '2', '-w', '2');
  const producing = { namesrvAddr: namesrv, group: 'PG_Live', instanceName: 'p1' };
  producer = createProducer({ ...producing, heartbeatIntervalMs: 100 });
  await producer.start();
  ending.after(() => producer.stop());
  let received = 0;
  const options = { namesrvAddr: namesrv, group: GROUP, instanceName: 'c1' };
  consumer = createPushConsumer({ ...options, persistConsumerOffsetIntervalMs: 100 });
  consumer.subscribe(TOPIC, 'TagA || TagB');
  consumer.listen((messages) => void (received += messages.length));
  await consumer.start();
  ending.after(() => consumer.stop());
  for (let i = 0; i < 4; i++) {
    const message = { topic: TOPIC, tags: 'TagA', keys: `key-${i}`, body: `body ${i}` };
    const queue = { topic: TOPIC, brokerName: 'broker-a', queueId: i % 2 };
    const result = await producer.send(message, { queue });
    if (i === 0) ids = [result.msgId, result.offsetMsgId!];
  }
  await until('the four messages', () => received === 4);
  await until('the offsets of the group', async () => {
    const { stdout } = await mqadmin('consumerProgress', '-g', GROUP, '-t', TOPIC);
    return stdout.includes('Diff Total: 0') && (stdout.match(/TopicLive/g)?.length ?? 0) === 2;
  });
});

after(() => ending.run());

test('consumerProgress', async () => {
  const group = await text('consumerProgress', '-g', GROUP, '-t', TOPIC);
  const [head, first, second, blank, ...totals] = group.split('\n');
  assert.match(
    head!,
    /^#Topic {60}#Broker Name {22}#QID {2}#Broker Offset {8}#Consumer Offset {6}#Diff/,
  );
  const row = /^TopicLive +broker-a +(\d) +2 {21}2 {21}0 {20}0 {20}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
  assert.equal(row.exec(first!)?.[1], '0', first);
  assert.equal(row.exec(second!)?.[1], '1', second);
  assert.equal(blank, '');
  assert.match(totals[0]!, /^Consume TPS: \d+\.\d\d$/);
  assert.deepEqual(totals.slice(1), ['Consume Diff Total: 0', 'Consume Inflight Total: 0', '']);
  const owned = await text('consumerProgress', '-g', GROUP, '-t', TOPIC, '-s', 'true');
  assert.match(owned, /#Client IP {11}#Diff/);
  assert.match(await text('consumerProgress'), /^GroupLive +1 +V5_5_0 +PUSH +CLUSTERING +0 +0$/m);
});

test('consumerConnection, producerConnection, producer, consumerList', async () => {
  const connection = await text('consumerConnection', '-g', GROUP);
  assert.match(
    connection,
    /^#ClientId {28}#ClientAddr {12}#Language {2}#Version\n\S+@c1 +127\.0\.0\.1:\d+ /,
  );
  assert.match(connection, /\n\nBelow is subscription:\n#Topic {15}#SubExpression\n/);
  assert.match(connection, /^TopicLive {12}TagA \|\| TagB$/m);
  assert.match(connection, /\n\nConsumeType: CONSUME_PASSIVELY\nMessageModel: CLUSTERING\n/);
  await until('a heartbeat of the producer', async () => {
    const { code } = await mqadmin('producerConnection', '-g', 'PG_Live', '-t', TOPIC);
    return code === 0;
  });
  const sent = await text('producerConnection', '-g', 'PG_Live', '-t', TOPIC);
  assert.match(sent, /^0001 {2}\S+@p1 +127\.0\.0\.1:\d+ +\S+ +V5_5_0\n$/);
  assert.match(
    await text('producer', '-b', broker),
    /^producer group \(PG_Live\) instance : clientId=/m,
  );
  assert.match(await text('consumerList', '-g', GROUP), /^GroupLive +PUSH {3}CLUSTERING +\S+@c1 /m);
});

test('consumerStatus of all members and of one', async () => {
  const all = await text('consumerStatus', '-g', GROUP);
  const row =
    /^1 {10}(\S+@c1) +V5_5_0 +(\d+\/\1)\n\n\nSame subscription in the same group of consumer\n\n/m;
  const [, clientId, file] = row.exec(all) ?? [];
  assert.ok(clientId && file, all);
  assert.match(readFileSync(join(cwd, file), 'utf8'), /^#Consumer Properties#\n/);
  const one = await text('consumerStatus', '-g', GROUP, '-i', clientId);
  for (const title of ['Subscription', 'Offset', 'MQ Detail', 'Pop Detail', 'RT&TPS']) {
    assert.ok(one.includes(`\n\n\n#Consumer ${title}#\n`), title);
  }
  assert.match(one, /^TopicLive +broker-a +0 {5}ProcessQueueInfo \[commitOffset=2, /m);
});

test('queryMsgById by both kinds of id', async () => {
  for (const id of ids) {
    const found = await text('queryMsgById', '-t', TOPIC, '-i', id, '-f', 'UTF-8');
    assert.match(found, new RegExp(`^OffsetID: {12}${ids[1]}\nTopic: {15}TopicLive\n`));
    assert.match(found, /\nKeys: {16}\[key-0\]\nQueue ID: {12}0\nQueue Offset: {8}0\n/);
    assert.match(found, /\nMessage Body: {8}body 0\n\n\nMessageTrack \[consumerGroup=GroupLive, /);
    assert.match(found, /trackType=CONSUMED, exceptionDesc=null\]\n$/);
    const path = /^Message Body Path: {3}(.*)$/m.exec(found)![1]!;
    assert.ok(existsSync(path));
    assert.equal(readFileSync(path, 'utf8'), 'body 0');
  }
  const missing = await mqadmin('queryMsgById', '-t', TOPIC, '-i', '0'.repeat(32));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^error: /);
  const [message] = await json<{ body: string; tracks: unknown[] }[]>(
    ...['queryMsgById', '-t', TOPIC, '-i', ids[0]],
  );
  assert.equal(message!.body, 'body 0');
  assert.equal(message!.tracks.length, 1);
});

test('messages by key, unique key, offset, queue', async () => {
  const byKey = await text('queryMsgByKey', '-t', TOPIC, '-k', 'key-1');
  assert.match(byKey, /^#Message ID {40}#QID {34}#Offset #IndexKey/);
  assert.match(byKey, /\n\S{32} {22}1 {40}0 \d{10}000@TopicLive@K@key-1@\S{32}@\d+ +\n$/);
  const unique = await text('queryMsgByUniqueKey', '-t', TOPIC, '-i', ids[0]);
  assert.match(unique, /^Topic: {15}TopicLive\n/);
  const at = await text('queryMsgByOffset', '-t', TOPIC, '-b', 'broker-a', '-i', '1', '-o', '1');
  assert.match(at, /\nKeys: {16}\[key-3\]\n/);
  const counts = await text(
    'printMsgByQueue',
    '-t',
    TOPIC,
    '-a',
    'broker-a',
    '-i',
    '0',
    '-f',
    'true',
  );
  assert.equal(counts, `Tag: ${'TagA'.padEnd(30)} Count: 2\n`);
  const printed = await text('printMsg', '-t', TOPIC, '-d', 'false');
  assert.match(printed, /^minOffset=0, maxOffset=2, MessageQueue \[topic=TopicLive, /);
  assert.equal(printed.match(/ BODY: NOT PRINT BODY\n/g)?.length, 4);
});

test('sendMessage, consumeMessage', async () => {
  const words = ['-t', TOPIC, '-p', 'héllo', '-c', 'TagB', '-k', 'k1', '-b', 'broker-a', '-i', '1'];
  const sent = await text('sendMessage', ...words);
  assert.match(
    sent,
    /^#Broker Name {22}#QID {2}#Send Result {12}#MsgId\nbroker-a {26}1 {5}SEND_OK {17}[0-9A-F]{32}\n$/,
  );
  const where = ['-t', TOPIC, '-b', 'broker-a', '-i', '1', '-o', '2'];
  const read = await text('consumeMessage', ...where);
  assert.match(read, /^Consume ok\nMSGID: \S{32} MessageExt \[brokerName=broker-a, queueId=1, /);
  assert.match(
    read,
    / BODY: héllo\nMessageQueue .* print msg finished\. status=NO_NEW_MSG, offset=3\n$/,
  );
  const [message] = await json<{ body: string }[]>('consumeMessage', ...where);
  assert.equal(message!.body, 'héllo');
  const confused = await mqadmin('sendMessage', '-t', TOPIC, '-p', 'PG', '-b', 'the body');
  assert.equal(confused.code, 2);
  assert.match(confused.stderr, /hint: -p is the message's body, -b a broker's name\./);
  const early = await mqadmin('consumeMessage', '-t', TOPIC, '-i', '1');
  assert.match(early.stderr, /^error: Please set the brokerName before queueId!/);
});

test('statistics and offsets', async () => {
  assert.match(await text('topicStatus', '-t', TOPIC), /^broker-a +0 {5}0 {21}2 {23}\d{4}-/m);
  assert.match(await text('statsAll', '-t', TOPIC), /^TopicLive +GroupLive +\d+ +\d+\.\d\d /m);
  const stats = await text('brokerConsumeStats', '-b', broker);
  assert.match(stats, /^TopicLive +GroupLive +broker-a +0 {5}2 {21}2 {21}0 /m);
  const reset = await text('resetOffsetByTime', '-g', GROUP, '-t', TOPIC, '-s', 'now');
  assert.match(
    reset,
    /^start reset consumer offset by specified, group\[GroupLive\], topic\[TopicLive\], /,
  );
  assert.match(reset, /\n#brokerName {31}#queueId {34}#offset {33}\n/);
  const wrong = await mqadmin('resetOffsetByTime', '-g', GROUP, '-t', TOPIC, '-s', 'xyz');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /'xyz' is no time\nhint: /);
});

test('exports write what they say', async () => {
  const said = await text('exportMetadata', '-c', 'DefaultCluster', '-f', join(cwd, 'out'));
  const path = join(cwd, 'out', 'metadata.json');
  assert.equal(said, `export ${path} success\n`);
  const data = JSON.parse(readFileSync(path, 'utf8')) as {
    topicConfigTable: Record<string, { readQueueNums: number }>;
  };
  assert.equal(data.topicConfigTable[TOPIC]!.readQueueNums, 2);
  const configs = await text('exportConfigs', '-c', 'DefaultCluster', '-f', 'relative');
  assert.equal(configs, `export ${join('relative', 'configs.json')} success`);
  assert.ok(existsSync(join(cwd, 'relative', 'configs.json')));
});
