// An index with a damaged file is made again as a whole; a log without keys is not read at each start.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MemoryFiles } from './memory-files.js';
import { openRecorded, properties, put, putMany, type TestStore } from './support.js';

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
      assert.ok(lines.some((line) => /\d{17} has \d+ bytes, not 880: the index is rem/.test(line)));
      await assertIndexed(store);
      await store.stop();
      const again = await open(t, files);
      assert.ok(!again.lines.some((line) => MAKING.test(line)));
      await assertIndexed(again.store);
    });
  }
}

const LACKS = /^warn the index lacks keys of messages from (\d+) .* remove \/data\/store\/index$/;

for (const [what, number] of [
  ['first', 0],
  ['second', 1],
  ['last', -1],
] as const) {
  for (const damage of ['missing', 'without its header'] as const) {
    test(`the ${what} index file is ${damage}: it is said how to mend it`, async (t) => {
      const disk = new MemoryFiles();
      const first = await open(t, disk);
      const put = (i: number) => ({ properties: properties({ UNIQ_KEY: `u${i}`, TAGS: 'a' }) });
      const puts = await putMany(first.store, COUNT, put);
      await first.store.stop();
      const files = disk.afterKill();
      const index = files.paths().filter((path) => path.includes('/index/'));
      if (damage === 'missing') files.unlink(index.at(number)!);
      else files.poke(index.at(number)!, 0, Buffer.alloc(40));
      const { store, lines } = await open(t, files);
      const [lacks] = lines.flatMap((line) => LACKS.exec(line)?.[1] ?? []);
      const offsets = puts.map(({ physicalOffsets }) => physicalOffsets[0]!);
      assert.ok(offsets.includes(Number(lacks)), lines.join('\n'));
      await store.stop();
      for (const path of files.paths()) if (path.includes('/index/')) files.unlink(path);
      const mended = await open(t, files);
      await assertIndexed(mended.store);
      await mended.store.stop();
      const again = await open(t, files.afterKill());
      assert.ok(!again.lines.some((line) => LACKS.test(line)), again.lines.join('\n'));
    });
  }
}

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
