// Random histories of puts, pauses, kills and power losses: what was acknowledged is there
// afterwards, where the answer said, and no queue has a hole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { decodeRecord } from '../../src/protocol/message.js';
import { parseProperties } from '../../src/protocol/properties.js';
import type { PutResult } from '../../src/store/message-store.js';
import { fractions } from '../support/random.js';
import { FakeClock, settle } from './fake-clock.js';
import { MemoryFiles } from './memory-files.js';
import { batchOf, message, openStore, properties, readQueue, recordingLogger } from './support.js';
import type { TestStore } from './support.js';

type End = 'stop' | 'kill' | 'power';

interface Acknowledged {
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
  body: string;
  key: string;
}

const QUEUES = 3;

class History {
  readonly acknowledged: Acknowledged[] = [];
  private readonly random: () => number;
  private clock = new FakeClock(1_800_000_000_000);
  /** Answers of a store that was killed reach nobody. */
  private generation = 0;
  private files = new MemoryFiles();
  private store!: TestStore;
  private lines: string[] = [];
  private count = 0;

  constructor(
    private readonly t: TestContext,
    private readonly flushDiskType: string,
    seed: number,
  ) {
    this.random = fractions(seed);
  }

  async run(ends: readonly End[]): Promise<void> {
    await this.open();
    for (const end of ends) {
      for (let i = 0; i < 3 + this.random() * 12; i++) await this.act();
      if (end === 'stop') await this.store.stop();
      else if (this.random() < 0.7)
        void this.act(); // some are under way when it ends
      else await settle();
      if (end === 'kill') this.files = this.files.afterKill();
      if (end === 'power') this.files = this.files.afterPowerLoss(this.random);
      await this.open();
      await this.check(end);
    }
  }

  private async open(): Promise<void> {
    const log = recordingLogger();
    this.lines = log.lines;
    this.generation++;
    this.clock = new FakeClock(this.clock.now() + 1);
    this.files.now = () => this.clock.now();
    const { t, files, clock, flushDiskType } = this;
    this.store = await openStore(t, '/data/store', {
      mappedFileSizeCommitLog: 16 * 1024,
      mappedFileSizeConsumeQueue: 20 * 40,
      maxHashSlotNum: 16,
      maxIndexNum: 60,
      flushConsumeQueueThoroughInterval: 5000,
      flushDiskType,
      with: { files, clock, log },
    });
  }

  private async act(): Promise<void> {
    const choice = this.random();
    if (choice < 0.25) await this.clock.advance(Math.floor(this.random() * 3000));
    else if (choice < 0.4) this.putBatch();
    else for (let i = 0; i < 1 + this.random() * 6; i++) this.put();
    if (this.random() < 0.8) await settle();
  }

  private next(): { body: Buffer; key: string; properties: string } {
    const key = `k${this.count++}`;
    const length = this.random() < 0.1 ? 6000 : this.random() * 300;
    const body = Buffer.from(`${key} `.padEnd(length, '.'));
    return { body, key, properties: properties({ UNIQ_KEY: key, TAGS: 'T', KEYS: 'all' }) };
  }

  private put(): void {
    const queueId = Math.floor(this.random() * QUEUES);
    const next = this.next();
    const { generation } = this;
    this.store.put(message({ ...next, queueId }), (result) => {
      this.note(generation, [next], queueId, result);
    });
  }

  private putBatch(): void {
    const queueId = Math.floor(this.random() * QUEUES);
    const batch = Array.from({ length: 2 + this.random() * 5 }, () => this.next());
    const messages = batch.map((next) => message({ ...next, queueId }));
    const { generation } = this;
    this.store.putBatch(...batchOf(messages), (result) => {
      this.note(generation, batch, queueId, result);
    });
  }

  private note(
    generation: number,
    batch: readonly { body: Buffer; key: string }[],
    queueId: number,
    result: PutResult,
  ): void {
    if (generation !== this.generation || result.status !== 'PUT_OK') return;
    batch.forEach(({ body, key }, i) => {
      this.acknowledged.push({
        queueId,
        queueOffset: result.queueOffset + i,
        physicalOffset: result.physicalOffsets[i],
        body: body.toString(),
        key,
      });
    });
  }

  private async check(end: End): Promise<void> {
    const { store, acknowledged } = this;
    const lost = end === 'power' && this.flushDiskType === 'ASYNC_FLUSH';
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      const records = await readQueue(store, 'TestTopic', queueId);
      const from = store.minOffset('TestTopic', queueId);
      assert.deepEqual(
        records.map((record) => record.queueOffset),
        records.map((_, i) => from + i),
        'the offsets of a queue follow each other',
      );
      assert.equal(records.length, store.maxOffset('TestTopic', queueId) - from);
      const kept = acknowledged.filter((one) => one.queueId === queueId);
      for (const one of kept) {
        const record = records[one.queueOffset - from];
        if (!record && lost) continue;
        assert.equal(record?.body.toString(), one.body, `${one.key} in queue ${queueId}`);
        assert.equal(record.physicalOffset, one.physicalOffset);
      }
    }
    await this.checkIndex();
    if (!lost) return;
    const alive = new Set<string>();
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      for (const { body } of await readQueue(store, 'TestTopic', queueId)) {
        alive.add(body.toString());
      }
    }
    const remaining = acknowledged.filter((one) => alive.has(one.body));
    acknowledged.splice(0, acknowledged.length, ...remaining);
  }

  private async checkIndex(): Promise<void> {
    const range = { maxMessages: 32, begin: 0, end: Number.MAX_SAFE_INTEGER };
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      for (const { properties: text, physicalOffset } of await readQueue(
        this.store,
        'TestTopic',
        queueId,
      )) {
        const key = parseProperties(text).UNIQ_KEY;
        const { records } = await this.store.query({ ...range, topic: 'TestTopic', key });
        const found = records.map((record) => decodeRecord(record)!.physicalOffset);
        assert.deepEqual(found, [physicalOffset], `${key} in the index`);
      }
    }
  }

  log(): string {
    return this.lines.join('\n');
  }
}

const SEEDS = Number(process.env.STORE_CRASH_SEEDS ?? 12);
const FIRST = Number(process.env.STORE_CRASH_FIRST ?? 1);

const PLANS: readonly [string, string, readonly End[]][] = [
  ['kills', 'ASYNC_FLUSH', ['kill', 'kill', 'stop', 'kill', 'kill']],
  ['kills with SYNC_FLUSH', 'SYNC_FLUSH', ['kill', 'stop', 'kill', 'kill']],
  ['power losses with SYNC_FLUSH', 'SYNC_FLUSH', ['power', 'power', 'stop', 'power', 'kill']],
  ['power losses', 'ASYNC_FLUSH', ['power', 'power', 'stop', 'power', 'kill']],
];

for (const [name, flushDiskType, ends] of PLANS) {
  test(`nothing acknowledged is lost over ${name}`, async (t) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const history = new History(t, flushDiskType, seed);
      try {
        await history.run(ends);
      } catch (error) {
        const text = `seed ${seed} (STORE_CRASH_FIRST)\n${history.log()}\n${String(error)}`;
        throw new Error(text, { cause: error });
      }
    }
  });
}
