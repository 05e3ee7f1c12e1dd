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
