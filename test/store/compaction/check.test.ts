// What a look at a store says of its compacted topics: in order, or which kind of damage.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { StoreCheck, type StoreReport } from '../../../src/store/offline/check.js';
import { storeStat } from '../../../src/store/offline/stat.js';
import { unpackStore } from '../../support/golden.js';
import { recordingLogger, temporaryFolder } from '../support.js';
import { openCompacted, putKeyed, readKept, TOPIC } from './support.js';

const LOG = join('compaction', 'compactionLog', TOPIC, '0');
const QUEUE = join('compaction', 'compactionCq', TOPIC, '0');

function check(root: string): StoreReport {
  const run = new StoreCheck(root, realFiles);
  while (run.step()) assert.ok(run.progress <= 1);
  return run.report();
}

const problems = (root: string): string[] =>
  check(root).problems.map(({ level, where, text }) => `${level} ${where}: ${text}`);

test('what RocketMQ keeps of a compacted topic is in order', (t) => {
  const root = unpackStore(temporaryFolder(t), 'compaction-kill9');
  const { problems: found, compacted } = check(root);
  assert.deepEqual(found, []);
  const one = { topic: TOPIC, queueId: 0, minOffset: 270, maxOffset: 300, messages: 30 };
  assert.deepEqual(compacted, [{ ...one, files: 2, bytes: 10_010 }]);
  assert.deepEqual(storeStat(root, realFiles).compacted, [one]);
});

/** Several files of a compacted queue; the store was stopped properly. */
async function written(t: TestContext): Promise<string> {
  const root = temporaryFolder(t);
  const store = await openCompacted(t, root);
  await putKeyed(store, 0, 200, 20);
  assert.equal((await readKept(store)).length, 200);
  await store.stop();
  return root;
}

function poke(path: string, position: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, position);
  writeFileSync(path, content);
}

/** Of the files of a folder the one at `index`. */
const fileOf = (root: string, folder: string, index: number): string =>
  join(root, folder, readdirSync(join(root, folder)).sort().at(index)!);

const DAMAGES: [string, (root: string) => void, RegExp][] = [
  ['nothing', () => undefined, /^$/],
  [
    'a flipped bit',
    (root) => poke(fileOf(root, LOG, 0), 120, Buffer.from('!')),
    /^error \S+KvTopic\/0: 0{20} is damaged at 0 \(a wrong CRC\); \d+ messages lie behind$/,
  ],
  [
    'a wrong entry',
    (root) => poke(fileOf(root, QUEUE, 0), 46 + 8, Buffer.from([0, 0, 0, 9])),
    /^error \S+KvTopic\/0: 0{20}: 1 of \d+ entries are wrong: entry 1 is not that of message 1$/,
  ],
  [
    'a queue file that is missing',
    (root) => rmSync(fileOf(root, QUEUE, 1)),
    /^warning \S+KvTopic\/0: \d{20} has no file in compactionCq: it will be made from the log$/,
  ],
  [
    'a log file that is missing',
    (root) => rmSync(fileOf(root, LOG, 1)),
    /^warning \S+KvTopic\/0: \d{20} is only in compactionCq: it will be removed$/,
  ],
  [
    'a file of another size',
    (root) => writeFileSync(fileOf(root, LOG, 0), 'short'),
    /^error \S+KvTopic\/0: \S+ has another size than the others \(\d+, \d+\)/m,
  ],
  [
    'a compaction that did not end',
    (root) => mkdirSync(join(root, LOG, 'compacting')),
    /^warning \S+KvTopic\/0: was being compacted: that will be finished or given up$/,
  ],
  [
    'a torn file of positions',
    (root) => writeFileSync(join(root, 'compaction', 'position-checkpoint'), '{"empty'),
    /^warning compaction\/position-checkpoint: is damaged: all is compacted again$/,
  ],
];

test('every kind of damage to compacted topics is found and named', async (t) => {
  const good = await written(t);
  for (const [name, damage, expected] of DAMAGES) {
    const root = join(temporaryFolder(t), 'store');
    cpSync(good, root, { recursive: true });
    damage(root);
    assert.match(problems(root).join('\n'), expected, name);
  }
});

test('messages that the ordinary queue does not have are going to be cut', async (t) => {
  const root = await written(t);
  const before = join(temporaryFolder(t), 'store');
  cpSync(root, before, { recursive: true });
  const store = await openCompacted(t, root);
  await putKeyed(store, 200, 210, 20);
  await readKept(store);
  await store.stop();
  for (const folder of [LOG, QUEUE]) {
    cpSync(join(root, folder), join(before, folder), { recursive: true });
  }
  assert.match(
    problems(before).join('\n'),
    /^warning \S+KvTopic\/0: goes on to 210, its queue only to 200: it will be cut$/,
  );
  const log = recordingLogger();
  const again = await openCompacted(t, before, { with: { log } });
  assert.equal((await readKept(again)).length, 200);
  assert.ok(log.lines.some((line) => line.includes('has messages up to 210')));
});
