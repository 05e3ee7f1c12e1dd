// When files reach the disk, and how far the checkpoint then vouches for them.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { decodeCheckpoint } from '../../src/store/format/checkpoint.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles } from './memory-files.js';
import { openStore, type OpenChanges, put, type TestStore } from './support.js';

interface Bench {
  store: TestStore;
  clock: FakeClock;
  files: MemoryFiles;
  /** How often files of the log, of consume queues, of the index were flushed. */
  flushed: Record<'commitlog' | 'consumequeue' | 'index', number>;
}

async function bench(t: TestContext, changes: OpenChanges): Promise<Bench> {
  const files = new MemoryFiles();
  const clock = new FakeClock(1_800_000_000_000);
  files.now = () => clock.now();
  const flushed = { commitlog: 0, consumequeue: 0, index: 0 };
  files.fault = (operation, path) => {
    const kind = /\/(commitlog|consumequeue|index)\//.exec(path)?.[1] as keyof typeof flushed;
    if (operation === 'fdatasync' && kind) flushed[kind]++;
  };
  const store = await openStore(t, '/data/store', { ...changes, with: { files, clock } });
  for (const kind of Object.keys(flushed) as (keyof typeof flushed)[]) flushed[kind] = 0;
  return { store, clock, files, flushed };
}

/** Messages that together are more than so many pages. */
async function write(store: TestStore, pages: number): Promise<void> {
  for (let i = 0; i < pages; i++) await put(store, { body: Buffer.alloc(4096) });
}

test('the log is flushed by flushIntervalCommitLog, from LeastPages on', async (t) => {
  const { store, clock, flushed } = await bench(t, {
    ...{ flushIntervalCommitLog: 500, flushCommitLogLeastPages: 4 },
    ...{ flushCommitLogThoroughInterval: 10_000, flushConsumeQueueThoroughInterval: 600_000 },
  });
  await clock.advance(600);
  await write(store, 2);
  await clock.advance(5000);
  assert.equal(flushed.commitlog, 0, 'two pages wait');
  await write(store, 3);
  assert.equal(flushed.commitlog, 0, 'for the next interval');
  await clock.advance(500);
  assert.equal(flushed.commitlog, 1);
  await clock.advance(20_000);
  assert.equal(flushed.commitlog, 1, 'nothing new, nothing to do');
});

test('after flushCommitLogThoroughInterval less than LeastPages is flushed', async (t) => {
  const { store, clock, flushed } = await bench(t, {
    ...{ flushIntervalCommitLog: 500, flushCommitLogLeastPages: 4 },
    ...{ flushCommitLogThoroughInterval: 10_000, flushConsumeQueueThoroughInterval: 600_000 },
  });
  await put(store);
  await clock.advance(9000);
  assert.equal(flushed.commitlog, 0);
  await clock.advance(2000);
  assert.equal(flushed.commitlog, 1);
});

test('flushCommitLogLeastPages=0 flushes whatever there is', async (t) => {
  const { store, clock, flushed } = await bench(t, { flushCommitLogLeastPages: 0 });
  await put(store);
  await clock.advance(600);
  assert.equal(flushed.commitlog, 1);
});

test('consume queues wait for LeastPages or ThoroughInterval, as the checkpoint does', async (t) => {
  const { store, clock, files, flushed } = await bench(t, {
    ...{ flushIntervalConsumeQueue: 1000, flushConsumeQueueLeastPages: 2 },
    ...{ flushConsumeQueueThoroughInterval: 60_000, flushCommitLogLeastPages: 0 },
  });
  const checkpoint = (): number => {
    const bytes = Buffer.alloc(48);
    files.readSync(files.openSync('/data/store/checkpoint', 'r'), bytes, 0, 48, 0);
    return decodeCheckpoint(bytes)!.logicsPhysicalOffset;
  };
  for (let i = 0; i < 300; i++) await put(store);
  await clock.advance(5000);
  assert.equal(flushed.consumequeue, 0, '6000 bytes of entries wait');
  for (let i = 0; i < 200; i++) await put(store);
  await clock.advance(1000);
  assert.equal(flushed.consumequeue, 1, '10000 do not');
  assert.equal(checkpoint(), 0, 'the index is not flushed yet');
  await put(store);
  await clock.advance(60_000);
  assert.ok(flushed.consumequeue > 1);
  const { physicalOffsets } = await put(store);
  assert.ok(checkpoint() > 0 && checkpoint() < physicalOffsets[0]);
});
