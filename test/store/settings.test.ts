// Every setting of flush and retention does what RocketMQ's does: each is given two values, at the
// start and while the store runs, and what happens is counted (CommitLog.FlushRealTimeService,
// GroupCommitService, ConsumeQueueStore.FlushConsumeQueueService, DefaultMessageStore's cleaners).

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { StoreConfig } from '../../src/store/config.js';
import { openMessageStore } from '../../src/store/open.js';
import { FakeClock } from './fake-clock.js';
import { failure, MemoryFiles } from './memory-files.js';
import { put, recordingLogger, storeConfig, storeHost, type TestStore } from './support.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** 03:00 of the local day, when deleteWhen says nothing. */
const NIGHT = new Date(2027, 0, 15, 3).getTime();
const PAGE = 4096;

type Kind = 'commitlog' | 'consumequeue' | 'index';

class Bench {
  readonly files = new MemoryFiles();
  readonly clock = new FakeClock(NIGHT);
  readonly flushed: Record<Kind, number> = { commitlog: 0, consumequeue: 0, index: 0 };
  readonly store: TestStore;
  readonly config: StoreConfig;
  /** What the disk does beside that. */
  fault: MemoryFiles['fault'] = () => undefined;

  constructor(t: TestContext, changes: Partial<StoreConfig>) {
    this.config = storeConfig('/data/store', {
      ...{ mappedFileSizeCommitLog: 10_000, mappedFileSizeConsumeQueue: 400, maxIndexNum: 50 },
      ...{ deleteCommitLogFilesInterval: 0, deleteConsumeQueueFilesInterval: 0 },
      ...changes,
    });
    const { files, clock, config } = this;
    files.now = () => clock.now();
    files.fault = (operation, path) => {
      const kind = /\/(commitlog|consumequeue|index)\//.exec(path)?.[1] as Kind | undefined;
      if (operation === 'fdatasync' && kind) this.flushed[kind]++;
      this.fault(operation, path);
    };
    this.store = openMessageStore({ config, files, clock, log: recordingLogger(), storeHost });
    t.after(() => this.store.stop());
  }

  count(kind: Kind): number {
    return this.files.paths().filter((path) => path.includes(`/${kind}/`)).length;
  }

  /** Messages of a page and a bit. */
  async pages(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await put(this.store, { body: Buffer.alloc(PAGE) });
  }

  /** Ten files of the log, so many hours old; six of them are left out of ten thousand bytes. */
  async oldFiles(hours: number): Promise<void> {
    for (let i = 0; i < 10; i++) await put(this.store, { body: Buffer.alloc(9000) });
    await this.clock.pass(hours * HOUR);
  }

  /** Files of the log that went while `work` was done. */
  async gone(work: () => Promise<unknown>): Promise<number> {
    const before = this.count('commitlog');
    await work();
    return before - this.count('commitlog');
  }
}

interface Row {
  key: keyof StoreConfig;
  /** Settings that let the difference show. */
  given?: Partial<StoreConfig>;
  /** Values of the key, each with what is then counted. */
  outcomes: readonly (readonly [value: string | number | boolean, outcome: unknown])[];
  /** RocketMQ reads it once, too. */
  atStart?: boolean;
  /** What comes before the key is set, where it is set while the store runs. */
  before?(bench: Bench): Promise<unknown>;
  count(bench: Bench): Promise<unknown>;
}

/** Nothing but the interval decides. */
const LOG_ONLY = { flushConsumeQueueThoroughInterval: HOUR, flushConsumeQueueLeastPages: 1000 };
const QUEUES_ONLY = { flushCommitLogLeastPages: 1000, flushCommitLogThoroughInterval: HOUR };
const OLD = { fileReservedTime: 2, deleteWhen: '20' };

const flushes = (kind: Kind, ms: number) => async (bench: Bench) => {
  const before = bench.flushed[kind];
  await bench.clock.advance(ms);
  return bench.flushed[kind] - before;
};

const disk = (usedRatio: number) => async (bench: Bench) => {
  bench.files.usedRatio = usedRatio;
  return bench.gone(() => bench.clock.advance(11 * SECOND));
};

/** While a message comes every 100 ms, for a second. */
const flushesOfPuts = (what: 'commitlog' | 'consumequeue') => async (bench: Bench) => {
  await bench.clock.advance(SECOND);
  const before = bench.flushed[what];
  for (let i = 0; i < 10; i++) {
    await put(bench.store);
    await bench.clock.advance(100);
  }
  return bench.flushed[what] - before;
};

const FLUSH: readonly Row[] = [
  {
    key: 'flushIntervalCommitLog',
    given: { ...LOG_ONLY, flushCommitLogLeastPages: 0 },
    outcomes: [
      [200, 5],
      [1000, 1],
    ],
    count: flushesOfPuts('commitlog'),
  },
  {
    key: 'flushCommitLogLeastPages',
    given: { ...LOG_ONLY, flushCommitLogThoroughInterval: HOUR },
    outcomes: [
      [0, 1],
      [1, 1],
      [4, 0],
    ],
    before: (bench) => bench.pages(2),
    count: flushes('commitlog', SECOND),
  },
  {
    key: 'flushCommitLogThoroughInterval',
    given: { ...LOG_ONLY, flushCommitLogLeastPages: 100 },
    outcomes: [
      [2000, 1],
      [20_000, 0],
    ],
    before: (bench) => put(bench.store),
    count: flushes('commitlog', 5 * SECOND),
  },
  {
    key: 'flushIntervalConsumeQueue',
    given: { ...QUEUES_ONLY, flushConsumeQueueLeastPages: 0 },
    outcomes: [
      [200, 5],
      [1000, 1],
    ],
    count: flushesOfPuts('consumequeue'),
  },
  {
    key: 'flushConsumeQueueLeastPages',
    given: { ...QUEUES_ONLY, flushConsumeQueueThoroughInterval: HOUR },
    outcomes: [
      [0, 1],
      [1, 0],
    ],
    before: (bench) => put(bench.store),
    count: flushes('consumequeue', SECOND),
  },
  {
    key: 'flushConsumeQueueThoroughInterval',
    given: { ...QUEUES_ONLY, flushConsumeQueueLeastPages: 100 },
    outcomes: [
      [2000, 1],
      [20_000, 0],
    ],
    before: (bench) => put(bench.store),
    count: flushes('consumequeue', 5 * SECOND),
  },
  {
    key: 'flushDiskType',
    given: { ...LOG_ONLY, flushCommitLogLeastPages: 100 },
    outcomes: [
      ['ASYNC_FLUSH', 0],
      ['SYNC_FLUSH', 1],
    ],
    count: async (bench) => {
      await put(bench.store);
      return bench.flushed.commitlog;
    },
  },
  {
    key: 'syncFlushTimeout',
    given: { flushDiskType: 'SYNC_FLUSH' },
    outcomes: [
      [2000, 'FLUSH_DISK_TIMEOUT'],
      [8000, 'waits'],
    ],
    count: async (bench) => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const { fdatasync } = MemoryFiles.prototype;
      bench.files.fdatasync = (fd) => held.then(() => fdatasync.call(bench.files, fd));
      let status = 'waits';
      const answer = put(bench.store).then((result) => (status = result.status));
      await bench.clock.advance(5 * SECOND);
      const now = status;
      release();
      await answer;
      return now;
    },
  },
];

const RETENTION: readonly Row[] = [
  {
    key: 'deleteWhen',
    given: { fileReservedTime: 1 },
    outcomes: [
      ['04', 9],
      ['05', 0],
      ['23;04', 9],
    ],
    count: (bench) => bench.gone(() => bench.oldFiles(1.5)).then((gone) => gone + 10),
  },
  {
    key: 'fileReservedTime',
    given: { deleteWhen: '05' },
    outcomes: [
      [1, 9],
      [3, 0],
    ],
    before: (bench) => bench.oldFiles(1.8),
    count: (bench) => bench.gone(() => bench.clock.pass(0.5 * HOUR)),
  },
  {
    key: 'deleteFileBatchMax',
    given: { ...OLD, diskMaxUsedSpaceRatio: 75 },
    outcomes: [
      [10, 9],
      [3, 3],
    ],
    before: (bench) => bench.oldFiles(3),
    count: disk(0.8),
  },
  {
    key: 'deleteCommitLogFilesInterval',
    given: OLD,
    outcomes: [
      [0, 9],
      [4000, 3],
    ],
    before: (bench) => bench.oldFiles(3),
    count: (bench) => {
      bench.store.deleteExpiredFiles();
      return bench.gone(() => bench.clock.advance(11 * SECOND)).then((gone) => gone + 1);
    },
  },
  {
    key: 'deleteConsumeQueueFilesInterval',
    given: OLD,
    outcomes: [
      [0, 4],
      [8000, 2],
    ],
    before: async (bench) => {
      for (let i = 0; i < 4 * 25; i++) {
        await put(bench.store, { queueId: i % 4, body: Buffer.alloc(1000) });
      }
      await bench.clock.pass(3 * HOUR);
    },
    count: async (bench) => {
      const before = bench.count('consumequeue');
      bench.store.deleteExpiredFiles();
      await bench.clock.advance(9 * SECOND);
      return before - bench.count('consumequeue');
    },
  },
  {
    key: 'diskMaxUsedSpaceRatio',
    given: OLD,
    outcomes: [
      [75, 9],
      [82, 0],
    ],
    before: (bench) => bench.oldFiles(3),
    count: disk(0.8),
  },
  {
    key: 'diskSpaceCleanForciblyRatio',
    outcomes: [
      [75, 9],
      [84, 0],
      // RocketMQ takes no more than 85 and no less than 30
      [5, 9],
    ],
    before: (bench) => bench.oldFiles(0.05),
    count: disk(0.8),
  },
  {
    key: 'diskSpaceCleanForciblyRatio',
    given: { diskSpaceWarningLevelRatio: 90 },
    outcomes: [[100, 9]],
    before: (bench) => bench.oldFiles(0.05),
    count: disk(0.86),
  },
  {
    key: 'diskSpaceWarningLevelRatio',
    outcomes: [
      [70, 'SERVICE_NOT_AVAILABLE'],
      [90, 'PUT_OK'],
    ],
    before: (bench) => bench.clock.pass(3 * MINUTE),
    count: (bench) =>
      disk(0.8)(bench)
        .then(() => put(bench.store))
        .then(({ status }) => status),
  },
  {
    key: 'diskSpaceWarningLevelRatio',
    // more than 90 is 90, less than 35 is 35
    outcomes: [[100, 'SERVICE_NOT_AVAILABLE']],
    before: (bench) => bench.clock.pass(3 * MINUTE),
    count: (bench) =>
      disk(0.91)(bench)
        .then(() => put(bench.store))
        .then(({ status }) => status),
  },
  {
    key: 'cleanFileForciblyEnable',
    outcomes: [
      [true, 9],
      [false, 0],
    ],
    before: (bench) => bench.oldFiles(0.05),
    count: disk(0.95),
  },
  {
    key: 'redeleteHangedFileInterval',
    given: OLD,
    outcomes: [
      [20_000, 1],
      [120_000, 0],
    ],
    before: async (bench) => {
      await bench.oldFiles(3);
      bench.fault = (operation, path) => {
        if (operation === 'unlink') throw failure('EBUSY', path);
      };
      bench.store.deleteExpiredFiles();
      // the runs that follow a request are over
      await bench.clock.advance(4 * MINUTE);
      bench.fault = () => undefined;
    },
    count: (bench) => bench.gone(() => bench.clock.advance(MINUTE)),
  },
  {
    key: 'cleanResourceInterval',
    given: { fileReservedTime: 0, deleteWhen: '03', deleteFileBatchMax: 1 },
    atStart: true,
    outcomes: [
      [MINUTE, 6],
      [2 * MINUTE, 3],
    ],
    before: (bench) => bench.oldFiles(0),
    count: (bench) => bench.gone(() => bench.clock.advance(6.5 * MINUTE)),
  },
];

for (const { key, given, outcomes, atStart, before, count } of [...FLUSH, ...RETENTION]) {
  for (const [value, outcome] of outcomes) {
    const change = { [key]: value };
    test(`${key}=${value}`, async (t) => {
      const bench = new Bench(t, { ...given, ...change });
      await bench.store.start();
      await before?.(bench);
      assert.deepEqual(await count(bench), outcome);
    });
    if (atStart) continue;
    test(`${key}=${value}, set while the store runs`, async (t) => {
      const bench = new Bench(t, given ?? {});
      await bench.store.start();
      await before?.(bench);
      Object.assign(bench.config, change);
      // what waits already waits for the value that it was set for
      if (key.includes('Interval')) await bench.clock.advance(SECOND);
      assert.deepEqual(await count(bench), outcome);
    });
  }
}

test('a disk that was full takes messages again when it is below both levels', async (t) => {
  const bench = new Bench(t, { diskSpaceWarningLevelRatio: 80, diskSpaceCleanForciblyRatio: 70 });
  await bench.store.start();
  const taken: string[] = [];
  for (const usedRatio of [0.75, 0.85, 0.75, 0.65, 0.75]) {
    await disk(usedRatio)(bench);
    if (taken.length === 0) await bench.clock.advance(MINUTE);
    taken.push((await put(bench.store)).status);
  }
  const refused = 'SERVICE_NOT_AVAILABLE';
  assert.deepEqual(taken, ['PUT_OK', refused, refused, 'PUT_OK', 'PUT_OK']);
});
