// Damage in the middle of files that a start trusts: readers get all that is whole, nothing that is
// not, and the log tells of the queue once.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { decodeRecords } from '../../src/protocol/message.js';
import { MemoryFiles } from './memory-files.js';
import { openRecorded, put, type TestStore } from './support.js';

const SIZES = { mappedFileSizeCommitLog: 16 * 1024, mappedFileSizeConsumeQueue: 400 };
const COUNT = 100;
const LOG = '/data/store/commitlog/00000000000000000000';
const QUEUE = '/data/store/consumequeue/TestTopic/0/00000000000000000400';
const [ENTRY, IN_FILE] = [20, 20];

/** Offsets of a queue that a reader gets. */
async function readOffsets(store: TestStore, joined: boolean): Promise<number[]> {
  const offsets: number[] = [];
  const wish = { topic: 'TestTopic', queueId: 0, maxMessages: 32, maxBytes: 1e6, joined };
  for (let offset = 0; offset < COUNT;) {
    const { nextBeginOffset, records } = await store.get({ ...wish, offset });
    assert.ok(nextBeginOffset > offset, `stuck at ${offset}`);
    for (const { queueOffset, body } of decodeRecords(Buffer.concat(records))) {
      assert.equal(body[0], queueOffset);
      offsets.push(queueOffset);
    }
    offset = nextBeginOffset;
  }
  return offsets;
}

async function damaged(t: TestContext, damage: (files: MemoryFiles, offsets: number[]) => void) {
  const files = new MemoryFiles();
  const { store } = await openRecorded(t, files, SIZES);
  const offsets: number[] = [];
  for (let i = 0; i < COUNT; i++) {
    offsets.push((await put(store, { body: Buffer.alloc(300, i) })).physicalOffsets[0]);
  }
  await store.stop();
  damage(files, offsets);
  return openRecorded(t, files.afterKill(), SIZES);
}

const DAMAGES: Record<string, [(files: MemoryFiles, offsets: number[]) => void, number[]]> = {
  'a record is zeros': [(files, at) => files.poke(LOG, at[5]!, Buffer.alloc(at[1]!)), [5]],
  'an entry is zeros': [
    (files) => files.poke(QUEUE, 3 * ENTRY, Buffer.alloc(ENTRY)),
    [IN_FILE + 3],
  ],
  'an entry names a place far beyond the log': [
    (files) => files.poke(QUEUE, 2 * ENTRY, Buffer.of(0x10)),
    [IN_FILE + 2],
  ],
  'an entry names a place between two records': [
    (files) => files.poke(QUEUE, 4 * ENTRY + 7, Buffer.of(1)),
    [IN_FILE + 4],
  ],
  'an entry has another size': [
    (files) => files.poke(QUEUE, 6 * ENTRY + 10, Buffer.of(0)),
    [IN_FILE + 6],
  ],
};

for (const [what, [damage, lost]] of Object.entries(DAMAGES)) {
  test(`${what}: that message is passed over, and told`, async (t) => {
    const { store, lines } = await damaged(t, damage);
    const whole = Array.from({ length: COUNT }, (_, i) => i).filter((i) => !lost.includes(i));
    assert.deepEqual(await readOffsets(store, true), whole);
    assert.deepEqual(await readOffsets(store, false), whole);
    const told = lines.filter((line) => line.includes('cannot be read'));
    assert.equal(told.length, 1, lines.join('\n'));
    assert.match(told[0]!, new RegExp(`^error message ${lost[0]} of TestTopic/0 cannot be read`));
  });
}
