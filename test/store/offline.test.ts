// Looking at stores that nobody runs: what they hold, what is wrong with them, their messages.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { realFiles } from '../../src/base/files.js';
import { StoreCheck } from '../../src/store/offline/check.js';
import type { StoreReport } from '../../src/store/offline/check.js';
import { dumpMessages } from '../../src/store/offline/dump.js';
import { storeStat } from '../../src/store/offline/stat.js';
import { goldenStore } from '../support/golden.js';
import { openStore, properties, putMany, temporaryFolder } from './support.js';

function check(root: string): StoreReport {
  const run = new StoreCheck(root, realFiles);
  while (run.step()) assert.ok(run.progress <= 1);
  return run.report();
}

const problems = (root: string): string[] =>
  check(root).problems.map(({ level, where, text }) => `${level} ${where}: ${text}`);

function unpack(t: TestContext, name: string): string {
  const folder = temporaryFolder(t);
  const archive = fileURLToPath(new URL(`../golden/store/${name}.tar.gz`, import.meta.url));
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'store');
}

interface Golden {
  store: {
    commitLog: { endOffset: number };
    consumeQueues: Record<string, Record<string, { entries: number[][] }>>;
    messages: { offset: number; msgId: string; queueOffset: number; topic: string }[];
  };
}

for (const name of [
  'plain',
  'kill9',
  'rollover',
  'delay-transaction',
  'ipv6',
  'v2-topic',
  'slave',
]) {
  test(`RocketMQ's store '${name}' is in order`, (t) => {
    const golden = goldenStore<Golden>(name);
    const root = unpack(t, name);
    const report = check(root);
    assert.deepEqual(report.problems, []);
    assert.equal(report.clean, name !== 'kill9');
    assert.equal(report.commitLog.endOffset, golden.store.commitLog.endOffset);
    assert.equal(report.commitLog.records, golden.store.messages.length);
    const expected = Object.entries(golden.store.consumeQueues)
      .flatMap(([topic, queues]) =>
        Object.entries(queues).map(([id, { entries }]) => `${topic} ${id} ${entries.length}`),
      )
      .sort();
    assert.deepEqual(
      report.queues.map((queue) => `${queue.topic} ${queue.queueId} ${queue.maxOffset}`).sort(),
      expected,
    );
    assert.deepEqual(
      storeStat(root, realFiles)
        .queues.map((queue) => `${queue.topic} ${queue.queueId} ${queue.maxOffset}`)
        .sort(),
      expected,
    );
    assert.deepEqual(
      [...dumpMessages(root, realFiles)].map(({ msgId, queueOffset }) => [msgId, queueOffset]),
      golden.store.messages.map(({ msgId, queueOffset }) => [msgId, queueOffset]),
    );
  });
}

async function written(t: TestContext): Promise<{ root: string; offsets: number[] }> {
  const root = temporaryFolder(t);
  const store = await openStore(t, root);
  const results = await putMany(store, 200, (i) => ({
    queueId: i % 2,
    body: Buffer.from(`body ${i}`),
    properties: properties({ UNIQ_KEY: `u${i}`, KEYS: `k${i} all`, TAGS: `t${i % 3}` }),
  }));
  await store.stop();
  return { root, offsets: results.map((result) => result.physicalOffsets[0]) };
}

function poke(path: string, position: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, position);
  writeFileSync(path, content);
}

const FIRST = '00000000000000000000';

test('a store of ours is in order, also while it is in use', async (t) => {
  const { root } = await written(t);
  assert.deepEqual(problems(root), []);
  await openStore(t, root);
  const report = check(root);
  assert.equal(report.holder, String(process.pid));
  assert.equal(report.clean, false);
});

test('every kind of damage is found and named', async (t) => {
  const damages: [string, (root: string, offsets: number[]) => void, RegExp][] = [
    [
      'a flipped bit',
      (root, offsets) => poke(join(root, 'commitlog', FIRST), offsets[100] + 90, Buffer.from('!')),
      /^error commitlog: damaged at \d+ \(a wrong CRC\); 99 whole records lie behind/,
    ],
    [
      'a queue without files',
      (root) => rmSync(join(root, 'consumequeue', 'TestTopic', '1'), { recursive: true }),
      /^warning consumequeue\/TestTopic\/1: has no files; .* 100 messages of it: it will be made/,
    ],
    [
      'a queue without files, in a store of RocketMQ',
      (root) => {
        rmSync(join(root, 'consumequeue', 'TestTopic', '1'), { recursive: true });
        rmSync(join(root, 'consumequeue.json'));
      },
      /^error consumequeue\/TestTopic\/1: has no files; the log has 100 messages of it$/,
    ],
    [
      'a directory in place of a table, and of its .bak',
      (root) => {
        for (const name of ['topics.json', 'topics.json.bak']) {
          mkdirSync(join(root, 'config', name), { recursive: true });
        }
      },
      /^error config\/topics.json: is a directory: the broker would not start$/,
    ],
    [
      'a hole in the last page of a queue',
      (root) => poke(join(root, 'consumequeue/TestTopic/0', FIRST), 400, Buffer.alloc(60)),
      /^warning consumequeue\/TestTopic\/0: 3 of 100 entries are wrong: no entry 20/,
    ],
    [
      'a hole in a queue, in a store of RocketMQ',
      (root) => {
        poke(join(root, 'consumequeue/TestTopic/0', FIRST), 400, Buffer.alloc(60));
        rmSync(join(root, 'consumequeue.json'));
      },
      /^error consumequeue\/TestTopic\/0: 3 of 100 entries are wrong: no entry 20/,
    ],
    [
      'entries that lead nowhere',
      (root) =>
        poke(join(root, 'consumequeue/TestTopic/0', FIRST), 2008, Buffer.from([0, 0, 1, 0])),
      /^warning consumequeue\/TestTopic\/0: goes on at 100, where the log has no messages/,
    ],
    [
      'a missing index',
      (root) => {
        const [name] = realFiles.readdir(join(root, 'index'));
        poke(join(root, 'index', name.name), 36, Buffer.from([0, 0, 0, 81]));
      },
      /^warning index: \d+ keys are not in it, the first of the record at \d+/,
    ],
    [
      'a damaged configuration',
      (root) => {
        realFiles.writeTextAtomic(join(root, 'config', 'topics.json'), '{"topicCon');
        realFiles.writeTextAtomic(join(root, 'config', 'topics.json.bak'), '{}');
      },
      /^warning config\/topics.json: is damaged; its .bak will be used/,
    ],
    [
      'a missing configuration with a damaged .bak',
      (root) => realFiles.writeTextAtomic(join(root, 'config', 'topics.json.bak'), '{"topicCon'),
      /^error config\/topics.json: is missing; its .bak cannot be used either/,
    ],
  ];
  for (const [name, damage, expected] of damages) {
    const { root, offsets } = await written(t);
    damage(root, offsets);
    const found = problems(root);
    assert.equal(found.length, 1, `${name}: ${found.join('; ')}`);
    assert.match(found[0], expected);
  }
});

test('messages are dumped by offset, topic, queue and key', async (t) => {
  const { root, offsets } = await written(t);
  const dump = (filter: Parameters<typeof dumpMessages>[2]): string[] =>
    [...dumpMessages(root, realFiles, filter)].map(({ body }) => body.toString());
  assert.equal(dump({}).length, 200);
  assert.deepEqual(dump({ from: offsets[10], to: offsets[12] }), ['body 10', 'body 11']);
  assert.deepEqual(dump({ queueId: 1, limit: 2 }), ['body 1', 'body 3']);
  assert.deepEqual(dump({ key: 'u7' }), ['body 7']);
  assert.deepEqual(dump({ key: 'k9', topic: 'TestTopic' }), ['body 9']);
  assert.deepEqual(dump({ topic: 'Other' }), []);
  assert.throws(() => dump({ from: offsets[10] + 1 }), /no record begins at/);
  assert.throws(() => dumpMessages('/nowhere', realFiles).next(), /there is no such directory/);
});
