// A log whose first files are missing looks as if retention had taken them, and a log of zeros like a
// new one: both are told. RocketMQ shows what is left without a word.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { StoreCheck } from '../../src/store/offline/check.js';
import { failure, MemoryFiles } from './memory-files.js';
import { type OpenChanges, openRecorded, put, readQueue } from './support.js';

const HOUR = 3_600_000;
const FILE_BYTES = 16 * 1024;
const COUNT = 200;
const GONE =
  /^error the log begins at (\d+), but it began at (\d+) before: its first files are mis/;

const open = (t: TestContext, files: MemoryFiles, changes: OpenChanges = {}) =>
  openRecorded(t, files, { mappedFileSizeCommitLog: FILE_BYTES, ...changes });

const logFiles = (files: MemoryFiles): string[] =>
  files.paths().filter((path) => path.includes('/commitlog/'));

/** Some files of log; killed behind a start, or stopped. */
async function written(t: TestContext, end: 'kill' | 'stop'): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { store } = await open(t, files);
  for (let i = 0; i < COUNT; i++) await put(store, { body: Buffer.alloc(200, i) });
  await store.stop();
  assert.ok(logFiles(files).length > 3);
  if (end === 'stop') return files;
  const again = await open(t, files);
  await put(again.store, { body: Buffer.alloc(200, COUNT) });
  return files.afterKill();
}

function problems(files: MemoryFiles): string[] {
  const check = new StoreCheck('/data/store', files);
  while (check.step());
  return check.report().problems.map(({ level, where, text }) => `${level} ${where} ${text}`);
}

for (const end of ['stop', 'kill'] as const) {
  test(`first files of the log that are missing are told after a ${end}`, async (t) => {
    const files = await written(t, end);
    const copy = files.afterKill();
    for (const path of logFiles(files).slice(0, 2)) files.unlink(path);
    assert.match(
      problems(files).join('\n'),
      /^error commitlog begins at 32768, but it began at 0 /m,
    );
    const { store, lines } = await open(t, files);
    assert.deepEqual(
      lines.flatMap((line) => GONE.exec(line)?.slice(1) ?? []),
      ['32768', '0'],
    );
    assert.ok(store.minOffset('TestTopic', 0) > 0);
    await store.stop();
    const again = await open(t, files);
    assert.ok(!again.lines.some((line) => GONE.test(line)), 'said once');
    await again.store.stop();

    for (const path of logFiles(copy).slice(0, 2)) {
      const bytes = Buffer.alloc(FILE_BYTES);
      const fd = copy.openSync(path, 'r');
      copy.readSync(fd, bytes, 0, FILE_BYTES, 0);
      copy.closeSync(fd);
      files.writeSync(files.openSync(path, 'w+'), bytes, 0, FILE_BYTES, 0);
    }
    const back = await open(t, files);
    assert.ok(!back.lines.some((line) => /^(warn|error)/.test(line)), back.lines.join('\n'));
    assert.equal((await readQueue(back.store, 'TestTopic', 0))[0]?.queueOffset, 0);
  });
}

test('files that retention takes are not missed, wherever it is killed', async (t) => {
  for (const at of [1, 2]) {
    const files = new MemoryFiles();
    const opened = await open(t, files, { fileReservedTime: 1 });
    const { store, clock } = opened;
    for (let i = 0; i < COUNT; i++) await put(store, { body: Buffer.alloc(200, i) });
    await clock.advance(1000);
    let unlinked = 0;
    let killed: MemoryFiles | undefined;
    files.fault = (operation, path) => {
      if (operation !== 'unlink' || !path.includes('/commitlog/')) return;
      if (++unlinked === at) killed = files.afterKill();
      if (at === 1) throw failure('EACCES', path);
    };
    await clock.advance(2 * HOUR);
    store.deleteExpiredFiles();
    await clock.advance(60_000);
    assert.ok(killed, 'nothing was removed');
    for (const left of [killed, files.afterKill()]) {
      const { lines } = await open(t, left);
      assert.ok(!lines.some((line) => GONE.test(line)), lines.join('\n'));
    }
  }
});

test('a log of zeros beside a queue with entries is told after a kill', async (t) => {
  const files = new MemoryFiles();
  const changes = { messageIndexEnable: false };
  const { store, clock } = await open(t, files, changes);
  await put(store);
  await clock.advance(2000);
  const killed = files.afterKill();
  for (const path of logFiles(killed)) killed.poke(path, 0, Buffer.alloc(FILE_BYTES));
  const again = await open(t, killed, changes);
  const told = again.lines.filter((line) => line.startsWith('error the log holds no message, but'));
  assert.match(told.join(), /the consume queue TestTopic\/0 has entries/);
  assert.equal((await put(again.store)).queueOffset, 0);
  await again.store.stop();
  const fresh = await open(t, killed, changes);
  assert.ok(!fresh.lines.some((line) => line.startsWith('error')), fresh.lines.join('\n'));
});
