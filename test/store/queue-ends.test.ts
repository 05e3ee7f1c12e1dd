// Consume queues that end too early, or are missing, after a proper stop: where the end is known, or
// the log or a group tells, they are made again; RocketMQ gives their offsets to other messages.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { encodeBatch } from '../../src/protocol/batch.js';
import { SysFlag } from '../../src/protocol/flags.js';
import type { PutMessage } from '../../src/store/message-store.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { MemoryFiles } from './memory-files.js';
import {
  type OpenChanges,
  get,
  openRecorded,
  properties,
  put,
  putMany,
  readQueue,
  type TestStore,
} from './support.js';

const ROOT = '/data/store';
const COUNT = 50;
const UNIT = 20;
const QUEUE = 'consumequeue/TestTopic/1';
const EARLY = /^warn the consume queues (\S.*) do not end as they were left: making/;
const LACKING = /^warn the consume queues (\S.*) lack messages of the log: making them/;
const MISSING = /^warn files of the consume queues (\S.*) are missing: making them/;
const LOOKING = /^info groups are ahead of (\S.*): looking for their messages in the log from \d+/;

const open = (t: TestContext, files: MemoryFiles, changes: OpenChanges = {}) =>
  openRecorded(t, files, {
    ...{ mappedFileSizeCommitLog: 16 * 1024, mappedFileSizeConsumeQueue: 600 },
    ...{ mapperFileSizeBatchConsumeQueue: 46 * 20 },
    ...changes,
  });

const named = (lines: readonly string[], pattern: RegExp): string[] =>
  lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);

const filesOf = (files: MemoryFiles, part: string): string[] =>
  files.paths().filter((path) => path.includes(part));

const remove = (files: MemoryFiles, folder: string): void => files.rmdir(`${ROOT}/${folder}`);

/** Queues 0 and 1 of the topic, with entries in two files each. */
async function written(t: TestContext, changes: OpenChanges = {}): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { store } = await open(t, files, changes);
  await fill(store);
  await store.stop();
  return files;
}

/** Bodies are bytes that count on from the end of each queue. */
async function fill(store: TestStore, count = COUNT, topic = 'TestTopic'): Promise<void> {
  const ends = [store.maxOffset(topic, 0), store.maxOffset(topic, 1)];
  await putMany(store, 2 * count, (i) => {
    return { topic, queueId: i % 2, body: Buffer.alloc(100, ends[i % 2]! + Math.floor(i / 2)) };
  });
}

async function assertWhole(store: TestStore, count = COUNT, topic = 'TestTopic'): Promise<void> {
  for (const queueId of [0, 1]) {
    const records = await readQueue(store, topic, queueId);
    assert.deepEqual(
      records.map(({ queueOffset, body }) => [queueOffset, body[0]]),
      Array.from({ length: count }, (_, i) => [i, i]),
    );
  }
  assert.equal((await put(store, { topic, queueId: 1 })).queueOffset, count);
}

function problems(files: MemoryFiles): string[] {
  const check = new StoreCheck(ROOT, files);
  while (check.step());
  return check.report().problems.map(({ level, where, text }) => `${level} ${where}: ${text}`);
}

/** As RocketMQ leaves it, which writes its lock at each start. */
function ranElsewhere(files: MemoryFiles, at = 1): void {
  files.now = () => at;
  files.writeTextAtomic(`${ROOT}/lock`, 'lock');
}

/** Damages the newest file of queue 1, in which the last of its entries are. */
type Damage = (files: MemoryFiles, path: string, end: number) => void;

const ENTRIES = (COUNT * UNIT) % 600;
const zeros =
  (entries: number): Damage =>
  (files, path, end) =>
    files.poke(path, end - entries * UNIT, Buffer.alloc(entries * UNIT));

const damages: [string, Damage][] = [
  ['the last entry is zeros', zeros(1)],
  ['all of the last file is zeros', zeros(ENTRIES / UNIT)],
  [
    'the last entry is of another record',
    (files, path, end) => {
      files.poke(path, end - UNIT + 6, Buffer.from([0x3b]));
    },
  ],
  [
    'an entry before the last is zeros',
    (files, path, end) => {
      files.poke(path, end - 3 * UNIT, Buffer.alloc(UNIT));
    },
  ],
  [
    'there is more behind the last entry',
    (files, path, end) => {
      files.poke(path, end + 10, Buffer.from([1]));
    },
  ],
  [
    'the file is shorter',
    (files, path, end) => {
      const fd = files.openSync(path, 'r+');
      files.ftruncate(fd, end - 30);
      files.closeSync(fd);
    },
  ],
  [
    'the file is empty',
    (files, path) => {
      const fd = files.openSync(path, 'r+');
      files.ftruncate(fd, 0);
      files.closeSync(fd);
    },
  ],
];

for (const [what, damage] of damages) {
  test(`${what}: the queue is made again`, async (t) => {
    const files = await written(t);
    damage(files, filesOf(files, QUEUE).at(-1)!, ENTRIES);
    const found = problems(files).filter((text) => text.includes(QUEUE));
    assert.ok(found.length > 0 && found.every((text) => text.startsWith('warning')), found.join());
    const { store, lines } = await open(t, files);
    assert.deepEqual(named(lines, EARLY), ['TestTopic/1']);
    await assertWhole(store);
    await store.stop();
    assert.deepEqual(problems(files), []);
    const again = await open(t, files);
    assert.deepEqual(
      again.lines.filter((line) => line.startsWith('warn')),
      [],
    );
  });
}

test('the end of a queue that nobody opened is still known', async (t) => {
  const files = await written(t);
  const second = await open(t, files);
  await put(second.store, { topic: 'Other' });
  await second.store.stop();
  zeros(2)(files, filesOf(files, QUEUE).at(-1)!, ENTRIES);
  const { store, lines } = await open(t, files);
  assert.deepEqual(named(lines, EARLY), ['TestTopic/1']);
  await assertWhole(store);
});

test('ends of queues that RocketMQ wrote to are known after the first stop here', async (t) => {
  const files = await written(t);
  ranElsewhere(files);
  await (await open(t, files)).store.stop();
  zeros(2)(files, filesOf(files, QUEUE).at(-1)!, ENTRIES);
  const { store, lines } = await open(t, files);
  assert.deepEqual(named(lines, EARLY), ['TestTopic/1']);
  await assertWhole(store);
});

test('an end behind which an older release wrote is not believed', async (t) => {
  const files = await written(t);
  const list = files.readText(`${ROOT}/consumequeue.json`)!;
  const second = await open(t, files);
  await fill(second.store, 5);
  await second.store.stop();
  files.writeTextAtomic(`${ROOT}/consumequeue.json`, list);
  const { store, lines } = await open(t, files);
  assert.deepEqual(named(lines, EARLY), ['TestTopic/0 TestTopic/1']);
  await assertWhole(store, COUNT + 5);
});

test('entries that are lost after a kill are made again', async (t) => {
  const files = await written(t);
  const second = await open(t, files);
  await fill(second.store, 5);
  const killed = files.afterKill();
  const [, last] = filesOf(killed, QUEUE);
  killed.poke(last!, ENTRIES - 10 * UNIT, Buffer.alloc(15 * UNIT));
  const { store, lines } = await open(t, killed);
  assert.deepEqual(named(lines, EARLY), ['TestTopic/1']);
  await assertWhole(store, COUNT + 5);
});

test('an end that is older than a kill is not missed', async (t) => {
  const files = await written(t);
  const second = await open(t, files);
  await fill(second.store, 5);
  await put(second.store, { topic: 'Other' });
  await second.clock.advance(70_000);
  const killed = files.afterKill();
  await (await open(t, killed)).store.stop();
  const { store, lines } = await open(t, killed);
  assert.deepEqual(named(lines, EARLY), []);
  await assertWhole(store, COUNT + 5);
});

test('what the log has behind a queue of which no end is known is looked for', async (t) => {
  const files = await written(t);
  files.unlink(`${ROOT}/consumequeue.json`);
  const second = await open(t, files);
  await fill(second.store, 2);
  const killed = files.afterKill();
  killed.unlink(`${ROOT}/consumequeue.json`);
  const [, last] = filesOf(killed, QUEUE);
  killed.poke(last!, ENTRIES - 10 * UNIT, Buffer.alloc(600 - ENTRIES + 10 * UNIT));
  const { store, lines } = await open(t, killed);
  const lacking = /^warn the consume queues (\S+) lack messages: making them from the whole log/;
  assert.deepEqual(named(lines, lacking), ['TestTopic/1']);
  await assertWhole(store, COUNT + 2);
});

const known = { isBatchTopic: (topic: string) => (topic === 'Gone' ? undefined : false) };

for (const [what, damage] of [
  ['zeros at the end', (files) => zeros(3)(files, filesOf(files, QUEUE).at(-1)!, ENTRIES)],
  ['no newest file', (files) => files.unlink(filesOf(files, QUEUE).at(-1)!)],
  ['no files', (files) => remove(files, QUEUE)],
] as [string, (files: MemoryFiles) => void][]) {
  test(`a queue of another system's store has ${what}: the newest records tell`, async (t) => {
    const files = await written(t);
    ranElsewhere(files);
    damage(files);
    const { store, lines } = await open(t, files, { with: known });
    assert.deepEqual(named(lines, LACKING), ['TestTopic/1']);
    await assertWhole(store);
    await store.stop();
    assert.deepEqual(problems(files), []);
  });
}

const LARGE = { mappedFileSizeCommitLog: 16 * 1024 * 1024 };
const LATER = 1100;

test('a start that ends while a queue is made again leaves nothing half made', async (t) => {
  const files = await written(t);
  const second = await open(t, files);
  await fill(second.store, 40);
  await put(second.store, { topic: 'Other' });
  await second.store.stop();
  ranElsewhere(files);
  const [first, gap] = filesOf(files, QUEUE);
  files.unlink(gap!);
  files.fault = (operation, path) => {
    if (operation === 'write' && path.includes(QUEUE) && path !== first) throw new Error('killed');
  };
  await assert.rejects(open(t, files), /killed/);
  assert.ok(files.exists(`${ROOT}/abort`), 'the next start does not take it for whole');
  files.fault = () => undefined;
  const { store } = await open(t, files);
  await assertWhole(store, COUNT + 40);
});

/** The damage lies so far back that the newest records do not tell. */
async function longAgo(t: TestContext): Promise<MemoryFiles> {
  const files = await written(t, LARGE);
  const second = await open(t, files, LARGE);
  const body = Buffer.alloc(64_000);
  for (let i = 0; i < LATER; i++) await put(second.store, { topic: 'Later', body });
  await second.store.stop();
  ranElsewhere(files);
  return files;
}

test('a group that is ahead of its queue has the log looked through, once', async (t) => {
  const files = await longAgo(t);
  remove(files, 'consumequeue/TestTopic');
  const standing = () => [
    { topic: 'TestTopic', queueId: 0, queueOffset: 7 },
    { topic: 'TestTopic', queueId: 1, queueOffset: COUNT },
    { topic: 'Later', queueId: 0, queueOffset: 5000 },
    { topic: 'Later', queueId: 3, queueOffset: 1 },
    { topic: 'Gone', queueId: 0, queueOffset: 1 },
  ];
  const first = await open(t, files, { ...LARGE, with: { ...known, standing } });
  assert.deepEqual(named(first.lines, LOOKING), ['TestTopic/0 TestTopic/1 Later/0 Later/3']);
  assert.deepEqual(named(first.lines, LACKING), ['TestTopic/0 TestTopic/1']);
  await assertWhole(first.store);
  await first.store.stop();
  ranElsewhere(files, 2);
  const second = await open(t, files, { ...LARGE, with: { ...known, standing } });
  assert.deepEqual(named(second.lines, LOOKING), []);
  assert.equal(second.store.maxOffset('Later', 0), LATER);
  assert.deepEqual([...second.store.queues().keys()].sort(), ['Later', 'TestTopic']);
});

test('queues of topics that were removed elsewhere stay away', async (t) => {
  const files = await written(t);
  const second = await open(t, files);
  await fill(second.store, 10, 'Gone');
  await fill(second.store, 10, 'Again');
  await second.store.stop();
  remove(files, 'consumequeue/Gone');
  remove(files, 'consumequeue/Again');
  const third = await open(t, files, { with: known });
  await third.store.stop();
  files.unlink(`${ROOT}/consumequeue.json`);
  remove(files, 'consumequeue/Gone');
  ranElsewhere(files);
  const standing = () => [{ topic: 'Gone', queueId: 0, queueOffset: 10 }];
  const { store, lines } = await open(t, files, { with: { ...known, standing } });
  assert.deepEqual([...named(lines, LACKING), ...named(lines, LOOKING)], []);
  assert.equal(store.maxOffset('Gone', 0), 0);
});

test('without any consume queue all are made again, with a line that says so', async (t) => {
  const files = await written(t);
  ranElsewhere(files);
  remove(files, 'consumequeue');
  const { store, lines } = await open(t, files);
  assert.ok(lines.includes('warn no consume queue has entries: making all from the whole log'));
  await assertWhole(store);
});

test('a topic that was removed and made anew is not made of what it was', async (t) => {
  const files = await written(t);
  const second = await open(t, files, { with: known });
  await second.store.deleteTopics(['TestTopic']);
  await put(second.store, { queueId: 0, body: Buffer.from([0]) });
  await second.store.stop();
  ranElsewhere(files);
  const { store, lines } = await open(t, files, { with: known });
  assert.deepEqual(named(lines, LACKING), []);
  assert.deepEqual([store.maxOffset('TestTopic', 0), store.maxOffset('TestTopic', 1)], [1, 0]);
});

const batch = (i: number): Partial<PutMessage> => ({
  topic: 'Batches',
  sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP,
  body: encodeBatch([i, i].map((byte) => ({ flag: 0, body: Buffer.from([byte]), properties: '' }))),
  properties: properties({ INNER_NUM: '2' }),
});

for (const [folder, lost] of [
  ['consumequeue/TestTopic', ['TestTopic/0 TestTopic/1']],
  ['consumequeue', ['TestTopic/0 TestTopic/1']],
  ['batchconsumequeue', ['Batches/0']],
  ['consumequeue_ext', []],
] as [string, string[]][]) {
  for (const by of ['here', 'elsewhere']) {
    test(`without ${folder}, stopped ${by}: nothing is lost`, async (t) => {
      const changes = {
        enableConsumeQueueExt: true,
        with: { isBatchTopic: (topic: string) => topic === 'Batches' },
      };
      const files = await written(t, changes);
      const second = await open(t, files, changes);
      await putMany(second.store, 30, batch);
      await second.store.stop();
      if (by === 'elsewhere') ranElsewhere(files);
      remove(files, folder);
      const { store, lines } = await open(t, files, changes);
      const said = [...named(lines, MISSING), ...named(lines, LACKING)];
      assert.deepEqual(said, lost);
      assert.equal(store.maxOffset('Batches', 0), 60);
      assert.equal((await readQueue(store, 'Batches', 0)).length, 30);
      await assertWhole(store);
      assert.equal((await put(store, batch(1))).queueOffset, 60);
      if (folder !== 'consumequeue_ext') return;
      await get(store, { queueId: 1, matchTags: () => false });
      const lacks =
        /^warn (\S+) lacks units that entries name, such as \d+: consumers look through/;
      assert.deepEqual(named(lines, lacks), [`${ROOT}/consumequeue_ext/TestTopic/1`]);
    });
  }
}
