// The disk: buffers at positions, texts rewritten as a whole, the lock of a directory.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { lockFile } from '../../src/base/file-lock.js';
import { realFiles as files } from '../../src/base/files.js';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'pocketmq-files-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function holderOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof MqError);
    assert.equal(error.code, 'STORE_LOCKED');
    return String(error.details.holder);
  }
  throw new Error('the lock was given');
}

test('many buffers are written in order at a position', async (t) => {
  const path = join(folder(t), 'a');
  const fd = files.openSync(path, 'w+');
  files.ftruncate(fd, 10_000);
  const buffers = Array.from({ length: 2500 }, (_, i) => Buffer.from([i & 255, i >> 8]));
  files.writevSync(fd, buffers, 7);
  await files.fdatasync(fd);
  const back = Buffer.alloc(5000);
  assert.equal(await files.pread(fd, back, 0, 5000, 7), 5000);
  assert.deepEqual(back, Buffer.concat(buffers));
  assert.equal(files.readSync(fd, back, 0, 5000, 9_990), 10);
  assert.equal(files.fstat(fd).size, 10_000);
  files.closeSync(fd);
});

test('missing files are no errors where the interface says so', (t) => {
  const path = join(folder(t), 'none');
  assert.equal(files.stat(path), undefined);
  assert.equal(files.readText(path), undefined);
  assert.deepEqual(files.readdir(path), []);
  files.unlink(path);
  files.rmdir(path);
  assert.ok(files.statfs(join(path, 'deeper')).usedRatio <= 1);
});

test('a rewritten text keeps its predecessor as .bak', (t) => {
  const path = join(folder(t), 'config', 'topics.json');
  files.writeTextAtomic(path, 'one', { backup: true });
  assert.equal(existsSync(`${path}.bak`), false);
  files.writeTextAtomic(path, 'two', { backup: true });
  files.writeTextAtomic(path, 'three', { backup: true });
  assert.equal(files.readText(path), 'three');
  assert.equal(files.readText(`${path}.bak`), 'two');
  assert.deepEqual(
    files.readdir(join(path, '..')).map((entry) => entry.name),
    ['topics.json', 'topics.json.bak'],
  );
});

test('a rewritten text keeps its permissions, and a link stays a link', (t) => {
  const path = join(folder(t), 'broker.conf');
  writeFileSync(`${path}.real`, 'one', { mode: 0o640 });
  symlinkSync(`${path}.real`, path);
  files.writeTextAtomic(path, Buffer.from('two'));
  assert.equal(readFileSync(`${path}.real`, 'utf8'), 'two');
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.equal(lstatSync(`${path}.real`).mode & 0o777, 0o640);
});

test('texts saved off the loop end with the newest, also after a synchronous one', async (t) => {
  const path = join(folder(t), 'offsets.json');
  const saves = ['1', '2', '3', '4'].map((text) => files.saveText(path, text, { backup: true }));
  await Promise.all(saves);
  assert.equal(files.readText(path), '4');
  assert.equal(files.readText(`${path}.bak`), '1');
  const late = files.saveText(path, 'old');
  files.writeTextAtomic(path, 'new');
  await late;
  assert.equal(files.readText(path), 'new');
  assert.deepEqual(
    files.readdir(join(path, '..')).map((entry) => entry.name),
    ['offsets.json', 'offsets.json.bak'],
  );
});

test('a second taker is told who holds the directory', (t) => {
  const path = join(folder(t), 'store', 'lock');
  const lock = files.lockFile(path);
  assert.equal(readFileSync(path, 'utf8'), 'lock');
  assert.equal(
    holderOf(() => files.lockFile(path)),
    String(process.pid),
  );
  lock.refresh();
  lock.release();
  lock.release();
  files.lockFile(path).release();
  assert.equal(existsSync(`${path}.holder`), false);
});

test('a holder that was killed, and a process that took over its id, do not block', async (t) => {
  const path = join(folder(t), 'lock');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const lock = files.lockFile(path);
  const record = JSON.parse(readFileSync(`${path}.holder`, 'utf8')) as Record<string, unknown>;
  lock.release();
  writeFileSync(`${path}.holder`, JSON.stringify({ ...record, pid: child.pid, startTicks: '' }));
  assert.equal(
    holderOf(() => files.lockFile(path)),
    String(child.pid),
  );
  if (process.platform === 'linux') {
    writeFileSync(`${path}.holder`, JSON.stringify({ ...record, pid: child.pid }));
    files.lockFile(path).release(); // same id, another start time
  }
  writeFileSync(`${path}.holder`, JSON.stringify({ ...record, pid: child.pid, startTicks: '' }));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  files.lockFile(path).release();
  writeFileSync(`${path}.holder`, '{"pid":');
  files.lockFile(path).release();
});

test('a holder in another container counts while it gives signs of life', async (t) => {
  const path = join(folder(t), 'lock');
  const other = { pid: 1, startTicks: '5', space: 'elsewhere pid:[1]', host: `${hostname()}x` };
  const record = `${path}.holder`;
  writeFileSync(record, JSON.stringify(other));
  const touch = `setInterval(() => fs.utimesSync(${JSON.stringify(record)}, new Date(), new Date()), 50);`;
  const child = spawn(process.execPath, ['-e', `${touch} console.log('up')`]);
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  assert.equal(
    holderOf(() => lockFile(path, 5000)),
    `1 on ${hostname()}x`,
  );
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  lockFile(path, 300).release();
  writeFileSync(record, JSON.stringify(other));
  utimesSync(record, 1, 1);
  files.lockFile(path).release();
});
