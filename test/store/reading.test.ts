// Reading by offset, time and key: RocketMQ's status codes, next offsets and boundaries.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { decodeRecord } from '../../src/protocol/message.js';
import { FakeClock, settle } from './fake-clock.js';
import { MemoryFiles } from './memory-files.js';
import { get, openStore, properties, put, putMany, temporaryFolder } from './support.js';
import type { StoreParts } from '../../src/store/parts.js';
import type { OpenChanges, TestStore } from './support.js';

const START = 1_800_000_000_000;

async function timed(
  t: TestContext,
  changes: OpenChanges = {},
): Promise<{ store: TestStore; clock: FakeClock; files: MemoryFiles }> {
  const files = new MemoryFiles();
  const clock = new FakeClock(START);
  const store = await openStore(t, '/data/store', { ...changes, with: { files, clock } });
  return { store, clock, files };
}

test('offsets outside of a queue get their status and where to go on', async (t) => {
  const store = await openStore(t, temporaryFolder(t));
  await putMany(store, 10, () => ({}));
  const ask = async (changes: Parameters<typeof get>[1]): Promise<unknown[]> => {
    const { status, nextBeginOffset, minOffset, maxOffset } = await get(store, changes);
    return [status, nextBeginOffset, minOffset, maxOffset];
  };
  assert.deepEqual(await ask({ offset: 3 }), ['FOUND', 10, 0, 10]);
  assert.deepEqual(await ask({ offset: 10 }), ['OFFSET_OVERFLOW_ONE', 10, 0, 10]);
  assert.deepEqual(await ask({ offset: 11 }), ['OFFSET_OVERFLOW_BADLY', 10, 0, 10]);
  assert.deepEqual(await ask({ offset: -1 }), ['OFFSET_TOO_SMALL', 0, 0, 10]);
  assert.deepEqual(await ask({ queueId: 5, offset: 7 }), ['NO_MESSAGE_IN_QUEUE', 0, 0, 0]);
  assert.deepEqual(await ask({ topic: 'Unknown' }), ['NO_MESSAGE_IN_QUEUE', 0, 0, 0]);
});

test('a slave corrects no offsets unless it is asked to', async (t) => {
  const root = temporaryFolder(t);
  const master = await openStore(t, root);
  await putMany(master, 3, () => ({}));
  await master.stop();
  const slave = await openStore(t, root, { brokerRole: 'SLAVE' });
  assert.equal((await get(slave, { offset: 9 })).nextBeginOffset, 9);
  assert.equal((await put(slave)).status, 'SERVICE_NOT_AVAILABLE');
  await slave.stop();
  const strict = await openStore(t, root, { brokerRole: 'SLAVE', offsetCheckInSlave: true });
  assert.equal((await get(strict, { offset: 9 })).nextBeginOffset, 3);
});

test('an answer has bounds, but always one message', async (t) => {
  const store = await openStore(t, temporaryFolder(t), { maxTransferCountOnMessageInMemory: 20 });
  await putMany(store, 50, () => ({ body: Buffer.alloc(1000) }));
  const count = async (changes: Parameters<typeof get>[1]): Promise<number> =>
    (await get(store, changes)).records.length;
  assert.equal(await count({ maxMessages: 5 }), 5);
  assert.equal(await count({ maxMessages: 40 }), 20);
  assert.equal(await count({ maxBytes: 5000 }), 4);
  assert.equal(await count({ maxBytes: 1 }), 1);
});

test('messages that do not match are stepped over, as far as a pull looks', async (t) => {
  const store = await openStore(t, temporaryFolder(t));
  await putMany(store, 1000, (i) => ({
    properties: properties({ TAGS: i % 500 === 499 ? 'b' : 'a' }),
  }));
  const tag = BigInt('b'.charCodeAt(0));
  const matchTags = (code: bigint): boolean => code === tag;
  const first = await get(store, { matchTags });
  assert.deepEqual([first.status, first.nextBeginOffset], ['FOUND', 800]);
  assert.equal(first.messages[0].queueOffset, 499);
  const none = await get(store, { matchTags: () => false });
  assert.deepEqual([none.status, none.nextBeginOffset], ['NO_MATCHED_MESSAGE', 800]);
  const odd = await get(store, {
    matchRecord: (bytes, at) => decodeRecord(bytes, at)!.queueOffset % 2 === 1,
    maxMessages: 3,
  });
  assert.deepEqual(
    odd.messages.map(({ queueOffset }) => queueOffset),
    [1, 3, 5],
  );
});

test('old messages come from the files, off the event loop, as whole slices', async (t) => {
  const { store, files } = await timed(t, { mappedFileSizeCommitLog: 8 * 1024 * 1024 });
  const body = Buffer.alloc(60_000, 7);
  for (let i = 0; i < 1000; i++) await put(store, { body, queueId: i % 2 });
  const hot = store.get({
    topic: 'TestTopic',
    queueId: 0,
    offset: 499,
    maxMessages: 1,
    maxBytes: 1e6,
  });
  assert.ok(!(hot instanceof Promise));
  const cold = store.get({
    topic: 'TestTopic',
    queueId: 0,
    offset: 0,
    maxMessages: 32,
    maxBytes: 1e6,
  });
  assert.ok(cold instanceof Promise);
  const { records, nextBeginOffset } = await cold;
  assert.equal(nextBeginOffset, 4);
  records.forEach((record, i) => assert.equal(decodeRecord(record)!.queueOffset, i));
  files.fault = () => {
    throw new Error('read again');
  };
  const again = store.get({
    topic: 'TestTopic',
    queueId: 0,
    offset: 1,
    maxMessages: 1,
    maxBytes: 1e6,
  });
  files.fault = () => undefined;
  assert.ok(!(again instanceof Promise), 'what was read is kept for the next');
});

test('records over blocks, files and the end of the memory are whole', async (t) => {
  const { store } = await timed(t, { mappedFileSizeCommitLog: 1_000_000, maxMessageSize: 900_000 });
  const sizes = Array.from({ length: 120 }, (_, i) => (i * 104_729) % 700_000);
  for (const [i, size] of sizes.entries()) await put(store, { body: Buffer.alloc(size, i) });
  for (const [i, size] of sizes.entries()) {
    const { messages } = await get(store, { offset: i, maxMessages: 1 });
    assert.equal(messages[0].body.length, size);
    assert.ok(messages[0].body.every((byte) => byte === i));
    const record = await store.recordAt(messages[0].physicalOffset);
    assert.equal(record?.length, messages[0].totalSize);
  }
});

test('who reads on waits for the first blocks only', async (t) => {
  const { store: written, clock, files } = await timed(t);
  const count = 26_000;
  await putMany(written, count, (i) => ({ queueId: i % 2, body: Buffer.alloc((i * 7919) % 99) }));
  await written.stop();
  const store = await openStore(t, '/data/store', { with: { files, clock } });
  const wish = { topic: 'TestTopic', maxMessages: 32, maxBytes: 1e6, joined: true };
  let waits = 0;
  for (let offset = 0; offset < count / 2;) {
    for (const queueId of [0, 1]) {
      const answer = store.get({ ...wish, queueId, offset });
      if (answer instanceof Promise) waits++;
      const { messages, nextBeginOffset } = await answer;
      assert.equal(messages, Math.min(32, count / 2 - offset));
      if (queueId === 1) offset = nextBeginOffset;
      await settle();
    }
  }
  // entries of each queue, and the log, have two blocks before it shows that somebody reads on
  assert.ok(waits <= 6, `${waits} waits`);
});

test('nothing that is asked of old messages holds up the event loop', async (t) => {
  const files = new MemoryFiles();
  const changes = { files, clock: new FakeClock(START) };
  const written = await openStore(t, '/data/store', { with: changes });
  const count = 600;
  await putMany(written, count, (i) => ({
    ...{ queueId: i % 2, body: Buffer.alloc(5000) },
    properties: properties({ UNIQ_KEY: `u${i}`, KEYS: `k${i}` }),
  }));
  await written.stop();
  const store = await openStore(t, '/data/store', { with: changes });
  const read = files.readSync.bind(files);
  files.pread = async (...which) => read(...which);
  files.readSync = () => {
    throw new Error('a read that waits');
  };
  const { messages } = await get(store, { queueId: 1, maxMessages: 20 });
  assert.equal(messages.length, 20);
  const filtered = await get(store, { matchRecord: (bytes, at) => bytes[at + 27] === 7 });
  assert.equal(filtered.messages[0].queueOffset, 7);
  assert.ok(await store.recordAt(messages[3].physicalOffset));
  assert.equal(await store.offsetByTime('TestTopic', 0, START - 1), 0);
  assert.equal(await store.earliestTimestamp('TestTopic', 0), START);
  for (const key of ['u0', 'k599']) {
    const range = { begin: 0, end: Number.MAX_SAFE_INTEGER, maxMessages: 5 };
    assert.equal((await store.query({ topic: 'TestTopic', key, ...range })).records.length, 1);
  }
});

test('records that are being removed are stepped over', async (t) => {
  const root = temporaryFolder(t);
  const small = { mappedFileSizeCommitLog: 100_000, mappedFileSizeConsumeQueue: 200 };
  const before = await openStore(t, root, small);
  await putMany(before, 100, () => ({ body: Buffer.alloc(4000) }));
  await before.stop();
  const store = await openStore(t, root, small);
  const { commitLog } = Reflect.get(store, 'parts') as StoreParts;
  commitLog.list.deleteFirst(); // the queue does not know yet
  const removing = await get(store, { offset: 0, maxMessages: 5 });
  assert.equal(removing.status, 'FOUND', 'what follows is found');
  const first = removing.messages[0].queueOffset;
  assert.ok(first > 10 && first < 30, String(first));
  assert.ok(removing.messages[0].physicalOffset >= commitLog.min);
  while (commitLog.list.first) commitLog.list.deleteFirst();
  const none = await get(store, { offset: 75 });
  assert.equal(none.status, 'MESSAGE_WAS_REMOVING');
  assert.equal(none.nextBeginOffset, 100);
});

test('a consume queue file that is gone is stepped over', async (t) => {
  const root = temporaryFolder(t);
  const before = await openStore(t, root, { mappedFileSizeConsumeQueue: 200 });
  await putMany(before, 45, () => ({}));
  await before.stop();
  const store = await openStore(t, root, { mappedFileSizeConsumeQueue: 200 });
  const { queues } = Reflect.get(store, 'parts') as StoreParts;
  const { list } = queues.find('TestTopic', 0)!.units;
  const read = list.readLater.bind(list);
  list.readLater = async (offset, out) =>
    offset >= 200 && offset < 400 ? undefined : read(offset, out);
  const gone = await get(store, { offset: 13 });
  assert.deepEqual([gone.status, gone.nextBeginOffset], ['OFFSET_FOUND_NULL', 20]);
  const { status, messages } = await get(store, { offset: 20 });
  assert.deepEqual([status, messages[0].queueOffset], ['FOUND', 20]);
});

test('offsets by time follow both boundaries, whatever the times', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 }),
      async (steps) => {
        const { store, clock } = await timed(t, { mappedFileSizeConsumeQueue: 200 });
        const times: number[] = [];
        for (const step of steps) {
          await clock.advance(step);
          times.push((await put(store)).storeTimestamp);
        }
        for (let time = START - 1; time <= times.at(-1)! + 1; time++) {
          const lower = times.findIndex((stored) => stored >= time);
          const upper = times.findLastIndex((stored) => stored <= time);
          const by = (boundary: 'LOWER' | 'UPPER'): Promise<number> =>
            store.offsetByTime('TestTopic', 0, time, boundary);
          assert.equal(await by('LOWER'), lower < 0 ? times.length : lower);
          assert.equal(await by('UPPER'), Math.max(0, upper));
        }
        await store.stop();
      },
    ),
    { numRuns: 25 },
  );
});

test('store times of single messages', async (t) => {
  const { store, clock } = await timed(t);
  await put(store);
  await clock.advance(50);
  await put(store);
  assert.equal(await store.storeTimestamp('TestTopic', 0, 1), START + 50);
  assert.equal(await store.storeTimestamp('TestTopic', 0, 2), -1);
  assert.equal(await store.earliestTimestamp('TestTopic', 0), START);
  assert.equal(await store.earliestTimestamp('TestTopic', 9), -1);
});

test('keys, tags and time ranges over many index files', async (t) => {
  const { store, clock } = await timed(t, { maxIndexNum: 100 });
  for (let i = 0; i < 300; i++) {
    await put(store, {
      properties: properties({
        UNIQ_KEY: `u${i}`,
        KEYS: `k${i % 10} x`,
        TAGS: i % 2 ? 'odd' : 'even',
      }),
    });
    await clock.advance(1000);
  }
  const find = async (key: string, changes = {}): Promise<number[]> => {
    const range = { begin: 0, end: Number.MAX_SAFE_INTEGER, maxMessages: 32 };
    const { records } = await store.query({ topic: 'TestTopic', key, ...range, ...changes });
    return records.map((record) => decodeRecord(record)!.queueOffset);
  };
  assert.deepEqual(await find('u123'), [123]);
  assert.deepEqual(
    await find('k3'),
    Array.from({ length: 30 }, (_, i) => i * 10 + 3),
  );
  assert.deepEqual(await find('k3', { maxMessages: 2 }), [283, 293], 'the newest');
  assert.equal((await find('x', { maxMessages: 1000 })).length, 64, 'maxMsgsNumBatch');
  assert.deepEqual(await find('odd', { indexType: 'T', maxMessages: 1 }), [299]);
  assert.deepEqual(await find('odd'), [], 'a tag is no key');
  const range = { begin: START + 100_000, end: START + 115_000 };
  assert.deepEqual(await find('k5', range), [105, 115]);
  assert.deepEqual(await find('nothing'), []);
});

test('a topic that is deleted and made again begins at 0', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root);
  await putMany(store, 20, () => ({}));
  const last = putMany(store, 1, () => ({}));
  await store.deleteTopics(['TestTopic', 'Unknown']);
  assert.equal((await last)[0].status, 'PUT_OK');
  assert.deepEqual([...store.queues()], []);
  assert.equal((await get(store)).status, 'NO_MESSAGE_IN_QUEUE');
  assert.equal((await put(store, { body: Buffer.from('new') })).queueOffset, 0);
  await store.stop();
  const again = await openStore(t, root);
  const { messages } = await get(again);
  assert.deepEqual(
    messages.map(({ body }) => body.toString()),
    ['new'],
  );
});

test('what arrives is announced once it can be read', async (t) => {
  const store = await openStore(t, temporaryFolder(t));
  const seen: string[] = [];
  store.onArrival((arrival) => {
    const { topic, queueId, queueOffset } = arrival;
    seen.push(`${topic} ${queueId} ${queueOffset} ${store.maxOffset(topic, queueId)}`);
    throw new Error('a listener that fails harms nobody');
  });
  await putMany(store, 2, (i) => ({ queueId: i, properties: properties({ TAGS: 'a' }) }));
  await settle();
  assert.deepEqual(seen, ['TestTopic 0 0 1', 'TestTopic 1 0 1']);
});

test('readers of many places get the right records while blocks come and go', async (t) => {
  const store = await openStore(t, temporaryFolder(t), {
    ...{ mappedFileSizeCommitLog: 64 * 1024 * 1024, maxTransferCountOnMessageInMemory: 64 },
  });
  const count = 4000;
  const body = (i: number): Buffer => Buffer.alloc(9000 + (i % 7) * 100, String(i));
  await putMany(store, count, (i) => ({ queueId: i % 8, body: body(i) }));
  // far more than the cache holds, read in order from many places at once and anywhere
  await Promise.all(
    Array.from({ length: 24 }, async (_, reader) => {
      const queueId = reader % 8;
      const max = store.maxOffset('TestTopic', queueId);
      for (let offset = (reader * 37) % max, left = 160; left > 0 && offset < max;) {
        const { messages, nextBeginOffset } = await get(store, { queueId, offset });
        for (const message of messages) {
          assert.ok(message.body.equals(body(message.queueOffset * 8 + queueId)));
        }
        left -= messages.length;
        offset = reader % 3 === 0 ? (offset * 31 + 7) % max : nextBeginOffset;
      }
    }),
  );
});
