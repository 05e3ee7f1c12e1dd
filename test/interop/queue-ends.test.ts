// Consume queues that end too early, or are missing, in a store that Apache RocketMQ 5.5.0 stopped
// properly: they are made again here, and RocketMQ reads what it wrote. It would go on itself where
// the entries end, and give offsets a second time.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  openStore,
  readQueue,
  recordingLogger,
  temporaryFolder,
  type TestStore,
} from '../store/support.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { need } from '../support/tools.js';
import { isBatchTopic, printedBy, SMALL_FILES } from './java-store.js';

const inJava = (t: TestContext, release: JavaRelease, args: string[]): Promise<string[]> =>
  printedBy(t, release, 'StoreDriver', args, SMALL_FILES);

const UNIT = 20;
const NEWEST = 'consumequeue/JavaTopic/0';

function zeroEntries(root: string, count: number): void {
  const folder = join(root, NEWEST);
  const path = join(folder, readdirSync(folder).sort().at(-1)!);
  const bytes = readFileSync(path);
  let end = bytes.length;
  while (bytes.readInt32BE(end - UNIT + 8) === 0) end -= UNIT;
  bytes.fill(0, Math.max(0, end - count * UNIT), end);
  writeFileSync(path, bytes);
}

const remove = (folder: string) => (root: string) =>
  rmSync(join(root, folder), { recursive: true });

const damages: [what: string, damage: (root: string) => void, ...lacking: string[]][] = [
  ['nothing', () => undefined],
  ['one entry', (root) => zeroEntries(root, 1), 'JavaTopic/0'],
  ['a page of entries', (root) => zeroEntries(root, 100), 'JavaTopic/0'],
  ['a queue', remove(NEWEST), 'JavaTopic/0'],
  ['a topic', remove('consumequeue/JavaTopic'), 'JavaTopic/0 JavaTopic/1'],
  ['all queues of batches', remove('batchconsumequeue'), 'BatchesOfJava/0 BatchesOfJava/1'],
  ['all queues that are none of batches', remove('consumequeue'), 'JavaTopic/0 JavaTopic/1'],
];

/** Places of all messages, by queue. */
async function contents(store: TestStore): Promise<string[]> {
  const found: string[] = [];
  for (const [topic, ids] of [...store.queues()].sort()) {
    for (const queueId of ids) {
      const records = await readQueue(store, topic, queueId);
      const places = records.map(({ queueOffset, physicalOffset }) => [
        queueOffset,
        physicalOffset,
      ]);
      found.push(`${topic} ${queueId} ${store.maxOffset(topic, queueId)} ${places.join(' ')}`);
    }
  }
  return found;
}

test('queues that end too early after a proper stop of RocketMQ are made again', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const root = join(temporaryFolder(t), 'store');
  await inJava(t, release, [root, 'append:900', 'stop']);
  const copy = join(temporaryFolder(t), 'store');
  cpSync(root, copy, { recursive: true, preserveTimestamps: true });
  const whole = await openStore(t, copy, { ...SMALL_FILES, with: { isBatchTopic } });
  const expected = await contents(whole);
  assert.equal(expected.length, 4);
  let mended = '';
  for (const [what, damage, ...lacking] of damages) {
    mended = join(temporaryFolder(t), 'store');
    cpSync(root, mended, { recursive: true, preserveTimestamps: true });
    damage(mended);
    const log = recordingLogger();
    const store = await openStore(t, mended, { ...SMALL_FILES, with: { isBatchTopic, log } });
    assert.deepEqual(await contents(store), expected, what);
    const said = /^warn the consume queues (\S.*) lack messages of the log: making/;
    assert.deepEqual(
      log.lines.flatMap((line) => said.exec(line)?.[1] ?? []),
      lacking,
      what,
    );
    await store.stop();
  }
  const lines = await inJava(t, release, [mended, 'read', 'stop']);
  const read = lines.filter((line) => line.includes('"bodyHash"'));
  assert.equal(read.length, 900);
});
