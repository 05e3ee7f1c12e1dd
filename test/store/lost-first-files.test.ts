// A consume queue without its first files looks as if retention had taken them: where the log still
// has the messages it is made again. RocketMQ takes it for retention and never shows them again.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { StoreCheck } from '../../src/store/offline/check.js';
import { encodeBatch } from '../../src/protocol/batch.js';
import { SysFlag } from '../../src/protocol/flags.js';
import { unpackStore } from '../support/golden.js';
import { MemoryFiles } from './memory-files.js';
import {
  type OpenChanges,
  openRecorded,
  openStore,
  properties,
  put,
  putMany,
  readQueue,
  recordingLogger,
  temporaryFolder,
  type TestStore,
} from './support.js';

const HOUR = 3_600_000;
const COUNT = 200;
const ROSTER = '/data/store/consumequeue.json';
const LOST = /^warn files of the consume queues (\S.*) are missing: making them from the whole log/;
const LOOKING = /^info looking for the first messages of (\S.*) in the log before \d+/;
/** Queue 1 of the topic; 20 entries a file. */
const QUEUE = 'consumequeue/TestTopic/1';

const SIZES: OpenChanges = {
  mappedFileSizeCommitLog: 16 * 1024,
  mappedFileSizeConsumeQueue: 400,
  mapperFileSizeBatchConsumeQueue: 46 * 10,
};

const open = (t: TestContext, files: MemoryFiles, changes: OpenChanges = {}) =>
  openRecorded(t, files, { ...SIZES, ...changes });

const named = (lines: readonly string[], pattern: RegExp): string[] =>
  lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);

const filesOf = (files: MemoryFiles, part: string): string[] =>
  files.paths().filter((path) => path.includes(part));

function removeFirst(files: MemoryFiles, part: string, count = 1): void {
  const all = filesOf(files, part);
  assert.ok(all.length > count, all.join());
  for (const path of all.slice(0, count)) files.unlink(path);
}

async function written(t: TestContext, end: 'kill' | 'stop'): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { store } = await open(t, files);
  for (let i = 0; i < COUNT; i++) {
    const body = Buffer.alloc(200, Math.floor(i / 2));
    await put(store, { queueId: i % 2, body, properties: properties({ TAGS: `t${i % 3}` }) });
  }
  await store.stop();
  if (end === 'stop') return files;
  const again = await open(t, files);
  await putMany(again.store, 4, (i) => ({ queueId: i % 2, body: Buffer.alloc(9, 100 + i / 2) }));
  return files.afterKill();
}

async function assertWhole(store: TestStore, topic: string, from: number, to: number) {
  const records = await readQueue(store, topic, 1);
  assert.equal(store.minOffset(topic, 1), from);
  assert.deepEqual(
    records.map(({ queueOffset, body }) => [queueOffset, body[0]]),
    Array.from({ length: to - from }, (_, i) => [from + i, from + i]),
  );
}

function problems(files: MemoryFiles): string[] {
  const check = new StoreCheck('/data/store', files);
  while (check.step());
  return check.report().problems.map(({ level, where, text }) => `${level} ${where}: ${text}`);
}

for (const end of ['stop', 'kill'] as const) {
  for (const known of ['known', 'not known'] as const) {
    for (const count of [1, 3]) {
      test(`${count} first files are missing, ${end}, list ${known}: made again`, async (t) => {
        const files = await written(t, end);
        if (known === 'not known') files.unlink(ROSTER);
        removeFirst(files, QUEUE, count);
        const [problem, ...others] = problems(files).filter((text) => text.includes(QUEUE));
        assert.deepEqual(others, []);
        assert.match(problem!, /^warning .*\/1: has lost its first files: it will be made from/);
        const { store, lines } = await open(t, files);
        assert.deepEqual(named(lines, LOST), ['TestTopic/1']);
        const messages = end === 'stop' ? 100 : 102;
        await assertWhole(store, 'TestTopic', 0, messages);
        assert.equal((await put(store, { queueId: 1 })).queueOffset, messages);
        await store.stop();
        assert.deepEqual(problems(files), []);
        const again = await open(t, files.afterKill());
        assert.deepEqual(named(again.lines, LOOKING), []);
      });
    }
  }
}

/** Retention has taken the begin of the log, and first files of the queues. */
async function retained(t: TestContext): Promise<{ files: MemoryFiles; min: number }> {
  const files = await written(t, 'stop');
  const night = new Date(2027, 0, 15, 3).getTime();
  files.now = () => night - 100 * HOUR;
  const { store, clock } = await open(t, files, {
    deleteFileBatchMax: 3,
    deleteCommitLogFilesInterval: 0,
    deleteConsumeQueueFilesInterval: 0,
  });
  store.deleteExpiredFiles();
  await clock.advance(1000);
  await store.stop();
  const min = store.minOffset('TestTopic', 1);
  assert.ok(min > 20 && min < 90, String(min));
  return { files, min };
}

test('first files that retention took are not missed', async (t) => {
  const { files, min } = await retained(t);
  const first = await open(t, files);
  assert.deepEqual([named(first.lines, LOST), named(first.lines, LOOKING)], [[], []]);
  await assertWhole(first.store, 'TestTopic', min, 100);
  await first.store.stop();
  assert.deepEqual(problems(files), []);
  removeFirst(files, QUEUE);
  const second = await open(t, files);
  assert.deepEqual(named(second.lines, LOST), ['TestTopic/1']);
  await assertWhole(second.store, 'TestTopic', min, 100);
});

test('a queue that begins behind the log is looked for once, and left as it is', async (t) => {
  const files = new MemoryFiles();
  const { store } = await open(t, files);
  const late = (i: number) => ({ topic: 'Late', queueId: 1, body: Buffer.alloc(100, i) });
  for (let i = 0; i < 20; i++) await put(store, late(i));
  for (let i = 0; i < 200; i++) await put(store, { body: Buffer.alloc(200) });
  for (let i = 20; i < 45; i++) await put(store, late(i));
  await store.stop();
  // what retention takes, and what another system leaves
  removeFirst(files, 'commitlog/', 1);
  removeFirst(files, 'consumequeue/Late/1');
  files.unlink(ROSTER);
  const first = await open(t, files);
  assert.deepEqual(named(first.lines, LOOKING), ['Late/1']);
  assert.deepEqual(named(first.lines, LOST), []);
  await assertWhole(first.store, 'Late', 20, 45);
  const second = await open(t, files.afterKill());
  assert.deepEqual(named(second.lines, LOOKING), [], 'not even after a kill');
  await assertWhole(second.store, 'Late', 20, 45);
});

test('a damaged log that cannot tell says so', async (t) => {
  const files = await written(t, 'stop');
  removeFirst(files, QUEUE);
  const [log] = filesOf(files, 'commitlog/');
  files.poke(log!, 0, Buffer.from([0x55, 0x55, 0x55, 0x55]));
  const { lines } = await open(t, files);
  const says = /^warn the log is damaged at 0 \(.*\): whether first files of .* (\S+) are missing/;
  assert.deepEqual(named(lines, says), ['TestTopic/1']);
});

test('a queue of batches without its first file is made again', async (t) => {
  const files = new MemoryFiles();
  const changes: OpenChanges = { with: { isBatchTopic: () => true } };
  const { store } = await open(t, files, changes);
  for (let i = 0; i < 25; i++) {
    const inner = Array.from({ length: 3 }, () => ({
      ...{ flag: 0, body: Buffer.from('b'), properties: '' },
    }));
    await put(store, {
      sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP,
      body: encodeBatch(inner),
      properties: properties({ INNER_NUM: '3' }),
    });
  }
  await store.stop();
  removeFirst(files, 'batchconsumequeue/TestTopic/0');
  const [problem] = problems(files);
  assert.match(problem!, /^warning batchconsumequeue\/TestTopic\/0: has lost its first files/);
  const again = await open(t, files, changes);
  assert.deepEqual(named(again.lines, LOST), ['TestTopic/0']);
  assert.equal(again.store.minOffset('TestTopic', 0), 0);
  assert.equal((await readQueue(again.store, 'TestTopic', 0)).length, 25);
});

for (const [what, part, count] of [
  ['its first file', 'consumequeue/%LMQ%a/0', 1],
  ['all its files', 'consumequeue/%LMQ%a/0', 0],
  ['the files of the queue beside it', 'consumequeue/TestTopic/0', 0],
] as const) {
  test(`a light queue is whole again without ${what}`, async (t) => {
    const files = new MemoryFiles();
    const changes = { enableLmq: true, enableMultiDispatch: true };
    const light = { properties: properties({ INNER_MULTI_DISPATCH: '%LMQ%a' }) };
    const first = await open(t, files, changes);
    await putMany(first.store, 50, (i) => ({ ...light, body: Buffer.from([i]) }));
    await first.store.stop();
    const second = await open(t, files, changes);
    await putMany(second.store, 10, (i) => ({ ...light, body: Buffer.from([50 + i]) }));
    const killed = files.afterKill();
    if (count > 0) removeFirst(killed, part, count);
    else for (const path of filesOf(killed, part)) killed.unlink(path);
    const { store } = await open(t, killed, changes);
    for (const topic of ['%LMQ%a', 'TestTopic']) {
      const bodies = (await readQueue(store, topic, 0)).map(({ body }) => body[0]);
      assert.deepEqual(
        bodies,
        Array.from({ length: 60 }, (_, i) => i),
        topic,
      );
    }
    assert.equal((await put(store, light)).queueOffset, 60);
    assert.equal(store.maxOffset('%LMQ%a', 0), 61);
  });
}

test('a store of RocketMQ 4.9 that lost the first file of a queue shows all its messages', async (t) => {
  const root = unpackStore(temporaryFolder(t), 'v4.9-kill9');
  const sizes: OpenChanges = {
    mappedFileSizeConsumeQueue: 2000,
    maxHashSlotNum: 100,
    maxIndexNum: 400,
  };
  rmSync(join(root, 'consumequeue/GoldenTopic/0', '0'.repeat(20)));
  const log = recordingLogger();
  const store = await openStore(t, root, { ...sizes, with: { log } });
  assert.deepEqual(named(log.lines, LOST), ['GoldenTopic/0']);
  assert.equal(store.minOffset('GoldenTopic', 0), 0);
  assert.equal((await readQueue(store, 'GoldenTopic', 0)).length, 150);
});
