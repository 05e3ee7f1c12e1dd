// Entries of consume queues that name units of consumequeue_ext (enableConsumeQueueExt).

import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { realFiles } from '../../src/base/files.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { decodeExtUnit, encodeExtUnit } from '../../src/store/format/ext-unit.js';
import { hashCode } from '../../src/protocol/properties.js';
import {
  get,
  type OpenChanges,
  openStore,
  properties,
  putMany,
  readQueue,
  recordingLogger,
  temporaryFolder,
  type TestStore,
} from './support.js';

const UNIT_BYTES = 20 + 8;
const bits = (i: number): Buffer => Buffer.alloc(8, (i % 255) + 1);

const EXT: OpenChanges = {
  enableConsumeQueueExt: true,
  mappedFileSizeConsumeQueueExt: UNIT_BYTES * 20 + 10,
  with: {
    filterBits: ({ properties: text }) => bits(Number(text.split('n\u0001')[1].split('\u0002')[0])),
  },
};

const fill = (store: TestStore, count: number, from = 0): Promise<unknown> =>
  putMany(store, count, (i) => ({
    properties: properties({ TAGS: `Tag${(from + i) % 3}`, n: String(from + i) }),
  }));

/** What readers are asked about each entry. */
async function asked(store: TestStore): Promise<[bigint, number | undefined][]> {
  const seen: [bigint, number | undefined][] = [];
  for (let offset = 0; offset < store.maxOffset('TestTopic', 0);) {
    const result = await get(store, {
      offset,
      matchTags: (code, filterBits) => seen.push([code, filterBits?.[7]]) > 0,
    });
    offset = result.nextBeginOffset;
  }
  return seen;
}

const expected = (count: number): [bigint, number][] =>
  Array.from({ length: count }, (_, i) => [BigInt(hashCode(`Tag${i % 3}`)), bits(i)[0]]);

test('units are decoded as they were encoded; cut ones are none', () => {
  const unit = encodeExtUnit(-5, 1_700_000_000_000, bits(3));
  assert.deepEqual(decodeExtUnit(unit, 0), {
    ...{ size: 28, tagsCode: -5n, storeTimestamp: 1_700_000_000_000, bitMap: bits(3) },
  });
  assert.equal(encodeExtUnit(7, 1, undefined).length, 20);
  for (let length = 0; length < unit.length; length++) {
    assert.equal(decodeExtUnit(unit.subarray(0, length), 0), undefined);
  }
});

test('tags codes and filter bits are found through the address, from memory and from files', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, EXT);
  await fill(store, 70);
  assert.deepEqual(await asked(store), expected(70));
  const killed = join(temporaryFolder(t), 'store');
  cpSync(root, killed, { recursive: true, filter: (path) => !path.endsWith('lock.holder') });
  await store.stop();
  const folder = join(root, 'consumequeue_ext', 'TestTopic', '0');
  const files = readdirSync(folder);
  // the end of a file is marked when the next unit leaves less than four bytes
  assert.equal(files.length, 4);
  assert.ok(files.every((name) => statSync(join(folder, name)).size === UNIT_BYTES * 20 + 10));
  for (const path of [root, killed]) {
    const again = await openStore(t, path, EXT);
    assert.deepEqual(await asked(again), expected(70));
    await fill(again, 30, 70);
    assert.deepEqual(await asked(again), expected(100));
    await again.stop();
    const last = await openStore(t, path, EXT);
    assert.deepEqual(await asked(last), expected(100));
    await last.stop();
  }
});

test('units are read also where none are written any more, and written again behind them', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, EXT);
  await fill(store, 30);
  await store.stop();
  const without = await openStore(t, root, { ...EXT, enableConsumeQueueExt: false });
  await fill(without, 10, 30);
  // a start behind a proper stop leaves the entries as they are
  const plain = expected(40).map(([code, bit], i) => [code, i < 30 ? bit : undefined]);
  assert.deepEqual(await asked(without), plain);
  await without.stop();
  const again = await openStore(t, root, EXT);
  await fill(again, 10, 40);
  const all = expected(50).map(([code, bit], i) => [code, i < 30 || i >= 40 ? bit : undefined]);
  assert.deepEqual(await asked(again), all);
});

test('check follows the addresses of entries', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, EXT);
  await fill(store, 30);
  await store.stop();
  const problems = (): string[] => {
    const check = new StoreCheck(root, realFiles);
    while (check.step());
    return check.report().problems.map(({ where, text }) => `${where}: ${text}`);
  };
  assert.deepEqual(problems(), []);
  rmSync(join(root, 'consumequeue_ext', 'TestTopic'), { recursive: true });
  assert.deepEqual(problems(), [
    'consumequeue/TestTopic/0: 30 of 30 entries are wrong: entry 0 names nothing in consumequeue_ext',
  ]);
});

test('without its unit a message passes: the client looks at its tags again', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, EXT);
  await fill(store, 30);
  await store.stop();
  rmSync(join(root, 'consumequeue_ext'), { recursive: true });
  const again = await openStore(t, root, EXT);
  const { messages } = await get(again, { matchTags: () => false });
  assert.equal(messages.length, 30);
});

for (const [what, damage] of [
  ['a file in the middle is missing', (folder, names) => rmSync(join(folder, names[1]!))],
  ['a full file is cut short', (folder, names) => truncateSync(join(folder, names[1]!), 99)],
] as readonly [string, (folder: string, names: string[]) => void][]) {
  test(`${what}: entries pass every filter, and new ones have their units`, async (t) => {
    const root = temporaryFolder(t);
    const store = await openStore(t, root, EXT);
    await fill(store, 70);
    await store.stop();
    const folder = join(root, 'consumequeue_ext', 'TestTopic', '0');
    damage(folder, readdirSync(folder));
    const log = recordingLogger();
    const again = await openStore(t, root, { ...EXT, with: { ...EXT.with, log } });
    assert.equal((await readQueue(again, 'TestTopic', 0)).length, 70);
    await fill(again, 5, 70);
    assert.ok(log.lines.some((line) => /^warn .*consumequeue_ext.*its files are rem/.test(line)));
    assert.deepEqual(await asked(again), expected(75).slice(70));
    await again.stop();
    const third = await openStore(t, root, EXT);
    assert.deepEqual(await asked(third), expected(75).slice(70));
    assert.equal((await readQueue(third, 'TestTopic', 0)).length, 75);
  });
}
