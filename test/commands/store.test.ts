// `pocketmq store`: what a look at a store directory prints, and how it ends.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '../support/commands.js';
import { Ending, tempFolder } from '../support/temp.js';

const ending = new Ending();
after(() => ending.run());

function unpack(): string {
  const folder = tempFolder(ending);
  const archive = fileURLToPath(new URL('../golden/store/plain.tar.gz', import.meta.url));
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'store');
}

test('a store in order', async () => {
  const run = await runCommand(['store', 'check', unpack()]);
  assert.equal(run.code, 0);
  assert.match(
    run.stdout,
    /^last stop {5}proper\ncommitlog {5}1 files, offsets 0 to 7104, 26 mess/m,
  );
  assert.match(run.stdout, /^GoldenTopic {2}0 {5}0 {12}6 {12}6 /m);
  assert.match(run.stdout, /\neverything is in order\n$/);
});

test('a damaged store ends with 1 and names the damage', async () => {
  const root = unpack();
  const path = join(root, 'commitlog', '00000000000000000000');
  const bytes = readFileSync(path);
  bytes[362] ^= 1; // in the body of the second message
  writeFileSync(path, bytes);
  const run = await runCommand(['store', 'check', root]);
  assert.equal(run.code, 1);
  assert.match(run.stdout, /^error: commitlog damaged at \d+ \(.*; \d+ whole records lie behind/m);
  assert.match(run.stderr, /^error: 1 of the problems lose messages or stop a broker/);
  const json = JSON.parse((await runCommand(['store', 'check', root, '--json'])).stdout) as {
    problems: { level: string }[];
  };
  assert.equal(json.problems[0].level, 'error');
});

test('queues and messages', async () => {
  const root = unpack();
  const stat = await runCommand(['store', 'stat', root]);
  assert.match(stat.stdout, /^GoldenOther {2}0 {5}0 {12}5 {12}\d{4}-/m);
  const dump = await runCommand(['store', 'dump', root, '-t', 'GoldenOther', '-l', '2']);
  assert.equal(dump.stdout.split('\n').length, 3);
  assert.match(dump.stdout, /GoldenOther\/0\/0 {2}268 bytes {2}7F0000010000/);
  const { stdout } = await runCommand(['store', 'dump', root, '-q', '1', '--json']);
  const messages = JSON.parse(stdout) as { body: string; properties: Record<string, string> }[];
  assert.equal(messages.length, 5);
  assert.equal(messages[0].body, 'plain body 1');
});

test('wrong words', async () => {
  assert.equal((await runCommand(['store'])).code, 2);
  assert.equal((await runCommand(['store', 'mend', '/tmp'])).code, 2);
  const nowhere = await runCommand(['store', 'check', join(tempFolder(ending), 'none')]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /cannot be opened: there is no commitlog directory in it/);
});
