import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAGIC_V2 } from '../../src/protocol/message.js';
import { MemoryFiles } from './memory-files.js';
import {
  batchOf,
  get,
  message,
  openStore,
  properties,
  put,
  putMany,
  readQueue,
  temporaryFolder,
} from './support.js';

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

test('what cannot be stored is refused with its reason', async (t) => {
  const store = await openStore(t, temporaryFolder(t), { mappedFileSizeCommitLog: 100_000 });
  const refused = async (changes: Parameters<typeof put>[1]): Promise<string> => {
    const { status, reason } = await put(store, changes);
    return `${status}: ${reason}`;
  };
  assert.match(await refused({ body: Buffer.alloc(65_537) }), /^MESSAGE_ILLEGAL: .*maxMessageSize/);
  assert.match(await refused({ topic: '' }), /^MESSAGE_ILLEGAL: no topic/);
  assert.match(
    await refused({ topic: '../x' }),
    /^MESSAGE_ILLEGAL: the topic cannot name a folder/,
  );
  assert.match(
    await refused({ topic: 'x'.repeat(256) }),
    /^MESSAGE_ILLEGAL: the topic is too long/,
  );
  const long = properties({ a: 'é'.repeat(16_400) });
  assert.match(await refused({ properties: long }), /^PROPERTIES_SIZE_EXCEEDED/);
  const batch = Array.from({ length: 30 }, () => message({ body: Buffer.alloc(5000) }));
  const result = await new Promise<{ status: string }>((done) =>
    store.putBatch(...batchOf(batch), done),
  );
  assert.equal(result.status, 'MESSAGE_ILLEGAL');
  await store.stop();
  assert.match(await refused({}), /^SERVICE_NOT_AVAILABLE: the store is not running/);
});

test('records of topics over 127 bytes, of IPv6 hosts and with a CRC property', async (t) => {
  const root = temporaryFolder(t);
  const changes = { enabledAppendPropCRC: true, forceVerifyPropCRC: true };
  const store = await openStore(t, root, changes);
  const topic = `%RETRY%${'g'.repeat(150)}`;
  const bornHost = { address: Buffer.alloc(16, 1), port: 80 };
  await put(store, { topic, bornHost, properties: 'TAGS\u0001a\u0002' });
  await put(store, { topic, properties: 'a\u0001no last sign' });
  await store.stop();
  writeFileSync(join(root, 'abort'), '1');
  rmSync(join(root, 'checkpoint'));
  const again = await openStore(t, root, changes);
  const messages = await readQueue(again, topic, 0);
  assert.equal(messages.length, 2);
  assert.equal(messages[0].magic, MAGIC_V2);
  assert.deepEqual(messages[0].bornHost, bornHost);
  const texts = messages.map((one) => one.properties.replace(/\d{10}/, 'DIGITS'));
  const crc = '__CRC32#\u0001DIGITS\u0002';
  assert.deepEqual(texts, [`TAGS\u0001a\u0002${crc}`, `a\u0001no last sign\u0002${crc}`]);
});

test('queues are opened when they are first used, after a stop and after a crash', async (t) => {
  const files = new MemoryFiles();
  const first = await openStore(t, '/data/store', { with: { files } });
  await putMany(first, 200, (i) => ({ topic: `T${i % 50}`, body: Buffer.from(String(i)) }));
  await first.stop();
  const crashed = files.afterKill();
  crashed.writeTextAtomic('/data/store/abort', '1');
  for (const disk of [files, crashed]) {
    const looked = new Set<string>();
    const opened = new Set<string>();
    disk.fault = (operation, path) => {
      const [, topic] = /consumequeue\/([^/]+)\//.exec(path) ?? [];
      if (operation !== 'open' || topic === undefined) return;
      // a start looks whether the end of each is there, and no further
      if (looked.has(topic)) opened.add(topic);
      looked.add(topic);
    };
    const store = await openStore(t, '/data/store', { with: { files: disk } });
    assert.ok(opened.size <= 2, [...opened].join());
    assert.deepEqual(
      (await readQueue(store, 'T7', 0)).map(({ body }) => String(body)),
      ['7', '57', '107', '157'],
    );
    assert.equal((await put(store, { topic: 'T8' })).queueOffset, 4);
    assert.ok(opened.size <= 4, [...opened].join());
    assert.equal(store.queues().size, 50);
    assert.equal(opened.size, 50);
    await store.deleteTopics(['T9']);
    assert.equal(store.maxOffset('T9', 0), 0);
    await store.stop();
  }
});
