// Stores with compacted topics, and what is in them.

import type { TestContext } from 'node:test';
import type { CompactionConfig } from '../../../src/store/compaction/wishes.js';
import type { PutMessage } from '../../../src/store/message-store.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import {
  get,
  openStore,
  type OpenChanges,
  properties,
  putMany,
  type TestStore,
} from '../support.js';

/** Small enough that a hundred messages fill several files. */
export const SMALL: CompactionConfig = {
  enableCompaction: true,
  compactionMappedFileSize: 10_000,
  compactionCqMappedFileSize: 2000,
  compactionScheduleInternal: 1000,
  compactionThreadNum: 1,
  maxOffsetMapSize: 1024 * 1024,
};

export const TOPIC = 'KvTopic';

const COMPACTED = { writeQueueNums: 1, attributes: { 'cleanup.policy': 'COMPACTION' } };

export function openCompacted(
  t: TestContext,
  root: string,
  changes: OpenChanges & { compaction?: Partial<CompactionConfig> } = {},
): Promise<TestStore> {
  const { compaction, with: options, ...config } = changes;
  const topicOf = (name: string) => (name.startsWith('Kv') ? COMPACTED : undefined);
  const wishes = { config: { ...SMALL, ...compaction }, topicOf };
  return openStore(t, root, { ...config, with: { ...options, compaction: wishes } });
}

export function keyed(i: number, key: string, changes: Partial<PutMessage> = {}) {
  const body = Buffer.from(`value ${i}`.padEnd(100, '.'));
  return {
    topic: TOPIC,
    body,
    properties: properties({ KEYS: key, TAGS: `Tag${i % 2}` }),
    ...changes,
  };
}

/** Messages of `from` up to `to`, over `keys` keys. */
export async function putKeyed(store: TestStore, from: number, to: number, keys: number) {
  await putMany(store, to - from, (i) => keyed(from + i, `key-${(from + i) % keys}`));
}

export interface Kept {
  offset: number;
  key: string | undefined;
  body: string;
}

/** All that a consumer gets who begins at `from`. */
export async function readKept(store: TestStore, from = 0, topic = TOPIC): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (let offset = from; ;) {
    const result = await get(store, { topic, offset });
    if (result.status !== 'FOUND') return kept;
    for (const message of result.messages) {
      const { KEYS: key } = parseProperties(message.properties);
      kept.push({ offset: message.queueOffset, key, body: message.body.toString() });
    }
    offset = result.nextBeginOffset;
  }
}
