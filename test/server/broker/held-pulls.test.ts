// Thousands of pulls that wait: a message wakes those of its queue and nobody else, and clients that
// vanish leave nothing behind.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { createClient, type RemotingClient } from '../../../src/remoting/client.js';
import type { Connection } from '../../../src/remoting/connection.js';
import { LongPolling } from '../../../src/server/broker/pulling/long-polling.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

const CONNECTIONS = 500;
const EACH = 10;
const QUEUES = 100;
const ALL = CONNECTIONS * EACH;
/** Those of one queue. */
const SHARE = ALL / QUEUES;

const arrival = (queueId: number) => ({
  ...{ topic: 'Held', queueId, queueOffset: 0, tagsCode: 0n },
  ...{ storeTimestamp: 0, physicalOffset: 0, size: 1 },
});

test('those whose clients are gone are forgotten; the others are served once', async () => {
  const clock = new FakeClock();
  const polling = new LongPolling(clock);
  await polling.start();
  const connections = Array.from({ length: CONNECTIONS }, () => ({ closed: false }));
  const served: string[] = [];
  for (let i = 0; i < ALL; i++) {
    const connection = connections[i % CONNECTIONS] as Connection;
    const deadline = clock.now() + 15_000;
    const place = { topic: 'Held', queueId: i % QUEUES, offset: 0 };
    const serve = (timeUp: boolean): void => void served.push(`${place.queueId} ${timeUp}`);
    assert.ok(polling.hold({ ...place, deadline, connection, serve }));
  }
  polling.arrived(arrival(7));
  assert.deepEqual(new Set(served), new Set(['7 false']));
  assert.deepEqual([served.length, polling.held], [SHARE, ALL - SHARE]);
  for (const connection of connections.slice(0, CONNECTIONS / 2)) connection.closed = true;
  clock.advance(1000);
  assert.equal(served.length, SHARE, 'nobody was there to be answered');
  const { held } = polling;
  assert.ok(held > ALL / 3 && held <= ALL / 2, `${held} are left`);
  clock.advance(15_000);
  assert.deepEqual([served.length, polling.held], [SHARE + held, 0]);
  await polling.stop();
});

test('5,000 pulls on 500 connections: a message wakes those of its queue', async () => {
  const broker = await RunningBroker.start(ending);
  await broker.createTopic('Held', QUEUES);
  const clients = Array.from({ length: CONNECTIONS }, () =>
    createClient({ clock: systemClock, log: silentLogger, connectTimeoutMs: 120_000 }),
  );
  ending.after(() => clients.forEach((client) => client.close()));
  const answered = new Map<number, number>();
  const header = {
    ...{ consumerGroup: 'held', topic: 'Held', queueOffset: 0, maxMsgNums: 1, sysFlag: 6 },
    ...{ commitOffset: 0, suspendTimeoutMillis: 600_000, subscription: '*', subVersion: 0 },
  };
  const options = { allow: ANY, timeoutMs: 600_000 };
  const held = clients.flatMap((client, c) =>
    Array.from({ length: EACH }, (_, i) => {
      const queueId = (c * EACH + i) % QUEUES;
      const pull = { ...header, queueId };
      return client.request(broker.address, 'PULL_MESSAGE', pull, options).then(
        ({ code }) => code === 0 && answered.set(queueId, (answered.get(queueId) ?? 0) + 1),
        () => false, // its client vanished
      );
    }),
  );
  // A request of every connection that is answered comes behind its pulls.
  const queue = { topic: 'Held', queueId: 0 };
  const end = (client: RemotingClient): Promise<unknown> =>
    client.request(broker.address, 'GET_MAX_OFFSET', queue, { timeoutMs: 120_000 });
  await Promise.all(clients.map(end));
  assert.equal(answered.size, 0);
  await broker.sent('Held', 'x', {}, { queueId: 7 });
  await until('answers', () => answered.get(7) === SHARE);
  await end(broker.client);
  assert.deepEqual([...answered.keys()], [7]);
  for (const client of clients.slice(0, CONNECTIONS / 2)) client.close();
  await broker.sent('Held', 'y', {}, { queueId: 8 });
  await until('answers of those who are left', () => (answered.get(8) ?? 0) >= SHARE / 2);
  await broker.broker.stop(); // answers all, or ends their connections
  await Promise.all(held);
  assert.deepEqual([...answered.keys()].sort(), [7, 8]);
});
