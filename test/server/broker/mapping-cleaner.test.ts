// What is forgotten of static topics: parts without messages, queues that have moved on twice.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { silentLogger } from '../../../src/base/log.js';
import {
  encodeMappedTopic,
  type MappingItem,
  type QueueMapping,
} from '../../../src/protocol/bodies/static-topic.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import {
  cleanMappings,
  type MappingCleanerDeps,
} from '../../../src/server/broker/static-topics/mapping-cleaner.js';
import { QueueMappings } from '../../../src/server/broker/static-topics/queue-mappings.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending, tempFolder } from '../../support/temp.js';

const ending = new Ending();
afterEach(() => ending.run());

const TOPIC = 'Static';

/** A queue that went from broker to broker. */
const path = (...brokers: string[]): MappingItem[] =>
  brokers.map((bname, gen) => ({
    ...{ gen, bname, queueId: 0, logicOffset: gen * 10_000, startOffset: 0, endOffset: -1 },
    ...{ timeOfStart: -1, timeOfEnd: -1 },
  }));

const mapping = (bname: string, ...queues: MappingItem[][]): QueueMapping => ({
  ...{ topic: TOPIC, scope: '__global__', totalQueues: queues.length, bname, epoch: 1 },
  ...{ dirty: false, hostedQueues: new Map(queues.entries()) },
});

interface Elsewhere {
  /** Least and next offset of every queue of other brokers. */
  offsets?: [min: number, max: number];
  mapping?: QueueMapping;
}

/** Cleans the mapping of broker a; what is left of it. */
async function cleaned(before: QueueMapping, there: Elsewhere, deleteWhen?: string) {
  const clock = new FakeClock();
  const config = { brokerName: 'a' };
  const own = { config, files: realFiles, clock, log: silentLogger };
  const mappings = new QueueMappings({ ...own, storePathRootDir: tempFolder(ending) });
  await mappings.start();
  mappings.put(before);
  const [min, max] = there.offsets ?? [0, 1];
  const config351 = newTopicConfig(TOPIC);
  const known = there.mapping
    ? { config: config351, mapping: there.mapping }
    : { config: config351 };
  const answers: Record<string, object> = {
    GET_MAX_OFFSET: { header: { offset: max } },
    GET_MIN_OFFSET: { header: { offset: min } },
    GET_TOPIC_CONFIG: { body: encodeMappedTopic(known) },
  };
  const peers = { request: (_broker: string, name: string) => Promise.resolve(answers[name]) };
  const hour = new Date(clock.now()).getHours();
  const storeConfig = { deleteWhen: deleteWhen ?? String(hour) };
  const deps = { ...own, mappings, peers, storeConfig, store: {}, offsets: {} };
  await cleanMappings(deps as unknown as MappingCleanerDeps);
  return mappings.get(TOPIC)!.hostedQueues;
}

test('a part of which no message is left is forgotten by the leader', async () => {
  const before = mapping('a', path('b', 'a'));
  assert.deepEqual(
    [...(await cleaned(before, { offsets: [5, 5] }))],
    [[0, path('b', 'a').slice(1)]],
  );
  assert.deepEqual([...(await cleaned(before, { offsets: [4, 5] }))], [[0, path('b', 'a')]]);
});

test('a queue is forgotten where it was when it has left the next broker, too', async () => {
  const before = mapping('a', path('a', 'b'));
  const on = { mapping: mapping('b', path('a', 'b', 'c')) };
  assert.deepEqual([...(await cleaned(before, on))], []);
  const still = { mapping: mapping('b', path('a', 'b')) };
  assert.deepEqual([...(await cleaned(before, still))], [[0, path('a', 'b')]]);
  const other = { mapping: { ...mapping('b', path('a', 'b', 'c')), epoch: 2 } };
  assert.deepEqual([...(await cleaned(before, other))], [[0, path('a', 'b')]]);
});

test('nothing is forgotten at other hours', async () => {
  const before = mapping('a', path('b', 'a'));
  const now = new Date(new FakeClock().now()).getHours();
  const hours = await cleaned(before, { offsets: [5, 5] }, String((now + 1) % 24));
  assert.deepEqual([...hours], [[0, path('b', 'a')]]);
});
