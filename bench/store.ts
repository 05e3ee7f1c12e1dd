// node --import tsx bench/store.ts: what the store alone costs, without a network before it.
//
//   --messages N   messages of each size (1000000)
//   --json         one JSON document instead of a table

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.js';
import { realFiles } from '../src/base/files.js';
import { silentLogger } from '../src/base/log.js';
import { formatProperties } from '../src/protocol/properties.js';
import { loadBrokerConfig } from '../src/config/load.js';
import type { MessageStore, PutMessage } from '../src/store/message-store.js';
import { openMessageStore } from '../src/store/open.js';
import { Ending, tempFolder } from '../test/support/temp.js';
import { type StoreFigures, storeTable } from './store-table.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const MESSAGES = Number(values.messages);
const QUEUES = 8;
const TURN = 128;
const MANY_QUEUES = 2000;
const MB = 2 ** 20;
const GB = 2 ** 30;
const bornHost = { address: Buffer.from([127, 0, 0, 1]), port: 4711 };

/** What `work` costs, which resolves with how often it did it. */
async function timed(
  name: string,
  store: MessageStore,
  work: () => Promise<number>,
): Promise<StoreFigures> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = count / seconds;
  const bytesPerSecond = (perSecond * Number(store.runtimeInfo().commitLogMaxOffset)) / MESSAGES;
  return {
    name,
    perSecond,
    cpuUs: (user + system) / count,
    mbPerSecond: bytesPerSecond / MB,
    secondsPerGb: GB / bytesPerSecond,
    memoryMb: process.memoryUsage().rss / MB,
  };
}

function open(root: string): MessageStore {
  const { messageStoreConfig } = loadBrokerConfig().config;
  const config = { ...messageStoreConfig, storePathRootDir: root, storePathCommitLog: null };
  const log = silentLogger;
  return openMessageStore({
    config,
    files: realFiles,
    clock: systemClock,
    log,
    storeHost: bornHost,
  });
}

function messageAt(i: number, body: Buffer): PutMessage {
  const id = `7F000001${(i + 0x10000000).toString(16).toUpperCase().padStart(24, '0')}`;
  return {
    topic: 'BenchmarkTest',
    queueId: i % QUEUES,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost,
    reconsumeTimes: 0,
    body,
    properties: formatProperties({ UNIQ_KEY: id, WAIT: 'true', TAGS: 'TagA' }),
  };
}

/** Turns of the event loop that bring `perTurn` messages each. */
function append(store: MessageStore, body: Buffer, perTurn: number): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    let stored = 0;
    const done = (): void => {
      if (++stored === MESSAGES) resolve(MESSAGES);
    };
    const turn = (): void => {
      const end = Math.min(sent + perTurn, MESSAGES);
      while (sent < end) store.put(messageAt(sent++, body), done);
      if (sent < MESSAGES) setImmediate(turn);
    };
    turn();
  });
}

async function readQueues(store: MessageStore): Promise<number> {
  const counts = Array.from({ length: QUEUES }, async (_, queueId) => {
    let count = 0;
    const max = store.maxOffset('BenchmarkTest', queueId);
    for (let offset = 0; offset < max;) {
      const wish = { topic: 'BenchmarkTest', queueId, offset, maxMessages: 32, maxBytes: 1 << 20 };
      const { records, nextBeginOffset } = await store.get(wish);
      count += records.length;
      offset = nextBeginOffset;
    }
    return count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function readAnywhere(store: MessageStore): Promise<number> {
  const max = store.maxOffset('BenchmarkTest', 0);
  const runs = 20_000;
  for (let i = 0; i < runs; i++) {
    const offset = (i * 7919) % max;
    await store.get({ topic: 'BenchmarkTest', queueId: 0, offset, maxMessages: 1, maxBytes: 4096 });
  }
  return runs;
}

async function measure(bytes: number): Promise<StoreFigures[]> {
  const ending = new Ending();
  const root = tempFolder(ending);
  const body = Buffer.alloc(bytes, 'a');
  let store = open(root);
  await store.start();
  const appended = await timed(`append ${bytes} B`, store, () => append(store, body, TURN));
  await store.stop();
  store = open(root);
  await store.start();
  const inOrder = await timed(`read in order ${bytes} B`, store, () => readQueues(store));
  const anywhere = await timed(`read anywhere ${bytes} B`, store, () => readAnywhere(store));
  await store.stop();
  writeFileSync(join(root, 'abort'), '0');
  rmSync(join(root, 'checkpoint'));
  store = open(root);
  const recovered = await timed(`recover all, ${bytes} B`, store, async () => {
    await store.start();
    return MESSAGES;
  });
  await store.stop();
  await ending.run();
  return [appended, inOrder, anywhere, recovered];
}

/** A start after a proper stop, in a store of many queues. */
async function measureStart(): Promise<StoreFigures> {
  const ending = new Ending();
  const root = tempFolder(ending);
  let store = open(root);
  await store.start();
  const each = Array.from({ length: MANY_QUEUES }, (_, i) => {
    const topic = `Topic${Math.floor(i / QUEUES)}`;
    const message = { ...messageAt(i, Buffer.from('a')), topic };
    return new Promise((done) => store.put(message, done));
  });
  await Promise.all(each);
  await store.stop();
  store = open(root);
  const figures = await timed(`open ${MANY_QUEUES} queues`, store, async () => {
    await store.start();
    return MANY_QUEUES;
  });
  await store.stop();
  await ending.run();
  return { ...figures, mbPerSecond: 0, secondsPerGb: 0 };
}

const figures = [...(await measure(128)), ...(await measure(1024)), await measureStart()];
console.log(values.json ? JSON.stringify(figures) : storeTable(figures));
