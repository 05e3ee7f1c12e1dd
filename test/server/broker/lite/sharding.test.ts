// Lite topics belong to the broker that proxies choose for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashCode } from '../../../../src/protocol/properties.js';
import { liteQueue } from '../../../../src/server/broker/lite/lite-names.js';
import { consistentHash, LiteSharding } from '../../../../src/server/broker/lite/sharding.js';

const BUCKETS = [1, 2, 3, 8, 16, 100];

/** Of Guava's Hashing.consistentHash, for each number of buckets. */
const GUAVA: Readonly<Record<string, readonly number[]>> = {
  a: [0, 0, 0, 0, 0, 29],
  b: [0, 0, 0, 5, 5, 80],
  c: [0, 0, 2, 2, 2, 19],
  none: [0, 1, 1, 7, 7, 66],
  'lite-topic_1': [0, 0, 0, 4, 4, 16],
  x: [0, 1, 1, 4, 12, 36],
  zzzzzzzz: [0, 0, 2, 7, 13, 64],
  'session-12345': [0, 1, 1, 7, 7, 55],
};

test('buckets are those of Guava', () => {
  for (const [lite, expected] of Object.entries(GUAVA)) {
    const found = BUCKETS.map((buckets) => consistentHash(hashCode(lite), buckets));
    assert.deepEqual(found, expected, lite);
  }
  const extremes = [0, -1, -(2 ** 31), 2 ** 31 - 1, 123456789];
  const found = extremes.map((input) => consistentHash(input, 1000));
  assert.deepEqual(found, [0, 313, 185, 231, 294]);
});

test('a queue of the parent topic decides, and without a route all is here', async () => {
  const queues = ['broker-a', 'broker-b'].map((brokerName) => {
    return { topic: 'Parent', brokerName, queueId: 0 };
  });
  const sharding = (routes: typeof queues | undefined): LiteSharding =>
    new LiteSharding({ brokerName: 'broker-a' }, { writable: async () => routes });
  const here = await sharding(queues).ownership('Parent');
  const lites = Object.keys(GUAVA);
  assert.deepEqual(
    lites.map((lite) => here(liteQueue('Parent', lite))),
    lites.map((lite) => GUAVA[lite][1] === 0),
  );
  for (const routes of [undefined, []]) {
    assert.ok((await sharding(routes).ownership('Parent'))(liteQueue('Parent', 'x')));
  }
});
