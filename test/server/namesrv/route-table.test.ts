// Routes over time: silent brokers, notices of the smallest id, topics that a broker drops.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../src/base/log.js';
import { newTopicConfig, type TopicConfig } from '../../../src/protocol/bodies/topic.js';
import type { Connection } from '../../../src/remoting/connection.js';
import {
  type MinBrokerIdChange,
  type Registration,
  RouteTable,
} from '../../../src/server/namesrv/route-table.js';
import { pickRoute } from '../../../src/server/namesrv/topic-route.js';
import { FakeClock } from '../../support/fake-clock.js';
import { namesrvSettings, type NamesrvChanges } from '../../support/namesrv.js';

interface FakeConnection {
  closed: boolean;
  close(): void;
}

function connection(): FakeConnection & Connection {
  const fake = { closed: false, close: () => void (fake.closed = true) };
  return fake as unknown as FakeConnection & Connection;
}

function setup(changes: NamesrvChanges = {}) {
  const clock = new FakeClock();
  const { namesrvConfig: config } = namesrvSettings('/nowhere', changes);
  const notices: MinBrokerIdChange[] = [];
  const onMinBrokerIdChange = ({ brokerAddrs, ...change }: MinBrokerIdChange): void =>
    void notices.push({ brokerAddrs: new Map(brokerAddrs), ...change });
  const routes = new RouteTable({ config, clock, log: silentLogger, onMinBrokerIdChange });
  const route = (topic: string) => pickRoute(routes, topic, config);
  return { clock, routes, notices, route };
}

let counter = 0;

function broker(
  name: string,
  id: number,
  topics: TopicConfig[],
  more: Partial<Registration> = {},
): Registration {
  counter++;
  return {
    clusterName: 'C',
    brokerName: name,
    brokerAddr: `${name}${id}:1`,
    brokerId: id,
    haServerAddr: `${name}${id}:2`,
    topics: {
      topicConfigTable: new Map(topics.map((topic) => [topic.topicName, topic])),
      dataVersion: { stateVersion: 0, timestamp: 1, counter },
      topicQueueMappingInfoMap: new Map(),
    },
    filterServers: [],
    connection: connection(),
    ...more,
  };
}

const [T, U, V] = ['T', 'U', 'V'].map((name) => newTopicConfig(name)) as [
  TopicConfig,
  TopicConfig,
  TopicConfig,
];

test('a silent broker is removed after its time-out, and its connection closed', () => {
  const { clock, routes, route } = setup();
  const quick = connection();
  const slow = connection();
  routes.register(broker('a', 0, [T, U], { heartbeatTimeoutMillis: 1000, connection: quick }));
  routes.register(broker('b', 0, [T, U], { connection: slow }));
  clock.advance(1000);
  routes.removeExpired();
  assert.equal(route('T')!.brokerDatas.length, 2);
  clock.advance(1);
  routes.removeExpired();
  assert.deepEqual(route('T')!.brokerDatas.map((data) => data.brokerName), ['b']); // prettier-ignore
  assert.deepEqual([quick.closed, slow.closed], [true, false]);
  clock.advance(118_999);
  routes.touch('C', 'b0:1');
  clock.advance(120_000);
  routes.removeExpired();
  assert.ok(route('T'));
  clock.advance(1);
  routes.removeExpired();
  assert.equal(route('T'), undefined);
  assert.deepEqual(routes.clusterInfo(), {
    brokerAddrTable: new Map(),
    clusterAddrTable: new Map(),
  });
});

test('a closed connection takes all its brokers, but not those that came back by another', () => {
  const { routes, route } = setup();
  const first = connection();
  routes.register(broker('a', 0, [T, U], { connection: first }));
  routes.register(broker('b', 0, [T, V], { connection: first }));
  routes.register(broker('c', 0, [T, U], { connection: first }));
  routes.register(broker('c', 0, [T, U], { connection: connection() }));
  routes.connectionClosed(first);
  assert.deepEqual(route('T')!.brokerDatas.map((data) => data.brokerName), ['c']); // prettier-ignore
  assert.equal(route('V'), undefined);
});

test('the others hear of a new smallest id, and of one that has gone', () => {
  const { routes, notices } = setup({ notifyMinBrokerIdChanged: true });
  const acting = { enableActingMaster: true };
  routes.register(broker('a', 2, [T, U], acting));
  routes.register(broker('a', 1, [T, U], acting));
  routes.register(broker('a', 0, [T, U], acting));
  const addrs = (...ids: number[]) => new Map(ids.map((id) => [id, `a${id}:1`]));
  assert.deepEqual(notices, [
    { brokerAddrs: addrs(2, 1), haBrokerAddr: 'a1:2' },
    { brokerAddrs: addrs(2, 1, 0), haBrokerAddr: 'a0:2' },
  ]);
  notices.length = 0;
  routes.unregister(broker('a', 1, []));
  assert.deepEqual(notices, []);
  routes.unregister(broker('a', 0, []));
  assert.deepEqual(notices, [{ brokerAddrs: addrs(2), offlineBrokerAddr: 'a0:1' }]);
  routes.unregister(broker('a', 2, []));
  assert.equal(notices.length, 1);
});

test('without the setting, or without acting masters, nobody is told', () => {
  const quiet = setup();
  const other = setup({ notifyMinBrokerIdChanged: true });
  for (const { routes } of [quiet, other]) {
    routes.register(broker('a', 0, [T, U]));
    routes.register(broker('a', 1, [T, U]));
    routes.unregister(broker('a', 0, []));
  }
  assert.deepEqual(quiet.notices.concat(other.notices), []);
});

test('topics that a broker no longer names go only with deleteTopicWithBrokerRegistration', () => {
  for (const deleteTopicWithBrokerRegistration of [false, true]) {
    const { routes, route } = setup({ deleteTopicWithBrokerRegistration });
    routes.register(broker('a', 0, [T, U, V]));
    routes.register(broker('b', 0, [T, U]));
    routes.register(broker('a', 0, [T]));
    assert.equal(route('V') === undefined, deleteTopicWithBrokerRegistration);
    const expected = deleteTopicWithBrokerRegistration ? ['b'] : ['a', 'b'];
    assert.deepEqual(route('U')!.queueDatas.map((queue) => queue.brokerName), expected); // prettier-ignore
  }
});

test('the same data version changes nothing but what is missing', () => {
  const { routes, route } = setup();
  const first = broker('a', 0, [T, U]);
  routes.register(first);
  const again = broker('a', 0, [newTopicConfig('T', { readQueueNums: 99 }), U, V]);
  again.topics.dataVersion = first.topics.dataVersion;
  routes.register(again);
  assert.equal(route('T')!.queueDatas[0]!.readQueueNums, 16);
  assert.ok(route('V'));
});

test('an acting master is shown only with supportActingMaster', () => {
  for (const supportActingMaster of [false, true]) {
    const { routes, route } = setup({ supportActingMaster });
    const acting = { enableActingMaster: true };
    routes.register(broker('a', 0, [T, U], acting));
    routes.register(broker('a', 1, [T, U], acting));
    routes.unregister(broker('a', 0, []));
    const { brokerDatas, queueDatas } = route('T')!;
    assert.deepEqual([...brokerDatas[0]!.brokerAddrs.keys()], [supportActingMaster ? 0 : 1]);
    assert.equal(queueDatas[0]!.perm, 4);
  }
});

test('a route handed out does not change with the table', () => {
  const { routes, route } = setup();
  routes.register(broker('a', 0, [T, U]));
  const before = route('T')!;
  routes.register(broker('a', 1, [T, U]));
  assert.deepEqual([...before.brokerDatas[0]!.brokerAddrs.keys()], [0]);
});
