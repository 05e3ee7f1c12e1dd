// A slave's store: bytes of its master's log come in pieces, and its readers have them when they
// are whole and, in a group with a controller, confirmed.

import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { decodeCheckpoint } from '../../src/store/format/checkpoint.js';
import { until } from '../support/until.js';
import {
  type OpenChanges,
  openStore,
  properties,
  putMany,
  readQueue,
  temporaryFolder,
  type TestStore,
} from './support.js';

const TOPIC = 'TestTopic';
const FILE_BYTES = 1024 * 1024;
const body = (i: number): Buffer => Buffer.from(`${i} ${'x'.repeat(2000)}`);
const one = (i: number) => ({ body: body(i), properties: properties({ KEYS: `k${i}` }) });

interface Pair {
  master: TestStore;
  slave: TestStore;
  root: string;
  /** Log offsets of the master's messages, and behind the last. */
  offsets: number[];
  confirm(offset: number): void;
}

async function startPair(
  t: TestContext,
  messages: number,
  changes: OpenChanges = {},
): Promise<Pair> {
  const master = await openStore(t, temporaryFolder(t));
  const results = await putMany(master, messages, one);
  const root = temporaryFolder(t);
  const offsets = results.map(({ physicalOffsets }) => physicalOffsets[0]!);
  offsets.push(master.logRange().end);
  return { master, offsets, ...(await followed(t, root, changes)) };
}

async function followed(
  t: TestContext,
  root: string,
  changes: OpenChanges,
): Promise<Pick<Pair, 'slave' | 'root' | 'confirm'>> {
  const slave = await openStore(t, root, { brokerRole: 'SLAVE', ...changes });
  let confirmed = -1;
  slave.copyWith({ wanted: () => 1, copiedTo: () => 0, readableTo: () => confirmed });
  const confirm = (offset: number): void => {
    confirmed = offset;
    slave.revealLog();
  };
  return { slave, root, confirm };
}

/** The master's log from where the slave's ends, in pieces that end anywhere. */
async function copy({ master, slave }: Pair, to = Infinity): Promise<void> {
  for (;;) {
    const { end } = slave.logRange();
    const wanted = Math.min(to, master.logRange().end) - end;
    if (wanted <= 0) return;
    const bytes = await master.readLog(end, Math.min(wanted, 32_749));
    slave.appendLog(end, [bytes!]);
    slave.revealLog();
  }
}

async function numbers(store: TestStore): Promise<number[]> {
  return (await readQueue(store, TOPIC, 0)).map(({ body }) => parseInt(body.toString(), 10));
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

test('readers have what is confirmed, also of more than is kept in memory', async (t) => {
  const pair = await startPair(t, 1600);
  const { slave, offsets, confirm } = pair;
  await copy(pair);
  assert.ok(slave.logRange().end > 3 * FILE_BYTES);
  assert.equal(slave.maxOffset(TOPIC, 0), 0);
  confirm(offsets[3]!);
  assert.deepEqual(await numbers(slave), upTo(3));
  confirm(offsets[900]! + 100);
  assert.deepEqual(await numbers(slave), upTo(900));
  confirm(Infinity);
  await until('all messages', () => slave.maxOffset(TOPIC, 0) === 1600);
  assert.deepEqual(await numbers(slave), upTo(1600));
});

test('the part of a record waits for its rest, whoever waits for a word meanwhile', async (t) => {
  const pair = await startPair(t, 1200);
  const { slave, offsets, confirm } = pair;
  confirm(offsets[10]!);
  await copy(pair, offsets[1000]! + 500);
  assert.deepEqual(await numbers(slave), upTo(10));
  confirm(Infinity);
  assert.deepEqual(await numbers(slave), upTo(1000));
  await copy(pair);
  assert.deepEqual(await numbers(slave), upTo(1200));
});

test('a slave that becomes the master has all that is whole', async (t) => {
  const pair = await startPair(t, 1200);
  const { slave, offsets } = pair;
  await copy(pair, offsets[1100]! + 77);
  assert.equal(slave.maxOffset(TOPIC, 0), 0);
  assert.equal(await slave.roles.dropTorn(), offsets[1100]);
  assert.equal(slave.maxOffset(TOPIC, 0), 0);
  slave.roles.hold();
  assert.deepEqual(await numbers(slave), upTo(1100));
});

test('what a new master never had was never read; what comes in its place is', async (t) => {
  const pair = await startPair(t, 1200);
  const { slave, offsets, confirm } = pair;
  await copy(pair);
  confirm(offsets[100]!);
  await slave.roles.dropTorn();
  await slave.roles.truncateLog(offsets[800]!);
  assert.equal(slave.logRange().end, offsets[800]);
  assert.deepEqual(await numbers(slave), upTo(100));
  await copy(pair);
  assert.deepEqual(await numbers(slave), upTo(100));
  confirm(offsets[1150]!);
  assert.deepEqual(await numbers(slave), upTo(1150));
});

test('a slave that stops in order has made everything readable', async (t) => {
  const pair = await startPair(t, 700);
  await copy(pair);
  await pair.slave.stop();
  const again = await openStore(t, pair.root, { brokerRole: 'SLAVE' });
  assert.deepEqual(await numbers(again), upTo(700));
});

test('bytes that are no record are cut, also when they waited', async (t) => {
  const pair = await startPair(t, 900);
  const { master, slave, offsets, confirm } = pair;
  await copy(pair, offsets[800]!);
  const good = await master.readLog(offsets[800]!, offsets[802]! - offsets[800]!);
  const bad = Buffer.from(good!);
  bad.fill(0x61, 200, 300);
  slave.appendLog(offsets[800]!, [bad]);
  slave.revealLog();
  assert.throws(() => confirm(Infinity), /no record at/);
  assert.equal(slave.logRange().end, offsets[800]);
  await copy(pair);
  assert.deepEqual(await numbers(slave), upTo(900));
});

/** A slave is killed whose master has confirmed 300 of 700; its store, opened again. */
async function killed(t: TestContext): Promise<Pair> {
  const pair = await startPair(t, 700, { flushIntervalConsumeQueue: 10 });
  const { master, slave, root, offsets, confirm } = pair;
  confirm(offsets[300]!);
  await copy(pair);
  const path = join(root, 'checkpoint');
  const kept = (): boolean =>
    decodeCheckpoint(readFileSync(path))?.confirmPhyOffset === offsets[300];
  await until('checkpoint of what is confirmed', kept);
  const left = temporaryFolder(t);
  cpSync(root, left, { recursive: true, filter: (file) => !file.endsWith('lock.holder') });
  await slave.stop();
  return { ...(await followed(t, left, { with: { awaitsConfirm: true } })), master, offsets };
}

test('a slave that was killed shows what was confirmed, and more when it hears of it', async (t) => {
  const pair = await killed(t);
  assert.deepEqual(await numbers(pair.slave), upTo(300));
  await putMany(pair.master, 200, (i) => one(700 + i));
  await copy(pair);
  assert.deepEqual(await numbers(pair.slave), upTo(300));
  pair.confirm(pair.offsets[500]!);
  assert.deepEqual(await numbers(pair.slave), upTo(500));
  pair.confirm(Infinity);
  assert.deepEqual(await numbers(pair.slave), upTo(900));
});

test('a slave that was killed and becomes the master shows all that it has', async (t) => {
  const { slave, offsets } = await killed(t);
  assert.equal(await slave.roles.dropTorn(), offsets[700]);
  slave.roles.hold();
  assert.deepEqual(await numbers(slave), upTo(700));
});
