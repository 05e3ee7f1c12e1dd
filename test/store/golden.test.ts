// Stores that Apache RocketMQ 5.5.0 wrote, and some of 4.9.7, are opened here, and hold what it says
// they hold.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { rmSync, writeFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatHost, offsetMessageId, parseHost } from '../../src/protocol/host.js';
import { decodeRecord } from '../../src/protocol/message.js';
import type { DecodedRecord } from '../../src/protocol/message.js';
import type { StoreConfig } from '../../src/store/config.js';
import { goldenStore } from '../support/golden.js';
import { get, openStore, readQueue, recordingLogger, temporaryFolder } from './support.js';
import type { TestStore } from './support.js';

interface GoldenMessage {
  offset: number;
  size: number;
  topic: string;
  queueId: number;
  queueOffset: number;
  sysFlag: number;
  bornTimestamp: number;
  bornHost: string;
  storeTimestamp: number;
  storeHost: string;
  reconsumeTimes: number;
  preparedTransactionOffset: number;
  bodyCRC: number;
  bodyLength: number;
  msgId: string;
}

interface GoldenStore {
  brokerConfig: Record<string, string>;
  store: {
    commitLog: { minOffset: number; endOffset: number };
    consumeQueues: Record<string, Record<string, { entries: [number, number, number, number][] }>>;
    index: { file: string; endPhyOffset: number; endTimestamp: number; indexCount: number }[];
    indexLookups: { topic: string; key: string; commitLogOffsets: number[] }[];
    messages: GoldenMessage[];
  };
}

const CASES = [
  'plain',
  'kill9',
  'rollover',
  'delay-transaction',
  'batch',
  'timer-wheel',
  'ipv6',
  'v2-topic',
  'slave',
  'v4.9',
  'v4.9-kill9',
];

/** Where they are not as many as before: RocketMQ 4.9 has no tags in its index, 5.5.0 has. */
const INDEX_FILES_MADE_ANEW: Record<string, number> = { 'v4.9': 3, 'v4.9-kill9': 3 };

function unpack(t: TestContext, name: string): string {
  const folder = temporaryFolder(t);
  const archive = fileURLToPath(new URL(`../golden/store/${name}.tar.gz`, import.meta.url));
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'store');
}

function configOf(golden: GoldenStore): Partial<StoreConfig> {
  const changes: Record<string, number> = {};
  for (const name of [
    'mappedFileSizeCommitLog',
    'mappedFileSizeConsumeQueue',
    'maxHashSlotNum',
    'maxIndexNum',
  ]) {
    changes[name] = Number(golden.brokerConfig[name]);
  }
  return changes;
}

function assertSameMessage(record: DecodedRecord, expected: GoldenMessage): void {
  const { bornHost, storeHost, body, totalSize, physicalOffset, bodyCrc, ...fields } = record;
  assert.deepEqual(
    {
      ...fields,
      offset: physicalOffset,
      size: totalSize,
      bodyCRC: bodyCrc,
      bornHost: formatHost(bornHost),
      storeHost: formatHost(storeHost),
      bodyLength: body.length,
      msgId: offsetMessageId(storeHost, physicalOffset),
    },
    {
      ...fields,
      offset: expected.offset,
      size: expected.size,
      topic: expected.topic,
      queueId: expected.queueId,
      queueOffset: expected.queueOffset,
      sysFlag: expected.sysFlag,
      bornTimestamp: expected.bornTimestamp,
      bornHost: formatHost(parseHost(expected.bornHost)),
      storeTimestamp: expected.storeTimestamp,
      storeHost: formatHost(parseHost(expected.storeHost)),
      reconsumeTimes: expected.reconsumeTimes,
      preparedTransactionOffset: expected.preparedTransactionOffset,
      bodyCRC: expected.bodyCRC,
      bodyLength: expected.bodyLength,
      msgId: expected.msgId,
    },
  );
}

async function assertHolds(store: TestStore, golden: GoldenStore): Promise<void> {
  const { commitLog, consumeQueues, indexLookups, messages } = golden.store;
  const byOffset = new Map(messages.map((message) => [message.offset, message]));
  assert.equal(store.runtimeInfo().commitLogMinOffset, String(commitLog.minOffset));
  assert.equal(store.runtimeInfo().commitLogMaxOffset, String(commitLog.endOffset));
  assert.deepEqual([...store.queues().keys()].sort(), Object.keys(consumeQueues).sort());
  for (const [topic, queues] of Object.entries(consumeQueues)) {
    for (const [id, { entries }] of Object.entries(queues)) {
      const queueId = Number(id);
      assert.equal(store.maxOffset(topic, queueId), entries.at(-1)![0] + 1);
      const tagsCodes: bigint[] = [];
      const matchTags = (code: bigint): boolean => tagsCodes.push(code) > 0;
      await get(store, { topic, queueId, offset: entries[0][0], maxMessages: 1000, matchTags });
      assert.deepEqual(
        tagsCodes,
        entries.slice(0, tagsCodes.length).map((entry) => BigInt(entry[3])),
      );
      const records = await readQueue(store, topic, queueId);
      assert.deepEqual(
        records.map((record) => [record.queueOffset, record.physicalOffset, record.totalSize]),
        entries.map((entry) => entry.slice(0, 3)),
      );
      for (const record of records) {
        assertSameMessage(record, byOffset.get(record.physicalOffset)!);
      }
    }
  }
  const all = { maxMessages: 64, begin: 0, end: Number.MAX_SAFE_INTEGER };
  for (const { topic, key, commitLogOffsets } of indexLookups) {
    const { records } = await store.query({ ...all, topic, key });
    assert.deepEqual(
      records.map((record) => decodeRecord(record)!.physicalOffset),
      [...commitLogOffsets].sort((a, b) => a - b),
      `${topic}#${key}`,
    );
  }
  for (const expected of messages) {
    const record = await store.recordAt(expected.offset);
    assertSameMessage(decodeRecord(record!)!, expected);
    assert.equal(await store.recordAt(expected.offset + 1), undefined);
  }
}

for (const name of CASES) {
  test(`the store '${name}' opens with everything in it, and again after a stop`, async (t) => {
    const golden = goldenStore<GoldenStore>(name);
    const root = unpack(t, name);
    const log = recordingLogger();
    const options = { log, isBatchTopic: () => false };
    const store = await openStore(t, root, { ...configOf(golden), with: options });
    await assertHolds(store, golden);
    await store.stop();
    const mended = log.lines.filter((line) => /consume queues .* (lack|do not end)/.test(line));
    assert.deepEqual(mended, [], 'nothing that is in order is made again');
    const again = await openStore(t, root, configOf(golden));
    await assertHolds(again, golden);
  });

  test(`the store '${name}' is the same after a crash and without derived files`, async (t) => {
    const golden = goldenStore<GoldenStore>(name);
    const root = unpack(t, name);
    for (const damage of ['none', 'consumequeue', 'index', 'checkpoint']) {
      if (damage !== 'none') rmSync(join(root, damage), { recursive: true });
      writeFileSync(join(root, 'abort'), '4711');
      const store = await openStore(t, root, configOf(golden));
      await assertHolds(store, golden);
      await store.stop();
    }
    const indexFiles = INDEX_FILES_MADE_ANEW[name] ?? golden.store.index.length;
    assert.equal(readdirSync(join(root, 'index')).length, indexFiles);
  });
}
