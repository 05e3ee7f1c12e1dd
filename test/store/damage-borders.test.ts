// Damage where files of the log meet, files that do not belong there, and places that cannot be a
// store: mended with a log line that says how, or refused with what to do.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { realFiles } from '../../src/base/files.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import { failure, MemoryFiles } from './memory-files.js';
import {
  type OpenChanges,
  openRecorded,
  openStore,
  properties,
  put,
  readQueue,
  temporaryFolder,
  type TestStore,
} from './support.js';

const FILE = 16 * 1024;
const LOG = '/data/store/commitlog';
const COUNT = 60;

const pathAt = (offset: number): string =>
  `${LOG}/${String(offset - (offset % FILE)).padStart(20, '0')}`;

const open = (t: TestContext, files: MemoryFiles, changes: OpenChanges = {}) =>
  openRecorded(t, files, {
    ...{ mappedFileSizeCommitLog: FILE, mappedFileSizeConsumeQueue: 400 },
    ...changes,
  });

interface Damaged {
  files: MemoryFiles;
  offsets: readonly number[];
  /** Ends of records, and of the log. */
  ends: readonly number[];
  /** Number of the first message of the third file. */
  third: number;
}

/** Messages over four files; the store was killed, or stopped. */
async function written(t: TestContext, end: 'kill' | 'stop'): Promise<Damaged> {
  const files = new MemoryFiles();
  const { store } = await open(t, files);
  const offsets: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < COUNT; i++) {
    const text = properties({ UNIQ_KEY: `u${i}` });
    const { physicalOffsets, bytes } = await put(store, {
      body: Buffer.alloc(800, i),
      properties: text,
    });
    offsets.push(physicalOffsets[0]);
    ends.push(physicalOffsets[0] + bytes);
  }
  if (end === 'stop') await store.stop();
  const third = offsets.findIndex((offset) => offset >= 2 * FILE);
  return { files: files.afterKill(), offsets, ends, third };
}

const said = (lines: readonly string[], pattern: RegExp): void =>
  assert.ok(
    lines.some((line) => pattern.test(line)),
    `${pattern} in\n${lines.join('\n')}`,
  );

/** The first `count` messages are there, and the next one continues them. */
async function assertHolds(store: TestStore, count: number): Promise<void> {
  const records = await readQueue(store, 'TestTopic', 0);
  assert.deepEqual(
    records.map(({ queueOffset, body }) => [queueOffset, body[0]]),
    Array.from({ length: count }, (_, i) => [i, i]),
  );
  const range = { maxMessages: 4, begin: 0, end: Number.MAX_SAFE_INTEGER };
  const hits = await store.query({ topic: 'TestTopic', key: `u${count - 1}`, ...range });
  assert.equal(hits.records.length, 1);
  assert.equal((await put(store)).queueOffset, count);
}

interface Case {
  what: string;
  end: 'kill' | 'stop';
  damage(damaged: Damaged): void;
  /** Messages that are left; without a number the store is refused. */
  left?: (damaged: Damaged) => number;
  says: RegExp;
}

const all = (): number => COUNT;

const CASES: readonly Case[] = [
  {
    what: 'the last record of a file is torn, the next file is there',
    end: 'kill',
    damage: ({ files, ends, third }) =>
      files.poke(pathAt(FILE), (ends[third - 1]! % FILE) - 300, Buffer.alloc(300)),
    left: ({ third }) => third - 1,
    says: /^error .*cut there; \d+ whole records .* kept in \/data\/store\/cutoff\//,
  },
  {
    what: 'the blank at the end of a file is missing, the next file is there',
    end: 'kill',
    damage: ({ files, ends, third }) =>
      files.poke(pathAt(FILE), ends[third - 1]! % FILE, Buffer.alloc(8)),
    left: ({ third }) => third,
    says: /^error .*cut there; \d+ whole records .* kept in \/data\/store\/cutoff\//,
  },
  {
    what: 'the log ends with the blank of a file, the next file is missing',
    end: 'kill',
    damage: ({ files }) => {
      for (const path of files.paths()) {
        if (path.startsWith(LOG) && path >= pathAt(2 * FILE)) files.unlink(path);
      }
    },
    left: ({ third }) => third,
    says: /the log holds 0 to 32768/,
  },
  {
    what: 'the next file is empty',
    end: 'kill',
    damage: ({ files }) => {
      for (const path of files.paths()) {
        if (path.startsWith(LOG) && path > pathAt(2 * FILE)) files.unlink(path);
      }
      files.ftruncate(files.openSync(pathAt(2 * FILE), 'r+'), 0);
    },
    left: ({ third }) => third,
    says: /0{15}32768 is empty: removed/,
  },
  {
    what: 'the first record of the last file is torn',
    end: 'kill',
    damage: ({ files, offsets }) =>
      files.poke(pathAt(offsets.at(-1)!), 100, Buffer.alloc(600, 0xee)),
    left: ({ offsets }) =>
      offsets.findIndex((offset) => pathAt(offset) === pathAt(offsets.at(-1)!)),
    says: /the log is (damaged|cut) at 49152/,
  },
  {
    what: 'a file is prepared behind the last one',
    end: 'stop',
    damage: ({ files }) => files.ftruncate(files.openSync(pathAt(4 * FILE), 'w'), FILE),
    left: all,
    says: /the log holds 0 to/,
  },
  {
    what: 'rubbish of the size of a file lies behind the last one',
    end: 'kill',
    damage: ({ files }) => {
      const fd = files.openSync(pathAt(4 * FILE), 'w');
      files.writeSync(fd, Buffer.alloc(FILE, 0xab), 0, FILE, 0);
    },
    left: all,
    says: /the log holds 0 to/,
  },
  {
    what: 'other files and folders lie beside those of the log',
    end: 'stop',
    damage: ({ files }) => {
      for (const name of [
        'notes.txt',
        '.nfs01',
        '00000000000000065536.bak',
        'x/00000000000000000000',
      ])
        files.writeTextAtomic(`${LOG}/${name}`, 'nothing of a log');
    },
    left: all,
    says: /the log holds 0 to/,
  },
  {
    what: 'a file in the middle is missing',
    end: 'stop',
    damage: ({ files }) => files.unlink(pathAt(FILE)),
    says: /32768 does not continue the file before it/,
  },
  {
    what: 'a file has a name that is no place of the log',
    end: 'stop',
    damage: ({ files }) => files.rename(pathAt(3 * FILE), `${LOG}/00000000000000049153`),
    says: /49153 does not continue the file before it/,
  },
  {
    what: 'a file in the middle is too short',
    end: 'stop',
    damage: ({ files }) => files.ftruncate(files.openSync(pathAt(FILE), 'r+'), 5000),
    says: /16384 has 5000 bytes, but mappedFileSizeCommitLog is 16384; bring it back from a copy/,
  },
  {
    what: 'the last file is too long',
    end: 'stop',
    damage: ({ files }) => files.ftruncate(files.openSync(pathAt(3 * FILE), 'r+'), FILE + 1),
    says: /49152 has 16385 bytes, but mappedFileSizeCommitLog is 16384/,
  },
];

for (const { what, end, damage, left, says } of CASES) {
  test(`${what}: ${left ? 'mended' : 'refused'}`, async (t) => {
    const damaged = await written(t, end);
    damage(damaged);
    if (left) {
      const { store, lines } = await open(t, damaged.files);
      said(lines, says);
      await assertHolds(store, left(damaged));
      // what was mended stays so
      const again = await open(t, damaged.files.afterKill());
      assert.equal(again.store.maxOffset('TestTopic', 0), left(damaged) + 1);
      return;
    }
    await assert.rejects(open(t, damaged.files), (error) => {
      assert.ok(error instanceof MqError);
      assert.match(error.message, says);
      return error.code === 'STORE_UNREADABLE';
    });
  });
}

test('store check comes to an end where a file of the log is too short', async (t) => {
  const { files } = await written(t, 'stop');
  files.ftruncate(files.openSync(pathAt(FILE), 'r+'), 5000);
  const check = new StoreCheck('/data/store', files);
  for (let steps = 0; check.step(); steps++) assert.ok(steps < 10);
  const texts = check.report().problems.map(({ text }) => text);
  said(
    texts,
    /^damaged at 2\d{4} \(the file ends before the record\); \d+ whole records lie behind/,
  );
});

test('consume queue files of another size are refused, naming the property', async (t) => {
  const { files } = await written(t, 'stop');
  // those of batches have a size of their own
  const isBatchTopic = (topic: string): boolean => topic === 'Batch';
  const batches = { mapperFileSizeBatchConsumeQueue: 46, with: { isBatchTopic } };
  const { store } = await open(t, files, batches);
  await put(store, { topic: 'Batch' });
  await store.stop();
  const opened = open(t, files, { ...batches, mappedFileSizeConsumeQueue: 800 });
  await assert.rejects(opened, /has 400 bytes, but mappedFileSizeConsumeQueue is 800; set mapped/);
});

for (const end of ['kill', 'stop'] as const) {
  for (const roster of ['known', 'not known'] as const) {
    test(`a gap in a consume queue is filled from the log, ${end}, list ${roster}`, async (t) => {
      const { files } = await written(t, end);
      if (roster === 'not known') files.unlink('/data/store/consumequeue.json');
      const queue = files.paths().filter((path) => path.includes('consumequeue/TestTopic/0/'));
      assert.ok(queue.length >= 3);
      files.unlink(queue[1]!);
      const { store, lines } = await open(t, files);
      said(lines, /files of the consume queues TestTopic\/0 are missing: making them from/);
      await assertHolds(store, COUNT);
    });
  }
}

for (const which of ['one', 'every'] as const) {
  test(`${which} full file of a consume queue was cut short: made again`, async (t) => {
    const { files } = await written(t, 'stop');
    const others = await open(t, files);
    for (let i = 0; i < 30; i++) await put(others.store, { topic: 'Whole' });
    await others.store.stop();
    const queue = files.paths().filter((path) => path.includes('consumequeue/TestTopic/0/'));
    for (const path of which === 'one' ? queue.slice(1, 2) : queue.slice(0, -1)) {
      files.ftruncate(files.openSync(path, 'r+'), 100);
    }
    const { store, lines } = await open(t, files);
    said(lines, /files of the consume queues TestTopic\/0 are missing/);
    await assertHolds(store, COUNT);
    assert.equal(store.maxOffset('Whole', 0), 30);
  });
}

test('a last file of a consume queue that grew is made again', async (t) => {
  const { files } = await written(t, 'stop');
  const last = files.paths().findLast((path) => path.includes('consumequeue/TestTopic/0/'))!;
  files.poke(last, 400, Buffer.alloc(50, 7));
  const check = new StoreCheck('/data/store', files);
  while (check.step());
  assert.deepEqual(
    new Set(check.report().problems.map(({ level }) => level)),
    new Set(['warning']),
  );
  const { store, lines } = await open(t, files);
  said(lines, /files of the consume queues TestTopic\/0 are missing: making them from/);
  await assertHolds(store, COUNT);
});

test('a link that leads nowhere, a directory: the queue is made again, the log is refused', async (t) => {
  const folder = temporaryFolder(t);
  const sizes = { mappedFileSizeCommitLog: FILE, mappedFileSizeConsumeQueue: 400 };
  const first = await openStore(t, folder, sizes);
  for (let i = 0; i < COUNT; i++) await put(first, { body: Buffer.alloc(800, i) });
  await first.stop();
  const redirect = (directory: string, at: number): void => {
    const path = join(folder, directory, readdirSync(join(folder, directory)).at(at)!);
    rmSync(path);
    symlinkSync('/nowhere/at/all', path);
  };
  redirect('consumequeue/TestTopic/0', -1);
  const second = await openStore(t, folder, sizes);
  assert.equal((await readQueue(second, 'TestTopic', 0)).length, COUNT);
  await second.stop();
  const newest = readdirSync(join(folder, 'consumequeue/TestTopic/0')).at(-1)!;
  rmSync(join(folder, 'consumequeue/TestTopic/0', newest));
  mkdirSync(join(folder, 'consumequeue/TestTopic/0', newest));
  const third = await openStore(t, folder, sizes);
  assert.equal((await readQueue(third, 'TestTopic', 0)).length, COUNT);
  await third.stop();
  redirect('commitlog', 1);
  await assert.rejects(
    openStore(t, folder, sizes),
    /leads nowhere: bring back the file that belongs/,
  );
  const check = new StoreCheck(folder, realFiles);
  while (check.step());
  const [problem] = check.report().problems;
  assert.match(problem!.text, /leads nowhere/);
});

test('wrong entries are made again where there is abort and no checkpoint', async (t) => {
  const { files } = await written(t, 'stop');
  const queue = files.paths().filter((path) => path.includes('consumequeue/TestTopic/0/'));
  files.poke(queue[0]!, 100, Buffer.alloc(60, 3));
  const check = new StoreCheck('/data/store', files);
  while (check.step());
  const [problem] = check.report().problems;
  assert.equal(problem?.level, 'error');
  assert.match(problem.text, /^3 of 60 entries are wrong/);
  // as store check says
  files.unlink('/data/store/checkpoint');
  files.writeTextAtomic('/data/store/abort', '');
  await assertHolds((await open(t, files)).store, COUNT);
});

test('a directory that cannot be written is refused by name, and left as it was', async (t) => {
  const { files } = await written(t, 'stop');
  const before = files.paths().join();
  files.lockFile = (path) => {
    throw failure('EROFS', path);
  };
  await assert.rejects(open(t, files), {
    code: 'DIRECTORY_UNWRITABLE',
    message: 'cannot write to /data/store: EROFS: /data/store/lock',
  });
  assert.equal(files.paths().join(), before);
});

test('a store directory that is a file, or has a file for a folder, is refused by name', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), 'a file');
  mkdirSync(join(folder, 'store'));
  writeFileSync(join(folder, 'store', 'commitlog'), 'a file');
  for (const name of ['file', 'store']) {
    await assert.rejects(openStore(t, join(folder, name)), (error) => {
      assert.ok(error instanceof MqError, String(error));
      assert.match(error.message, new RegExp(join(folder, name)));
      return error.code === 'DIRECTORY_UNWRITABLE';
    });
  }
});
