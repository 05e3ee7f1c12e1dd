// Damaged stores: mended with a log line that says how, or refused with a way out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { realFiles } from '../../src/base/files.js';
import { openMessageStore } from '../../src/store/open.js';
import { systemClock } from '../../src/base/clock.js';
import { MemoryFiles } from './memory-files.js';
import {
  openRecorded,
  properties,
  put,
  putMany,
  readQueue,
  recordingLogger,
  storeConfig,
  storeHost,
  temporaryFolder,
} from './support.js';
import type { OpenChanges, TestStore } from './support.js';

const LOG = '/data/store/commitlog/';
const SIZES = { mappedFileSizeCommitLog: 64 * 1024, mappedFileSizeConsumeQueue: 2000 };

const open = (t: TestContext, files: MemoryFiles, changes: OpenChanges = {}) =>
  openRecorded(t, files, { ...SIZES, ...changes });

/** A store with 100 messages of 1000 bytes in two queues, killed. */
async function killed(t: TestContext): Promise<{ files: MemoryFiles; offsets: number[] }> {
  const files = new MemoryFiles();
  const { store } = await open(t, files);
  const results = await putMany(store, 100, (i) => ({
    queueId: i % 2,
    body: Buffer.alloc(880, i + 1),
    properties: properties({ UNIQ_KEY: `u${i}` }),
  }));
  return { files: files.afterKill(), offsets: results.map((result) => result.physicalOffsets[0]) };
}

async function assertHolds(store: TestStore, count: number): Promise<void> {
  const range = { maxMessages: 32, begin: 0, end: Number.MAX_SAFE_INTEGER };
  for (const queueId of [0, 1]) {
    const records = await readQueue(store, 'TestTopic', queueId);
    assert.equal(records.length, Math.ceil((count - queueId) / 2));
    for (const [i, { body, queueOffset }] of records.entries()) {
      assert.equal(queueOffset, i);
      assert.equal(body[0], i * 2 + queueId + 1);
      const key = `u${i * 2 + queueId}`;
      const hits = await store.query({ topic: 'TestTopic', key, ...range });
      assert.equal(hits.records.length, 1, key);
    }
  }
}

const file = (offset: number): string =>
  LOG + String(offset - (offset % SIZES.mappedFileSizeCommitLog)).padStart(20, '0');
const at = (offset: number): number => offset % SIZES.mappedFileSizeCommitLog;
const said = (lines: string[], pattern: RegExp): void =>
  assert.ok(
    lines.some((line) => pattern.test(line)),
    `${pattern} in\n${lines.join('\n')}`,
  );

test('a record that was torn at the end is cut off, with a warning', async (t) => {
  const { files, offsets } = await killed(t);
  files.poke(file(offsets[99]), at(offsets[99]) + 500, Buffer.alloc(400));
  const { store, lines } = await open(t, files);
  await assertHolds(store, 99);
  said(lines, new RegExp(`^warn the log is cut at ${offsets[99]}: a wrong CRC`));
  assert.equal((await put(store, { queueId: 1 })).queueOffset, 49);
});

test('a record that was torn in its properties is cut off too', async (t) => {
  const { files, offsets } = await killed(t);
  files.poke(file(offsets[99]), at(offsets[99]) + 985, Buffer.alloc(100));
  const { store, lines } = await open(t, files);
  await assertHolds(store, 99);
  said(lines, /the log is cut at \d+: properties cut off/);
});

test('a last file that is too short is filled up', async (t) => {
  const { files, offsets } = await killed(t);
  const fd = files.openSync(file(offsets[99]), 'r+');
  files.ftruncate(fd, at(offsets[90]) + 100);
  const { store, lines } = await open(t, files);
  await assertHolds(store, 90);
  said(lines, /commitlog\/\d+ has \d+ of 65536 bytes: filled up with zeros/);
  assert.equal((await put(store)).queueOffset, 45);
});

for (const [what, bytes] of [
  ['a flipped bit', Buffer.from([0x55])],
  ['a hole of zeros', Buffer.alloc(3000)],
] as const) {
  test(`${what} in the middle cuts the log; what lies behind is kept aside`, async (t) => {
    const { files, offsets } = await killed(t);
    files.poke(file(offsets[80]), at(offsets[80]) + 300, bytes);
    const { store, lines } = await open(t, files);
    await assertHolds(store, 80);
    const [, kept] = /^error .* cut there; \d+ whole records .* kept in (\S+)/.exec(
      lines.find((line) => line.startsWith('error'))!,
    )!;
    assert.ok(files.stat(kept)!.size > 10_000);
    await putMany(store, 30, () => ({}));
    const again = await open(t, files.afterKill());
    assert.equal(again.store.maxOffset('TestTopic', 0), 70, 'nothing of what was cut comes back');
    assert.equal(again.store.maxOffset('TestTopic', 1), 40);
  });
}

test('damage before what the checkpoint vouches for is refused, with a way out', async (t) => {
  const { files, offsets } = await killed(t);
  const first = await open(t, files);
  await first.store.stop();
  await open(t, files);
  const damaged = files.afterKill();
  damaged.poke(file(offsets[40]), at(offsets[40]) + 300, Buffer.from([0x55]));
  for (const path of damaged.paths()) if (path.includes('consumequeue')) damaged.unlink(path);
  await assert.rejects(open(t, damaged), (error) => {
    assert.ok(error instanceof MqError);
    assert.match(error.message, new RegExp(`the log is damaged at ${offsets[40]} \\(a wrong CRC`));
    assert.match(error.hint!, /remove \/data\/store\/checkpoint to cut the log there/);
    return error.code === 'STORE_UNREADABLE';
  });
  damaged.unlink('/data/store/checkpoint');
  await assertHolds((await open(t, damaged)).store, 40);
});

test('a damaged checkpoint costs time only', async (t) => {
  const { files } = await killed(t);
  await (await open(t, files)).store.stop();
  files.poke('/data/store/checkpoint', 0, Buffer.alloc(8, 0xff));
  files.poke('/data/store/checkpoint', 8, Buffer.alloc(8, 0x7f));
  files.writeTextAtomic('/data/store/abort', '1');
  const { store, lines } = await open(t, files);
  await assertHolds(store, 100);
  said(lines, /checkpoint is damaged: nothing behind it is trusted/);
});

test('one missing consume queue is made again after a crash', async (t) => {
  const { files } = await killed(t);
  const first = await open(t, files);
  await first.store.stop();
  const second = await open(t, files);
  await put(second.store, {
    queueId: 1,
    body: Buffer.alloc(1, 102),
    properties: properties({ UNIQ_KEY: 'u101' }),
  });
  const after = files.afterKill();
  for (const path of after.paths()) if (path.includes('TestTopic/1/')) after.unlink(path);
  const { store, lines } = await open(t, after);
  said(lines, /files of the consume queues TestTopic\/1.*: making them from the whole log/);
  assert.equal((await readQueue(store, 'TestTopic', 1)).length, 51);
});

test('a consume queue that goes missing after a proper stop is made again', async (t) => {
  const { files } = await killed(t);
  await (await open(t, files)).store.stop();
  for (const path of files.paths()) if (path.includes('TestTopic/1/')) files.unlink(path);
  const { store, lines } = await open(t, files);
  said(lines, /files of the consume queues TestTopic\/1.*: making them from the whole log/);
  await assertHolds(store, 100);
  assert.equal((await put(store, { queueId: 1 })).queueOffset, 50);
  const again = await open(t, files.afterKill());
  assert.equal(again.store.maxOffset('TestTopic', 1), 51);
});

test('a consume queue without its newest file is made again, also after a kill', async (t) => {
  const { files } = await killed(t);
  const first = await open(t, files);
  await putMany(first.store, 250, () => ({}));
  await putMany(first.store, 20, () => ({ queueId: 1 }));
  await first.store.stop();
  const queue = files.paths().filter((path) => path.includes('consumequeue/TestTopic/0/'));
  assert.equal(queue.length, 3);
  files.unlink(queue[2]);
  const damaged = files.afterKill();
  const second = await open(t, damaged);
  said(second.lines, /files of the consume queues TestTopic\/0.*: making them from the whole/);
  assert.equal((await readQueue(second.store, 'TestTopic', 0)).length, 300);
  assert.equal((await readQueue(second.store, 'TestTopic', 1)).length, 70);
  await second.store.stop();
  const third = await open(t, damaged.afterKill());
  assert.ok(!third.lines.some((line) => line.includes('files of the consume')), 'once is enough');
});

test('queues that RocketMQ has removed are not missed', async (t) => {
  const { files } = await killed(t);
  await (await open(t, files)).store.stop();
  for (const path of files.paths()) if (path.includes('TestTopic/0/')) files.unlink(path);
  files.now = () => 1;
  files.writeTextAtomic('/data/store/lock', 'lock'); // as RocketMQ does whenever it starts
  const { store, lines } = await open(t, files);
  assert.ok(!lines.some((line) => line.includes('files of the consume')), lines.join('\n'));
  assert.equal((await readQueue(store, 'TestTopic', 1)).length, 50);
});

test('queues of a topic that was removed are not missed', async (t) => {
  const { files } = await killed(t);
  const first = await open(t, files);
  await putMany(first.store, 3, () => ({ topic: 'Other' }));
  await first.store.stop();
  const second = await open(t, files);
  await second.store.deleteTopics(['TestTopic']);
  const { store, lines } = await open(t, files.afterKill());
  assert.ok(!lines.some((line) => line.includes('files of the consume')), lines.join('\n'));
  assert.deepEqual([...store.queues().keys()], ['Other'], lines.join('\n'));
});

test('consume queues that are ahead of the log follow it', async (t) => {
  const { files, offsets } = await killed(t);
  await (await open(t, files)).store.stop();
  const last = file(offsets[99]);
  for (const path of files.paths()) if (path === last) files.unlink(path);
  const { store, lines } = await open(t, files);
  said(lines, /a consume queue names a record at \d+, which the log does not have/);
  said(lines, /^error the log ends at \d+, but the checkpoint says .* messages behind are lost/);
  const count = offsets.filter((offset) => file(offset) !== last).length;
  await assertHolds(store, count);
  assert.equal((await put(store)).status, 'PUT_OK');
});

test('without a log nothing is left of the queues', async (t) => {
  const { files } = await killed(t);
  await (await open(t, files)).store.stop();
  for (const path of files.paths()) if (path.includes('commitlog')) files.unlink(path);
  const { store, lines } = await open(t, files);
  said(lines, /there is no commitlog: consume queues and index are removed/);
  assert.deepEqual([...store.queues()], []);
  assert.equal((await put(store)).queueOffset, 0);
});

test('an index of another size is made again', async (t) => {
  const { files } = await killed(t);
  await (await open(t, files)).store.stop();
  const { store, lines } = await open(t, files, { maxIndexNum: 300 });
  said(lines, /there is no index: making it from the whole log/);
  await assertHolds(store, 100);
});

test('files of another size than configured are refused, naming the property', async (t) => {
  const { files } = await killed(t);
  await assert.rejects(
    open(t, files, { mappedFileSizeCommitLog: 32 * 1024 }),
    /has 65536 bytes, but mappedFileSizeCommitLog is 32768; set mappedFileSizeCommitLog to/,
  );
  await (await open(t, files)).store.stop(); // the lock was given back
});

test('a gap between two files of the log is refused', async (t) => {
  const { files, offsets } = await killed(t);
  files.rename(file(offsets[99]), `${LOG}00000000000000131072`);
  await assert.rejects(open(t, files), /131072 does not continue the file before it/);
});

test('metadata in RocksDB is refused with the command that exports it', (t) => {
  const root = temporaryFolder(t);
  realFiles.writeTextAtomic(`${root}/config/metadata/CURRENT`, 'MANIFEST-000001\n');
  const base = { files: realFiles, clock: systemClock, log: recordingLogger(), storeHost };
  const hint = (config: ReturnType<typeof storeConfig>): string => {
    try {
      openMessageStore({ ...base, config });
    } catch (error) {
      assert.ok(error instanceof MqError);
      return `${error.message}; ${error.hint}`;
    }
    return '';
  };
  assert.match(hint(storeConfig(root)), /metadata is in RocksDB.*mqadmin rocksDBConfigToJson/);
  assert.match(hint(storeConfig(`${root}/x`, { storeType: 'defaultRocksDB' })), /RocksDB/);
});
