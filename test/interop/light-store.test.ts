// Messages that are in several queues (light queues, `%LMQ%`) go both ways after a kill -9 of either
// system; and a store that RocketMQ 4.9 left killed goes on here and then in RocketMQ 5.5.0.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  get,
  openStore,
  properties,
  putMany,
  temporaryFolder,
  type TestStore,
} from '../store/support.js';
import { unpackStore } from '../support/golden.js';
import { javaRelease } from '../support/release.js';
import { need } from '../support/tools.js';
import { answersOf } from './java-store.js';

/** So small that all kinds of files roll over. */
const SIZES = {
  mappedFileSizeCommitLog: 32 * 1024,
  mappedFileSizeConsumeQueue: 20 * 30,
  maxHashSlotNum: 100,
  maxIndexNum: 300,
};
const LIGHT = { ...SIZES, enableLmq: true, enableMultiDispatch: true };
const QUEUES = ['TestTopic 0', 'TestTopic 1', '%LMQ%a 0', '%LMQ%b 0', '%LMQ%c 0'];

/** As the driver lists a queue. */
async function list(store: TestStore, name: string): Promise<string> {
  const [topic = '', id] = name.split(' ');
  const queueId = Number(id);
  const [min, max] = [store.minOffset(topic, queueId), store.maxOffset(topic, queueId)];
  const entries: string[] = [];
  for (let offset = min; offset < max; offset++) {
    let code = 0n;
    const matchTags = (one: bigint): boolean => ((code = one), true);
    const { messages } = await get(store, { topic, queueId, offset, maxMessages: 1, matchTags });
    entries.push(`${messages[0]!.physicalOffset}:${code}`);
  }
  return [min, max, ...entries].join(' ');
}

async function listAll(store: TestStore, queues: readonly string[]): Promise<string[]> {
  const lists: string[] = [];
  for (const queue of queues) lists.push(await list(store, queue));
  return lists;
}

async function fill(store: TestStore): Promise<void> {
  await putMany(store, 200, (i) => {
    const light = { INNER_MULTI_DISPATCH: i % 3 === 0 ? '%LMQ%a,%LMQ%b' : '%LMQ%c' };
    const text = { UNIQ_KEY: `u${i}`, TAGS: `t${i % 5}`, ...(i % 4 > 0 && light) };
    return { queueId: i % 2, body: Buffer.alloc(i * 3), properties: properties(text) };
  });
}

test('light queues go to RocketMQ after a kill, and come back after one', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const copy = join(temporaryFolder(t), 'store');
  const root = temporaryFolder(t);
  const store = await openStore(t, root, LIGHT);
  await fill(store);
  cpSync(root, copy, { recursive: true, filter: (path) => !path.endsWith('lock.holder') });
  const lists = QUEUES.map((queue) => `list ${queue}`);
  const asked = [...lists, 'light 150', ...lists, 'halt x'];
  const answers = await answersOf(t, release, copy, LIGHT, asked);
  assert.deepEqual(answers.slice(0, QUEUES.length), await listAll(store, QUEUES));
  const after = answers.slice(-QUEUES.length);
  assert.deepEqual(
    after.map((text) => Number(text.split(' ')[1])),
    [175, 175, 100, 100, 200],
  );
  const back = await openStore(t, copy, LIGHT);
  assert.deepEqual(await listAll(back, QUEUES), after);
  await fill(back);
  assert.equal(back.maxOffset('%LMQ%a', 0), 150);
});

test('a store of RocketMQ 4.9 goes on here, and then in RocketMQ 5.5.0', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const golden = unpackStore(join(temporaryFolder(t)), 'v4.9-kill9');
  const sizes = {
    mappedFileSizeCommitLog: 1024 * 1024,
    mappedFileSizeConsumeQueue: 2000,
    maxHashSlotNum: 100,
    maxIndexNum: 400,
  };
  const store = await openStore(t, golden, sizes);
  const before = store.maxOffset('GoldenTopic', 0);
  assert.equal(before, 150);
  await putMany(store, 300, (i) => ({ topic: 'GoldenTopic', queueId: i % 2 }));
  const queues = [...store.queues()].flatMap(([topic, ids]) => ids.map((id) => `${topic} ${id}`));
  const ours = await listAll(store, queues);
  await store.stop();
  const asked = queues.map((queue) => `list ${queue}`);
  assert.deepEqual(await answersOf(t, release, golden, sizes, asked), ours);
});
