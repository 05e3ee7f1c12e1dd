// Topics with cleanup.policy=COMPACTION: what is kept of them, over restarts, kills and damage.

import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MqError } from '../../../src/base/errors.js';
import { until } from '../../support/until.js';
import { FakeClock } from '../fake-clock.js';
import {
  get,
  put,
  readQueue,
  recordingLogger,
  temporaryFolder,
  type TestStore,
} from '../support.js';
import { keyed, openCompacted, putKeyed, readKept, SMALL, TOPIC } from './support.js';

const START = 1_700_000_000_000;

/** Moves time until the queue is compacted. */
async function compact(clock: FakeClock, lines: string[]): Promise<void> {
  const compactions = () => lines.filter((line) => line.includes('is compacted')).length;
  const before = compactions();
  await until('compaction', async () => {
    await clock.advance(SMALL.compactionScheduleInternal);
    return compactions() > before;
  });
}

function newestOf(kept: { key: string | undefined; body: string }[]): Map<string, number> {
  return new Map(kept.map(({ key, body }) => [key ?? '', Number(/^value (\d+)/.exec(body)?.[1])]));
}

test('the newest message of every key is kept, and all of the last file', async (t) => {
  const clock = new FakeClock(START);
  const log = recordingLogger();
  const root = temporaryFolder(t);
  const store = await openCompacted(t, root, { with: { clock, log } });
  await putKeyed(store, 0, 300, 20);
  assert.equal((await readKept(store)).length, 300);
  await compact(clock, log.lines);
  const kept = await readKept(store);
  assert.ok(kept.length < 100, `${kept.length} are left`);
  assert.deepEqual(newestOf(kept), new Map(range(20).map((i) => [`key-${i}`, 280 + i])));
  const offsets = kept.map(({ offset }) => offset);
  assert.deepEqual(
    offsets,
    [...offsets].sort((a, b) => a - b),
  );
  await store.stop();
  const again = await openCompacted(t, root, { with: { clock, log } });
  assert.deepEqual(await readKept(again), kept);
  await putKeyed(again, 300, 400, 20);
  await compact(clock, log.lines);
  assert.deepEqual(newestOf(await readKept(again)).get('key-9'), 389);
});

test('any offset leads to the first message at or behind it', async (t) => {
  const { store, kept } = await compactedStore(t);
  for (const offset of [0, 1, 100, kept[3]!.offset, kept[3]!.offset + 1, 299]) {
    const next = kept.filter((message) => message.offset >= offset);
    assert.deepEqual(await readKept(store, offset), next, `from ${offset}`);
  }
  const status = async (offset: number) => (await get(store, { topic: TOPIC, offset })).status;
  assert.equal(await status(300), 'OFFSET_OVERFLOW_ONE');
  assert.equal(await status(301), 'OFFSET_OVERFLOW_BADLY');
  const tagged = await get(store, {
    topic: TOPIC,
    matchTags: (code) => code === 2598919n,
    maxMessages: 5,
  });
  assert.ok(tagged.records.length <= 5);
  assert.equal((await get(store, { topic: 'KvOther' })).status, 'NO_MESSAGE_IN_QUEUE');
});

test('a message without body takes its key away', async (t) => {
  const clock = new FakeClock(START);
  const log = recordingLogger();
  const store = await openCompacted(t, temporaryFolder(t), { with: { clock, log } });
  await putKeyed(store, 0, 20, 20);
  await put(store, keyed(20, 'key-3', { body: Buffer.alloc(0) }));
  await putKeyed(store, 40, 140, 2);
  await compact(clock, log.lines);
  const newest = newestOf(await readKept(store));
  assert.equal(newest.has('key-3'), false);
  assert.equal(newest.get('key-4'), 4);
});

test('messages without a key are left out, and what memory has no room for waits', async (t) => {
  const clock = new FakeClock(START);
  const log = recordingLogger();
  const store = await openCompacted(t, temporaryFolder(t), {
    with: { clock, log },
    compaction: { maxOffsetMapSize: 24 }, // a hundred keys, the least there is
  });
  await put(store, keyed(0, '', { properties: '' }));
  await putKeyed(store, 1, 301, 150);
  await compact(clock, log.lines);
  await compact(clock, log.lines);
  const kept = await readKept(store);
  assert.equal(newestOf(kept).size, 150);
  assert.ok(kept.length < 300, `${kept.length} are left`);
  assert.equal(kept[0]?.key === undefined, false);
  assert.ok(log.lines.some((line) => line.includes('message 0 of the compaction log 0')));
});

test('the log may lose what the compacted topic keeps', async (t) => {
  const clock = new FakeClock(Date.now() + 3_600_000);
  const log = recordingLogger();
  const root = temporaryFolder(t);
  const sizes = { mappedFileSizeCommitLog: 16 * 1024, mappedFileSizeConsumeQueue: 400 };
  const config = { ...sizes, fileReservedTime: 0 };
  const store = await openCompacted(t, root, { with: { clock, log }, ...config });
  await putKeyed(store, 0, 300, 20);
  await compact(clock, log.lines);
  const kept = await readKept(store);
  await until('retention', async () => {
    store.deleteExpiredFiles();
    await clock.advance(2000);
    return store.minOffset(TOPIC, 0) > 250;
  });
  assert.deepEqual(await readKept(store), kept);
  assert.ok(kept[0]!.offset < store.minOffset(TOPIC, 0));
});

test('after a kill nothing is missing, whichever file is', async (t) => {
  const { store, root, kept } = await compactedStore(t);
  const compaction = join(root, 'compaction');
  const damages: Record<string, (root: string) => void> = {
    nothing: () => undefined,
    queue: (copy) => rmSync(join(copy, 'compactionCq'), { recursive: true }),
    'one queue file': (copy) => rmSync(fileIn(copy, 'compactionCq', -1)),
    'one log file': (copy) => rmSync(fileIn(copy, 'compactionLog', -1)),
    positions: (copy) => writeFileSync(join(copy, 'position-checkpoint'), '{"que'),
    'a torn log': (copy) => zeroFrom(fileIn(copy, 'compactionLog', -1), 1000),
    'a torn queue': (copy) => zeroFrom(fileIn(copy, 'compactionCq', -1), 100),
    'leftovers of a compaction': (copy) => {
      const from = join(copy, 'compactionLog', TOPIC, '0');
      cpSync(from, join(copy, 'x'), { recursive: true });
      cpSync(join(copy, 'x'), join(from, 'compacting'), { recursive: true });
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    const copy = temporaryFolder(t);
    cpSync(root, copy, { recursive: true });
    for (const name of readdirSync(copy)) {
      if (name.startsWith('lock')) rmSync(join(copy, name));
    }
    damage(join(copy, 'compaction'));
    const again = await openCompacted(t, copy);
    const found = await readKept(again);
    // the ordinary queue may bring back more than was kept
    assert.deepEqual(newestOf(found), newestOf(kept), what);
    const offsets = found.map(({ offset }) => offset);
    assert.equal(new Set(offsets).size, offsets.length, what);
    await again.stop();
    const folder = join(copy, 'compaction', 'compactionLog', TOPIC, '0');
    assert.equal(existsSync(join(folder, 'compacting')), false, what);
  }
  assert.ok(existsSync(compaction));
  await store.stop();
});

/** Opens what was stopped properly, after a damage; the lines of its log. */
async function damaged(t: TestContext, damage: (compaction: string) => void) {
  const { store, root, kept } = await compactedStore(t);
  await store.stop();
  damage(join(root, 'compaction'));
  const log = recordingLogger();
  const again = await openCompacted(t, root, { with: { log } });
  return { again, found: await readKept(again), kept, lines: log.lines };
}

/** Place of the last entry in a queue file. */
function lastEntry(path: string): number {
  const bytes = readFileSync(path);
  let at = 0;
  while (bytes.readInt32BE(at + 46 + 8) > 0) at += 46;
  return at;
}

for (const [what, damage] of [
  ['ends too early', (path: string) => poke(path, lastEntry(path) - 46, Buffer.alloc(92))],
  ['has a wrong last entry', (path: string) => poke(path, lastEntry(path) + 4, Buffer.of(9))],
] as const) {
  test(`a queue file that ${what} is made again after a proper stop`, async (t) => {
    const { found, kept, lines } = await damaged(t, (compaction) =>
      damage(fileIn(compaction, 'compactionCq', -2)),
    );
    assert.deepEqual(found, kept);
    assert.ok(
      lines.some((line) => /made again from \d+ records of its log/.test(line)),
      what,
    );
  });
}

test('a hole in a queue file is passed over, and told once', async (t) => {
  let hole = 0;
  const { again, found, kept, lines } = await damaged(t, (compaction) => {
    const path = fileIn(compaction, 'compactionCq', 0);
    // where one who looks for an offset looks, and who counts the entries does not
    hole = (lastEntry(path) / 46 + 1) >> 2;
    poke(path, 46 * hole, Buffer.alloc(46 * 3));
  });
  const whole = kept.toSpliced(hole, 3);
  assert.deepEqual(found, whole);
  assert.deepEqual(await readKept(again, whole[2]!.offset), whole.slice(2));
  const told = lines.filter((line) => /is damaged: message \d+ is passed over/.test(line));
  assert.equal(told.length, 1);
});

test('a record that is gone is told to who reads the log, once', async (t) => {
  const { found, kept, lines } = await damaged(t, (compaction) =>
    poke(fileIn(compaction, 'compactionLog', 0), 0, Buffer.alloc(300)),
  );
  assert.ok(found.length < kept.length);
  const told = lines.filter((line) => /is damaged: message \d+ is passed over/.test(line));
  assert.equal(told.length, 1);
});

test('a log file that is gone after a proper stop is refused', async (t) => {
  const refused = damaged(t, (compaction) => rmSync(fileIn(compaction, 'compactionLog', 0)));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof MqError);
    assert.match(error.message, /compactionLog.KvTopic.0.0{20} cannot be opened: it is missing/);
    return /^bring it back from a copy; or remove/.test(error.hint!);
  });
});

test('a replacement that was cut short is finished', async (t) => {
  const { store, root, kept } = await compactedStore(t);
  await store.stop();
  const [log, queue] = ['compactionLog', 'compactionCq'].map((name) =>
    join(root, 'compaction', name, TOPIC, '0'),
  );
  const [first] = readdirSync(log!).sort();
  // as the plan says, the first file is old and its successor has not been moved yet
  for (const folder of [log!, queue!]) {
    cpSync(join(folder, first!), join(folder, 'compacting', first!), { recursive: true });
    zeroFrom(join(folder, first!), 0);
    writeFileSync(join(folder, '00000000000000009890'), readFileSync(join(folder, first!)));
  }
  const plan = { old: [first, '00000000000000009890'], fresh: [first] };
  writeFileSync(join(log!, 'compacting', 'replace.json'), JSON.stringify(plan));
  const again = await openCompacted(t, root);
  assert.deepEqual(await readKept(again), kept);
  assert.equal(existsSync(join(log!, '00000000000000009890')), false);
});

test('a deleted topic begins anew', async (t) => {
  const { store, root } = await compactedStore(t);
  await store.deleteTopics([TOPIC]);
  assert.equal(existsSync(join(root, 'compaction', 'compactionLog', TOPIC)), false);
  await putKeyed(store, 0, 3, 3);
  assert.equal((await readKept(store)).length, 3);
});

test('a topic that becomes compacted shows what it had', async (t) => {
  const root = temporaryFolder(t);
  const before = await openCompacted(t, root, { compaction: { enableCompaction: false } });
  await putKeyed(before, 0, 50, 5);
  assert.equal((await readQueue(before, TOPIC, 0)).length, 50);
  assert.equal(existsSync(join(root, 'compaction')), false);
  await before.stop();
  const after = await openCompacted(t, root);
  assert.equal((await readKept(after)).length, 50);
});

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function compactedStore(t: Parameters<typeof temporaryFolder>[0]): Promise<{
  store: TestStore;
  root: string;
  kept: Awaited<ReturnType<typeof readKept>>;
}> {
  const clock = new FakeClock(START);
  const log = recordingLogger();
  const root = temporaryFolder(t);
  const store = await openCompacted(t, root, { with: { clock, log } });
  await putKeyed(store, 0, 300, 20);
  await compact(clock, log.lines);
  await clock.advance(2000);
  return { store, root, kept: await readKept(store) };
}

function fileIn(compaction: string, folder: string, at: number): string {
  const directory = join(compaction, folder, TOPIC, '0');
  return join(directory, readdirSync(directory).sort().at(at)!);
}

function poke(path: string, at: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, at);
  writeFileSync(path, content);
}

function zeroFrom(path: string, at: number): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, at));
}
