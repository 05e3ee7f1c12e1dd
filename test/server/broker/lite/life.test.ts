// How lite topics begin, stay over a restart, and end.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseJson } from '../../../../src/protocol/fastjson.js';
import { parseProperties } from '../../../../src/protocol/properties.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { Ending, tempFolder } from '../../../support/temp.js';
import { until } from '../../../support/until.js';
import { LiteTalk, PARENT, queueOf } from '../lite-answers.js';
import { ANY, RunningBroker, type RunningBrokerOptions } from '../running-broker.js';
import { sendHeader } from '../../../support/send-header.js';

const ending = new Ending();
after(() => ending.run());

const LIGHT = { enableLmq: true, enableMultiDispatch: true };

async function start(options: RunningBrokerOptions = {}) {
  const store = { ...LIGHT, ...options.store };
  const broker = await RunningBroker.start(ending, { ...options, store });
  const talk = new LiteTalk(broker.address);
  ending.after(() => talk.close());
  return { broker, talk };
}

async function prepare(talk: LiteTalk, minutes: number): Promise<void> {
  await talk.topic(PARENT, `+message.type=LITE,+lite.topic.expiration=${minutes}`);
  await talk.group('G', { '+lite.bind.topic': PARENT });
}

/** Takes all of a lite topic for the group, and acknowledges the first message. */
async function consume(talk: LiteTalk, lite: string): Promise<void> {
  await talk.ctl('subscribe', 'PARTIAL_ADD', 'c', 'G', { liteTopicSet: [lite] });
  const { header } = await talk.pop('pop', 'c', 'G', { bornTime: 0 });
  await talk.ack('ack', header, 'G', lite, 0);
}

async function maxOf(talk: LiteTalk, lite: string): Promise<number> {
  const header = { topic: queueOf(lite), queueId: 0 };
  return (await talk.ask('GET_MAX_OFFSET', header)).header.offset;
}

async function placeOf(talk: LiteTalk, lite: string, group = 'G'): Promise<number | undefined> {
  const header = { consumerGroup: group, topic: queueOf(lite), queueId: 0 };
  const answer = await talk.ask('QUERY_CONSUMER_OFFSET', { ...header, setZeroIfNotFound: false });
  return answer.code === 0 ? answer.header.offset : undefined;
}

test('a lite topic goes when no message came for its time, and may come again', async () => {
  const clock = new FakeClock(Date.now());
  const lively = { minLiteTTl: 1000, liteTtlCheckInterval: 1000 };
  const { talk } = await start({ clock, broker: lively });
  await prepare(talk, 1);
  await talk.send('old', 'o0');
  await consume(talk, 'old');
  assert.equal(await placeOf(talk, 'old'), 1);
  clock.advance(50_000);
  await talk.send('young', 'y0');
  clock.advance(10_000);
  await until('the end of the old one', async () => {
    clock.advance(200);
    return (await maxOf(talk, 'old')) === 0;
  });
  assert.equal(await maxOf(talk, 'young'), 1);
  assert.equal(await placeOf(talk, 'old'), undefined);
  const info = await talk.ask('GET_BROKER_LITE_INFO', {});
  const { liteSubscriptionCount, currentLmqNum } = parseJson(String(info.body)) as never;
  assert.deepEqual(
    { liteSubscriptionCount, currentLmqNum },
    { liteSubscriptionCount: 0, currentLmqNum: 1 },
  );
  await talk.send('old', 'o1');
  assert.equal(await maxOf(talk, 'old'), 1);
});

test('without an expiration lite topics stay', async () => {
  const clock = new FakeClock(Date.now());
  const { talk } = await start({ clock, broker: { minLiteTTl: 1000, liteTtlCheckInterval: 1000 } });
  await prepare(talk, -1);
  await talk.send('kept', 'k0');
  clock.advance(20 * 60_000);
  await talk.ask('GET_BROKER_LITE_INFO', {});
  assert.equal(await maxOf(talk, 'kept'), 1);
});

test('light queues beyond the quota are refused, those that are there go on', async () => {
  const store = { enableLmqQuota: true, maxLmqConsumeQueueNum: 2 };
  const { talk } = await start({ store });
  await prepare(talk, 1);
  for (const lite of ['a', 'b', 'a']) assert.equal((await talk.send(lite, lite)).code, 0);
  const header = sendHeader(PARENT, { __LITE_TOPIC: 'c' });
  const refused = await talk.ask('SEND_MESSAGE_V2', header, Buffer.from('c'));
  assert.equal(refused.code, 2017);
  const remark = '[LMQ_CONSUME_QUEUE_NUM_EXCEEDED]lmq consume queue num exceeded.';
  assert.equal(refused.remark, remark);
});

test('a name that cannot be a queue is refused', async () => {
  const { broker, talk } = await start();
  await prepare(talk, 1);
  for (const lite of ['../up', 'a,b', 'a$b', 'back\\slash', '..']) {
    const header = sendHeader(PARENT, { __LITE_TOPIC: lite });
    const answer = await talk.ask('SEND_MESSAGE_V2', header, Buffer.from('x'));
    assert.deepEqual([answer.code, await broker.bodies(PARENT, 0)], [13, []], lite);
  }
});

test('a message of a lite topic is in its parent topic too, with both places', async () => {
  const { broker, talk } = await start();
  await prepare(talk, 1);
  await talk.ask('SEND_MESSAGE_V2', sendHeader(PARENT, {}), Buffer.from('plain'));
  await talk.send('a', 'a0');
  const { messages } = await broker.pull('G', PARENT, 0, 1);
  const properties = parseProperties(messages[0].properties);
  const { __LITE_TOPIC, INNER_MULTI_DISPATCH, INNER_MULTI_QUEUE_OFFSET } = properties;
  assert.deepEqual(
    [messages[0].queueOffset, __LITE_TOPIC, INNER_MULTI_DISPATCH, INNER_MULTI_QUEUE_OFFSET],
    [1, 'a', queueOf('a'), '0'],
  );
});

test('a delayed message takes its place in the lite topic when it is delivered', async () => {
  const { talk } = await start();
  await prepare(talk, 1);
  const delayed = sendHeader(PARENT, { __LITE_TOPIC: 'a', DELAY: '1' });
  await talk.ask('SEND_MESSAGE_V2', delayed, Buffer.from('late'));
  await talk.send('a', 'early');
  assert.equal(await maxOf(talk, 'a'), 1);
  await until('the delayed message', async () => (await maxOf(talk, 'a')) === 2);
  await talk.ctl('subscribe', 'PARTIAL_ADD', 'c', 'G', { liteTopicSet: ['a'] });
  const { body } = talk.noted[talk.noted.length - 1];
  assert.equal(body, undefined);
  await talk.pop('both', 'c', 'G', { pollTime: 15_000 });
  assert.equal((talk.noted[talk.noted.length - 1].body as string[]).length, 2);
});

test('messages and places stay over a restart, also when light queues are new', async () => {
  const folder = tempFolder(ending);
  const config = join(folder, 'store', 'config');
  const first = await start({ folder });
  await prepare(first.talk, 1);
  for (const text of ['a0', 'a1']) await first.talk.send('a', text);
  await consume(first.talk, 'a');
  const header = { consumerGroup: '%LMQ%light', topic: '%LMQ%queue', queueId: 0, commitOffset: 5 };
  await first.talk.ask('UPDATE_CONSUMER_OFFSET', header);
  await first.broker.broker.stop();
  const file = join(config, 'lmqConsumerOffset.json');
  const kept = parseJson(readFileSync(file, 'utf8')) as never;
  const { lmqOffsetTable, groupTopicMap } = kept as Record<string, unknown>;
  assert.deepEqual(lmqOffsetTable, { '%LMQ%queue@%LMQ%light': 5 });
  assert.deepEqual(groupTopicMap, { G: [queueOf('a')] });
  assert.equal(existsSync(join(config, 'consumerOffset.json')), false);

  // as it is when the broker ran without light queues before
  renameSync(file, join(config, 'consumerOffset.json'));
  const { talk, broker } = await start({ folder });
  assert.equal(await placeOf(talk, 'a'), 1);
  const light = { consumerGroup: '%LMQ%light', topic: '%LMQ%queue', queueId: 0 };
  const answer = await talk.ask('QUERY_CONSUMER_OFFSET', light);
  assert.equal(answer.header.offset, 5);
  await talk.ctl('subscribe', 'PARTIAL_ADD', 'c', 'G', { liteTopicSet: ['a'] });
  await talk.pop('the second', 'c', 'G', { pollTime: 15_000 });
  assert.deepEqual(talk.noted[talk.noted.length - 1].body, [`${PARENT} 1 a1 0 0`]);
  const pulled = await broker.client.request(
    broker.address,
    'PULL_MESSAGE',
    {
      ...{ consumerGroup: '%LMQ%light', topic: queueOf('a'), queueId: 0, queueOffset: 0 },
      ...{ maxMsgNums: 32, sysFlag: 4, commitOffset: 0, suspendTimeoutMillis: 1000 },
      ...{ subscription: '*', subVersion: 0, expressionType: 'TAG' },
    },
    { allow: ANY },
  );
  assert.equal(pulled.code, 0);
});

test('light queues are counted together, unless enableLmqStats says otherwise', async () => {
  const { broker, talk } = await start();
  const counted = async (name: string): Promise<boolean> => {
    const header = { statsName: 'TOPIC_PUT_NUMS', statsKey: name };
    return (await talk.ask('VIEW_BROKER_STATS_DATA', header)).code === 0;
  };
  await broker.send('%LMQ%one', 'x');
  assert.deepEqual([await counted('%LMQ%'), await counted('%LMQ%one')], [true, false]);
  await talk.ask('UPDATE_BROKER_CONFIG', {}, Buffer.from('enableLmqStats=true'));
  await broker.send('%LMQ%two', 'x');
  assert.equal(await counted('%LMQ%two'), true);
});

test('a transaction is in the lite topic when it is committed, not before', async () => {
  const { talk } = await start();
  await prepare(talk, 1);
  const half = sendHeader(PARENT, { __LITE_TOPIC: 'a', TRAN_MSG: 'true', PGROUP: 'producers' });
  const sent = await talk.ask('SEND_MESSAGE_V2', half, Buffer.from('half'));
  await talk.send('a', 'plain');
  assert.equal(await maxOf(talk, 'a'), 1);
  const offset = parseInt(sent.header.msgId.slice(16), 16);
  const end = { producerGroup: 'producers', commitOrRollback: 8, fromTransactionCheck: false };
  const id = { msgId: 'x', transactionId: sent.header.transactionId };
  await talk.ask('END_TRANSACTION', {
    ...{ ...end, ...id, tranStateTableOffset: sent.header.queueOffset },
    commitLogOffset: offset,
  } as never);
  await until('the committed message', async () => (await maxOf(talk, 'a')) === 2);
});
