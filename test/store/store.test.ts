import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { get, openStore, properties, put, putMany, readQueue, temporaryFolder } from './support.js';

test('what is put can be read at the offset that was answered', async (t) => {
  const store = await openStore(t, temporaryFolder(t));
  const results = await putMany(store, 100, (i) => ({
    queueId: i % 4,
    body: Buffer.from(`message ${i}`),
    properties: properties({ TAGS: `Tag${i % 3}`, KEYS: `key${i}` }),
  }));
  assert.deepEqual(
    results.map(({ status, queueOffset }) => [status, queueOffset]),
    results.map((_, i) => ['PUT_OK', Math.floor(i / 4)]),
  );
  for (const [i, { physicalOffsets, queueOffset }] of results.entries()) {
    const { messages, status } = await get(store, { queueId: i % 4, offset: queueOffset });
    assert.equal(status, 'FOUND');
    assert.equal(messages[0].body.toString(), `message ${i}`);
    assert.equal(messages[0].physicalOffset, physicalOffsets[0]);
    assert.equal(messages[0].queueOffset, queueOffset);
  }
  assert.equal(store.maxOffset('TestTopic', 3), 25);
});

test('a clean stop and start keeps everything, over many files', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root);
  const body = Buffer.alloc(5000, 'x');
  await putMany(store, 1000, (i) => ({
    queueId: i % 3,
    body: Buffer.concat([Buffer.from(`${i} `), body]),
    properties: properties({ UNIQ_KEY: `U${i}`, KEYS: `k${i} both` }),
  }));
  assert.equal(readFileSync(join(root, 'abort'), 'utf8'), String(process.pid));
  await store.stop();
  assert.ok(!existsSync(join(root, 'abort')));
  assert.ok(existsSync(join(root, 'commitlog', '00000000000004194304')));

  const again = await openStore(t, root);
  for (const queueId of [0, 1, 2]) {
    const messages = await readQueue(again, 'TestTopic', queueId);
    assert.deepEqual(
      messages.map((message) => parseInt(message.body.toString(), 10)),
      Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 3 === queueId),
    );
  }
  const next = await put(again, { queueId: 1 });
  assert.equal(next.queueOffset, 333);
  const query = { topic: 'TestTopic', maxMessages: 32, begin: 0, end: Number.MAX_SAFE_INTEGER };
  assert.equal((await again.query({ ...query, key: 'U777' })).records.length, 1);
  assert.equal((await again.query({ ...query, key: 'k5' })).records.length, 1);
  assert.equal((await again.query({ ...query, key: 'both' })).records.length, 32);
});
