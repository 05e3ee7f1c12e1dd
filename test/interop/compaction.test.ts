// Compacted topics go both ways: RocketMQ's own store engine reads what was compacted here, adds to
// it and compacts it, and what it leaves is read here, after a stop and after a kill.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unpackStore } from '../support/golden.js';
import { javaRelease } from '../support/release.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import {
  type Kept,
  openCompacted,
  putKeyed,
  readKept,
  SMALL,
  TOPIC,
} from '../store/compaction/support.js';
import { FakeClock } from '../store/fake-clock.js';
import { recordingLogger, storeConfig, temporaryFolder } from '../store/support.js';
import { printedBy } from './java-store.js';

const newestOf = (kept: readonly Kept[]): Map<string, string> =>
  new Map(kept.map(({ key, body }) => [key ?? '', body.replace(/\.+$/, '')]));

test('a store that RocketMQ left in a kill', async (t) => {
  const root = unpackStore(temporaryFolder(t), 'compaction-kill9');
  const store = await openCompacted(t, root, { maxHashSlotNum: 1000, maxIndexNum: 4000 });
  const kept = await readKept(store);
  assert.deepEqual(
    kept.map(({ offset, key, body }) => [offset, key, body.trim().replace(/x+$/, '').trim()]),
    Array.from({ length: 30 }, (_, i) => [270 + i, `key-${(270 + i) % 20}`, `value ${270 + i}`]),
  );
  await putKeyed(store, 300, 310, 20);
  assert.deepEqual((await readKept(store)).slice(0, 30), kept);
});

for (const end of ['stop', 'halt'] as const) {
  test(`compacted here, read and compacted by RocketMQ, read here after a ${end}`, async (t) => {
    const release = await need(t, javaRelease);
    if (!release) return;
    const root = temporaryFolder(t);
    const clock = new FakeClock(Date.now());
    const log = recordingLogger();
    const store = await openCompacted(t, root, { with: { clock, log } });
    await putKeyed(store, 0, 300, 20);
    await until('compaction', async () => {
      await clock.advance(SMALL.compactionScheduleInternal);
      return log.lines.some((line) => line.includes('is compacted'));
    });
    const kept = await readKept(store);
    await store.stop();

    const sizes = ['mappedFileSizeCommitLog', 'mappedFileSizeConsumeQueue'] as const;
    const config = { ...storeConfig(root), ...SMALL, maxHashSlotNum: 1000, maxIndexNum: 4000 };
    const { compactionMappedFileSize, compactionCqMappedFileSize } = SMALL;
    const settings = {
      ...Object.fromEntries(sizes.map((name) => [name, config[name]])),
      ...{ compactionMappedFileSize, compactionCqMappedFileSize, compactionScheduleInternal: 200 },
      ...{ maxHashSlotNum: 1000, maxIndexNum: 4000 },
    };
    const args = [root, TOPIC, '300', '420', '25', end];
    const printed = await printedBy(t, release, 'CompactionDriver', args, settings);
    const lines = printed
      .filter((line) => line.startsWith('{"what"'))
      .map((line) => JSON.parse(line) as Kept & { what: string });
    const said = (wanted: string): Kept[] =>
      lines.filter(({ what }) => what === wanted).map(({ what: _, ...message }) => message);
    assert.deepEqual(said('found'), kept);

    const copy = temporaryFolder(t);
    cpSync(root, copy, { recursive: true });
    for (const name of readdirSync(copy)) {
      if (name.startsWith('lock')) rmSync(join(copy, name));
    }
    const again = await openCompacted(t, copy, { maxHashSlotNum: 1000, maxIndexNum: 4000 });
    const found = await readKept(again);
    assert.deepEqual(newestOf(found), newestOf(said('left')));
    assert.equal(newestOf(found).get('key-19'), 'value 419');
    // between RocketMQ's own look and its end it may have compacted once more
    assert.ok(found.length <= said('left').length);
  });
}
