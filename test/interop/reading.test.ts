// What a store answers to readers is what RocketMQ's own store engine answers from the same files:
// by queue offset with all its statuses, by time with both boundaries, by key over index files.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashCode } from '../../src/protocol/properties.js';
import type { Boundary } from '../../src/store/message-store.js';
import { FakeClock } from '../store/fake-clock.js';
import {
  get,
  openStore,
  properties,
  put,
  storeConfig,
  temporaryFolder,
  type TestStore,
} from '../store/support.js';
import { javaRelease } from '../support/release.js';
import { need } from '../support/tools.js';
import { answersOf } from './java-store.js';

const SIZES = {
  mappedFileSizeCommitLog: 64 * 1024,
  // RocketMQ ends an answer where a consume queue's file ends; only one that asks there sees it
  mappedFileSizeConsumeQueue: 20 * 400,
  maxHashSlotNum: 100,
  maxIndexNum: 300,
  // both are to look as far as this
  maxFilterMessageSize: 20 * 120,
};
/** Of the others NO_MATCHED_LOGIC_QUEUE has no way to come about, OFFSET_RESET is the broker's. */
const STATUSES = [
  'FOUND',
  'MESSAGE_WAS_REMOVING',
  'NO_MATCHED_MESSAGE',
  'NO_MESSAGE_IN_QUEUE',
  'OFFSET_OVERFLOW_BADLY',
  'OFFSET_OVERFLOW_ONE',
  'OFFSET_TOO_SMALL',
];
const START = 1_700_000_000_000;
const COUNT = 1500;
/** Milliseconds between messages; most have the time of the one before. */
const PAUSES = [0, 0, 7, 0, 1, 1500, 0, 0, 0, 61_000];

/** A queue over many files, one of a single message, one that begins late; the log's begin is gone. */
async function prepare(root: string, store: TestStore, clock: FakeClock): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < COUNT; i++) {
    await clock.advance(PAUSES[i % PAUSES.length]!);
    const keys = { UNIQ_KEY: `u${i}`, KEYS: `k${i % 10}`, TAGS: i % 97 === 96 ? 'Rare' : 'Tag' };
    const body = Buffer.alloc(100 + ((i * 37) % 900), 'x');
    const { storeTimestamp } = await put(store, { body, properties: properties(keys) });
    times.push(storeTimestamp);
    if (i === COUNT / 2) await put(store, { topic: 'Single', queueId: 3 });
  }
  await store.stop();
  const log = join(root, 'commitlog');
  for (const name of readdirSync(log).sort().slice(0, 2)) rmSync(join(log, name));
  return times;
}

function questions(times: readonly number[], min: number): string[] {
  const around = [...new Set(times)].filter(
    (_, i, all) => i < 4 || i % 40 === 0 || i > all.length - 4,
  );
  const instants = [0, START - 1, ...around.flatMap((at) => [at - 1, at, at + 1]), START * 2];
  const offsets = [
    -1,
    0,
    min - 1,
    min,
    min + 1,
    250,
    400,
    COUNT - 90,
    COUNT - 1,
    COUNT,
    COUNT + 1,
    2 ** 40,
  ];
  const gets = offsets.flatMap((offset) =>
    [1, 8, 32, 100].flatMap((max) =>
      ['*', 'Rare', 'Nothing'].map((tag) => `get TestTopic 0 ${offset} ${max} 4194304 ${tag}`),
    ),
  );
  const sizes = [0, 99, 1500, 10_000].map((bytes) => `get TestTopic 0 ${min} 32 ${bytes} *`);
  const others = [-1, 0, 1, 5].flatMap((offset) =>
    ['Single 3', 'TestTopic 9', 'Unknown 0'].map((queue) => `get ${queue} ${offset} 32 1000000 *`),
  );
  const byTime = instants.flatMap((at) =>
    ['LOWER', 'UPPER'].flatMap((boundary) =>
      ['TestTopic 0', 'Single 3', 'Unknown 0'].map((queue) => `time ${queue} ${at} ${boundary}`),
    ),
  );
  const stored = [-1, 0, min - 1, min, 300, COUNT - 1, COUNT, COUNT + 9].map(
    (offset) => `stored TestTopic 0 ${offset}`,
  );
  const earliest = ['TestTopic 0', 'Single 3', 'Unknown 0'].map((queue) => `earliest ${queue}`);
  const ranges = [0, times[310]! - 1000, times[310]!, times[420]!].flatMap((begin) =>
    [times[250]!, times[310]!, times[430]!, START * 2].map((end) => [begin, end] as const),
  );
  const keys = ranges.flatMap(([begin, end]) =>
    ['u0 8', 'u310 8', 'u599 8', 'k3 1', 'k3 32', 'k3 1000', 'x 5', 'Rare 9'].map(
      (key) => `key TestTopic ${key} ${begin} ${end}`,
    ),
  );
  const tags = ['Tag 5', 'Rare 99', 'Nothing 5'].map(
    (tag) => `key TestTopic ${tag} 0 ${START * 2} T`,
  );
  return [...gets, ...sizes, ...others, ...byTime, ...stored, ...earliest, ...keys, ...tags];
}

/** While the log lets go of its first files, and the queues have not followed yet. */
function meanwhile(min: number): string[] {
  const about = [min - 1, min, min + 1, min + 50, min + 80, min + 260];
  const gets = about.flatMap((offset) =>
    [1, 32].flatMap((max) =>
      ['*', 'Rare', 'Nothing'].map((tag) => `get TestTopic 0 ${offset} ${max} 4194304 ${tag}`),
    ),
  );
  const keys = ['u0', `u${min}`, `u${min + 60}`, `u${min + 160}`, 'k3'].map(
    (key) => `key TestTopic ${key} 32 0 ${START * 2}`,
  );
  // not 0: for that RocketMQ takes the first message that is left
  const places = [100_000, 2 * SIZES.mappedFileSizeCommitLog];
  const at = [0, 1, 2].flatMap((file) =>
    places.map((place) => `at ${place + file * SIZES.mappedFileSizeCommitLog}`),
  );
  const questions = [...gets, ...keys, ...at];
  return ['expire 1', ...questions, 'expire 1', ...questions];
}

/** Removes the first file of the log as retention does, up to its pause. */
async function expire(store: TestStore, clock: FakeClock): Promise<string> {
  const before = store.logRange().min;
  store.deleteExpiredFiles();
  const pauses = store.logRange().min === before; // since the last time
  await clock.advance(pauses ? storeConfig('').deleteCommitLogFilesInterval : 0);
  return String((store.logRange().min - before) / SIZES.mappedFileSizeCommitLog);
}

async function answer(store: TestStore, clock: FakeClock, question: string): Promise<string> {
  const [kind, topic = '', second = '', ...rest] = question.split(' ');
  if (kind === 'expire') return expire(store, clock);
  if (kind === 'at') return String((await store.recordAt(Number(topic))) !== undefined);
  const queueId = Number(second);
  const [third, fourth, fifth] = rest.map(Number);
  if (kind === 'get') {
    const tag = rest[3] === '*' ? undefined : BigInt(hashCode(rest[3]!));
    const matchTags = tag === undefined ? undefined : (code: bigint): boolean => code === tag;
    const request = { topic, queueId, offset: third!, maxMessages: fourth!, maxBytes: fifth! };
    const got = await get(store, { ...request, ...(matchTags && { matchTags }) });
    const { status, nextBeginOffset, minOffset, maxOffset, messages, bytes } = got;
    return [status, nextBeginOffset, minOffset, maxOffset, messages.length, bytes].join(' ');
  }
  if (kind === 'time') {
    return String(await store.offsetByTime(topic, queueId, third!, rest[1] as Boundary));
  }
  if (kind === 'stored') return String(await store.storeTimestamp(topic, queueId, third!));
  if (kind === 'earliest') return String(await store.earliestTimestamp(topic, queueId));
  const range = { maxMessages: third!, begin: fourth!, end: fifth! };
  const indexType = rest[3];
  const request = { topic, key: second, ...range, ...(indexType && { indexType }) };
  const { records } = await store.query(request);
  return ['at', ...records.map((record) => record.readBigInt64BE(28))].join(' ');
}

test('readers are answered as RocketMQ’s store engine answers them', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = temporaryFolder(t);
  const copy = join(temporaryFolder(t), 'store');
  const clock = new FakeClock(START);
  const times = await prepare(root, await openStore(t, root, { ...SIZES, with: { clock } }), clock);
  cpSync(root, copy, { recursive: true });
  const later = new FakeClock(START * 2);
  const store = await openStore(t, root, {
    ...{ ...SIZES, fileReservedTime: 0 },
    with: { clock: later },
  });
  const min = store.minOffset('TestTopic', 0);
  const asked = [...questions(times, min), ...meanwhile(min)];
  const answers = await answersOf(t, release, copy, SIZES, asked);
  assert.equal(answers.length, asked.length);
  const theirs = asked.map((question, i) => `${question}: ${answers[i]}`);
  const ours: string[] = [];
  for (const question of asked) ours.push(`${question}: ${await answer(store, later, question)}`);
  assert.deepEqual(ours, theirs);
  const statuses = new Set(answers.filter((_, i) => asked[i]!.startsWith('get')).map(firstWord));
  assert.deepEqual([...statuses].sort(), STATUSES);
});

const firstWord = (text: string): string => text.split(' ')[0]!;
