// Tasks over whole tables, and those whose servers are stood in for here.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { aclOf, copyAcls, copyUsers, getUser, putAcl } from '../../src/client/admin/auth.js';
import { electMaster, syncStateSets } from '../../src/client/admin/controller.js';
import { clusterConfigs, clusterMetadata, clusterMetrics } from '../../src/client/admin/export.js';
import { askLite } from '../../src/client/admin/lite.js';
import { statsAll } from '../../src/client/admin/stats.js';
import { allGroupConfigs, allTopicConfigs } from '../../src/client/admin/tables.js';
import { listTopicRows } from '../../src/client/admin/topics.js';
import { createSession, type Session } from '../../src/client/session.js';
import { type RocketMQ, startRocketMQ } from '../../src/index.js';
import {
  type AclInfo,
  encodeAcl,
  encodeUser,
  type UserInfo,
} from '../../src/protocol/bodies/auth.js';
import { decodeBody, encodeBody } from '../../src/protocol/bodies/json.js';
import { encodeGroupTable, newGroupConfig } from '../../src/protocol/bodies/group.js';
import { encodeTopicTable, newTopicConfig } from '../../src/protocol/bodies/topic.js';
import { parseJson } from '../../src/protocol/fastjson.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { createServer } from '../../src/remoting/server.js';

const own = { clock: systemClock, log: silentLogger };

let mq: RocketMQ;
before(async () => {
  mq = await startRocketMQ({ topics: ['Orders', 'Bills'], queues: 2 });
  const producer = await mq.producer();
  await producer.send({ topic: 'Orders', body: 'x' });
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const listener = (): void => {
      if (++seen === 1) resolve();
    };
    mq.consumer({ group: 'Billing', topic: 'Orders' }, listener).catch(reject);
  });
});
after(() => mq.stop());

test('topicList -c: a row per topic and group', async () => {
  const rows = await listTopicRows(mq.session);
  const of = (topic: string) => rows.filter((row) => row.topic === topic);
  assert.deepEqual(of('Orders'), [
    { clusterName: mq.clusterName, topic: 'Orders', group: 'Billing' },
  ]);
  assert.deepEqual(of('Bills'), [{ clusterName: mq.clusterName, topic: 'Bills', group: '' }]);
  assert.ok(!rows.some(({ topic }) => topic.startsWith('%RETRY%')));
});

test('statsAll: a row per topic and group', async () => {
  const rows = await statsAll(mq.session, { topic: 'Orders' });
  assert.deepEqual(
    rows.map(({ topic, group }) => [topic, group]),
    [['Orders', 'Billing']],
  );
});

test('exports hold what users made, and nothing else', async () => {
  const { topicConfigTable, subscriptionGroupTable } = await clusterMetadata(
    mq.session,
    mq.clusterName,
  );
  assert.deepEqual([...topicConfigTable.keys()].sort(), ['Bills', 'Orders']);
  assert.deepEqual([...subscriptionGroupTable.keys()], ['Billing']);
  const special = await clusterMetadata(mq.session, mq.clusterName, { special: true });
  assert.ok(special.topicConfigTable.has('%RETRY%Billing'));
  const configs = await clusterConfigs(mq.session, mq.clusterName);
  assert.equal(configs.brokerConfigs[mq.brokerName]?.brokerRole, 'ASYNC_MASTER');
  assert.deepEqual(configs.clusterScale, {
    namesrvSize: 1,
    masterBrokerSize: 1,
    slaveBrokerSize: 0,
  });
  const metrics = await clusterMetrics(mq.session, mq.clusterName);
  const broker = metrics.evaluateReport[mq.brokerName]!;
  assert.deepEqual([broker.runtimeQuota.topicSize, broker.runtimeQuota.groupSize], [2, 1]);
  assert.deepEqual(broker.runtimeVersion.clientInfo, ['JAVA%V5_5_0']);
});

async function serve(t: TestContext, handlers: Handlers): Promise<[Session, string]> {
  const server = createServer({ host: '127.0.0.1', ports: [0], handlers, ...own });
  await server.start();
  const address = `127.0.0.1:${server.port()}`;
  const session = createSession({ namesrvAddrs: [address], ...own });
  t.after(() => server.stop());
  t.after(() => session.close());
  return [session, address];
}

test('long tables come page by page', async (t) => {
  const dataVersion = { stateVersion: 0, timestamp: 1, counter: 1 };
  const names = Array.from({ length: 7 }, (_, i) => `name${i}`);
  const pages: number[] = [];
  const [session, address] = await serve(t, {
    GET_ALL_TOPIC_CONFIG: ({ topicSeq = 0 }) => {
      pages.push(topicSeq);
      const page = names.slice(topicSeq, topicSeq + 3);
      const topicConfigTable = new Map(page.map((name) => [name, newTopicConfig(name)]));
      const body = encodeTopicTable({ topicConfigTable, dataVersion });
      return { header: { totalTopicNum: names.length }, body };
    },
    GET_ALL_SUBSCRIPTIONGROUP_CONFIG: ({ groupSeq = 0 }) => {
      const page = names.slice(groupSeq, groupSeq + 3);
      const subscriptionGroupTable = new Map(page.map((name) => [name, newGroupConfig(name)]));
      const forbiddenTable = new Map<string, Map<string, number>>();
      const body = encodeGroupTable({ subscriptionGroupTable, forbiddenTable, dataVersion });
      return { header: { totalGroupNum: names.length }, body };
    },
  });
  const topics = await allTopicConfigs(session, address);
  assert.deepEqual([...topics.topicConfigTable.keys()], names);
  assert.deepEqual(pages, [0, 3, 6]);
  const groups = await allGroupConfigs(session, address);
  assert.deepEqual([...groups.subscriptionGroupTable.keys()], names);
});

test('users and rules are copied: new ones created, known ones changed', async (t) => {
  const users = new Map<string, UserInfo>([
    ['u1', { username: 'u1', password: 'p', userType: 'Normal' }],
    ['u2', { username: 'u2', password: 'p' }],
  ]);
  const [source, from] = await serve(t, {
    AUTH_LIST_USER: () => ({ body: encodeBody([...users.values()]) }),
    AUTH_GET_USER: ({ username = '' }) => {
      const user = users.get(username);
      return user ? { body: encodeUser(user) } : {};
    },
    AUTH_LIST_ACL: () => ({ body: encodeBody([RULES]) }),
    AUTH_GET_ACL: () => ({ body: encodeAcl(RULES) }),
  });
  const told: string[] = [];
  const [, to] = await serve(t, {
    AUTH_GET_USER: ({ username }) =>
      username === 'u2' ? { body: encodeUser(users.get('u2')!) } : {},
    AUTH_CREATE_USER: (_, call) => {
      told.push(`create ${JSON.stringify(parseJson(call.body.toString()))}`);
      return {};
    },
    AUTH_UPDATE_USER: ({ username }) => {
      told.push(`update ${username}`);
      return {};
    },
    AUTH_GET_ACL: () => ({}),
    AUTH_CREATE_ACL: ({ subject }, call) => {
      assert.deepEqual(decodeBody(call.body, 'acl'), RULES);
      told.push(`create ${subject}`);
      return {};
    },
  });
  assert.equal(await getUser(source, from, 'nobody'), undefined);
  assert.deepEqual(await copyUsers(source, { from, to, names: ['u1', 'u2', 'u3'] }), [
    { name: 'u1', found: true },
    { name: 'u2', found: true },
    { name: 'u3', found: false },
  ]);
  assert.deepEqual(await copyAcls(source, { from, to }), [{ name: 'User:u1', found: true }]);
  await putAcl(source, { brokerAddr: to }, 'AUTH_CREATE_ACL', RULES);
  assert.deepEqual(told, [
    'create {"password":"p","userType":"Normal","username":"u1"}',
    'update u2',
    'create User:u1',
    'create User:u1',
  ]);
});

const RULES: AclInfo = aclOf({
  subject: 'User:u1',
  resources: ['Topic:T'],
  actions: ['Pub'],
  sourceIps: [],
  decision: 'Allow',
});

test('controllers: the leader is asked, whoever was named', async (t) => {
  const [session, leader] = await serve(t, {
    CONTROLLER_GET_SYNC_STATE_DATA: (_, call) => {
      assert.deepEqual(parseJson(call.body.toString()), ['broker-a']);
      const replica = { brokerName: 'broker-a', brokerId: 1, brokerAddress: 'a:1', alive: true };
      const info = { masterBrokerId: 1, masterAddress: 'a:1', inSyncReplicas: [replica] };
      return { body: encodeBody({ replicasInfoTable: { 'broker-a': info } }) };
    },
    CONTROLLER_ELECT_MASTER: ({ designateElect, brokerId }) => ({
      header: { masterBrokerId: brokerId, masterAddress: 'b:1', masterEpoch: 2 },
      body: encodeBody({ brokerAddrs: new Map([[0, `b:1`]]), x: designateElect }),
    }),
  });
  const [, follower] = await serve(t, {
    CONTROLLER_GET_METADATA_INFO: () => ({ header: { controllerLeaderAddress: leader } }),
  });
  const sets = await syncStateSets(session, follower, ['broker-a']);
  assert.deepEqual(sets.get('broker-a')?.inSyncReplicas[0]?.brokerAddress, 'a:1');
  assert.deepEqual(sets.get('broker-a')?.notInSyncReplicas, []);
  const broker = { clusterName: 'C', brokerName: 'broker-a', brokerId: 2 };
  const elected = await electMaster(session, follower, broker);
  assert.deepEqual([elected.masterBrokerId, elected.brokerAddrs.get(0)], [2, 'b:1']);
});

test('what no broker serves is told broker by broker', async () => {
  const header = { parentTopic: 'Orders', liteTopic: 'l' };
  const [answer] = await askLite(mq.session, 'Orders', 'GET_LITE_TOPIC_INFO', header);
  assert.equal(answer?.brokerName, mq.brokerName);
  assert.match(String((answer?.error as Error).message), /GET_LITE_TOPIC_INFO/);
});
