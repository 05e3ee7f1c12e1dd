// A log whose files lie in several directories: which one takes a file, what is read from where, and
// what a full disk or a missing directory means.

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type DiskSpace, realFiles } from '../../src/base/files.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { dumpMessages } from '../../src/store/offline/dump.js';
import { storeStat } from '../../src/store/offline/stat.js';
import { MemoryFiles } from './memory-files.js';
import { openRecorded, openStore, properties, put, readQueue, temporaryFolder } from './support.js';
import type { OpenChanges, Recorded, TestStore } from './support.js';

const FILE_BYTES = 10_000;
const HOUR = 3_600_000;
const SPREAD = {
  mappedFileSizeCommitLog: FILE_BYTES,
  mappedFileSizeConsumeQueue: 400,
  deleteCommitLogFilesInterval: 0,
  deleteConsumeQueueFilesInterval: 0,
  storePathCommitLog: '/disk2/log,/disk1/log',
};

const open = (
  t: TestContext,
  files: MemoryFiles,
  changes: Omit<OpenChanges, 'with'> = {},
): Promise<Recorded> => openRecorded(t, files, { ...SPREAD, ...changes });

/** Ten messages a file. */
async function fill(store: TestStore, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await put(store, { body: Buffer.alloc(850), properties: properties({ UNIQ_KEY: `u${i}` }) });
  }
}

async function assertHolds(store: TestStore, count: number): Promise<void> {
  const messages = await readQueue(store, 'TestTopic', 0);
  assert.deepEqual(
    messages.map(({ queueOffset }) => queueOffset),
    Array.from({ length: count }, (_, i) => i),
  );
}

/** The directories of the files, in the order of the log. */
function places(files: MemoryFiles): string[] {
  return files
    .paths()
    .filter((path) => /^\d{20}$/.test(basename(path)) && /\/log\//.test(path))
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .map((path) => dirname(path).replace('/log', ''));
}

/** How full each disk is; others are nearly empty. */
function disks(files: MemoryFiles, ratios: Record<string, number>): void {
  const statfs = (path: string): DiskSpace => ({
    usedRatio: ratios[path.split('/')[1]!] ?? 0.1,
    totalBytes: 1000,
    availableBytes: 500,
  });
  Object.assign(files, { statfs });
}

test('directories take files in turn, in the order of their names, also after a start', async (t) => {
  const disk = new MemoryFiles();
  const { store } = await open(t, disk);
  await fill(store, 45);
  assert.deepEqual(places(disk), ['/disk1', '/disk2', '/disk1', '/disk2', '/disk1']);
  const killed = await open(t, disk.afterKill());
  await assertHolds(killed.store, 45);
  await store.stop();
  const again = await open(t, disk);
  await assertHolds(again.store, 45);
  await fill(again.store, 20);
  await assertHolds(again.store, 65);
  assert.deepEqual(places(disk).slice(4), ['/disk1', '/disk2', '/disk1']);
  assert.ok(!disk.paths().some((path) => path.includes(',')));
});

test('a read-only directory keeps its files and gets no new ones, from when it is said', async (t) => {
  const files = new MemoryFiles();
  const first = await open(t, files);
  await fill(first.store, 25);
  await first.store.stop();
  const config = { ...SPREAD, readOnlyCommitLogStorePaths: '/disk1/log,/disk3/log' };
  const { store, lines } = await open(t, files, config);
  assert.ok(lines.includes('warn /disk3/log, of readOnlyCommitLogStorePaths, is not there'));
  await fill(store, 30);
  await assertHolds(store, 55);
  // the one that was begun is filled up
  const all = ['/disk1', '/disk2', '/disk1', '/disk2', '/disk2', '/disk2'];
  assert.deepEqual(places(files), all);
  await store.stop();
  const alone = { storePathCommitLog: '/disk2/log,' };
  await assert.rejects(open(t, files, alone), /does not continue the file before it/);
  const more = {
    storePathCommitLog: '/disk2/log,/disk4/log',
    readOnlyCommitLogStorePaths: '/disk1/log',
  };
  const third = await open(t, files, more);
  assert.ok(
    third.lines.includes('warn /disk4/log, of storePathCommitLog, was not there: it is made'),
  );
  await assertHolds(third.store, 55);
  await fill(third.store, 20);
  assert.deepEqual(places(files), [...all, '/disk2', '/disk4']);
});

test('another sign than the comma may stand between them', async (t) => {
  const files = new MemoryFiles();
  const config = { storePathCommitLog: '/disk1/log:/disk2/log', with: { pathSplitter: ':' } };
  const { store } = await openRecorded(t, files, { ...SPREAD, ...config });
  await fill(store, 15);
  assert.deepEqual(places(files), ['/disk1', '/disk2']);
});

test('settings that leave no directory, or would be overlooked, are told', async (t) => {
  const all = { readOnlyCommitLogStorePaths: '/disk1/log,/disk2/log' };
  await assert.rejects(open(t, new MemoryFiles(), all), /names all of them, so none takes new/);
  const one = { storePathCommitLog: '/disk1/log', readOnlyCommitLogStorePaths: '/disk2/log' };
  const files = new MemoryFiles();
  const { store, lines } = await open(t, files, one);
  assert.ok(lines.some((line) => /^warn \/disk2\/log: not read: only with several/.test(line)));
  await fill(store, 15);
  assert.deepEqual(places(files), ['/disk1', '/disk1']);
});

test('what is twice there, or missing, is refused', async (t) => {
  const files = new MemoryFiles();
  const first = await open(t, files);
  await fill(first.store, 35);
  await first.store.stop();
  const second = files.paths().find((path) => path.endsWith(`/log/${'10000'.padStart(20, '0')}`))!;
  const twin = second.replace('disk2', 'disk1');
  for (const [path, messages] of [
    [twin, second],
    [twin.replace('disk1', 'disk0'), second],
  ] as const) {
    files.closeSync(files.openSync(path, 'w+'));
    files.ftruncate(files.openSync(path, 'r+'), FILE_BYTES);
    const storePathCommitLog = '/disk0/log,/disk1/log,/disk2/log';
    const { store, lines } = await open(t, files, { storePathCommitLog });
    const told = `warn ${path} holds nothing, and ${messages} is there: removed`;
    assert.ok(lines.includes(told), lines.join('\n'));
    await assertHolds(store, 35);
    await store.stop();
  }
  files.closeSync(files.openSync(twin, 'w+'));
  files.ftruncate(files.openSync(twin, 'r+'), FILE_BYTES);
  files.poke(twin, FILE_BYTES - 1, Buffer.from([1]));
  await assert.rejects(open(t, files), /are the same file twice: keep the one with messages/);
  files.unlink(twin);
  files.unlink(second);
  await assert.rejects(open(t, files), /does not continue the file before it/);
});

test('full disks get no new files while another has room, and are told one by one', async (t) => {
  const files = new MemoryFiles();
  const { store } = await open(t, files, {
    diskSpaceCleanForciblyRatio: 80,
    diskSpaceWarningLevelRatio: 90,
  });
  disks(files, { disk1: 0.85 });
  await fill(store, 35);
  assert.deepEqual(places(files), ['/disk2', '/disk2', '/disk2', '/disk2']);
  disks(files, { disk1: 0.81, disk2: 0.88 });
  await fill(store, 20);
  assert.deepEqual(places(files).slice(4), ['/disk1', '/disk2'], 'in turn again');
  const info = store.runtimeInfo();
  const ratios = Object.entries(info).filter(([key]) => key.startsWith('commitLogDiskRatio'));
  assert.deepEqual(Object.fromEntries(ratios), {
    'commitLogDiskRatio_/disk1/log': '0.81',
    'commitLogDiskRatio_/disk2/log': '0.88',
    commitLogDiskRatio: '0.81',
  });
});

test('messages are refused when all disks are full; retention takes the oldest files', async (t) => {
  const files = new MemoryFiles();
  const ratio = { diskSpaceCleanForciblyRatio: 80, diskSpaceWarningLevelRatio: 90 };
  const { store, clock } = await open(t, files, { ...ratio, deleteFileBatchMax: 1 });
  files.now = () => clock.now();
  await fill(store, 55);
  disks(files, { disk1: 0.95 });
  await clock.advance(2 * 60_000);
  assert.equal((await put(store)).status, 'PUT_OK');
  assert.equal(places(files).length, 6);
  disks(files, { disk1: 0.95, disk2: 0.93 });
  await clock.advance(10_000);
  assert.equal((await put(store)).status, 'SERVICE_NOT_AVAILABLE');
  assert.match(
    store.runtimeInfo().storeTrouble!,
    /the disk is full: 93 % of \/disk2\/log are used/,
  );
  assert.deepEqual(places(files), ['/disk2', '/disk1', '/disk2', '/disk1', '/disk2']);
  disks(files, {});
  await clock.advance(10_000);
  assert.equal((await put(store)).status, 'PUT_OK');
  const later = files.afterKill();
  const old = await open(t, later, { fileReservedTime: 1 });
  await old.clock.pass(9 * HOUR);
  old.store.deleteExpiredFiles();
  await old.clock.advance(60_000);
  assert.deepEqual(places(later), ['/disk2']);
});

test('a store is looked at with the directories that its log has', async (t) => {
  const root = temporaryFolder(t);
  const logs = [join(root, 'a'), join(root, 'store', 'commitlog')];
  const store = await openStore(t, join(root, 'store'), {
    ...{ ...SPREAD, storePathCommitLog: logs.join() },
  });
  await fill(store, 35);
  await store.stop();
  const check = (commitLogs?: string[]): StoreCheck => {
    const run = new StoreCheck(join(root, 'store'), realFiles, commitLogs);
    while (run.step());
    return run;
  };
  const report = check(logs).report();
  assert.deepEqual(report.problems, []);
  assert.deepEqual([report.commitLog.files, report.commitLog.records], [4, 35]);
  assert.equal([...dumpMessages(join(root, 'store'), realFiles, {}, logs)].length, 35);
  const { directories } = storeStat(join(root, 'store'), realFiles, logs);
  assert.deepEqual(
    directories.filter(({ name }) => /a$|log$/.test(name)).map(({ name, files }) => [name, files]),
    logs.map((path) => [path, 2]),
  );
  assert.match(check([logs[1]!]).report().problems[0]!.text, /does not continue/);
  assert.throws(() => check([join(root, 'none')]), /there is no such directory/);
  // RocketMQ takes them wherever they are
  const name = '10000'.padStart(20, '0');
  renameSync(join(logs[1]!, name), join(logs[0]!, name));
  const moved = await openStore(t, join(root, 'store'), {
    ...{ ...SPREAD, storePathCommitLog: logs.join() },
  });
  await assertHolds(moved, 35);
});
