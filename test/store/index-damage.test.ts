// Files of an index that are missing or have another size are made again; a log without keys is
// not read at each start.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { until } from '../support/until.js';
import { MemoryFiles } from './memory-files.js';
import { openRecorded, properties, put, putMany, storeConfig, type TestStore } from './support.js';

const COUNT = 100;
const MAKING = /there is no index: making it from the whole log/;

const open = (t: TestContext, files: MemoryFiles) =>
  openRecorded(t, files, { maxHashSlotNum: 10, maxIndexNum: 40 });

async function assertIndexed(store: TestStore): Promise<void> {
  const range = { topic: 'TestTopic', maxMessages: 4, begin: 0, end: Number.MAX_SAFE_INTEGER };
  for (let i = 0; i < COUNT; i++) {
    const { records } = await store.query({ ...range, key: `u${i}` });
    assert.equal(records.length, 1, `u${i}`);
  }
}

for (const end of ['stop', 'kill'] as const) {
  for (const bytes of [0, 40, 400]) {
    test(`an index file is cut to ${bytes} bytes, ${end}: made again`, async (t) => {
      const disk = new MemoryFiles();
      const first = await open(t, disk);
      let now = 0;
      disk.now = () => ++now;
      await putMany(first.store, COUNT, (i) => ({ properties: properties({ UNIQ_KEY: `u${i}` }) }));
      if (end === 'stop') await first.store.stop();
      const files = disk.afterKill();
      const index = files.paths().filter((path) => path.includes('/index/'));
      assert.ok(index.length > 2, index.join());
      files.ftruncate(files.openSync(index[1]!, 'r+'), bytes);
      const { store, lines } = await open(t, files);
      assert.ok(lines.some((line) => /\d{17} has \d+ bytes, not 880: it is rem/.test(line)));
      if (said(lines, LACKS)) await until('it is mended', () => said(lines, MENDED));
      await assertIndexed(store);
      await store.stop();
      const again = await open(t, files);
      assert.ok(!again.lines.some((line) => MAKING.test(line)));
      await assertIndexed(again.store);
    });
  }
}

const LACKS = /^warn the index lacks keys of messages from (\d+) of the log on: they are added/;
const MENDED = /^info the index has all keys again/;

/** Messages of which one file of the index often has a part of the keys, and the next the rest. */
const KEYS_EACH = 4;
const many = (i: number) => ({
  properties: properties({ UNIQ_KEY: `u${i}`, KEYS: `k${i} l${i}`, TAGS: 'a' }),
});

async function assertAllKeys(store: TestStore): Promise<void> {
  const range = { topic: 'TestTopic', maxMessages: COUNT, begin: 0, end: Number.MAX_SAFE_INTEGER };
  for (let i = 0; i < COUNT; i++) {
    for (const key of [`u${i}`, `k${i}`, `l${i}`]) {
      const { records } = await store.query({ ...range, key });
      assert.equal(records.length, 1, key);
    }
  }
  const { records } = await store.query({ ...range, key: 'a', indexType: 'T' });
  assert.equal(records.length, Math.min(COUNT, storeConfig('').maxMsgsNumBatch));
}

const indexFiles = (files: MemoryFiles): string[] =>
  files.paths().filter((path) => path.includes('/index/'));

const said = (lines: readonly string[], pattern: RegExp): boolean =>
  lines.some((line) => pattern.test(line));

/** A store whose index has lost something, and the log offsets of its messages. */
async function damaged(
  t: TestContext,
  numbers: readonly number[],
  damage: 'missing' | 'without its header',
): Promise<{ files: MemoryFiles; offsets: number[] }> {
  const disk = new MemoryFiles();
  const { store } = await open(t, disk);
  const offsets: number[] = [];
  for (let i = 0; i < COUNT; i++) offsets.push((await put(store, many(i))).physicalOffsets[0]!);
  await store.stop();
  const files = disk.afterKill();
  const index = indexFiles(files);
  assert.ok(index.length >= (COUNT * KEYS_EACH) / 40);
  for (const number of numbers) {
    if (damage === 'missing') files.unlink(index.at(number)!);
    else files.poke(index.at(number)!, 0, Buffer.alloc(40));
  }
  return { files, offsets };
}

for (const numbers of [[0], [1], [-1], [0, 2, 3, -2], [-1, -2]]) {
  for (const damage of ['missing', 'without its header'] as const) {
    test(`index files ${numbers.join()} are ${damage}: their keys are added`, async (t) => {
      const { files, offsets } = await damaged(t, numbers, damage);
      const { store, lines } = await open(t, files);
      const [lacks] = lines.flatMap((line) => LACKS.exec(line)?.[1] ?? []);
      assert.ok(offsets.includes(Number(lacks)), lines.join('\n'));
      await put(store, many(COUNT)); // while it is mended
      await until('the index is mended', () => said(lines, MENDED));
      await assertAllKeys(store);
      await store.stop();
      assert.ok(!files.paths().some((path) => path.includes('mending')));
      const again = await open(t, files.afterKill());
      assert.ok(!said(again.lines, LACKS), again.lines.join('\n'));
      await assertAllKeys(again.store);
    });
  }
}

test('where the log is damaged, too, the keys before and behind are found', async (t) => {
  const { files, offsets } = await damaged(t, [3, 4, 5], 'missing');
  const log = files.paths().find((path) => path.includes('/commitlog/'))!;
  files.poke(log, offsets[45]! + 4, Buffer.alloc(4));
  const { store, lines } = await open(t, files);
  await until('it is told', () => said(lines, /^warn the index cannot be mended/));
  assert.ok(said(lines, new RegExp(`the log is damaged at ${offsets[45]}`)), lines.join('\n'));
  const range = { topic: 'TestTopic', maxMessages: 4, begin: 0, end: Number.MAX_SAFE_INTEGER };
  const found: number[] = [];
  for (let i = 0; i < COUNT; i++) {
    if ((await store.query({ ...range, key: `l${i}` })).records.length === 1) found.push(i);
  }
  assert.deepEqual([found[44], found[45]! > 50, found.at(-1)], [44, true, COUNT - 1]);
});

test('who is killed or stopped while it mends the index goes on at the next start', async (t) => {
  for (const turns of [0, 2, 4, 7, 11]) {
    const { files } = await damaged(t, [1, 2, 5], 'missing');
    const { store } = await open(t, files);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    const killed = files.afterKill();
    await store.stop();
    for (const left of [killed, files]) {
      const next = await open(t, left);
      if (said(next.lines, LACKS)) await until('mended', () => said(next.lines, MENDED));
      if (left === killed) await assertAllKeys(next.store);
      await next.store.stop();
      assert.ok(!left.paths().some((path) => path.includes('mending')), left.paths().join());
      assert.ok(!said((await open(t, left)).lines, LACKS));
    }
  }
});

test('a log without keys is read for them once', async (t) => {
  const files = new MemoryFiles();
  const first = await open(t, files);
  await putMany(first.store, COUNT, () => ({}));
  await first.store.stop();
  const second = await open(t, files);
  assert.ok(second.lines.some((line) => MAKING.test(line)));
  await second.store.stop();
  const third = await open(t, files);
  assert.ok(!third.lines.some((line) => MAKING.test(line)), third.lines.join('\n'));
  for (let i = 0; i < COUNT; i++)
    await put(third.store, { properties: `UNIQ_KEY\u0001u${i}\u0002` });
  await assertIndexed(third.store);
  await third.store.stop();
  await assertIndexed((await open(t, files.afterKill())).store);
});
