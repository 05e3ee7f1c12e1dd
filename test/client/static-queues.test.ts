// Our own client on a static topic: logical queues, wherever their messages are.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import {
  applyPlan,
  planStaticRemapping,
  planStaticTopic,
} from '../../src/client/admin/static-topics.js';
import { createProducer } from '../../src/client/producer.js';
import { pull } from '../../src/client/pull.js';
import { topicQueues } from '../../src/client/queues.js';
import {
  consumerOffset,
  commitOffset,
  maxOffset,
  minOffset,
} from '../../src/client/queue-offsets.js';
import { createSession, type Session } from '../../src/client/session.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { startNamesrv } from '../support/namesrv.js';
import { Ending, tempFolder } from '../support/temp.js';

const ending = new Ending();
afterEach(() => ending.run());

const [TOPIC, GROUP] = ['Static', 'readers'];

/** Each session has its own idea of the routes. */
function session(namesrv: string): Session {
  const options = { namesrvAddrs: [namesrv], clock: systemClock, log: silentLogger };
  const opened = createSession(options);
  ending.after(() => opened.close());
  return opened;
}

async function produce(namesrv: string, ...bodies: string[]): Promise<[number, number][]> {
  const options = { group: 'P', namesrvAddr: namesrv, clock: systemClock, log: silentLogger };
  const producer = createProducer(options);
  const places: [number, number][] = [];
  for (const body of bodies) {
    const { queue, queueOffset } = await producer.send({ topic: TOPIC, body: Buffer.from(body) });
    assert.equal(queue.brokerName, '__syslo__global__');
    places.push([queue.queueId, queueOffset]);
  }
  await producer.stop();
  return places;
}

/** All messages of all queues with their offsets, read through. */
async function readAll(namesrv: string): Promise<string[]> {
  const own = session(namesrv);
  const found: string[] = [];
  for (const queue of await topicQueues(own, TOPIC)) {
    const end = await maxOffset(own, queue);
    for (let offset = await minOffset(own, queue); offset < end;) {
      const result = await pull(own, { group: GROUP, queue, offset });
      for (const { body, queueId, queueOffset } of result.messages) {
        found.push(`${String(body)} ${queueId}:${queueOffset}`);
      }
      const { status, nextBeginOffset } = result;
      assert.notEqual(
        nextBeginOffset,
        offset,
        `queue ${queue.queueId} stands at ${offset}: ${status}`,
      );
      offset = nextBeginOffset;
    }
  }
  return found.sort();
}

test('our producer and our pulls follow the queues of a static topic', async () => {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  for (const brokerName of ['broker-a', 'broker-b']) {
    await RunningBroker.start(ending, { broker: { namesrvAddr: namesrv, brokerName } });
  }
  const targets = new Set(['broker-a', 'broker-b']);
  const admin = session(namesrv);
  await applyPlan(admin, await planStaticTopic(admin, { topic: TOPIC, queues: 3, targets }));
  const bodies = ['1', '2', '3', '4', '5', '6'];
  const before = await produce(namesrv, ...bodies);
  assert.deepEqual(new Set(before.map(([queueId]) => queueId)), new Set([0, 1, 2]));
  const later = session(namesrv);
  const one = new Set(['broker-b']);
  await applyPlan(later, await planStaticRemapping(later, { topic: TOPIC, targets: one }));
  const more = ['7', '8', '9'];
  const after = await produce(namesrv, ...more);
  const places = [...before, ...after].map(([queueId, offset]) => `${queueId}:${offset}`);
  const expected = [...bodies, ...more].map((body, i) => `${body} ${places[i]}`).sort();
  assert.deepEqual(await readAll(namesrv), expected);
  const [queue] = await topicQueues(session(namesrv), TOPIC);
  const own = session(namesrv);
  assert.equal(await consumerOffset(own, GROUP, queue!), undefined);
  await commitOffset(own, GROUP, queue!, 2);
  assert.equal(await consumerOffset(own, GROUP, queue!), 2);
});
