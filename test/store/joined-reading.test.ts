// Answers whose records come joined hold the same bytes as those with one buffer for each record,
// and what was answered stays as it is while the memory behind it is used again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRecord, decodeRecords, RecordAt } from '../../src/protocol/message.js';
import type { GetRequest } from '../../src/store/message-store.js';
import { openStore, put, putMany, temporaryFolder } from './support.js';
import type { TestStore } from './support.js';

const FILES = { mappedFileSizeCommitLog: 8 * 1024 * 1024, maxMessageSize: 1024 * 1024 };
const QUEUES = 3;
const COUNT = 1200;

/** Small ones, some that are not joined, few that are longer than a block of what is read. */
const sizeOf = (i: number): number =>
  i % 97 === 96 ? 300_000 : i % 13 === 12 ? 9000 + i : (i * 7919) % 700;

/** In turn, but for stretches of one queue, whose records stand one behind the other. */
const queueOf = (i: number): number => (i % 60 < 20 ? 0 : i % QUEUES);

async function fill(store: TestStore): Promise<void> {
  for (let from = 0; from < COUNT; from += 100) {
    await putMany(store, 100, (i) => ({
      queueId: queueOf(from + i),
      body: Buffer.alloc(sizeOf(from + i), String(from + i)),
    }));
  }
}

const request = (changes: Partial<GetRequest>): GetRequest => ({
  ...{ topic: 'TestTopic', queueId: 0, offset: 0, maxMessages: 32, maxBytes: 1024 * 1024 },
  ...changes,
});

async function compare(store: TestStore, wish: GetRequest): Promise<Buffer> {
  const [apart, joined] = await Promise.all([
    store.get(wish),
    store.get({ ...wish, joined: true }),
  ]);
  const { records, lastAt = 0, release, ...rest } = joined;
  const { records: each, ...same } = apart;
  assert.deepEqual(rest, same);
  const bytes = Buffer.concat(records);
  assert.ok(bytes.equals(Buffer.concat(each)));
  assert.equal(bytes.length, joined.bytes);
  assert.equal(decodeRecords(bytes).length, each.length);
  if (each.length > 0) lastBeginsAt(records.at(-1)!, lastAt, each.at(-1)!);
  assert.ok(records.length <= each.length);
  // every other one is never given back, as that of a peer that has gone
  if (bytes.length % 2 === 0) release?.();
  return bytes;
}

function lastBeginsAt(last: Buffer, at: number, record: Buffer): void {
  assert.ok(last.subarray(at).equals(record), 'where the last record begins');
}

const filters: GetRequest['matchRecord'][] = [
  undefined,
  (bytes, at) => bytes.readInt32BE(at + RecordAt.queueOffset + 4) % 3 === 0,
  (_bytes, at, end) => end - at < 500,
  (bytes, at, end) => decodeRecord(bytes.subarray(at, end))!.body.length > 400,
];

const wishes = fc.record({
  queueId: fc.nat(QUEUES - 1),
  offset: fc.nat(COUNT / QUEUES + 2),
  maxMessages: fc.integer({ min: 1, max: 32 }),
  maxBytes: fc.constantFrom(1000, 60_000, 1024 * 1024),
  filter: fc.constantFrom(...filters),
});

async function compareMany(store: TestStore, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(wishes, { minLength: 1, maxLength: 6 }), async (some) => {
      // at once, so that answers wait for the disk between each other
      await Promise.all(
        some.map(({ filter, ...wish }) =>
          compare(store, request({ ...wish, ...(filter && { matchRecord: filter }) })),
        ),
      );
    }),
    { numRuns: runs },
  );
}

test('joined answers are the same bytes, from memory and from files', async (t) => {
  const root = temporaryFolder(t);
  const hot = await openStore(t, root, FILES);
  await fill(hot);
  await compareMany(hot, 100);
  await hot.stop();
  const cold = await openStore(t, root, FILES);
  await compareMany(cold, 100);
});

test('small records of one answer come in one buffer', async (t) => {
  const store = await openStore(t, temporaryFolder(t), FILES);
  await putMany(store, 32 * QUEUES, (i) => ({ queueId: i % QUEUES }));
  const { records, messages } = await store.get(request({ joined: true }));
  assert.equal(messages, 32);
  assert.ok(records.length <= 2, 'one, or two where shared memory ends');
});

test('answers that are kept do not change while others are read and written', async (t) => {
  const root = temporaryFolder(t);
  const first = await openStore(t, root, FILES);
  await fill(first);
  await first.stop();
  const store = await openStore(t, root, FILES);
  const kept: { buffers: Buffer[]; copy: Buffer }[] = [];
  let reads = 0;
  for (let round = 0; round < 3; round++) {
    for (let offset = 0, end = store.maxOffset('TestTopic', 1); offset < end;) {
      const found = await store.get(request({ queueId: 1, offset, joined: true }));
      const copy = Buffer.concat(found.records);
      if (reads++ % 3 === 0) found.release?.();
      else kept.push({ buffers: found.records, copy });
      offset = found.nextBeginOffset;
    }
    // more than the tail keeps, so that its blocks are used again
    for (let i = 0; i < 25; i++) await put(store, { queueId: 1, body: Buffer.alloc(1_000_000) });
    if (round === 0) await fill(store);
  }
  for (const { buffers, copy } of kept) assert.ok(Buffer.concat(buffers).equals(copy));
});
