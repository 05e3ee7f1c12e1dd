// Who is connected, who holds which queue, and what is counted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumerData } from '../../../src/protocol/bodies/client.js';
import type { Connection } from '../../../src/remoting/connection.js';
import { ConsumerTable } from '../../../src/server/broker/clients/consumers.js';
import { RebalanceLocks } from '../../../src/server/broker/clients/locks.js';
import type { ClientMember } from '../../../src/server/broker/parts.js';
import { ProducerTable } from '../../../src/server/broker/clients/producers.js';
import { Stats } from '../../../src/server/broker/running/stats.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

/** As much of a connection as the tables use; `told` are the groups it was notified of. */
class Peer {
  readonly told: string[] = [];
  closed = false;
  constructor(readonly remote: string) {}

  oneway(name: string, header: { consumerGroup: string }): void {
    assert.equal(name, 'NOTIFY_CONSUMER_IDS_CHANGED');
    this.told.push(header.consumerGroup);
  }

  close(): void {
    this.closed = true;
  }
}

const asConnection = (peer: Peer): Connection => peer as unknown as Connection;
const member = (peer: Peer, clientId = peer.remote): ClientMember => ({
  clientId,
  connection: asConnection(peer),
  language: 'JAVA',
  version: 513,
});

function heartbeat(topics: Record<string, number>, fields: Partial<ConsumerData> = {}) {
  const data: ConsumerData = {
    groupName: 'G',
    consumeType: 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    unitMode: false,
    subscriptionDataSet: Object.entries(topics).map(([topic, subVersion]) => ({
      topic,
      subVersion,
      subString: '*',
      tagsSet: [],
      codeSet: [],
      expressionType: 'TAG',
      classFilterMode: false,
    })),
    ...fields,
  };
  return data;
}

function table(changes: { notify?: boolean } = {}) {
  const clock = new FakeClock();
  const notifyConsumerIdsChangedEnable = changes.notify ?? true;
  const config = { notifyConsumerIdsChangedEnable, channelExpiredTimeout: 120_000 };
  return { clock, consumers: new ConsumerTable(config, clock, new RecordingLog()) };
}

test('members are told when one comes, goes, or subscribes to other topics', () => {
  const { consumers } = table();
  const [a, b] = [new Peer('a'), new Peer('b')];
  consumers.register(member(a), heartbeat({ T: 1 }), { notify: true });
  consumers.register(member(b), heartbeat({ T: 1 }), { notify: true });
  assert.deepEqual([a.told.length, b.told.length], [2, 1]);
  consumers.register(member(a), heartbeat({ T: 2 }), { notify: true });
  assert.equal(a.told.length, 2, 'a newer version alone is no news');
  assert.equal(consumers.group('G')?.subscription('T')?.subVersion, 2);
  consumers.register(member(a), heartbeat({ U: 3 }), { notify: true });
  assert.deepEqual([a.told.length, b.told.length], [3, 2]);
  assert.deepEqual(consumers.groupsWith('U'), ['G']);
  assert.deepEqual(consumers.groupsWith('T'), []);
  consumers.closed(asConnection(a));
  assert.deepEqual(b.told.length, 3);
  assert.deepEqual(consumers.group('G')?.clientIds(), ['b']);
});

test('the last member takes the group along', () => {
  const { consumers } = table();
  const gone: string[] = [];
  consumers.onGroup({ gone: (group) => gone.push(group) });
  const a = new Peer('a');
  consumers.register(member(a), heartbeat({ T: 1 }), { notify: true });
  consumers.unregister('G', asConnection(a), true);
  consumers.closed(asConnection(a));
  assert.equal(consumers.group('G'), undefined);
  assert.deepEqual(gone, ['G']);
});

test('nobody is told in a broadcasting group, or where notices are off', () => {
  const quiet = [
    [table(), heartbeat({ T: 1 }, { messageModel: 'BROADCASTING' }), true],
    [table({ notify: false }), heartbeat({ T: 1 }), true],
    [table(), heartbeat({ T: 1 }), false],
  ] as const;
  for (const [{ consumers }, data, notify] of quiet) {
    const a = new Peer('a');
    consumers.register(member(a), data, { notify });
    assert.deepEqual(a.told, []);
  }
});

test('a heartbeat without subscriptions keeps those that are known', () => {
  const { consumers } = table();
  const a = new Peer('a');
  consumers.register(member(a), heartbeat({ T: 1 }), { notify: true });
  const options = { notify: true, keepSubscriptions: true };
  consumers.register(member(a), heartbeat({}), options);
  assert.equal(consumers.group('G')?.subscription('T')?.subVersion, 1);
});

test('a client that reconnects is listed once', () => {
  const { consumers } = table();
  const [before, after] = [new Peer('a:1'), new Peer('a:2')];
  consumers.register(member(before, 'a'), heartbeat({ T: 1 }), { notify: true });
  consumers.register(member(after, 'a'), heartbeat({ T: 1 }), { notify: true });
  assert.deepEqual(consumers.group('G')?.clientIds(), ['a']);
  consumers.closed(asConnection(before));
  assert.deepEqual(consumers.group('G')?.clientIds(), ['a']);
});

test('silent members are closed, and the others told', () => {
  const { consumers, clock } = table();
  const [a, b] = [new Peer('a'), new Peer('b')];
  consumers.register(member(a), heartbeat({ T: 1 }), { notify: true });
  consumers.register(member(b), heartbeat({ T: 1 }), { notify: true });
  clock.advance(100_000);
  consumers.register(member(b), heartbeat({ T: 1 }), { notify: true });
  clock.advance(30_000);
  const told = b.told.length;
  consumers.scan();
  assert.deepEqual([a.closed, b.closed], [true, false]);
  assert.equal(b.told.length, told + 1);
});

test('transaction checks go round the producers of a group', () => {
  const clock = new FakeClock();
  const config = { enableRegisterProducer: true, rejectTransactionMessage: false };
  const producers = new ProducerTable(config, clock, new RecordingLog());
  const peers = [new Peer('a'), new Peer('b')];
  for (const peer of peers) producers.register('P', member(peer));
  const seen = new Set([producers.connectionOf('P'), producers.connectionOf('P')]);
  assert.deepEqual(seen, new Set(peers.map(asConnection)));
  assert.equal(producers.byClientId('a'), asConnection(peers[0]!));
  producers.closed(asConnection(peers[0]!));
  assert.equal(producers.byClientId('a'), undefined);
  clock.advance(121_000);
  producers.scan();
  assert.equal(peers[1]!.closed, true);
  assert.equal(producers.members('P'), undefined);
  assert.equal(producers.connectionOf('P'), undefined);
});

test('a queue belongs to one client until it unlocks it or falls silent', () => {
  const clock = new FakeClock();
  const locks = new RebalanceLocks(clock, new RecordingLog());
  const queues = [0, 1].map((queueId) => ({ topic: 'T', brokerName: 'b', queueId }));
  assert.deepEqual(locks.lock('G', 'a', queues), queues);
  assert.deepEqual(locks.lock('G', 'b', queues), []);
  assert.deepEqual(locks.lock('H', 'b', queues), queues);
  locks.unlock('G', 'b', queues);
  assert.deepEqual(locks.lock('G', 'b', queues), []);
  locks.unlock('G', 'a', [queues[0]!]);
  assert.deepEqual(locks.lock('G', 'b', queues), [queues[0]!]);
  assert.equal(locks.allExpired('G'), false);
  clock.advance(60_001);
  assert.equal(locks.allExpired('G'), true);
  assert.deepEqual(locks.lock('G', 'b', queues), queues);
});

test('counters are sampled into sums and rates', async () => {
  const clock = new FakeClock();
  const stats = new Stats({ clock, clusterName: 'C' });
  await stats.start();
  for (let second = 0; second < 60; second++) {
    stats.topicPut('T', 0, 10, 1000, 2);
    stats.topicPut('SCHEDULE_TOPIC_XXXX', 0, 1, 100, 2);
    stats.groupGet('G', 'T', 0, 5, 500, 1, 30);
    clock.advance(1000);
  }
  assert.equal(stats.putTotal(), 600);
  assert.equal(stats.getTotal(), 300);
  const minute = stats.item('TOPIC_PUT_NUMS', 'T')!.minute();
  assert.ok(Math.abs(minute.tps - 10) < 2, `${minute.tps}`);
  assert.equal(stats.topicPutTps('T'), minute.tps);
  assert.ok(stats.groupGetTps('G', 'T') > 3);
  assert.equal(stats.item('GROUP_GET_FALL_TIME', '0@T@G')?.value, 30);
  stats.topicDeleted('T');
  assert.equal(stats.item('TOPIC_PUT_NUMS', 'T'), undefined);
  assert.equal(stats.item('GROUP_GET_NUMS', 'T@G'), undefined);
  stats.topicPut('T', 0, 1, 1, 1);
  assert.equal(stats.item('TOPIC_PUT_NUMS', 'T')?.value, 1);
  await stats.stop();
});
