// Store directories go both ways: what is written here opens in Apache RocketMQ 5.5.0's own store
// engine, what that writes opens here, after proper stops and after kills.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { encodeBatch } from '../../src/protocol/batch.js';
import { SysFlag, SystemTopic } from '../../src/protocol/flags.js';
import { type DecodedRecord, decodeRecord } from '../../src/protocol/message.js';
import { hashCode, parseProperties } from '../../src/protocol/properties.js';
import type { StoreConfig } from '../../src/store/config.js';
import type { PutMessage } from '../../src/store/message-store.js';
import {
  get,
  openStore,
  properties,
  putMany,
  readQueue,
  recordingLogger,
  temporaryFolder,
  type TestStore,
} from '../store/support.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { isBatchTopic, printedBy, SMALL_FILES } from './java-store.js';

/** Filter bits as the driver makes them, and topics as it knows them. */
const WITH = {
  isBatchTopic,
  filterBits: ({ properties: text }: { properties: string }) => {
    const { UNIQ_KEY } = parseProperties(text);
    return UNIQ_KEY === undefined ? undefined : Buffer.from([1, hashCode(UNIQ_KEY) & 0xff]);
  },
};

const PLAIN = { ...SMALL_FILES, enableConsumeQueueExt: false, with: WITH };
const EXT = { ...SMALL_FILES, enableConsumeQueueExt: true, with: WITH };

interface Entry {
  topic: string;
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
  size: number;
  tagsCode: string;
  filterBits: string;
  bodyHash: number;
  storeTimestamp: number;
  hits: number[];
}

interface Contents {
  minPhyOffset: number;
  maxPhyOffset: number;
  queues: { topic: string; queueId: number; min: number; max: number }[];
  messages: Entry[];
}

/** Where the log is, if it has several directories, and the size of its files. */
type Log = Pick<StoreConfig, 'storePathCommitLog' | 'readOnlyCommitLogStorePaths'> &
  Pick<StoreConfig, 'mappedFileSizeCommitLog'>;

type Task = 'read' | `append:${number}` | `both:${number}`;

async function inJava(
  t: TestContext,
  release: JavaRelease,
  root: string,
  task: Task,
  end: 'stop' | 'halt',
  { enableConsumeQueueExt, log }: typeof EXT & { log?: Log },
): Promise<Contents> {
  const settings = { ...SMALL_FILES, enableConsumeQueueExt, ...log };
  const printed = await printedBy(t, release, 'StoreDriver', [root, task, end], settings);
  const lines = printed
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    ...(lines.find((line) => 'minPhyOffset' in line) as unknown as Contents),
    queues: lines.filter((line) => 'max' in line) as unknown as Contents['queues'],
    messages: lines.filter((line) => 'bodyHash' in line) as unknown as Entry[],
  };
}

/** Arrays.hashCode of Java. */
function bodyHash(body: Buffer): number {
  let hash = 1;
  for (const byte of body) hash = (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0;
  return hash;
}

async function contents(store: TestStore): Promise<Contents> {
  const info = store.runtimeInfo();
  const result: Contents = {
    minPhyOffset: Number(info.commitLogMinOffset),
    maxPhyOffset: Number(info.commitLogMaxOffset),
    queues: [],
    messages: [],
  };
  for (const [topic, ids] of [...store.queues()].sort()) {
    for (const queueId of ids) {
      const min = store.minOffset(topic, queueId);
      result.queues.push({ topic, queueId, min, max: store.maxOffset(topic, queueId) });
      for (const record of await readQueue(store, topic, queueId)) {
        result.messages.push(await entryOf(store, topic, queueId, record));
      }
    }
  }
  return result;
}

async function entryOf(
  store: TestStore,
  topic: string,
  queueId: number,
  record: DecodedRecord,
): Promise<Entry> {
  const key = parseProperties(record.properties).UNIQ_KEY;
  const range = { maxMessages: 8, begin: 0, end: Number.MAX_SAFE_INTEGER };
  const { records } = key ? await store.query({ ...range, topic, key }) : { records: [] };
  let tagsCode = '';
  let filterBits = '';
  const matchTags = (code: bigint, bits?: Buffer): boolean => {
    tagsCode = String(code);
    filterBits = bits?.toString('hex') ?? '';
    return true;
  };
  await get(store, { topic, queueId, offset: record.queueOffset, maxMessages: 1, matchTags });
  return {
    topic,
    queueId,
    queueOffset: record.queueOffset,
    physicalOffset: record.physicalOffset,
    size: record.totalSize,
    tagsCode,
    filterBits,
    bodyHash: bodyHash(record.body),
    storeTimestamp: record.storeTimestamp,
    hits: records.map((hit) => decodeRecord(hit)!.physicalOffset),
  };
}

function batch(first: number, count: number): Partial<PutMessage> {
  const bodies = Array.from({ length: count }, (_, i) => Buffer.from(`inner ${first + i}`));
  return {
    topic: 'Batches',
    sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP,
    body: encodeBatch(bodies.map((body) => ({ flag: 0, body, properties: '' }))),
    properties: properties({ UNIQ_KEY: `B${first}`, TAGS: 'Batch', INNER_NUM: String(count) }),
  };
}

async function fill(store: TestStore, count: number): Promise<void> {
  await putMany(store, count, (i) => ({
    topic: i % 5 === 0 ? 'OtherTopic' : 'TestTopic',
    queueId: i % 3,
    body: Buffer.from(`${i} `.padEnd((i * 37) % 4000, 'é')),
    properties: properties({
      UNIQ_KEY: `U${i}`,
      TAGS: `Tag${i % 7}`,
      KEYS: `k${i} all`,
      WAIT: 'true',
    }),
  }));
  await putMany(store, 60, (i) => batch(i * 8, 1 + (i % 8)));
  await putMany(store, 5, () => ({ topic: 'Batches', queueId: 1 }));
  await putMany(store, 4, (i) => ({
    topic: SystemTopic.SCHEDULE,
    queueId: 2,
    properties: properties({ UNIQ_KEY: `D${i}`, DELAY: '3', REAL_TOPIC: 'TestTopic' }),
  }));
}

/** Files of the index go; this broker makes them again. */
async function loseIndexFiles(t: TestContext, root: string): Promise<void> {
  const index = join(root, 'index');
  const names = readdirSync(index).sort();
  for (const name of [names.at(1)!, names.at(-1)!]) rmSync(join(index, name));
  const log = recordingLogger();
  const store = await openStore(t, root, { ...EXT, with: { ...WITH, log } });
  await until('mended', () => log.lines.some((line) => line.includes('the index has all keys')));
  await store.stop();
}

test('a store that was stopped here opens in RocketMQ, which adds to it, and here again', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = temporaryFolder(t);
  const store = await openStore(t, root, EXT);
  await fill(store, 700);
  const before = await contents(store);
  await store.stop();
  await loseIndexFiles(t, root);
  const java = await inJava(t, release, root, 'both:300', 'stop', EXT);
  assert.deepEqual(java, before);
  const again = await openStore(t, root, EXT);
  const after = await contents(again);
  assert.deepEqual(
    after.messages.filter(({ topic }) => !topic.includes('Java')),
    before.messages,
  );
  assert.equal(after.messages.filter(({ topic }) => topic.includes('Java')).length, 300);
  await fill(again, 100);
  const more = await contents(again);
  await again.stop();
  assert.deepEqual(await inJava(t, release, root, 'read', 'stop', EXT), more);
});

test('a store that was killed here opens in RocketMQ with all its messages', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = temporaryFolder(t);
  const copy = join(temporaryFolder(t), 'store');
  const store = await openStore(t, root, PLAIN);
  await fill(store, 700);
  cpSync(root, copy, { recursive: true, filter: (path) => !path.endsWith('lock.holder') });
  const java = await inJava(t, release, copy, 'read', 'stop', PLAIN);
  assert.deepEqual(java, await contents(store));
});

test('a store that was killed in RocketMQ opens here with all its messages', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = temporaryFolder(t);
  await inJava(t, release, root, 'append:1500', 'halt', EXT);
  const store = await openStore(t, root, EXT);
  const here = await contents(store);
  assert.equal(here.messages.length, 1500);
  assert.ok(here.messages.every((entry) => entry.hits.includes(entry.physicalOffset)));
  await store.stop();
  assert.deepEqual(await inJava(t, release, root, 'read', 'stop', EXT), here);
});

/** The directories below `root` that the files of the log are in, in the order of the log. */
function placesOfLog(root: string): string {
  const files = ['a', 'b'].flatMap((name) =>
    readdirSync(join(root, name)).map((file) => ({ name, file })),
  );
  files.sort((one, other) => (one.file < other.file ? -1 : 1));
  return files.map(({ name }) => name).join('');
}

test('a log in several directories goes both ways, also when one takes no more files', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = temporaryFolder(t);
  const copy = join(temporaryFolder(t), 'store');
  const log = (folder: string): Log => ({
    storePathCommitLog: ['b', 'a'].map((name) => join(folder, name)).join(),
    mappedFileSizeCommitLog: 128 * 1024,
  });
  await inJava(t, release, root, 'append:1200', 'halt', { ...PLAIN, log: log(root) });
  const store = await openStore(t, root, { ...PLAIN, ...log(root) });
  await fill(store, 200);
  const before = await contents(store);
  assert.equal(before.messages.filter(({ topic }) => topic.includes('Java')).length, 1200);
  assert.match(placesOfLog(root), /^(ab){4,}a?$/);
  const count = placesOfLog(root).length;
  const ignored = (path: string): boolean => path.endsWith('lock.holder');
  cpSync(root, copy, { recursive: true, filter: (path) => !ignored(path) });
  const fewer = { ...log(copy), readOnlyCommitLogStorePaths: join(copy, 'a') };
  const java = await inJava(t, release, copy, 'both:600', 'stop', { ...PLAIN, log: fewer });
  // after a kill it puts the last keys into its index once more
  for (const entry of java.messages) entry.hits = [...new Set(entry.hits)];
  assert.deepEqual(java, before);
  const again = await openStore(t, copy, { ...PLAIN, ...fewer });
  const total = [...again.queues()]
    .flatMap(([topic, ids]) => ids.map((queueId) => again.maxOffset(topic, queueId)))
    .reduce((sum, max) => sum + max);
  const known = before.queues.reduce((sum, { max }) => sum + max, 0);
  assert.ok(total >= known + 600, `${total} messages`);
  assert.match(placesOfLog(copy).slice(count), /^b{2,}$/);
  await fill(again, 150);
  assert.match(placesOfLog(copy).slice(count), /^b{4,}$/);
  for (const [topic, ids] of again.queues()) {
    for (const queueId of ids) await readQueue(again, topic, queueId);
  }
});
