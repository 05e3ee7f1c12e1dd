// Directories in the place of files, and a log that lost what the derived files name: refused with
// what to do, or told; store check says the same.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { MemoryFiles } from './memory-files.js';
import { openRecorded, properties, put } from './support.js';

const ROOT = '/data/store';
const FIRST = '0'.repeat(20);

async function filled(t: TestContext, end: 'stop' | 'kill'): Promise<MemoryFiles> {
  const disk = new MemoryFiles();
  const { store } = await openRecorded(t, disk);
  for (let i = 0; i < 20; i++) {
    await put(store, { queueId: i % 2, properties: properties({ UNIQ_KEY: `u${i}` }) });
  }
  await store.stop();
  const files = disk.afterKill();
  if (end === 'kill') files.writeTextAtomic(`${ROOT}/abort`, '1');
  return files;
}

function checked(files: MemoryFiles): string[] {
  const check = new StoreCheck(ROOT, files);
  while (check.step());
  return check.report().problems.map(({ level, where, text }) => `${level} ${where} ${text}`);
}

const PLACES = ['abort', 'checkpoint', `commitlog/${FIRST}`, `consumequeue/TestTopic/1/${FIRST}`];

for (const place of PLACES) {
  test(`${place} is a directory: refused with what to do, and told by store check`, async (t) => {
    for (const end of ['stop', 'kill'] as const) {
      const files = await filled(t, end);
      files.unlink(`${ROOT}/${place}`);
      files.mkdirp(`${ROOT}/${place}`);
      files.unlink(`${ROOT}/consumequeue.json`); // what it knows is made again
      const problems = checked(files);
      assert.ok(
        problems.some((one) => /^error .* is a directory/.test(one)),
        problems.join('\n'),
      );
      await assert.rejects(openRecorded(t, files), (error) => {
        assert.ok(error instanceof MqError && error.code === 'STORE_UNREADABLE', String(error));
        return /is a directory.*remove it/.test(`${error.message} ${error.hint}`);
      });
    }
  });
}

test('a log of zeros is told, and by store check, too', async (t) => {
  const files = await filled(t, 'kill');
  const log = `${ROOT}/commitlog/${FIRST}`;
  files.poke(log, 0, Buffer.alloc(8192));
  for (const offset of [0, 40]) files.poke(`${ROOT}/checkpoint`, offset, Buffer.alloc(8));
  const problems = checked(files);
  const queues = problems.filter((one) => /^error consumequeue.* names a message at \d/.test(one));
  assert.equal(queues.length, 2, problems.join('\n'));
  const { lines } = await openRecorded(t, files);
  assert.ok(
    lines.some((line) => /^warn the log ends at 0, but the index has keys of/.test(line)),
    lines.join('\n'),
  );
});
