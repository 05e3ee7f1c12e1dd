// Which name server is asked, and what is said when none answers.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { MqError } from '../../src/base/errors.js';
import { silentLogger } from '../../src/base/log.js';
import { createSession, parseNamesrvAddrs, type Session } from '../../src/client/session.js';
import {
  addressesOf,
  brokerNameAt,
  brokersOf,
  masterNamed,
  readAddressOf,
} from '../../src/client/targets.js';
import { type ClusterInfo, encodeClusterInfo } from '../../src/protocol/bodies/route.js';
import { encodeTopicList, encodeTopicRoute } from '../../src/protocol/bodies/route.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { createServer } from '../../src/remoting/server.js';
import { freePort } from '../support/ports.js';

async function fakeNamesrv(t: TestContext, handlers: Handlers): Promise<string> {
  const server = createServer({
    host: '127.0.0.1',
    ports: [0],
    handlers,
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  t.after(() => server.stop());
  return `127.0.0.1:${server.port()}`;
}

function sessionTo(t: TestContext, ...namesrvAddrs: string[]): Session {
  const session = createSession({
    namesrvAddrs,
    clock: systemClock,
    log: silentLogger,
    timeoutMs: 2000,
  });
  t.after(() => session.close());
  return session;
}

const nobody = async (): Promise<string> => `127.0.0.1:${await freePort()}`;

test('addresses are separated by ; or , with spaces around', () => {
  assert.deepEqual(parseNamesrvAddrs(' a:9876 ; b:9876,http://c:1 ;'), ['a:9876', 'b:9876', 'c:1']);
  assert.deepEqual(parseNamesrvAddrs(''), []);
});

test('the next name server is asked when one cannot be reached, and first from then on', async (t) => {
  let asked = 0;
  const good = await fakeNamesrv(t, {
    GET_ALL_TOPIC_LIST_FROM_NAMESERVER: () => {
      asked++;
      return { body: encodeTopicList({ topicList: ['T'] }) };
    },
  });
  const session = sessionTo(t, await nobody(), good);
  await session.askNamesrv('GET_ALL_TOPIC_LIST_FROM_NAMESERVER', {});
  await session.askNamesrv('GET_ALL_TOPIC_LIST_FROM_NAMESERVER', {});
  assert.equal(asked, 2);
});

test('a refusal is final: the next name server is not asked', async (t) => {
  const refusing = await fakeNamesrv(t, {
    GET_KV_CONFIG: () => ({ code: ResponseCode.QUERY_NOT_FOUND, remark: 'no such key' }),
  });
  const session = sessionTo(t, refusing, await nobody());
  await assert.rejects(session.askNamesrv('GET_KV_CONFIG', { namespace: 'n', key: 'k' }), {
    code: 'REMOTE_ERROR',
    responseCode: ResponseCode.QUERY_NOT_FOUND,
  });
});

test('all that were tried are named, with the reason and a hint', async (t) => {
  const [one, two] = [await nobody(), await nobody()];
  const error: unknown = await sessionTo(t, one, two)
    .clusterInfo()
    .catch((failure: unknown) => failure);
  assert.ok(error instanceof MqError);
  assert.equal(error.code, 'NAMESRV_UNREACHABLE');
  assert.equal(error.exit, 3);
  assert.equal(error.message, `cannot reach the name server ${one}, ${two}: nobody listens there`);
  assert.match(error.hint ?? '', /mqnamesrv/);
});

test('a name server that a change does not reach is kept as a failure, or thrown', async (t) => {
  const good = await fakeNamesrv(t, { PUT_KV_CONFIG: () => ({}) });
  const away = await nobody();
  const entry = { namespace: 'n', key: 'k', value: 'v' };
  const missed = {
    code: 'NAMESRV_UNREACHABLE',
    message: `cannot reach the name server ${away}: nobody listens there`,
  };
  const session = sessionTo(t, away, good);
  const told = await session.tellNamesrvs('PUT_KV_CONFIG', entry);
  assert.deepEqual(
    told.map(({ address }) => address),
    [good],
  );
  const kept = session.failures.map((error) => ({
    code: (error as MqError).code,
    message: (error as MqError).message,
  }));
  assert.deepEqual(kept, [missed]);
  await assert.rejects(sessionTo(t, away).tellNamesrvs('PUT_KV_CONFIG', entry), missed);
});

test('no name server at all is wrong usage', async (t) => {
  await assert.rejects(sessionTo(t).clusterInfo(), { code: 'NO_NAMESRV', exit: 2 });
});

test('a topic without a route', async (t) => {
  const namesrv = await fakeNamesrv(t, {
    GET_ROUTEINFO_BY_TOPIC: () => ({ code: ResponseCode.TOPIC_NOT_EXIST, remark: 'none' }),
  });
  const session = sessionTo(t, namesrv);
  await assert.rejects(session.route('Nope'), { code: 'TOPIC_NOT_FOUND' });
  assert.equal(await session.findRoute('Nope'), undefined);
  assert.equal(session.hasRoute('Nope'), false);
});

test('a route that was known outlives a name server that forgot it', async (t) => {
  const routes = [{ brokerDatas: [], queueDatas: [], filterServerTable: new Map() }];
  const namesrv = await fakeNamesrv(t, {
    GET_ROUTEINFO_BY_TOPIC: () => {
      const route = routes.pop();
      return route
        ? { body: encodeTopicRoute(route) }
        : { code: ResponseCode.TOPIC_NOT_EXIST, remark: 'none' };
    },
  });
  const session = sessionTo(t, namesrv);
  const first = await session.route('T');
  await assert.rejects(session.route('T', { fresh: true }), { code: 'TOPIC_NOT_FOUND' });
  assert.equal(await session.route('T'), first);
});

const broker = (brokerName: string, cluster: string, ...addresses: [number, string][]) =>
  [
    brokerName,
    { brokerName, cluster, brokerAddrs: new Map(addresses), enableActingMaster: false },
  ] as const;

const TWO_CLUSTERS: ClusterInfo = {
  brokerAddrTable: new Map([
    broker('broker-b', 'C1', [0, 'b0:1']),
    broker('broker-a', 'C1', [2, 'a2:1'], [0, 'a0:1'], [1, 'a1:1']),
    broker('broker-x', 'C2', [1, 'x1:1']),
  ]),
  clusterAddrTable: new Map([
    ['C1', ['broker-b', 'broker-a']],
    ['C2', ['broker-x']],
  ]),
};

test('brokers of a cluster, by name and id', async (t) => {
  const namesrv = await fakeNamesrv(t, {
    GET_BROKER_CLUSTER_INFO: () => ({ body: encodeClusterInfo(TWO_CLUSTERS) }),
  });
  const session = sessionTo(t, namesrv);
  const all = await brokersOf(session);
  assert.deepEqual(
    all.map((one) => one.address),
    ['a0:1', 'a1:1', 'a2:1', 'b0:1', 'x1:1'],
  );
  assert.deepEqual(await addressesOf(session, { clusterName: 'C1' }), ['a0:1', 'b0:1']);
  assert.deepEqual(await addressesOf(session, { brokerAddr: 'q:1' }), ['q:1']);
  assert.equal((await addressesOf(session, { clusterName: 'C1' }, { slaves: true })).length, 4);
  assert.equal(await masterNamed(session, 'broker-b'), 'b0:1');
  assert.equal(await brokerNameAt(session, 'a1:1'), 'broker-a');
  assert.equal(readAddressOf(TWO_CLUSTERS.brokerAddrTable.get('broker-x')!), 'x1:1');

  const error: unknown = await brokersOf(session, 'C3').catch((failure: unknown) => failure);
  assert.ok(error instanceof MqError);
  assert.equal(error.message, 'there is no cluster C3');
  assert.equal(error.hint, 'did you mean C1?');
  const far: unknown = await brokersOf(session, 'elsewhere').catch((failure: unknown) => failure);
  assert.equal((far as MqError).hint, 'clusters that the name server knows: C1, C2');
  await assert.rejects(masterNamed(session, 'broker-x'), { code: 'BROKER_NOT_FOUND' });
  await assert.rejects(masterNamed(session, 'nope'), { code: 'BROKER_NOT_FOUND' });
});
