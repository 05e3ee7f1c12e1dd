// What a store does that a kill may come into.

import { settle } from '../fake-clock.js';
import { MemoryFiles } from '../memory-files.js';
import type { Scenario } from './explorer.js';
import { Ledger } from './ledger.js';
import { Life, type Put, ROOT } from './life.js';

const HOUR = 3_600_000;
const spread = (i: number): Put => ({ queueId: i % 3, topic: i % 4 === 3 ? 'U' : 'T' });
const one = (): Put => ({ bytes: 500 });

/** Puts in several turns, with flushes between them. */
async function live(life: Life, turns: number, put: (i: number) => Put = spread): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await life.fill(3, (i) => put(turn * 3 + i));
    if (turn % 3 === 2) await life.clock.advance(1100);
  }
}

async function lived(life: Life): Promise<void> {
  await life.open();
  await live(life, 6);
  await life.stop();
}

async function liveOn(life: Life): Promise<void> {
  await life.open();
  await live(life, 4);
  await life.stop();
}

/** Both kinds of queues, in turns. */
async function liveBoth(life: Life, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    life.put({ bytes: 300 });
    life.putInner(2, { bytes: 100 });
    await settle();
    if (turn % 3 === 2) await life.clock.advance(1100);
  }
}

const BOTH: Pick<Scenario, 'options' | 'config'> = {
  options: {
    isBatchTopic: (topic) => topic === 'B',
    filterBits: () => Buffer.alloc(8, 0x55),
  },
  config: { enableConsumeQueueExt: true, mappedFileSizeConsumeQueueExt: 28 * 6 + 10 },
};

const RETENTION = {
  ...BOTH.config,
  ...{ fileReservedTime: 1, deleteWhen: Array.from({ length: 24 }, (_, i) => i).join(';') },
};

/** Old messages go until the newest file is left, while new ones come. */
async function retained(life: Life): Promise<void> {
  life.ledger.excuse((_, { physicalOffset }, min) => physicalOffset < min);
  await life.clock.pass(2 * HOUR);
  await liveBoth(life, 3);
  await life.clock.pass(2 * HOUR);
  await life.stop();
}

const paths = (life: Life, part: string): string[] =>
  life.files.paths().filter((path) => path.includes(part));

/** The part of the log that a slave has of its master's; what is whole is held. */
class Following {
  private readonly master: Life;
  private held = 0;

  constructor(private readonly slave: Life) {
    this.master = new Life(new MemoryFiles(), slave.settings, new Ledger());
  }

  async fill(turns: number): Promise<void> {
    const { master, slave } = this;
    await master.open({ config: { brokerRole: 'ASYNC_MASTER' } });
    await live(master, turns);
    for (let id = 0; id < master.ledger.size; id++) {
      const { id: _, ...sent } = master.ledger.byId(id)!;
      slave.ledger.send(sent);
    }
  }

  get end(): number {
    return this.master.store.logRange().end;
  }

  async copy(to: number, step: number): Promise<void> {
    const { store, ledger } = this.slave;
    const places = this.master.ledger.places();
    for (let at = store.logRange().end; at < to; at = store.logRange().end) {
      const bytes = await this.master.store.readLog(at, Math.min(step, to - at));
      store.appendLog(at, [bytes!]);
      store.revealLog();
      const { end } = store.logRange();
      for (; this.held + 1 < places.length; this.held++) {
        if (places[this.held + 1]!.place.physicalOffset > end) break;
        const { sent, place } = places[this.held]!;
        ledger.hold(ledger.byId(sent.id)!, place);
      }
    }
    await this.slave.clock.advance(600);
  }

  /** What lies behind may be gone, and is held again when it comes again. */
  cut(offset: number): void {
    const { ledger } = this.slave;
    const places = this.master.ledger.places();
    ledger.excuse((_, { physicalOffset }) => physicalOffset >= offset);
    this.held = places.findIndex(({ place }) => place.physicalOffset >= offset);
  }

  /** Where its `number`th message begins. */
  offsetOf(number: number): number {
    return this.master.ledger.places()[number]!.place.physicalOffset;
  }
}

const BASIC: readonly Scenario[] = [
  {
    name: 'a first start, files that roll over, a stop',
    many: 2,
    run: async (life) => {
      await life.open();
      await live(life, 14);
      life.putBatch(5, { queueId: 1, bytes: 200 });
      await settle();
      await life.stop();
    },
  },
  {
    name: 'sends with SYNC_FLUSH',
    config: { flushDiskType: 'SYNC_FLUSH' },
    run: async (life) => {
      await life.open();
      await live(life, 8);
      await life.stop();
    },
  },
  { name: 'a start behind a proper stop', before: lived, run: liveOn },
  {
    name: 'the first start behind RocketMQ',
    before: async (life) => {
      await lived(life);
      life.clock.advance(5000);
      life.files.touch(`${ROOT}/lock`);
      life.files.unlink(`${ROOT}/checkpoint`);
    },
    run: liveOn,
  },
  {
    name: 'queues of batches and consumequeue_ext',
    ...BOTH,
    run: async (life) => {
      await life.open();
      await liveBoth(life, 9);
      await life.stop();
      await life.open();
      await liveBoth(life, 3);
      await life.stop();
    },
  },
  {
    name: 'light queues',
    config: { enableLmq: true, enableMultiDispatch: true },
    run: async (life) => {
      await life.open();
      await live(life, 5, (i) => ({ light: ['%LMQ%a', `%LMQ%b${i % 2}`].slice(i % 2) }));
      await life.stop();
      await life.open();
      await live(life, 2, () => ({ light: ['%LMQ%a'] }));
    },
  },
];

const GOING: readonly Scenario[] = [
  {
    name: 'retention',
    options: BOTH.options!,
    config: RETENTION,
    before: async (life) => {
      await life.open();
      await liveBoth(life, 24);
    },
    run: retained,
  },
  {
    name: 'retention in several directories',
    options: BOTH.options!,
    config: { ...RETENTION, storePathCommitLog: '/disk1/log,/disk2/log' },
    commitLogs: ['/disk1/log', '/disk2/log'],
    before: async (life) => {
      await life.open();
      await liveBoth(life, 24);
    },
    run: retained,
  },
  {
    name: 'a cut of the log',
    options: BOTH.options!,
    config: BOTH.config!,
    before: async (life) => {
      await life.open();
      await liveBoth(life, 12);
      await live(life, 3);
    },
    run: async (life) => {
      const { ledger, store } = life;
      const cut = ledger.places()[7]!.place.physicalOffset;
      const { size } = ledger;
      ledger.excuse(({ id }, { physicalOffset }) => id < size && physicalOffset >= cut);
      await store.roles.truncateLog(cut);
      store.roles.hold();
      await liveBoth(life, 3);
      await live(life, 3);
      await life.stop();
    },
  },
  {
    name: 'a topic that is deleted and made again',
    before: async (life) => {
      await life.open();
      await live(life, 9, (i) => ({ queueId: i % 2, topic: i % 3 === 2 ? 'U' : 'T' }));
    },
    run: async (life) => {
      const { size } = life.ledger;
      life.ledger.excuse(({ id, topic }) => id < size && topic === 'T');
      await life.store.deleteTopics(['T']);
      await live(life, 4, (i) => ({ queueId: i % 2, topic: i % 3 === 2 ? 'U' : 'T' }));
      await life.stop();
    },
  },
  {
    name: 'a disk that runs full',
    config: {},
    before: async (life) => {
      await life.open();
      await live(life, 4);
    },
    run: async (life) => {
      const { files } = life;
      files.capacityPages = 0;
      await live(life, 3, one);
      files.capacityPages = Infinity;
      await life.clock.advance(2100);
      await live(life, 3, one);
      await life.stop();
    },
    expected: /the log cannot be written/,
  },
  {
    name: 'a slave that follows',
    config: { brokerRole: 'SLAVE' },
    readOnly: true,
    run: async (life) => {
      const following = new Following(life);
      await following.fill(12);
      await life.open();
      await following.copy(following.offsetOf(14), 500);
      await following.copy(following.offsetOf(20) + 77, 1000);
      await life.store.roles.dropTorn();
      following.cut(following.offsetOf(12));
      await life.store.roles.truncateLog(following.offsetOf(12));
      await following.copy(following.end, 700);
      await life.stop();
    },
  },
];

const COMPACTED = { writeQueueNums: 1, attributes: { 'cleanup.policy': 'COMPACTION' } };

const COMPACTING: Pick<Scenario, 'options' | 'config'> = {
  options: {
    compaction: {
      config: {
        ...{ enableCompaction: true, compactionThreadNum: 1, maxOffsetMapSize: 1024 * 1024 },
        ...{ compactionMappedFileSize: 1840, compactionCqMappedFileSize: 46 * 8 },
        compactionScheduleInternal: 1,
      },
      topicOf: (name) => (name.startsWith('Kv') ? COMPACTED : undefined),
    },
  },
  config: RETENTION,
};

const keyed = (i: number): Put => ({ topic: 'Kv', key: `key-${i % 5}` });

const KEEPING: readonly Scenario[] = [
  {
    name: 'compaction',
    ...COMPACTING,
    run: async (life) => {
      await life.open();
      for (let round = 0; round < 3; round++) {
        await live(life, 7, keyed);
        await life.clock.advance(1500);
      }
      await life.stop();
      await life.open();
      await live(life, 3, keyed);
      await life.clock.advance(1500);
      await life.stop();
    },
  },
  {
    name: 'compaction beside retention',
    ...COMPACTING,
    before: async (life) => {
      await life.open();
      await live(life, 12, keyed);
      await live(life, 4);
    },
    run: async (life) => {
      life.ledger.excuse(({ key }, { physicalOffset }, min) => !key && physicalOffset < min);
      await life.clock.pass(2 * HOUR);
      await live(life, 4, keyed);
      const { size } = life.ledger;
      life.ledger.excuse(({ id, key }) => key !== undefined && id < size);
      await life.store.deleteTopics(['Kv']);
      await live(life, 4, keyed);
      await life.stop();
    },
  },
];

/** What is not there at a start, or not in order. */
const MENDING: readonly Scenario[] = [
  {
    name: 'queues that are made again',
    before: async (life) => {
      await lived(life);
      life.files.unlink(paths(life, 'consumequeue/T/1/')[0]!);
      life.files.rmdir(`${ROOT}/consumequeue/U/0`);
    },
    run: liveOn,
  },
  {
    name: 'a queue whose end is lost',
    before: async (life) => {
      await lived(life);
      const path = paths(life, 'consumequeue/T/0/')[0]!;
      life.files.poke(path, 20, Buffer.alloc(40));
    },
    run: liveOn,
  },
  {
    name: 'all that is derived is made again',
    before: async (life) => {
      await lived(life);
      for (const path of paths(life, '/index/')) life.files.unlink(path);
      life.files.rmdir(`${ROOT}/consumequeue`);
      life.files.unlink(`${ROOT}/consumequeue.json`);
    },
    run: liveOn,
  },
  {
    name: 'gaps in the index',
    before: async (life) => {
      await life.open();
      await live(life, 14);
      await life.stop();
      const files = paths(life, '/index/2');
      life.files.unlink(files[1]!);
      life.files.poke(files[3]!, 0, Buffer.alloc(40));
    },
    run: liveOn,
  },
  {
    name: 'files that are too short',
    before: async (life) => {
      await lived(life);
      for (const path of [...paths(life, '/commitlog/'), ...paths(life, 'consumequeue/T/')]) {
        const fd = life.files.openSync(path, 'r+');
        const last = !paths(life, path.slice(0, -20)).some((other) => other > path);
        if (last) life.files.ftruncate(fd, life.files.stat(path)!.size - 40);
        life.files.closeSync(fd);
      }
      life.files.writeTextAtomic(`${ROOT}/abort`, '1');
    },
    run: liveOn,
  },
  {
    name: 'blank twins in other directories',
    config: { storePathCommitLog: '/disk1/log,/disk2/log' },
    commitLogs: ['/disk1/log', '/disk2/log'],
    before: async (life) => {
      await lived(life);
      const [last] = paths(life, '/log/').sort((a, b) => (a.slice(-20) < b.slice(-20) ? 1 : -1));
      const twin = last!.replace(/disk./, last!.includes('disk1') ? 'disk2' : 'disk1');
      const fd = life.files.openSync(twin, 'w+');
      life.files.ftruncate(fd, 4096);
      life.files.closeSync(fd);
      life.files.writeTextAtomic(`${ROOT}/abort`, '1');
    },
    run: liveOn,
  },
];

/** The same with SYNC_FLUSH and powers that fail. */
const withPower = (scenario: Scenario): Scenario => ({
  ...scenario,
  name: `power losses: ${scenario.name}`,
  config: { ...scenario.config, flushDiskType: 'SYNC_FLUSH' },
  power: true,
  // of what was not flushed some may be there and some before it not
  expected: /the log is damaged at \d+ .* and is cut there; \d+ whole records/,
});

const ALL = [...BASIC, ...GOING, ...KEEPING, ...MENDING];

/** A slave and a disk that runs full promise nothing about powers. */
const POWERED = ALL.filter(({ name }) => !/slave|full/.test(name));

export const SCENARIOS: readonly Scenario[] = [...ALL, ...POWERED.map(withPower)];
