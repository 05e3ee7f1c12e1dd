// Kills at every change of the files while messages wait for their times: each comes, and once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBrokerConfig } from '../../../../../src/config/load.js';
import { findProperty } from '../../../../../src/protocol/properties.js';
import { Stats } from '../../../../../src/server/broker/running/stats.js';
import { TimedDelivery } from '../../../../../src/server/broker/waiting/timer/timed-delivery.js';
import { openMessageStore } from '../../../../../src/store/open.js';
import { FakeClock, settle } from '../../../../store/fake-clock.js';
import { SteppingFiles } from '../../../../store/kills/stepping-files.js';
import type { MemoryFiles } from '../../../../store/memory-files.js';
import {
  message,
  properties,
  readQueue,
  recordingLogger,
  storeConfig,
  storeHost,
  type TestStore,
} from '../../../../store/support.js';

const ROOT = '/data/store';
const TOPIC = 'Timed';
/** One in so many stops is tried; 1 tries them all. */
const STRIDE = Number(process.env.STORE_KILLS_STRIDE ?? 31);

interface Stop {
  what: string;
  files: MemoryFiles;
  acknowledged: string[];
  now: number;
}

class TimedLife {
  readonly acknowledged: string[] = [];
  lines: string[] = [];
  store!: TestStore;
  private timers!: TimedDelivery;
  private clock: FakeClock;
  private sent = 0;

  constructor(
    readonly files: MemoryFiles,
    now = 1_800_000_000_000,
  ) {
    this.clock = new FakeClock(now);
    files.now = () => this.clock.now();
  }

  get now(): number {
    return this.clock.now();
  }

  async open(): Promise<void> {
    const { config } = loadBrokerConfig({ env: {}, host: { userHome: '/nowhere' } });
    const log = recordingLogger();
    this.lines = log.lines;
    const { files } = this;
    this.clock = new FakeClock(this.clock.now() + 1000);
    const small = { mappedFileSizeTimerLog: 52 * 10 + 20, mappedFileSizeCommitLog: 8192 };
    const own = storeConfig(ROOT, { mappedFileSizeConsumeQueue: 400, ...small });
    const settings = { ...config.messageStoreConfig, ...own, ...small };
    const parts = { files, clock: this.clock, log };
    this.store = openMessageStore({ ...parts, config: settings, storeHost });
    const stats = new Stats({ clock: this.clock, clusterName: 'c' });
    const deps = { ...parts, store: this.store, storeConfig: settings, stats };
    this.timers = new TimedDelivery(deps);
    await this.store.start();
    this.store.onArrival((arrival) => this.timers.arrived(arrival));
    await this.timers.start();
    await settle();
  }

  async stop(): Promise<void> {
    await this.timers.stop();
    await this.store.stop();
  }

  /** Messages that are due in one to five seconds. */
  async send(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const name = `t${this.sent++}`;
      const delay = { UNIQ_KEY: name, TIMER_DELAY_MS: String(1000 + (this.sent % 5) * 1000) };
      const timed = message({ topic: TOPIC, properties: properties(delay) });
      assert.equal(this.timers.prepare(timed), undefined);
      this.store.put(timed, ({ status }) => {
        if (status === 'PUT_OK') this.acknowledged.push(name);
      });
    }
    await settle();
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async delivered(): Promise<string[]> {
    const come = await readQueue(this.store, TOPIC, 0);
    return come.map((one) => findProperty(one.properties, 'UNIQ_KEY') ?? '');
  }
}

/** The files before the changes of a life, one in `STRIDE`. */
async function stopsOf(live: (life: TimedLife) => Promise<void>): Promise<Stop[]> {
  const files = new SteppingFiles();
  const life = new TimedLife(files);
  const stops: Stop[] = [];
  let count = 0;
  const take = (what: string): Stop | undefined => {
    if (count++ % STRIDE !== 0) return undefined;
    const left = { files: files.afterKill(), acknowledged: [...life.acknowledged] };
    stops.push({ what, ...left, now: life.now });
    return stops.at(-1);
  };
  files.onStep = ({ what, sync, parts }) => {
    if (sync) return;
    take(`before ${what}`);
    for (const { what: how, part } of parts) {
      const stop = take(`in ${what}, ${how}`);
      if (stop) part(stop.files);
    }
  };
  await live(life);
  files.onStep = () => undefined;
  return stops;
}

async function judge({ files, acknowledged, now }: Stop): Promise<void> {
  const life = new TimedLife(files, now);
  try {
    await life.open();
    await life.advance(9000);
    const come = await life.delivered();
    assert.equal(new Set(come).size, come.length, `each once: ${come.join(' ')}`);
    const lost = acknowledged.filter((name) => !come.includes(name));
    assert.deepEqual(lost, [], 'each comes');
    await life.stop();
    assert.deepEqual(
      life.lines.filter((line) => line.startsWith('error')),
      [],
    );
  } catch (error) {
    throw new Error(`${life.lines.join('\n')}\n${String(error)}`, { cause: error });
  }
}

test('each timed message comes once, whenever the broker is killed', async () => {
  const stops = await stopsOf(async (life) => {
    await life.open();
    await life.send(12);
    await life.advance(2500);
    await life.send(6);
    await life.advance(3000);
    await life.stop();
    await life.open();
    await life.send(4);
    await life.advance(2500);
    await life.stop();
  });
  assert.ok(stops.length > 0);
  const failures: string[] = [];
  for (const stop of stops) {
    await judge(stop).catch((error: Error) => failures.push(`${stop.what}\n${error.message}`));
  }
  assert.equal(failures.join('\n\n'), '');
});
