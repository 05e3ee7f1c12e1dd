// Bytes of any file changed at random: looking at the store never fails otherwise than with a reason,
// and a store that is said to be in order is read as it was written.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { dumpMessages } from '../../src/store/offline/dump.js';
import { storeStat } from '../../src/store/offline/stat.js';
import { seeded } from '../support/random.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles } from './memory-files.js';
import { openStore, properties, put, putMany, readQueue, type TestStore } from './support.js';

const ROOT = '/data/store';
const MESSAGES = 80;
const DAMAGES = 60;
/** Any other will do, too. */
const SEED = 5500;
/** Files begin with what they hold. */
const USED_BYTES = 12_000;
const SIZES = { mappedFileSizeCommitLog: 16 * 1024, mappedFileSizeConsumeQueue: 800 };

function open(t: TestContext, files: MemoryFiles): Promise<TestStore> {
  const clock = new FakeClock(1_800_000_000_000);
  return openStore(t, ROOT, { ...SIZES, maxIndexNum: 400, with: { files, clock } });
}

const bodyOf = (i: number): string => `body ${i} `.padEnd(200, '.');

async function written(t: TestContext): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const store = await open(t, files);
  await putMany(store, MESSAGES, (i) => ({
    queueId: i % 2,
    body: Buffer.from(bodyOf(i)),
    properties: properties({ UNIQ_KEY: `u${i}`, TAGS: 'a' }),
  }));
  await store.stop();
  return files;
}

/** Whether something is said to be wrong; only a reason may be thrown. */
function complains(files: MemoryFiles): boolean {
  try {
    const run = new StoreCheck(ROOT, files);
    while (run.step());
    storeStat(ROOT, files);
    for (const { body } of dumpMessages(ROOT, files)) assert.ok(body.length >= 0);
    return run.report().problems.length > 0;
  } catch (error) {
    if (error instanceof MqError) return true;
    throw error;
  }
}

async function readAll(store: TestStore): Promise<string[]> {
  const queues = [await readQueue(store, 'TestTopic', 0), await readQueue(store, 'TestTopic', 1)];
  const bodies = queues.map((records) => records.map(({ body }) => body.toString()));
  return Array.from({ length: MESSAGES }, (_, i) => bodies[i % 2]![i >> 1] ?? 'missing');
}

test('a store that is said to be in order is read as it was written', async (t) => {
  const good = await written(t);
  const random = seeded(SEED);
  const expected = Array.from({ length: MESSAGES }, (_, i) => bodyOf(i));
  let noticed = 0;
  for (let i = 0; i < DAMAGES; i++) {
    const files = good.afterKill();
    const paths = files.paths().filter((path) => !/lock/.test(path));
    const path = paths[random(paths.length)]!;
    const size = Math.min(files.stat(path)!.size, USED_BYTES);
    const position = random(Math.max(1, size - 8));
    files.poke(
      path,
      position,
      Buffer.from(Array.from({ length: 1 + random(8) }, () => random(256))),
    );
    const what = `damage ${i}: ${path} at ${position}`;
    const wrong = complains(files);
    if (wrong) noticed++;
    try {
      const store = await open(t, files);
      assert.equal((await put(store, { queueId: 2 })).status, 'PUT_OK', what);
      if (!wrong) assert.deepEqual(await readAll(store), expected, what);
      await store.stop();
    } catch (error) {
      if (error instanceof MqError && wrong) continue;
      throw new Error(what, { cause: error });
    }
  }
  assert.ok(noticed > DAMAGES / 10, `${noticed} of ${DAMAGES} noticed`);
});
