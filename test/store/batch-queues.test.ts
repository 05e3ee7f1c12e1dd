// Queues of topics with queue.type=BatchCQ: one entry for all messages of a record.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { decodeBatch, encodeBatch } from '../../src/protocol/batch.js';
import { SysFlag } from '../../src/protocol/flags.js';
import { parseProperties } from '../../src/protocol/properties.js';
import { realFiles } from '../../src/base/files.js';
import type { PutMessage } from '../../src/store/message-store.js';
import { StoreCheck, type StoreReport } from '../../src/store/offline/check.js';
import { dumpMessages } from '../../src/store/offline/dump.js';
import { storeStat } from '../../src/store/offline/stat.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFiles } from './memory-files.js';
import {
  get,
  type OpenChanges,
  openStore,
  properties,
  put,
  temporaryFolder,
  type TestStore,
} from './support.js';

const TOPIC = 'Batches';
const BATCH: OpenChanges = {
  mapperFileSizeBatchConsumeQueue: 46 * 10,
  with: { isBatchTopic: (topic) => (topic === 'Unknown' ? undefined : topic === TOPIC) },
};

function batch(name: string, count: number): Partial<PutMessage> {
  const bodies = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  return {
    topic: TOPIC,
    sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP,
    body: encodeBatch(bodies.map((b) => ({ flag: 0, body: Buffer.from(b), properties: '' }))),
    properties: properties({ UNIQ_KEY: name, INNER_NUM: String(count), TAGS: `T${count}` }),
  };
}

/** Bodies by offset, as clients cut batches up. */
async function bodies(store: TestStore, from = 0, maxMessages = 32): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (let offset = from; offset < store.maxOffset(TOPIC, 0);) {
    const { messages, nextBeginOffset, status } = await get(store, {
      ...{ topic: TOPIC, offset, maxMessages },
    });
    assert.equal(status, 'FOUND');
    for (const { queueOffset, sysFlag, body, properties: text } of messages) {
      if ((sysFlag & SysFlag.INNER_BATCH) === 0) {
        found.set(queueOffset, String(body));
        continue;
      }
      assert.equal(parseProperties(text).INNER_BASE, String(queueOffset));
      decodeBatch(body).forEach((one, i) => found.set(queueOffset + i, String(one.body)));
    }
    assert.ok(nextBeginOffset > offset);
    offset = nextBeginOffset;
  }
  return found;
}

/** Batches of 1 to 5 messages with a plain message now and then, and what is to be found. */
async function fill(store: TestStore, count: number, from = 0): Promise<Map<number, string>> {
  const expected = new Map<number, string>();
  let offset = from;
  for (let i = 0; i < count; i++) {
    const size = (i % 5) + 1;
    const plain = { topic: TOPIC, body: Buffer.from(`p${offset}`) };
    const result = await put(store, i % 7 === 3 ? plain : batch(`b${offset}`, size));
    assert.deepEqual([result.status, result.queueOffset], ['PUT_OK', offset]);
    if (i % 7 === 3) expected.set(offset++, String(plain.body));
    else for (let n = 0, base = offset; n < size; n++) expected.set(offset++, `b${base}-${n}`);
  }
  return expected;
}

test('batches are found by the offset of any of their messages', async (t) => {
  const store = await openStore(t, temporaryFolder(t), BATCH);
  const expected = await fill(store, 100);
  assert.equal(store.maxOffset(TOPIC, 0), expected.size);
  assert.deepEqual(await bodies(store), expected);
  assert.deepEqual(await bodies(store, 0, 1), expected);
  for (const offset of [...expected.keys()].filter((n) => n % 11 === 0)) {
    const { messages } = await get(store, { topic: TOPIC, offset, maxMessages: 1 });
    const [{ queueOffset, body, sysFlag }] = messages;
    const inner = (sysFlag & SysFlag.INNER_BATCH) !== 0 ? decodeBatch(body).length : 1;
    assert.ok(queueOffset <= offset && offset < queueOffset + inner, `${offset} ${queueOffset}`);
  }
  // a request for ten messages gets no batch that would bring more
  const { messages, nextBeginOffset } = await get(store, { topic: TOPIC, maxMessages: 10 });
  assert.equal(nextBeginOffset, 7);
  assert.equal(messages.length, 4);
});

test('queues of batches are there again after a stop, a kill, and without their files', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, BATCH);
  const expected = await fill(store, 80);
  const killed = join(temporaryFolder(t), 'store');
  cpSync(root, killed, { recursive: true, filter: (path) => !path.endsWith('lock.holder') });
  await store.stop();
  assert.deepEqual(readdirSync(join(root, 'consumequeue')), []);
  assert.equal(readdirSync(join(root, 'batchconsumequeue', TOPIC, '0')).length, 8);
  for (const path of [root, killed]) {
    const again = await openStore(t, path, BATCH);
    assert.deepEqual(await bodies(again), expected);
    const more = await fill(again, 20, expected.size);
    assert.deepEqual(await bodies(again), new Map([...expected, ...more]));
    assert.deepEqual(await bodies(again, expected.size), more);
    await again.stop();
    const read = (name: string): Buffer => readFileSync(join(path, 'batchconsumequeue', name));
    const file = `${TOPIC}/0/00000000000000000460`;
    const before = read(file);
    rmSync(join(path, 'batchconsumequeue'), { recursive: true });
    const rebuilt = await openStore(t, path, BATCH);
    assert.deepEqual(await bodies(rebuilt), new Map([...expected, ...more]));
    await rebuilt.stop();
    assert.deepEqual(read(file), before);
  }
});

test('a time is answered with the first offset of a batch', async (t) => {
  const clock = new FakeClock(1_800_000_000_000);
  const options = { ...BATCH, with: { ...BATCH.with, clock, files: new MemoryFiles() } };
  const store = await openStore(t, '/data/store', options);
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    times.push(clock.now());
    await put(store, batch(`x${i}`, 3));
    await put(store, batch(`y${i}`, 2));
    await clock.advance(1000);
  }
  const at = (time: number, boundary: 'LOWER' | 'UPPER') =>
    store.offsetByTime(TOPIC, 0, time, boundary);
  for (const i of [0, 7, 29]) assert.equal(await at(times[i], 'LOWER'), i * 5);
  assert.equal(await at(times[7], 'UPPER'), 38);
  assert.equal(await at(times[7] + 1, 'LOWER'), 40);
  assert.equal(await at(times[7] + 1, 'UPPER'), 40);
  assert.equal(await at(times[0] - 1, 'LOWER'), 0);
  assert.equal(await at(times[29] + 5000, 'LOWER'), 148);
  assert.equal(await store.storeTimestamp(TOPIC, 0, 41), times[8]);
});

test('batches go with the log they are in', async (t) => {
  const clock = new FakeClock(new Date(2027, 0, 15, 3).getTime());
  const files = new MemoryFiles();
  files.now = () => clock.now();
  const store = await openStore(t, '/data/store', {
    ...BATCH,
    mappedFileSizeCommitLog: 10_000,
    deleteCommitLogFilesInterval: 0,
    deleteConsumeQueueFilesInterval: 0,
    fileReservedTime: 1,
    with: { ...BATCH.with, clock, files },
  });
  const expected = await fill(store, 150);
  await clock.pass(1.5 * 3_600_000);
  const min = store.minOffset(TOPIC, 0);
  assert.ok(min > 0 && min < expected.size, String(min));
  assert.ok(!files.paths().some((path) => /batchconsume.*\/0{20}$/.test(path)));
  const kept = new Map([...expected].filter(([offset]) => offset >= min));
  assert.deepEqual(await bodies(store, min), kept);
  const { status, nextBeginOffset } = await get(store, { topic: TOPIC, offset: min - 1 });
  assert.deepEqual([status, nextBeginOffset], ['OFFSET_TOO_SMALL', min]);
});

test('check and stat know queues of batches, and dump the messages of a batch', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, BATCH);
  const expected = await fill(store, 60);
  const { size } = expected;
  await store.stop();
  const report = (): StoreReport => {
    const check = new StoreCheck(root, realFiles);
    while (check.step());
    return check.report();
  };
  const { problems, queues } = report();
  assert.deepEqual(problems, []);
  const [{ bytes: _, ...found }] = queues;
  assert.deepEqual(found, {
    topic: TOPIC,
    queueId: 0,
    minOffset: 0,
    maxOffset: size,
    messages: size,
  });
  const [stat] = storeStat(root, realFiles).queues;
  assert.deepEqual([stat.minOffset, stat.maxOffset], [0, size]);
  const dumped = [...dumpMessages(root, realFiles, { topic: TOPIC })];
  const bodyAt = dumped.map(({ queueOffset, body }) => [queueOffset, String(body)] as const);
  assert.deepEqual(new Map(bodyAt), expected);
  const third = dumped.find(({ body }) => String(body) === 'b3-2')!;
  assert.deepEqual(third.batch, { index: 2, messages: 3 });
  assert.equal(third.msgId, dumped.find(({ body }) => String(body) === 'b3-0')!.msgId);
  assert.equal([...dumpMessages(root, realFiles, { limit: 5 })].length, 5);
  const path = join(root, 'batchconsumequeue', TOPIC, '0', '00000000000000000460');
  const bytes = readFileSync(path);
  bytes.writeInt16BE(9, 46 + 36);
  writeFileSync(path, bytes);
  const [{ level, where, text }] = report().problems;
  assert.deepEqual([level, where], ['error', `batchconsumequeue/${TOPIC}/0`]);
  assert.match(text, /1 of \d+ entries are wrong: entry \d+ stands for 9 messages/);
});

test('a batch for another topic, and INNER_NUM without a batch, are refused', async (t) => {
  const store = await openStore(t, temporaryFolder(t), BATCH);
  const wrongTopic = await put(store, { ...batch('a', 2), topic: 'Plain' });
  assert.equal(wrongTopic.status, 'MESSAGE_ILLEGAL');
  const noBatch = await put(store, { ...batch('b', 2), sysFlag: 0 });
  assert.equal(noBatch.status, 'MESSAGE_ILLEGAL');
  assert.equal(store.maxOffset(TOPIC, 0), 0);
});

test('a store whose topics say otherwise than its folders is refused', async (t) => {
  const root = temporaryFolder(t);
  const store = await openStore(t, root, BATCH);
  await fill(store, 3);
  await put(store, { ...batch('c', 1), sysFlag: 0, properties: '', topic: 'Unknown' });
  await store.stop();
  const opened = async (t: TestContext): Promise<TestStore> =>
    openStore(t, root, { ...BATCH, with: { isBatchTopic: () => false } });
  await assert.rejects(opened(t), { code: 'STORE_UNREADABLE' });
});
