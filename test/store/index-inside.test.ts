// Damage inside files of the index: what could hide messages from queries is noticed and mended,
// at a start, in the background, or by the query that meets it.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { decodeHeader, indexKeyHash } from '../../src/store/format/index-layout.js';
import { until } from '../support/until.js';
import { MemoryFiles } from './memory-files.js';
import {
  openStore,
  properties,
  put,
  recordingLogger,
  storeConfig,
  type TestStore,
} from './support.js';

const COUNT = 65;
const SLOTS = 7;
const ENTRIES = 40;
const ENTRIES_AT = 40 + 4 * SLOTS;
const MENDED = /^info the index has all keys again/;

let now = Date.now();

/** Files of which every change has a time of its own, also among files that were copied. */
function timed(files: MemoryFiles): MemoryFiles {
  files.now = () => ++now;
  return files;
}

async function open(
  t: TestContext,
  files: MemoryFiles,
): Promise<{ store: TestStore; lines: string[] }> {
  const log = recordingLogger();
  const size = { maxHashSlotNum: SLOTS, maxIndexNum: ENTRIES };
  const store = await openStore(t, '/data/store', {
    ...size,
    with: { files, log, clock: systemClock },
  });
  return { store, lines: log.lines };
}

const keyed = (i: number) => ({
  properties: properties({ UNIQ_KEY: `u${i}`, KEYS: `k${i} same`, TAGS: 'a' }),
});

const range = { topic: 'TestTopic', begin: 0, end: Number.MAX_SAFE_INTEGER };

async function found(store: TestStore, key: string): Promise<number> {
  return (await store.query({ ...range, maxMessages: COUNT, key })).records.length;
}

async function assertEach(store: TestStore, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    assert.equal(await found(store, `u${i}`), 1, `u${i}`);
    assert.equal(await found(store, `k${i}`), 1, `k${i}`);
  }
}

async function assertAll(store: TestStore, count = COUNT): Promise<void> {
  await assertEach(store, count);
  assert.equal(await found(store, 'same'), Math.min(COUNT, storeConfig('').maxMsgsNumBatch));
}

/** A store of some index files, the last of them not full, and their names. */
async function filled(
  t: TestContext,
  count = COUNT,
): Promise<{ files: MemoryFiles; index: string[] }> {
  const disk = timed(new MemoryFiles());
  const { store } = await open(t, disk);
  for (let i = 0; i < count; i++) await put(store, keyed(i));
  await store.stop();
  const files = timed(disk.afterKill());
  const index = files.paths().filter((path) => path.includes('/index/'));
  assert.ok(index.length > 4, index.join());
  return { files, index };
}

function bytesOf(files: MemoryFiles, path: string, at: number, length: number): Buffer {
  const fd = files.openSync(path, 'r');
  const out = Buffer.alloc(length);
  files.readSync(fd, out, 0, length, at);
  files.closeSync(fd);
  return out;
}

function change(files: MemoryFiles, path: string, at: number, bytes: Buffer): void {
  files.poke(path, at, bytes);
  files.touch(path);
}

function flip(files: MemoryFiles, path: string, at: number, bit: number): void {
  const bytes = bytesOf(files, path, at, 1);
  bytes[0]! ^= 1 << bit;
  change(files, path, at, bytes);
}

type Place = 'first' | 'middle' | 'last';
const numberOf = (place: Place, all: readonly string[]): string =>
  all.at({ first: 0, middle: 2, last: -1 }[place])!;

const i32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeInt32BE(value);
  return out;
};

type Damage = (files: MemoryFiles, path: string, all: readonly string[]) => void;
const entryAt = (number: number): number => ENTRIES_AT + 20 * number;

const DAMAGES: Record<string, Damage> = {
  'a bit of its begin time': (files, path) => flip(files, path, 4, 3),
  'a bit of its end time': (files, path) => flip(files, path, 12, 6),
  'a bit of its first place in the log': (files, path) => flip(files, path, 22, 1),
  'a bit of its last place in the log': (files, path) => flip(files, path, 30, 0),
  'a count that is too small': (files, path) => {
    const { indexCount } = decodeHeader(bytesOf(files, path, 0, 40));
    change(files, path, 36, i32(indexCount - 2));
  },
  'a count of none': (files, path) => change(files, path, 36, i32(1)),
  'a negative count': (files, path) => change(files, path, 36, i32(-5)),
  'zeros in its slots': (files, path) => change(files, path, 44, Buffer.alloc(12)),
  'a slot beyond its entries': (files, path) => change(files, path, 48, i32(10_000)),
  'a negative slot': (files, path) => change(files, path, 48, i32(-1)),
  'zeros in the middle of its entries': (files, path) =>
    change(files, path, entryAt(5) + 3, Buffer.alloc(50)),
  'a bit of the hash of a key': (files, path) => flip(files, path, entryAt(7) + 2, 4),
  'an entry that leads to itself': (files, path) => change(files, path, entryAt(9) + 16, i32(9)),
  'an entry that leads ahead': (files, path) => change(files, path, entryAt(9) + 16, i32(12)),
  'an entry that leads nowhere': (files, path) => change(files, path, entryAt(9) + 16, i32(5000)),
  'a negative time of an entry': (files, path) => flip(files, path, entryAt(8) + 12, 7),
  'another time of an entry': (files, path) => flip(files, path, entryAt(8) + 14, 4),
  'an entry that names a place far behind': (files, path) => flip(files, path, entryAt(6) + 7, 2),
  'the content of its neighbour': (files, path, all) => {
    const other = all[path === all[0] ? 1 : all.indexOf(path) - 1]!;
    const size = ENTRIES_AT + 20 * ENTRIES;
    const [mine, others] = [path, other].map((one) => bytesOf(files, one, 0, size));
    change(files, path, 0, others!);
    change(files, other, 0, mine!);
  },
  'the content of its neighbour, too': (files, path, all) => {
    const other = all[path === all[0] ? 1 : all.indexOf(path) - 1]!;
    change(files, path, 0, bytesOf(files, other, 0, ENTRIES_AT + 20 * ENTRIES));
  },
};

for (const [what, damage] of Object.entries(DAMAGES)) {
  test(`an index file has ${what}: mended`, async (t) => {
    for (const place of ['first', 'middle', 'last'] as const) {
      const { files, index } = await filled(t);
      damage(files, numberOf(place, index), index);
      const { store, lines } = await open(t, files);
      await put(store, keyed(COUNT)); // while it is mended
      await until(`${place}: it is mended`, () => lines.some((line) => MENDED.test(line)));
      assert.ok(
        lines.some((line) => /^warn .*(is damaged \(.*remo|says that it holds nothing)/.test(line)),
        lines.join('\n'),
      );
      await assertAll(store, COUNT + 1);
      await store.stop();
      const again = await open(t, files);
      await assertAll(again.store, COUNT + 1);
      await again.store.stop();
      assert.ok(!again.lines.some((line) => /damaged|lacks/.test(line)), again.lines.join('\n'));
    }
  });
}

test('a damaged file that had a part of the keys of one message is noticed', async (t) => {
  for (const count of [58, 59, 60]) {
    const { files, index } = await filled(t, count);
    flip(files, index.at(-1)!, 4, 3);
    const { store, lines } = await open(t, files);
    if (lines.some((line) => /lacks keys/.test(line))) {
      await until('it is mended', () => lines.some((line) => MENDED.test(line)));
    }
    await assertEach(store, count);
    await store.stop();
  }
});

test('a file of the index that nobody has written to since is not read through again', async (t) => {
  const { files } = await filled(t);
  let reads = 0;
  const pread = files.pread.bind(files);
  files.pread = (...wanted) => {
    reads++;
    return pread(...wanted);
  };
  const { store } = await open(t, files);
  await assertAll(store);
  await store.stop();
  reads = 0;
  const next = await open(t, files);
  await next.store.stop();
  assert.equal(reads, 0);
});

test('a query never gives a message that has another key, and mends what made it do so', async (t) => {
  const { files, index } = await filled(t);
  const { store, lines } = await open(t, files);
  // while the broker runs: nobody looks through a file that was sound
  const path = index[2]!;
  for (let number = 1; number < ENTRIES; number++) {
    const entry = bytesOf(files, path, entryAt(number), 20);
    const wanted = entry.readInt32BE(0) !== indexKeyHash('TestTopic', 'same');
    if (wanted && number > 8 && number < 30) {
      files.poke(path, entryAt(number) + 4, bytesOf(files, path, entryAt(4) + 4, 8));
    }
  }
  for (let i = 0; i < COUNT; i++) {
    const { records } = await store.query({ ...range, maxMessages: 9, key: `k${i}` });
    for (const record of records) assert.ok(record.toString('latin1').includes(`k${i} same`));
  }
  await until('it is mended', () => lines.some((line) => MENDED.test(line)));
  assert.ok(
    lines.some((line) => /of the log has other keys/.test(line)),
    lines.join('\n'),
  );
  await assertAll(store);
});

test('a query tells of an entry that names no message', async (t) => {
  const { files, index } = await filled(t);
  const { store, lines } = await open(t, files);
  const path = index[1]!;
  const hash = bytesOf(files, path, entryAt(10), 4).readInt32BE(0);
  flip(files, path, entryAt(10) + 11, 0);
  const all = Array.from({ length: COUNT }, (_, i) => [`u${i}`, `k${i}`, 'same']).flat();
  for (const key of all.filter((one) => indexKeyHash('TestTopic', one) === hash)) {
    await found(store, key);
  }
  for (const indexType of ['T']) {
    await store.query({ ...range, maxMessages: COUNT * 3, key: 'a', indexType });
  }
  const told = lines.filter((line) => /^error .*names a message at \d+ of the log/.test(line));
  assert.equal(told.length, 1, lines.join('\n'));
});

test('a store that was killed has its last file looked through', async (t) => {
  const { files } = await filled(t);
  const first = await open(t, files);
  await put(first.store, keyed(COUNT));
  await until('it is flushed', async () => (await found(first.store, `k${COUNT}`)) === 1);
  const killed = timed(files.afterKill());
  const { store, lines } = await open(t, killed);
  await assertAll(store, COUNT + 1);
  await store.stop();
  assert.ok(!lines.some((line) => /damaged|lacks/.test(line)), lines.join('\n'));
});
