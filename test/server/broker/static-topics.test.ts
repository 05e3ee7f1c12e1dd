// Static topics over two brokers: logical queues stay what they are while they move.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import type { StaticPlan } from '../../../src/client/admin/static-plan.js';
import {
  applyPlan,
  planStaticRemapping,
  planStaticTopic,
} from '../../../src/client/admin/static-topics.js';
import { createSession, type Session } from '../../../src/client/session.js';
import { decodeTopicRoute } from '../../../src/protocol/bodies/route.js';
import { decodeMappedTopic } from '../../../src/protocol/bodies/static-topic.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { startNamesrv } from '../../support/namesrv.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const TOPIC = 'Static';
const GROUP = 'readers';

interface Pair {
  namesrv: string;
  a: RunningBroker;
  b: RunningBroker;
}

async function startPair(): Promise<Pair> {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const start = (brokerName: string) =>
    RunningBroker.start(ending, {
      broker: { namesrvAddr: namesrv, brokerName, brokerIP2: '127.0.0.1' },
    });
  return { namesrv, a: await start('broker-a'), b: await start('broker-b') };
}

/** Carries out what the commands of static topics do. */
async function change(
  { namesrv }: Pair,
  plan: (session: Session) => Promise<StaticPlan>,
): Promise<void> {
  const session = createSession({ namesrvAddrs: [namesrv], clock: systemClock, log: silentLogger });
  await applyPlan(session, await plan(session));
  session.close();
}

const create = (pair: Pair, queues: number, ...targets: string[]): Promise<void> =>
  change(pair, (session) => {
    return planStaticTopic(session, { topic: TOPIC, queues, targets: new Set(targets) });
  });
const remap = (pair: Pair, ...targets: string[]): Promise<void> =>
  change(pair, (session) => {
    return planStaticRemapping(session, { topic: TOPIC, targets: new Set(targets) });
  });

async function mappingAt({ client, address }: RunningBroker) {
  const { body } = await client.request(address, 'GET_TOPIC_CONFIG', { topic: TOPIC, lo: true });
  return decodeMappedTopic(body).mapping;
}

/** Two messages in queue 0 on each side of a move from a to b. */
async function moved(): Promise<Pair> {
  const pair = await startPair();
  await create(pair, 2, 'broker-a');
  for (const body of ['1', '2']) await pair.a.sent(TOPIC, body, {}, { queueId: 0 });
  await remap(pair, 'broker-b');
  for (const body of ['3', '4']) await pair.b.sent(TOPIC, body, {}, { queueId: 0 });
  return pair;
}

const offsetAt = (
  { client, address }: RunningBroker,
  name: 'GET_MAX_OFFSET' | 'GET_MIN_OFFSET',
  changes: { lo?: boolean } = {},
) => client.request(address, name, { topic: TOPIC, queueId: 0, ...changes }, { allow: ANY });

test('logical queues are shared out, told in routes, and kept in a file', async () => {
  const pair = await startPair();
  await create(pair, 4, 'broker-a', 'broker-b');
  const { client } = pair.a;
  const header = { topic: TOPIC, acceptStandardJsonOnly: true };
  const { body } = await client.request(pair.namesrv, 'GET_ROUTEINFO_BY_TOPIC', header);
  const told = decodeTopicRoute(body).topicQueueMappingByBroker!;
  const queues = [...told.values()].flatMap(({ currIdMap }) => [...currIdMap.keys()]);
  assert.deepEqual(queues.sort(), [0, 1, 2, 3]);
  assert.deepEqual(
    [...told.values()].map(({ totalQueues }) => totalQueues),
    [4, 4],
  );
  const file = join(pair.a.folder, 'store/config/topicQueueMapping.json');
  await until('the file', () => Promise.resolve(readFileSync(file, 'utf8').includes(TOPIC)));
  const kept = JSON.parse(readFileSync(file, 'utf8').replace(/(\d+):/g, '"$1":'));
  assert.equal(kept.topicQueueMappingInfoMap[TOPIC].bname, 'broker-a');
  assert.ok(kept.dataVersion.counter > 0);
});

test('a message is answered with its logical queue and offset', async () => {
  const pair = await startPair();
  await create(pair, 2, 'broker-a');
  const first = await pair.a.sent(TOPIC, 'x', {}, { queueId: 1 });
  assert.deepEqual([first.queueId, first.queueOffset], [1, 0]);
  const anywhere = await pair.a.sent(TOPIC, 'y', {}, { queueId: -1 });
  assert.deepEqual([anywhere.queueId, anywhere.queueOffset], [0, 0]);
  const unknown = await pair.a.send(TOPIC, 'z', {}, { queueId: 2 });
  assert.equal(unknown.code, ResponseCode.NOT_LEADER_FOR_QUEUE);
});

test('a moved queue goes on far behind its old offsets, and is read through', async () => {
  const { a, b } = await moved();
  const old = await a.send(TOPIC, 'late', {}, { queueId: 0 });
  assert.equal(old.code, ResponseCode.NOT_LEADER_FOR_QUEUE);
  const bodies: string[] = [];
  let offset = 0;
  const codes: number[] = [];
  while (bodies.length < 4) {
    const answer = await b.pull(GROUP, TOPIC, 0, offset);
    codes.push(answer.code);
    bodies.push(...answer.messages.map(({ body }) => body.toString()));
    const delta = Number(answer.ext.offsetDelta);
    for (const { queueOffset } of answer.messages) assert.equal(queueOffset + delta, offset++);
    offset = Number(answer.header.nextBeginOffset);
  }
  assert.deepEqual(bodies, ['1', '2', '3', '4']);
  const { SUCCESS, PULL_RETRY_IMMEDIATELY } = ResponseCode;
  assert.deepEqual(codes, [SUCCESS, PULL_RETRY_IMMEDIATELY, SUCCESS]);
  assert.equal(offset, 10_002);
});

test('offsets of a moved queue are asked of the parts that know them', async () => {
  const { a, b } = await moved();
  assert.equal((await offsetAt(b, 'GET_MAX_OFFSET')).header.offset, 10_002);
  assert.equal((await offsetAt(b, 'GET_MIN_OFFSET')).header.offset, 0);
  const elsewhere = await offsetAt(a, 'GET_MAX_OFFSET');
  assert.equal(elsewhere.code, ResponseCode.NOT_LEADER_FOR_QUEUE);
  assert.equal((await offsetAt(a, 'GET_MAX_OFFSET', { lo: false })).header.offset, 2);
  const queue = { topic: TOPIC, queueId: 0 };
  const { client, address } = b;
  const earliest = await client.request(address, 'GET_EARLIEST_MSG_STORETIME', queue);
  const search = async (timestamp: number) =>
    (await client.request(address, 'SEARCH_OFFSET_BY_TIMESTAMP', { ...queue, timestamp })).header
      .offset;
  assert.equal(await search(earliest.header.timestamp), 0);
  assert.ok((await search(Date.now() + 10_000)) >= 10_001);
});

test('a group goes on where it was when its queue moves', async () => {
  const { a, b } = await moved();
  const group = { consumerGroup: GROUP, topic: TOPIC, queueId: 0 };
  const committed = async (at: RunningBroker, changes = {}) => {
    const header = { ...group, setZeroIfNotFound: false, ...changes };
    const allow = [ResponseCode.QUERY_NOT_FOUND];
    return at.client.request(at.address, 'QUERY_CONSUMER_OFFSET', header, { allow });
  };
  const commit = (commitOffset: number) =>
    b.client.request(b.address, 'UPDATE_CONSUMER_OFFSET', { ...group, commitOffset });
  for (const at of [a, b]) await at.pull(GROUP, TOPIC, 0, 0, { lo: false });
  assert.equal((await committed(b)).code, ResponseCode.QUERY_NOT_FOUND);
  await commit(1);
  assert.equal((await committed(a, { lo: false })).header.offset, 1);
  assert.equal((await committed(b)).header.offset, 1);
  await commit(10_001);
  assert.equal((await committed(b, { lo: false })).header.offset, 1);
  assert.equal((await committed(b)).header.offset, 10_001);
});

test('a pull that waits is answered when its queue moves away', async () => {
  const pair = await startPair();
  await create(pair, 1, 'broker-a');
  let answered = false;
  const wait = { sysFlag: 6, suspendTimeoutMillis: 60_000 };
  const waiting = pair.a.pull(GROUP, TOPIC, 0, 0, wait).finally(() => (answered = true));
  await until('the group', async () => {
    const { client, address } = pair.a;
    const { body } = await client.request(address, 'GET_ALL_SUBSCRIPTIONGROUP_CONFIG', {});
    return body.includes(GROUP);
  });
  assert.equal(answered, false);
  await remap(pair, 'broker-b');
  const { code, header } = await waiting;
  assert.equal(code, ResponseCode.PULL_RETRY_IMMEDIATELY);
  assert.equal(Number(header.nextBeginOffset), 0);
});

test('a mapping that contradicts what is known is refused', async () => {
  const { a } = await moved();
  const mapping = (await mappingAt(a))!;
  const put = async (changes: object) => {
    const hostedQueues = Object.fromEntries(mapping.hostedQueues);
    const body = Buffer.from(JSON.stringify({ ...mapping, hostedQueues, ...changes }));
    const header = {
      ...{ topic: TOPIC, defaultTopic: 'TBW102', readQueueNums: 2, writeQueueNums: 2, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', order: false },
    };
    const options = { body, allow: ANY };
    return a.client.request(a.address, 'UPDATE_AND_CREATE_STATIC_TOPIC', header, options);
  };
  assert.match((await put({ epoch: 1 })).remark!, /small epoch 1 </);
  assert.match((await put({ bname: 'broker-x' })).remark!, /is of broker broker-x/);
  assert.match((await put({ hostedQueues: {} })).remark!, /equal epoch with null data/);
  const [items] = mapping.hostedQueues.values();
  const other = items!.map((item) => ({ ...item, queueId: item.queueId + 1 }));
  const epoch = mapping.epoch + 1;
  assert.match((await put({ epoch, hostedQueues: { 0: other } })).remark!, /immutable/);
  assert.equal((await put({})).code, ResponseCode.SUCCESS);
});

test('a deleted static topic leaves no mapping behind', async () => {
  const pair = await moved();
  for (const { client, address } of [pair.a, pair.b]) {
    await client.request(address, 'DELETE_TOPIC_IN_BROKER', { topic: TOPIC });
    const topic = { topic: TOPIC, lo: true };
    const answer = await client.request(address, 'GET_TOPIC_CONFIG', topic, { allow: ANY });
    assert.equal(answer.code, ResponseCode.TOPIC_NOT_EXIST);
  }
  await pair.a.createTopic(TOPIC);
  assert.equal(await mappingAt(pair.a), undefined);
});

test('a slave takes the mapping over, and serves pulls with it', async () => {
  const pair = await moved();
  const slave = await RunningBroker.start(ending, {
    broker: {
      ...{ namesrvAddr: pair.namesrv, brokerName: 'broker-b', brokerId: 1 },
      ...{ brokerIP2: '127.0.0.1', slaveReadEnable: true },
    },
    store: { brokerRole: 'SLAVE' },
  });
  const wanted = await mappingAt(pair.b);
  await until('the mapping in the slave', async () => {
    const topic = { topic: TOPIC, lo: true };
    const { client, address } = slave;
    const answer = await client.request(address, 'GET_TOPIC_CONFIG', topic, { allow: ANY });
    if (answer.code !== ResponseCode.SUCCESS) return false;
    return decodeMappedTopic(answer.body).mapping?.epoch === wanted?.epoch;
  });
  await until('the messages in the slave', async () => {
    const { messages } = await slave.pull(GROUP, TOPIC, 0, 10_000);
    return messages.map(({ body }) => body.toString()).join('') === '34';
  });
});

test('name servers forget what was static about a deleted topic', async () => {
  const pair = await moved();
  const { client, address } = pair.a;
  const route = async () => {
    const header = { topic: TOPIC, acceptStandardJsonOnly: true };
    const options = { allow: ANY };
    return client.request(pair.namesrv, 'GET_ROUTEINFO_BY_TOPIC', header, options);
  };
  await client.request(pair.namesrv, 'DELETE_TOPIC_IN_NAMESRV', { topic: TOPIC });
  assert.equal((await route()).code, ResponseCode.TOPIC_NOT_EXIST);
  await client.request(address, 'DELETE_TOPIC_IN_BROKER', { topic: TOPIC });
  await pair.a.createTopic(TOPIC);
  assert.equal(decodeTopicRoute((await route()).body).topicQueueMappingByBroker, undefined);
});

test('it is all there again after a restart', async () => {
  const pair = await moved();
  const before = await mappingAt(pair.b);
  await pair.b.broker.stop();
  const again = await RunningBroker.start(ending, {
    folder: pair.b.folder,
    broker: { namesrvAddr: pair.namesrv, brokerName: 'broker-b' },
  });
  assert.deepEqual(await mappingAt(again), before);
  assert.equal((await offsetAt(again, 'GET_MAX_OFFSET')).header.offset, 10_002);
});
