// When old messages go, and what follows them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { type FileSystem, realFiles } from '../../src/base/files.js';
import { decodeRecord } from '../../src/protocol/message.js';
import { until } from '../support/until.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles, failure } from './memory-files.js';
import {
  get,
  openStore,
  properties,
  put,
  readQueue,
  recordingLogger,
  temporaryFolder,
} from './support.js';
import type { OpenChanges, TestStore } from './support.js';

const HOUR = 3_600_000;
/** 03:00 of the local day. */
const NIGHT = new Date(2027, 0, 15, 3).getTime();

interface Bench {
  store: TestStore;
  files: MemoryFiles;
  clock: FakeClock;
}

async function bench(
  t: TestContext,
  changes: OpenChanges = {},
  disk?: MemoryFiles,
): Promise<Bench> {
  const files = disk ?? new MemoryFiles();
  const clock = new FakeClock(NIGHT);
  files.now = () => clock.now();
  const store = await openStore(t, '/data/store', {
    mappedFileSizeCommitLog: 10_000,
    mappedFileSizeConsumeQueue: 400,
    maxIndexNum: 50,
    deleteCommitLogFilesInterval: 0,
    deleteConsumeQueueFilesInterval: 0,
    deleteWhen: '04',
    fileReservedTime: 24,
    cleanResourceInterval: 60_000,
    ...changes,
    with: { files, clock },
  });
  return { store, files, clock };
}

async function fill(store: TestStore, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await put(store, { body: Buffer.alloc(900), properties: properties({ UNIQ_KEY: `u${i}` }) });
  }
}

const names = (files: MemoryFiles, part: string): string[] =>
  files.paths().filter((path) => path.includes(`/${part}/`));

test('at deleteWhen files go that are over fileReservedTime, but never the last', async (t) => {
  const { store, files, clock } = await bench(t, { deleteWhen: '04;06', fileReservedTime: 2 });
  await fill(store, 100);
  const before = names(files, 'commitlog').length;
  await clock.pass(1.5 * HOUR); // 04:30: the hour, but nothing is old enough
  await fill(store, 1);
  assert.equal(names(files, 'commitlog').length, before);
  await clock.pass(HOUR); // 05:30: old enough, but not the hour
  assert.equal(names(files, 'commitlog').length, before);
  await clock.pass(HOUR);
  assert.equal(names(files, 'commitlog').length, 1);
  const min = Number(store.runtimeInfo().commitLogMinOffset);
  assert.ok(min > 0);
  const { status, nextBeginOffset } = await get(store, { offset: 0 });
  assert.equal(status, 'OFFSET_TOO_SMALL');
  assert.equal(nextBeginOffset, store.minOffset('TestTopic', 0));
  const rest = await readQueue(store, 'TestTopic', 0);
  assert.ok(rest.length > 0 && rest.length < 12);
  assert.equal(rest[0].physicalOffset, min);
  assert.ok(names(files, 'consumequeue').length <= 2);
  assert.ok(names(files, 'index').length <= 2);
});

test('several hours, and a request, begin the cleaning too', async (t) => {
  const { store, files, clock } = await bench(t, { deleteWhen: '03;23', fileReservedTime: 0 });
  await fill(store, 100);
  await clock.advance(5 * 60_000);
  assert.equal(names(files, 'commitlog').length, 1);
  await clock.pass(HOUR);
  await fill(store, 100);
  assert.ok(names(files, 'commitlog').length > 5);
  store.deleteExpiredFiles();
  await clock.advance(5 * 60_000);
  assert.equal(names(files, 'commitlog').length, 1);
});

test('a disk that fills up frees itself: old files first, all of them at the limit', async (t) => {
  const { store, files, clock } = await bench(t, {
    diskMaxUsedSpaceRatio: 75,
    diskSpaceCleanForciblyRatio: 85,
    diskSpaceWarningLevelRatio: 90,
    deleteFileBatchMax: 2,
  });
  await fill(store, 100);
  const before = names(files, 'commitlog').length;
  files.usedRatio = 0.8;
  await clock.advance(5 * 60_000);
  assert.equal(names(files, 'commitlog').length, before, 'nothing is old enough');
  files.usedRatio = 0.87;
  await clock.advance(60_000);
  assert.equal(names(files, 'commitlog').length, before - 2, 'deleteFileBatchMax');
  assert.equal((await put(store)).status, 'PUT_OK');
  files.usedRatio = 0.91;
  await clock.advance(60_000);
  assert.equal((await put(store)).status, 'SERVICE_NOT_AVAILABLE');
  files.usedRatio = 0.5;
  await clock.advance(60_000);
  assert.equal((await put(store)).status, 'PUT_OK');
});

test('a file that the disk does not let go is tried again, also when the hour is over', async (t) => {
  const { store, files, clock } = await bench(t, {
    ...{ fileReservedTime: 0, redeleteHangedFileInterval: 90 * 60_000 },
  });
  await fill(store, 30);
  const [first, second] = names(files, 'commitlog');
  files.fault = (operation, path) => {
    if (operation === 'unlink' && path === first) throw new Error('EBUSY');
  };
  await clock.pass(1.2 * HOUR);
  assert.equal(names(files, 'commitlog')[0], first);
  assert.equal((await put(store)).status, 'PUT_OK');
  await clock.pass(0.9 * HOUR);
  files.fault = () => undefined; // at 05:06: not the hour of deleteWhen any more
  await clock.pass(0.5 * HOUR);
  assert.equal(names(files, 'commitlog')[0], first);
  await clock.pass(1.2 * HOUR);
  assert.equal(names(files, 'commitlog')[0], second);
  assert.ok(store.minOffset('TestTopic', 0) > 0);
});

/** The real files; reads below `folder` wait for `reading`, which is called once per read. */
function slowReads(
  reading: () => Promise<void>,
  folder = 'commitlog',
): { files: FileSystem; held: () => string[] } {
  const held = new Map<number, string>();
  const files: FileSystem = {
    ...realFiles,
    openSync(path, mode) {
      const fd = realFiles.openSync(path, mode);
      held.set(fd, path);
      return fd;
    },
    closeSync(fd) {
      held.delete(fd);
      realFiles.closeSync(fd);
    },
    async pread(fd, ...rest) {
      if (held.get(fd)?.includes(`/${folder}/`)) await reading();
      return realFiles.pread(fd, ...rest);
    },
  };
  return { files, held: () => [...held.values()] };
}

test('what the disk keeps is said once, and keeps nothing else from going', async (t) => {
  const files = new MemoryFiles();
  const log = recordingLogger();
  const clock = new FakeClock(NIGHT);
  files.now = () => clock.now();
  const store = await openStore(t, '/data/store', {
    mappedFileSizeCommitLog: 10_000,
    mappedFileSizeConsumeQueue: 400,
    deleteCommitLogFilesInterval: 0,
    deleteConsumeQueueFilesInterval: 0,
    fileReservedTime: 24,
    cleanResourceInterval: 60_000,
    with: { files, clock, log },
  });
  for (let i = 0; i < 100; i++) await put(store, { queueId: i % 2, body: Buffer.alloc(900) });
  await clock.pass(HOUR * 24.9);
  const kept = names(files, 'consumequeue').find((path) => path.includes('/0/'))!;
  const log0 = names(files, 'commitlog')[7]!;
  let refused = 0;
  files.fault = (operation, path) => {
    if (operation !== 'unlink' || ![kept, log0].includes(path)) return;
    refused++;
    throw failure('EACCES', path);
  };
  for (let minute = 0; minute < 50; minute++) await clock.pass(60_000);
  assert.ok(refused > 20, String(refused));
  assert.equal(names(files, 'commitlog')[0], log0);
  assert.ok(names(files, 'consumequeue').includes(kept));
  const [min, other] = [0, 1].map((queueId) => store.minOffset('TestTopic', queueId));
  assert.ok(min! > 20 && Math.abs(min! - other!) <= 1, `${min} ${other}`);
  const one = names(files, 'consumequeue').filter((path) => path.includes('/1/'));
  assert.ok(!one[0]!.endsWith('0'.repeat(20)), one.join());
  const said = log.lines.filter((line) => /cannot be removed/.test(line));
  assert.equal(said.length, 2, said.join('\n'));
  files.fault = () => undefined;
  for (let minute = 0; minute < 5; minute++) await clock.pass(60_000);
  assert.equal(names(files, 'commitlog').length, 1);
  assert.ok(!names(files, 'consumequeue').includes(kept));
  assert.ok(log.lines.some((line) => /^info .* could be removed after all/.test(line)));
});

test('a file that is being read goes at once, and the reader still gets it', async (t) => {
  let readOn = (): void => undefined;
  const waits = new Promise<void>((resolve) => (readOn = resolve));
  let reads = 0;
  const { files, held } = slowReads(() => (reads++, waits));
  const clock = new FakeClock(NIGHT);
  const store = await openStore(t, temporaryFolder(t), {
    ...{ mappedFileSizeCommitLog: 10_000, fileReservedTime: 0, deleteCommitLogFilesInterval: 0 },
    with: { files, clock },
  });
  await fill(store, 30);
  await store.stop();
  await store.start();
  const record = store.recordAt(0);
  const pull = get(store);
  await until('reads', () => reads > 0);
  const first = held().find((path) => path.endsWith('commitlog/00000000000000000000'))!;
  await clock.pass(1.2 * HOUR);
  assert.ok(!realFiles.exists(first));
  assert.ok(store.minOffset('TestTopic', 0) > 0);
  assert.ok(held().includes(first));
  readOn();
  assert.equal(decodeRecord((await record)!)!.queueOffset, 0);
  const { nextBeginOffset, status, messages } = await pull;
  assert.deepEqual([status, nextBeginOffset], ['FOUND', 30], 'it goes on with what is left');
  assert.equal(messages[0].queueOffset, store.minOffset('TestTopic', 0));
  assert.equal((await get(store)).status, 'OFFSET_TOO_SMALL');
  assert.ok(!held().includes(first));
});

test('a pull goes on behind what goes while its entries are read', async (t) => {
  for (const batch of [false, true]) {
    let readOn = (): void => undefined;
    const waits = new Promise<void>((resolve) => (readOn = resolve));
    let reads = 0;
    const folder = batch ? 'batchconsumequeue' : 'consumequeue';
    const { files } = slowReads(() => (reads++, waits), folder);
    const clock = new FakeClock(NIGHT);
    const store = await openStore(t, temporaryFolder(t), {
      ...{ mappedFileSizeCommitLog: 10_000, mappedFileSizeConsumeQueue: 100 },
      ...{ mapperFileSizeBatchConsumeQueue: 46 * 5, fileReservedTime: 0 },
      ...{ deleteCommitLogFilesInterval: 0, deleteConsumeQueueFilesInterval: 0 },
      with: { files, clock, isBatchTopic: () => batch },
    });
    await fill(store, 30);
    await store.stop();
    await store.start();
    const pull = get(store);
    await until('reads', () => reads > 0);
    await clock.pass(1.2 * HOUR);
    const min = store.minOffset('TestTopic', 0);
    assert.ok(min > 5, 'files of the queue are gone, too');
    readOn();
    const { nextBeginOffset, status, messages } = await pull;
    assert.deepEqual([status, nextBeginOffset, messages[0]?.queueOffset], ['FOUND', 30, min]);
  }
});

test('what was cut from the front stays cut after a stop and after a crash', async (t) => {
  const { store, files, clock } = await bench(t, { fileReservedTime: 0 });
  await fill(store, 100);
  await clock.pass(1.2 * HOUR);
  const min = store.minOffset('TestTopic', 0);
  assert.ok(min > 50);
  await fill(store, 30);
  const crashed = await bench(t, {}, files.afterKill());
  assert.equal(crashed.store.minOffset('TestTopic', 0), min);
  assert.equal((await readQueue(crashed.store, 'TestTopic', 0)).length, 130 - min);
  await store.stop();
  const again = await bench(t, {}, files);
  assert.equal(again.store.minOffset('TestTopic', 0), min);
  assert.equal((await put(again.store)).queueOffset, 130);
  const lost = files.afterKill();
  for (const path of names(lost, 'consumequeue')) lost.unlink(path);
  const rebuilt = await bench(t, {}, lost);
  assert.equal(rebuilt.store.minOffset('TestTopic', 0), min);
  assert.equal(rebuilt.store.maxOffset('TestTopic', 0), 131);
});

test('queues whose messages are all gone are removed on request', async (t) => {
  const { store, files, clock } = await bench(t, { fileReservedTime: 0 });
  await put(store, { topic: 'Forgotten' });
  await put(store, { topic: 'rmq_sys_kept' });
  await fill(store, 50);
  assert.equal(store.cleanExpiredConsumeQueues(), 0);
  await clock.pass(1.2 * HOUR);
  assert.equal(store.maxOffset('Forgotten', 0), 1, 'its offsets go on until it is removed');
  assert.equal(store.minOffset('Forgotten', 0), 1);
  assert.equal(store.cleanExpiredConsumeQueues(), 1);
  assert.deepEqual([...store.queues().keys()].sort(), ['TestTopic', 'rmq_sys_kept']);
  assert.equal(await store.cleanUnusedTopics(new Set(['Other'])), 1);
  assert.deepEqual([...store.queues().keys()], ['rmq_sys_kept']);
  assert.deepEqual(names(files, 'consumequeue/TestTopic'), []);
});
