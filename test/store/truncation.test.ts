// The end of the log is taken back while the store runs, as when another broker became the master.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore, properties, putMany, readQueue, temporaryFolder } from './support.js';

const body = (i: number): Buffer => Buffer.from(`${i} ${'x'.repeat(2000)}`);
const one = (i: number) => ({
  queueId: i % 3,
  body: body(i),
  properties: properties({ KEYS: `k${i}` }),
});
const numbers = async (store: Parameters<typeof readQueue>[0], queueId: number) =>
  (await readQueue(store, 'TestTopic', queueId)).map(({ body }) => parseInt(body.toString(), 10));

test('what lies behind is gone from queues and index, and the log goes on there', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root);
  const results = await putMany(store, 3000, one);
  const cut = 1500;
  await store.roles.truncateLog(results[cut].physicalOffsets[0]);
  assert.equal(store.logRange().end, results[cut].physicalOffsets[0]);
  const query = { topic: 'TestTopic', maxMessages: 8, begin: 0, end: Date.now() + 1000 };
  for (const [key, found] of [
    ['k1499', 1],
    ['k1500', 0],
    ['k2999', 0],
  ] as const) {
    assert.equal((await store.query({ ...query, key })).records.length, found, key);
  }
  const expected = (queueId: number, end: number): number[] =>
    Array.from({ length: end }, (_, i) => i).filter((i) => i % 3 === queueId);
  for (const queueId of [0, 1, 2]) {
    assert.deepEqual(await numbers(store, queueId), expected(queueId, cut));
  }
  store.roles.hold();
  const anew = await putMany(store, 300, (i) => one(cut + i));
  assert.equal(anew[0].physicalOffsets[0], results[cut].physicalOffsets[0]);
  await store.stop();
  const again = await openStore(t, root);
  for (const queueId of [0, 1, 2]) {
    assert.deepEqual(await numbers(again, queueId), expected(queueId, cut + 300));
  }
});

test('a fenced store takes nothing', async (t) => {
  const store = await openStore(t, temporaryFolder(t));
  store.roles.fence(true);
  const [refused] = await putMany(store, 1, one);
  assert.equal(refused.status, 'SERVICE_NOT_AVAILABLE');
  assert.match(refused.reason!, /no master is elected/);
  store.roles.fence(false);
  const [taken] = await putMany(store, 1, one);
  assert.equal(taken.status, 'PUT_OK');
});

test('what is not confirmed is stored and cannot be read until it is', async (t) => {
  const store = await openStore(t, temporaryFolder(t), { brokerRole: 'SYNC_MASTER' });
  let confirmed = 0;
  store.copyWith({ wanted: () => 1, copiedTo: () => 0, readableTo: () => confirmed });
  const arrivals: number[] = [];
  store.onArrival(({ queueOffset }) => arrivals.push(queueOffset));
  const results = await putMany(store, 6, (i) => ({ ...one(i), queueId: 0 }));
  assert.equal(store.maxOffset('TestTopic', 0), 0);
  confirmed = results[2].physicalOffsets[0];
  store.copied();
  assert.deepEqual(arrivals, [0, 1]);
  assert.deepEqual(await numbers(store, 0), [0, 1]);
  confirmed = Infinity;
  store.copied();
  assert.deepEqual(await numbers(store, 0), [0, 1, 2, 3, 4, 5]);
});
