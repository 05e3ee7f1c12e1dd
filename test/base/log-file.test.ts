// Log files: the line's form, rolling, and what happens when the disk refuses.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '../../src/base/clock.js';
import type { Clock } from '../../src/base/clock.js';
import { MqError } from '../../src/base/errors.js';
import { LogFile } from '../../src/base/log-file.js';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'pocketmq-log-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const at = (time: Date): Clock => ({ ...systemClock, now: () => time.getTime() });

test('lines look as those of RocketMQ', async (t) => {
  const directory = join(folder(t), 'logs', 'rocketmqlogs');
  const seen: string[] = [];
  const file = new LogFile({
    directory,
    name: 'broker',
    clock: at(new Date(2026, 0, 31, 9, 5, 7)),
    mirror: (line) => seen.push(line),
  });
  file.log.debug('unseen');
  file.log.info('started');
  file.log.child('store').warn('odd', new Error('reason'));
  file.log.error('refused', new MqError('USAGE', { text: 'what' }));
  await file.close();
  file.log.info('after the end');
  const lines = readFileSync(join(directory, 'broker.log'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(lines, [
    '2026-01-31 09:05:07 INFO main - started',
    '2026-01-31 09:05:07 WARN store - odd: reason',
    '2026-01-31 09:05:07 ERROR main - refused: what',
  ]);
  assert.deepEqual(seen, lines);
});

test('an unexpected error comes with its stack', async (t) => {
  const directory = folder(t);
  const file = new LogFile({ directory, name: 'a', clock: systemClock });
  file.log.error('broken', new TypeError('no such thing'));
  await file.close();
  const text = readFileSync(file.path, 'utf8');
  assert.match(text, /ERROR main - broken: TypeError: no such thing\n +at /);
});

test('a full file rolls into otherdays, and the oldest goes', async (t) => {
  const directory = folder(t);
  const file = new LogFile({
    directory,
    name: 'broker',
    clock: systemClock,
    maxBytes: 2048,
    keep: 2,
  });
  const rolled = (n: number): string => join(directory, 'otherdays', `broker.${n}.log.gz`);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 90; i++) {
    if (i % 5 === 0) await turn(); // lines of one turn are one write
    file.log.info(`line ${i} ${'x'.repeat(80)}`);
  }
  await file.close();
  const again = new LogFile({ directory, name: 'broker', clock: systemClock });
  for (let i = 90; i < 100; i++) again.log.info(`line ${i}`);
  await again.close();
  assert.ok(existsSync(rolled(1)));
  assert.ok(!existsSync(rolled(3)));
  const text = [rolled(2), rolled(1)]
    .filter((path) => existsSync(path))
    .map((path) => gunzipSync(readFileSync(path)).toString())
    .concat(readFileSync(file.path, 'utf8'))
    .join('');
  const numbers = [...text.matchAll(/line (\d+)/g)].map((match) => Number(match[1]));
  assert.ok(numbers.length > 30 && numbers.length < 100, `${numbers.length} lines are left`);
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => 100 - numbers.length + i),
  );
});

test('a folder that cannot be written is an error that names it', (t) => {
  const directory = join(folder(t), 'taken');
  writeFileSync(directory, '');
  assert.throws(
    () => new LogFile({ directory, name: 'broker', clock: systemClock }),
    (error) => error instanceof MqError && error.code === 'DIRECTORY_UNWRITABLE',
  );
});
