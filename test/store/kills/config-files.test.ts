// Kills and power losses while a table of the broker is written: its file is the old or the new one,
// whole, and no start says that anything is wrong.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { atomicTexts } from '../../../src/base/atomic-text.js';
import { configFile } from '../../../src/server/broker/metadata/config-file.js';
import { seeded } from '../../support/random.js';
import { FakeClock, settle } from '../fake-clock.js';
import type { MemoryFiles } from '../memory-files.js';
import { recordingLogger, temporaryFolder } from '../support.js';
import { SteppingFiles } from './stepping-files.js';

const PERIOD_MS = 1000;
const big = (value: number): string => `${value}`.padEnd(6000, 'x');

function open(files: MemoryFiles) {
  const held = { value: 0, text: '' };
  const log = recordingLogger();
  const clock = new FakeClock(0);
  const file = configFile({
    ...{ root: '/data/store', name: 'table.json', files, clock, log, periodMs: PERIOD_MS },
    state: () => ({ value: held.value, text: big(held.value) }),
    load: ({ value, text }) => Object.assign(held, { value, text }),
  });
  return { file, held, log, clock };
}

async function assertWhole(files: MemoryFiles, least: number, most: number, what: string) {
  const { file, held, log } = open(files);
  await file.start();
  assert.ok(held.value >= least && held.value <= most, `${held.value} ${what}`);
  assert.equal(held.text, held.value === 0 ? '' : big(held.value), what);
  assert.deepEqual(log.lines, [], what);
  held.value++;
  file.changed();
  await file.stop();
}

test('a table is there as it was, or as it is written', async () => {
  const random = seeded(7);
  const files = new SteppingFiles();
  const { file, held, clock } = open(files);
  let written = 0;
  const stops: { what: string; files: MemoryFiles; written: number; value: number }[] = [];
  files.onStep = ({ what, parts, sync }) => {
    const take = (left: MemoryFiles, how: string): void =>
      void stops.push({ what: `${how} ${what}`, files: left, written, value: held.value });
    if (!sync) take(files.afterKill(), 'kill before');
    take(
      files.afterPowerLoss(() => random(1000) / 1000),
      'power loss before',
    );
    for (const { part } of parts) {
      const left = files.afterKill();
      part(left);
      take(left, 'kill in');
    }
  };
  await file.start();
  for (let i = 1; i <= 4; i++) {
    held.value = i;
    if (i % 2 === 0) {
      file.changed();
      await clock.advance(PERIOD_MS); // off the event loop
    } else file.persist();
    await settle();
    written = i;
  }
  files.onStep = () => undefined;
  assert.ok(stops.length > 40);
  for (const { what, files: left, written: least, value } of stops) {
    await assertWhole(left, least, value, what);
  }
});

/** What changes the disk, by the names that `atomic-text.ts` calls. */
const CHANGES = ['openSync', 'fchmodSync', 'writeFileSync', 'fsyncSync', 'rmSync', 'linkSync', 'renameSync'] as const; // prettier-ignore

test('on a real disk there is the old or the new text before every call', (t) => {
  const path = join(temporaryFolder(t), 'table.json');
  const { write } = atomicTexts();
  write(path, 'first', { backup: true });
  const seen: string[] = [];
  for (const name of CHANGES) {
    const call = fs[name] as (...args: unknown[]) => unknown;
    t.mock.method(fs, name, (...args: unknown[]) => {
      const kept = fs.existsSync(`${path}.bak`) ? fs.readFileSync(`${path}.bak`, 'utf8') : '';
      seen.push(`${name} ${fs.readFileSync(path, 'utf8')}|${kept}`);
      return call.apply(fs, args);
    });
  }
  syncBuiltinESMExports();
  try {
    write(path, 'second', { backup: true });
  } finally {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  }
  assert.equal(fs.readFileSync(path, 'utf8'), 'second');
  assert.equal(seen.at(-1), 'renameSync first|first');
  assert.ok(seen.length >= 6);
  for (const one of seen) assert.match(one, /^\w+ first\|(first)?$/);
});
