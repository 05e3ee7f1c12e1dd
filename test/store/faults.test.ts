// What senders are told when the disk fails, and that the store goes on when it is good again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles, failure } from './memory-files.js';
import { openStore, put, putMany, readQueue, recordingLogger } from './support.js';
import type { OpenChanges, TestStore } from './support.js';

interface Bench {
  store: TestStore;
  files: MemoryFiles;
  clock: FakeClock;
  lines: string[];
}

async function bench(
  t: TestContext,
  changes: OpenChanges = {},
  disk?: MemoryFiles,
): Promise<Bench> {
  const files = disk ?? new MemoryFiles();
  const clock = new FakeClock(1_800_000_000_000);
  files.now = () => clock.now();
  const log = recordingLogger();
  const store = await openStore(t, '/data/store', { ...changes, with: { files, clock, log } });
  return { store, files, clock, lines: log.lines };
}

const isLog = (path: string): boolean => path.includes('/commitlog/');

test('one turn costs one write to the log, however many messages it brings', async (t) => {
  const { store, files } = await bench(t);
  await put(store);
  files.writes.length = 0;
  await putMany(store, 200, (i) => ({ queueId: i % 8 }));
  assert.equal(files.writes.filter(({ path }) => isLog(path)).length, 1);
});

test('a failed write refuses the turn, takes its offsets back, and heals', async (t) => {
  const { store, files, clock, lines } = await bench(t);
  await put(store);
  files.fault = (operation, path) => {
    if (operation === 'write' && isLog(path)) throw failure('EIO', path);
  };
  const refused = await putMany(store, 3, () => ({}));
  assert.deepEqual(
    refused.map(({ status }) => status),
    Array(3).fill('SERVICE_NOT_AVAILABLE'),
  );
  assert.match(refused[0].reason!, /the log cannot be written: EIO/);
  assert.match(store.runtimeInfo().storeTrouble, /EIO/);
  assert.equal((await put(store)).status, 'SERVICE_NOT_AVAILABLE');
  files.fault = () => undefined;
  await clock.advance(1000);
  assert.equal(store.runtimeInfo().storeTrouble, undefined);
  assert.equal((await put(store)).queueOffset, 1);
  assert.equal(lines.filter((line) => line.startsWith('error')).length, 1);
  assert.equal((await readQueue(store, 'TestTopic', 0)).length, 2);
});

test('a full disk keeps nothing of a refused turn, also not after a crash', async (t) => {
  const { store, files, clock, lines } = await bench(t);
  await put(store, { body: Buffer.alloc(100) });
  const body = Buffer.alloc(9000, 1);
  files.capacityPages = [...files.paths()].reduce(
    (sum, path) => sum + files.stat(path)!.allocatedBytes / 4096,
    5,
  );
  const results = await putMany(store, 4, () => ({ body, queueId: 1 }));
  assert.ok(results.every(({ status }) => status === 'SERVICE_NOT_AVAILABLE'));
  assert.match(results[0].reason!, /ENOSPC/);
  // trying again does not make room
  await clock.advance(3000);
  assert.match(store.runtimeInfo().storeTrouble, /ENOSPC/);
  assert.match((await put(store, { queueId: 3 })).reason!, /ENOSPC/);
  assert.equal(lines.filter((line) => line.startsWith('error')).length, 1);
  files.capacityPages = Infinity;
  await clock.advance(1000);
  assert.equal((await put(store, { queueId: 2, body: Buffer.alloc(8900) })).status, 'PUT_OK');
  const after = await bench(t, {}, files.afterKill());
  assert.deepEqual([...after.store.queues()], [['TestTopic', [0, 2]]]);
});

test('SYNC_FLUSH answers after the flush, and shows nothing before', async (t) => {
  const { store, files } = await bench(t, { flushDiskType: 'SYNC_FLUSH' });
  const order: string[] = [];
  files.fault = (operation, path) => {
    if (operation === 'fdatasync' && isLog(path))
      order.push(`flush ${store.maxOffset('TestTopic', 0)}`);
  };
  store.onArrival(() => order.push('arrival'));
  await put(store).then(() => order.push('answer'));
  assert.deepEqual(order, ['flush 0', 'arrival', 'answer']);
});

test('a failed flush gives FLUSH_DISK_TIMEOUT, refuses what follows, and heals', async (t) => {
  const { store, files, clock } = await bench(t, { flushDiskType: 'SYNC_FLUSH' });
  files.fault = (operation, path) => {
    if (operation === 'fdatasync' && isLog(path)) throw failure('EIO', path);
  };
  const first = await put(store, { body: Buffer.from('survives') });
  assert.equal(first.status, 'FLUSH_DISK_TIMEOUT');
  assert.equal((await put(store)).status, 'SERVICE_NOT_AVAILABLE');
  files.fault = () => undefined;
  await clock.advance(1000);
  assert.equal((await put(store)).status, 'PUT_OK');
  // the first one is on the disk now, although the kernel had dropped its pages
  const after = await bench(
    t,
    {},
    files.afterPowerLoss(() => 0),
  );
  const bodies = (await readQueue(after.store, 'TestTopic', 0)).map(({ body }) => String(body));
  assert.deepEqual(bodies, ['survives', 'hello']);
});

test('a flush that does not come back is given up after syncFlushTimeout', async (t) => {
  const { store, files, clock } = await bench(t, { flushDiskType: 'SYNC_FLUSH' });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { fdatasync } = MemoryFiles.prototype;
  files.fdatasync = (fd) => held.then(() => fdatasync.call(files, fd));
  const answer = put(store);
  await clock.advance(4000);
  await clock.advance(2000);
  assert.equal((await answer).status, 'FLUSH_DISK_TIMEOUT');
  assert.equal((await put(store, { properties: 'WAIT\u0001false\u0002' })).status, 'PUT_OK');
  release();
  await clock.advance(10);
  assert.equal((await readQueue(store, 'TestTopic', 0)).length, 2);
});

test('a failed flush of derived files stops the store until it works', async (t) => {
  const { store, files, clock } = await bench(t);
  await put(store);
  files.fault = (operation, path) => {
    if (operation === 'write' && path.includes('/consumequeue/')) throw failure('ENOSPC', path);
  };
  await clock.advance(1000);
  assert.match((await put(store)).reason!, /consume queues or index cannot be written: ENOSPC/);
  files.fault = () => undefined;
  await clock.advance(1000);
  assert.equal((await put(store)).queueOffset, 1);
  assert.equal((await readQueue(store, 'TestTopic', 0)).length, 2);
});

test('a disk over diskSpaceWarningLevelRatio takes no messages until there is room', async (t) => {
  const { store, files, clock } = await bench(t);
  files.usedRatio = 0.95;
  await clock.advance(60_000);
  const refused = await put(store);
  assert.equal(refused.status, 'SERVICE_NOT_AVAILABLE');
  assert.match(refused.reason!, /the disk is full: 95 %/);
  files.usedRatio = 0.5;
  await clock.advance(10_000);
  assert.equal((await put(store)).status, 'PUT_OK');
});

test('a store has one process', async (t) => {
  const { files } = await bench(t);
  await assert.rejects(bench(t, {}, files), (error) => {
    assert.ok(error instanceof MqError);
    return error.code === 'STORE_LOCKED';
  });
});

test('a checkpoint that cannot be written is written later', async (t) => {
  const { store, files, clock, lines } = await bench(t);
  await put(store);
  files.fault = (operation, path) => {
    if (operation === 'write' && path.endsWith('/checkpoint')) throw failure('ENOSPC', path);
  };
  await clock.advance(70_000);
  assert.ok(lines.some((line) => line.includes('flushing failed')));
  assert.equal((await put(store)).status, 'PUT_OK');
  files.fault = () => undefined;
  await clock.advance(1000);
  const fd = files.openSync('/data/store/checkpoint', 'r');
  const bytes = Buffer.alloc(48);
  files.readSync(fd, bytes, 0, 48, 0);
  assert.ok(bytes.readBigInt64BE(8) > 0n);
});
