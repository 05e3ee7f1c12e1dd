// The whole broker, asked as mqadmin and clients ask it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import { decodeConsumerList, encodeHeartbeat } from '../../../src/protocol/bodies/client.js';
import {
  decodeConsumeStats,
  decodeGroupConfig,
  decodeLockedQueues,
  encodeGroupConfig,
  encodeLockBatch,
  newGroupConfig,
} from '../../../src/protocol/bodies/group.js';
import { decodeTopicRoute } from '../../../src/protocol/bodies/route.js';
import {
  decodeTopicConfig,
  decodeTopicStats,
  decodeTopicTable,
} from '../../../src/protocol/bodies/topic.js';
import type { Req, RequestName } from '../../../src/protocol/requests/index.js';
import { REQUESTS } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { startNamesrv } from '../../support/namesrv.js';
import { RawPeer } from '../../support/raw-peer.js';
import { startServers, type ServerOptions } from '../../support/servers.js';
import { endingWith, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { Wire } from '../../support/wire.js';

async function start(t: TestContext, options: ServerOptions = {}) {
  const ending = endingWith((work) => t.after(work));
  const folder = options.folder ?? tempFolder(ending);
  const cluster = await startServers(ending, { ...options, folder });
  const wire = new Wire(ending, cluster);
  const ask = <N extends RequestName>(name: N, header: Req<N>, body?: Buffer) =>
    wire.client.request(cluster.broker, name, header, body ? { body } : {});
  const refused = (responseCode: number, remark?: string | RegExp) => (error: unknown) => {
    const { details } = error as { details: { responseCode: number; remark: string } };
    assert.equal(details.responseCode, responseCode);
    if (remark instanceof RegExp) assert.match(details.remark, remark);
    else if (remark !== undefined) assert.equal(details.remark, remark);
    return true;
  };
  return { ...cluster, folder, wire, ask, refused, ending };
}

const topicHeader = (topic: string, fields: Partial<Req<'UPDATE_AND_CREATE_TOPIC'>> = {}) => ({
  topic,
  defaultTopic: 'TBW102',
  readQueueNums: 4,
  writeQueueNums: 4,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  order: false,
  ...fields,
});

const send = (topic: string, queueId = 0) => ({
  producerGroup: 'P',
  topic,
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId,
  sysFlag: 0,
  bornTimestamp: 1,
  flag: 0,
});

function heartbeat(clientID: string, group: string, topic: string): Buffer {
  return encodeHeartbeat({
    clientID,
    producerDataSet: [{ groupName: 'P' }],
    consumerDataSet: [
      {
        groupName: group,
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        unitMode: false,
        subscriptionDataSet: [
          {
            topic,
            subString: '*',
            tagsSet: [],
            codeSet: [],
            subVersion: 1,
            expressionType: 'TAG',
            classFilterMode: false,
          },
        ],
      },
    ],
    heartbeatFingerprint: 0,
    withoutSub: false,
  });
}

test('a topic is known to the name server when its creation is answered', async (t) => {
  const { ask, wire, namesrv, broker, brokerName, refused } = await start(t);
  await ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A', { attributes: '+message.type=FIFO' }));
  const header = { topic: 'A', acceptStandardJsonOnly: true };
  const answer = await wire.client.request(namesrv, 'GET_ROUTEINFO_BY_TOPIC', header);
  const route = decodeTopicRoute(answer.body);
  assert.equal(route.queueDatas[0]?.writeQueueNums, 4);
  assert.equal(route.brokerDatas[0]?.brokerAddrs.get(0), broker);
  assert.equal(route.brokerDatas[0]?.brokerName, brokerName);
  const config = decodeTopicConfig((await ask('GET_TOPIC_CONFIG', { topic: 'A' })).body);
  assert.deepEqual(config.attributes, { 'message.type': 'FIFO' });
  const name = 'The specified topic: A!, contains illegal characters, allowing only';
  await assert.rejects(
    ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A!')),
    refused(ResponseCode.INVALID_PARAMETER, `${name} ^[%|a-zA-Z0-9_-]+$`),
  );
  await assert.rejects(
    ask('UPDATE_AND_CREATE_TOPIC', topicHeader('B', { readQueueNums: 2_000_000_000 })),
    refused(ResponseCode.INVALID_PARAMETER, /readQueueNums is 2000000000/),
  );
  await assert.rejects(
    ask('UPDATE_AND_CREATE_TOPIC', topicHeader('TBW102')),
    refused(ResponseCode.INVALID_PARAMETER, 'The topic[TBW102] is conflict with system topic.'),
  );
});

test('all topics, or a page of them, are given to a slave', async (t) => {
  const { ask } = await start(t);
  const whole = await ask('GET_ALL_TOPIC_CONFIG', {});
  const table = decodeTopicTable(whole.body);
  assert.equal(whole.header.totalTopicNum, table.topicConfigTable.size);
  const names = [...table.topicConfigTable.keys()].sort();
  const dataVersion = JSON.stringify(table.dataVersion);
  const page = await ask('GET_ALL_TOPIC_CONFIG', { topicSeq: 3, maxTopicNum: 2, dataVersion });
  const paged = decodeTopicTable(page.body).topicConfigTable;
  assert.deepEqual([...paged.keys()].sort(), names.slice(3, 5));
});

test('a message shows in the statistics of its topic and group', async (t) => {
  const { ask } = await start(t);
  await ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A'));
  for (const queueId of [0, 1, 1]) await ask('SEND_MESSAGE', send('A', queueId), Buffer.from('x'));
  const stats = decodeTopicStats((await ask('GET_TOPIC_STATS_INFO', { topic: 'A' })).body);
  const offsets = [...stats.offsetTable].map(([queue, { maxOffset }]) => [
    queue.queueId,
    maxOffset,
  ]);
  assert.deepEqual(offsets, [[0, 1], [1, 2], [2, 0], [3, 0]]); // prettier-ignore
  await ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'G' }); // which creates it
  const commit = { consumerGroup: 'G', topic: 'A', queueId: 1, commitOffset: 1 };
  await ask('UPDATE_CONSUMER_OFFSET', commit);
  const progress = decodeConsumeStats(
    (await ask('GET_CONSUME_STATS', { consumerGroup: 'G' })).body,
  );
  const row = [...progress.offsetTable].find(([queue]) => queue.queueId === 1)![1];
  assert.deepEqual([row.brokerOffset, row.consumerOffset], [2, 1]);
  assert.ok(row.lastTimestamp > 0);
  const who = await ask('QUERY_TOPIC_CONSUME_BY_WHO', { topic: 'A' });
  assert.deepEqual(JSON.parse(who.body.toString()), { groupList: ['G'] });
  const lite = JSON.parse((await ask('GET_BROKER_LITE_INFO', {})).body.toString());
  assert.deepEqual([lite.cqTableSize, lite.offsetTableSize, lite.currentLmqNum], [1, 1, 0]);
  const info = decodeKvTable((await ask('GET_BROKER_RUNTIME_INFO', {})).body);
  assert.equal(info.msgPutTotalTodayNow, '3');
  assert.equal(info.brokerVersionDesc, 'V5_5_0');
  assert.ok(Number(info.earliestMessageTimeStamp) > 1_600_000_000_000);
});

test('a deleted topic takes its offsets and messages along', async (t) => {
  const { ask, refused } = await start(t);
  await ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A'));
  await ask('SEND_MESSAGE', send('A'), Buffer.from('x'));
  await ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'G' }); // which creates it
  const commit = { consumerGroup: 'G', topic: 'A', queueId: 0, commitOffset: 1 };
  await ask('UPDATE_CONSUMER_OFFSET', commit);
  await ask('DELETE_TOPIC_IN_BROKER', { topic: 'A' });
  await assert.rejects(
    ask('GET_TOPIC_STATS_INFO', { topic: 'A' }),
    refused(ResponseCode.TOPIC_NOT_EXIST, 'topic[A] not exist'),
  );
  const topics = await ask('QUERY_TOPICS_BY_CONSUMER', { group: 'G' });
  assert.deepEqual(JSON.parse(topics.body.toString()).topicList, []);
  await ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A'));
  const end = await ask('GET_MAX_OFFSET', { topic: 'A', queueId: 0 });
  assert.equal(end.header.offset, 0);
});

test('groups are made, shown and deleted', async (t) => {
  const { ask, refused } = await start(t, { broker: { autoCreateSubscriptionGroup: false } });
  const wish = encodeGroupConfig(newGroupConfig('G', { retryMaxTimes: 3 }));
  await ask('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, wish);
  const found = await ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'G' });
  assert.equal(decodeGroupConfig(found.body).retryMaxTimes, 3);
  const readable = await ask('UPDATE_AND_GET_GROUP_FORBIDDEN', {
    group: 'G',
    topic: 'A',
    readable: false,
  });
  assert.deepEqual(JSON.parse(readable.body.toString()), {
    group: 'G',
    topic: 'A',
    readable: false,
  });
  await ask('DELETE_SUBSCRIPTIONGROUP', { groupName: 'G', cleanOffset: true });
  await assert.rejects(
    ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'G' }),
    refused(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, 'No group in this broker'),
  );
});

test('members of a group hear of each other, requests are passed on to them', async (t) => {
  const { ask, broker, refused } = await start(t);
  const [a, b] = [await RawPeer.connect(broker), await RawPeer.connect(broker)];
  const { code } = REQUESTS.HEART_BEAT;
  const first = await a.request({ code, body: heartbeat('a', 'G', 'A'), version: 513 });
  assert.deepEqual(first.ext, { IS_SUPPORT_HEART_BEAT_V2: 'true', IS_SUB_CHANGE: 'true' });
  await b.request({ code, body: heartbeat('b', 'G', 'A'), version: 513 });
  const noticed = (peer: RawPeer): number =>
    peer.received.filter((frame) => frame.code === REQUESTS.NOTIFY_CONSUMER_IDS_CHANGED.code)
      .length;
  await until('notice of b', () => noticed(a) === 2);
  const list = await ask('GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'G' });
  assert.deepEqual(decodeConsumerList(list.body).sort(), ['a', 'b']);
  await ask('GET_TOPIC_CONFIG', { topic: '%RETRY%G' });
  const info = { consumerGroup: 'G', clientId: 'a', jstackEnable: true };
  const asked = ask('GET_CONSUMER_RUNNING_INFO', info).catch(() => undefined);
  const { code: infoCode } = REQUESTS.GET_CONSUMER_RUNNING_INFO;
  const passedOn = await until('the question to a', () =>
    a.received.find((frame) => frame.code === infoCode),
  );
  assert.deepEqual(passedOn.ext, { consumerGroup: 'G', clientId: 'a', jstackEnable: 'true' });
  b.close();
  await until('notice of the end of b', () => noticed(a) === 3);
  await assert.rejects(
    ask('GET_CONSUMER_RUNNING_INFO', { consumerGroup: 'G', clientId: 'b' }),
    refused(ResponseCode.SYSTEM_ERROR, 'The Consumer <G> <b> not online'),
  );
  a.close();
  await asked;
  await until('the end of the group', () =>
    ask('GET_CONSUMER_CONNECTION_LIST', { consumerGroup: 'G' }).then(
      () => false,
      () => true,
    ),
  );
});

test('queues are locked for one client at a time', async (t) => {
  const { ask } = await start(t);
  const queue = { topic: 'A', brokerName: 'broker-a', queueId: 0 };
  const batch = (clientId: string): Buffer =>
    encodeLockBatch({ consumerGroup: 'G', clientId, onlyThisBroker: false, mqSet: [queue] });
  const lock = async (clientId: string) =>
    decodeLockedQueues((await ask('LOCK_BATCH_MQ', {}, batch(clientId))).body);
  assert.deepEqual(await lock('a'), [queue]);
  assert.deepEqual(await lock('b'), []);
  await ask('UNLOCK_BATCH_MQ', {}, batch('a'));
  assert.deepEqual(await lock('b'), [queue]);
});

test('settings change while the broker runs, and stay changed', async (t) => {
  const { ask, folder, refused } = await start(t);
  const setting = async (key: string): Promise<string | undefined> => {
    const text = (await ask('GET_BROKER_CONFIG', {})).body.toString();
    return new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
  };
  assert.equal(await setting('autoCreateTopicEnable'), 'true');
  await ask('UPDATE_BROKER_CONFIG', {}, Buffer.from('autoCreateTopicEnable=false\n'));
  assert.equal(await setting('autoCreateTopicEnable'), 'false');
  assert.match(
    readFileSync(join(folder, 'broker.conf'), 'utf8'),
    /autoCreateTopicEnable ?= ?false/,
  );
  await assert.rejects(
    ask('SEND_MESSAGE', send('Unknown'), Buffer.from('x')),
    refused(ResponseCode.TOPIC_NOT_EXIST),
  );
  await assert.rejects(
    ask('UPDATE_BROKER_CONFIG', {}, Buffer.from('brokerConfigPath=/x')),
    refused(ResponseCode.NO_PERMISSION, 'Can not update config in black list.'),
  );
  await assert.rejects(
    ask('UPDATE_BROKER_CONFIG', {}, Buffer.from('noSuchKey=1')),
    refused(ResponseCode.INVALID_PARAMETER, /unknown key noSuchKey/),
  );
});

test('a request that is not served is refused by its name', async (t) => {
  const { ask, refused } = await start(t);
  await assert.rejects(
    ask('ADD_BROKER', {}),
    refused(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, /request type 902 .*ADD_BROKER/),
  );
});

test('a restart keeps topics, groups, offsets and messages', async (t) => {
  const outer = endingWith((work) => t.after(work));
  const folder = tempFolder(outer);
  const before = await start(t, { folder });
  await before.ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A'));
  await before.ask('SEND_MESSAGE', send('A'), Buffer.from('kept'));
  const wish = encodeGroupConfig(newGroupConfig('G', { retryMaxTimes: 3 }));
  await before.ask('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, wish);
  const commit = { consumerGroup: 'G', topic: 'A', queueId: 0, commitOffset: 1 };
  await before.ask('UPDATE_CONSUMER_OFFSET', commit);
  await before.ending.run();
  assert.equal(existsSync(join(folder, 'store', 'abort')), false);
  const after = await start(t, { folder });
  const config = decodeTopicConfig((await after.ask('GET_TOPIC_CONFIG', { topic: 'A' })).body);
  assert.equal(config.writeQueueNums, 4);
  const group = await after.ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'G' });
  assert.equal(decodeGroupConfig(group.body).retryMaxTimes, 3);
  const query = { consumerGroup: 'G', topic: 'A', queueId: 0 };
  assert.equal((await after.ask('QUERY_CONSUMER_OFFSET', query)).header.offset, 1);
  const queue = { topic: 'A', queueId: 0 };
  assert.equal((await after.ask('GET_MIN_OFFSET', queue)).header.offset, 0);
  assert.equal((await after.ask('GET_MAX_OFFSET', queue)).header.offset, 1);
});

test('a broker registers at every name server, and leaves them when it stops', async (t) => {
  const outer = endingWith((work) => t.after(work));
  const servers = [1, 2].map(() => startNamesrv(outer, tempFolder(outer)));
  const [one, two] = (await Promise.all(servers)).map(({ address }) => address) as [string, string];
  const { ask, ending } = await start(t, { broker: { namesrvAddr: `${one}; ${two}` } });
  await ask('UPDATE_AND_CREATE_TOPIC', topicHeader('A'));
  const peers = { namesrv: one, broker: one, brokerName: '', pids: [], home: '' };
  const { client } = new Wire(outer, peers);
  const header = { topic: 'A', acceptStandardJsonOnly: true };
  for (const address of [one, two]) await client.request(address, 'GET_ROUTEINFO_BY_TOPIC', header);
  await ending.run();
  for (const address of [one, two]) {
    const info = (await client.request(address, 'GET_BROKER_CLUSTER_INFO', {})).body.toString();
    assert.doesNotMatch(info, /broker-a/);
  }
});
