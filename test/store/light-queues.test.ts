// Messages that are in several queues (light queues, `%LMQ%`).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProperties } from '../../src/protocol/properties.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles, failure } from './memory-files.js';
import { get, openStore, properties, put, readQueue, recordingLogger } from './support.js';
import type { TestStore } from './support.js';

const LIGHT = { enableLmq: true, enableMultiDispatch: true };

const to = (...names: string[]): string =>
  properties({ TAGS: 'a', WAIT: 'true', INNER_MULTI_DISPATCH: names.join(',') });

async function bodies(store: TestStore, topic: string): Promise<string[]> {
  return (await readQueue(store, topic, 0)).map(({ body }) => body.toString());
}

test('a message is in its own queue and in the light queues it names', async (t) => {
  const files = new MemoryFiles();
  const store = await openStore(t, '/data/store', { ...LIGHT, with: { files } });
  const arrived: string[] = [];
  store.onArrival(({ topic, queueOffset }) => arrived.push(`${topic} ${queueOffset}`));
  await put(store, { queueId: 3, body: Buffer.from('1'), properties: to('%LMQ%x', '%LMQ%y') });
  await put(store, { queueId: 2, body: Buffer.from('2'), properties: to('%LMQ%y') });
  assert.deepEqual(await bodies(store, '%LMQ%x'), ['1']);
  assert.deepEqual(await bodies(store, '%LMQ%y'), ['1', '2']);
  const { messages } = await get(store, { queueId: 2 });
  const stored = parseProperties(messages[0].properties);
  assert.equal(stored.INNER_MULTI_QUEUE_OFFSET, '1');
  assert.equal(stored.WAIT, undefined);
  const expected = ['TestTopic 0', '%LMQ%x 0', '%LMQ%y 0', 'TestTopic 0', '%LMQ%y 1'];
  assert.deepEqual(arrived, expected);

  const killed = await openStore(t, '/data/store', {
    ...LIGHT,
    with: { files: files.afterKill() },
  });
  assert.deepEqual(await bodies(killed, '%LMQ%y'), ['1', '2']);
  await put(killed, { body: Buffer.from('3'), properties: to('%LMQ%y') });
  assert.deepEqual(await bodies(killed, '%LMQ%y'), ['1', '2', '3']);
  assert.equal(await killed.cleanUnusedTopics(new Set()), 1);
  assert.ok([...killed.queues().keys()].every((topic) => topic.startsWith('%LMQ%')));
});

test('who starts without enableMultiDispatch after a kill loses no entries', async (t) => {
  const files = new MemoryFiles();
  const clock = new FakeClock(1_800_000_000_000);
  const store = await openStore(t, '/data/store', { ...LIGHT, with: { files, clock } });
  await put(store, { body: Buffer.from('1'), properties: to('%LMQ%x') });
  await clock.advance(5000);
  await put(store, { body: Buffer.from('2'), properties: to('%LMQ%x', '%LMQ%new') });
  const killed = files.afterKill();
  const log = recordingLogger();
  const without = { enableLmq: true, enableMultiDispatch: false, with: { files: killed, log } };
  const off = await openStore(t, '/data/store', without);
  assert.deepEqual(await bodies(off, '%LMQ%x'), ['1', '2']);
  assert.equal(log.lines.filter((line) => /%LMQ%new has no files: messages/.test(line)).length, 1);
  await off.stop();
  const on = await openStore(t, '/data/store', { ...LIGHT, with: { files: killed } });
  assert.deepEqual(await bodies(on, '%LMQ%x'), ['1', '2']);
  await put(on, { body: Buffer.from('3'), properties: to('%LMQ%x') });
  assert.deepEqual(await bodies(on, '%LMQ%x'), ['1', '2', '3']);
});

test('offsets of light queues are taken back with a write that failed', async (t) => {
  const files = new MemoryFiles();
  const clock = new FakeClock(1_800_000_000_000);
  const store = await openStore(t, '/data/store', { ...LIGHT, with: { files, clock } });
  files.fault = (operation, path) => {
    if (operation === 'write' && path.includes('/commitlog/')) throw failure('EIO', path);
  };
  await put(store, { properties: to('%LMQ%x') });
  files.fault = () => undefined;
  await clock.advance(1000);
  await put(store, { body: Buffer.from('first'), properties: to('%LMQ%x') });
  const messages = await readQueue(store, '%LMQ%x', 0);
  assert.equal(messages.length, 1);
  assert.equal(store.maxOffset('%LMQ%x', 0), 1);
});

test('names that would leave the folder of the queues are passed over', async (t) => {
  const store = await openStore(t, '/data/store', { ...LIGHT, with: { files: new MemoryFiles() } });
  await put(store, { properties: to('%LMQ%../../x', '%LMQ%ok') });
  assert.deepEqual([...store.queues().keys()].sort(), ['%LMQ%ok', 'TestTopic']);
});

test('store check looks at the entries of light queues', async (t) => {
  const files = new MemoryFiles();
  const store = await openStore(t, '/data/store', { ...LIGHT, with: { files } });
  for (let i = 0; i < 5; i++) await put(store, { properties: to('%LMQ%x') });
  await store.stop();
  const problems = (): string[] => {
    const check = new StoreCheck('/data/store', files);
    while (check.step());
    return check.report().problems.map(({ where, text }) => `${where} ${text}`);
  };
  assert.deepEqual(problems(), []);
  const queue = files.paths().find((path) => path.includes('/%LMQ%x/'))!;
  files.poke(queue, 24, Buffer.of(1, 1));
  assert.match(problems().join(), /^consumequeue.%LMQ%x.0 1 of 5 entries are wrong: entry 1 names/);
});
