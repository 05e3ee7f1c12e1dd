// `pocketmq store`: what a look at a store directory prints, and how it ends.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { type FileSystem, realFiles } from '../../src/base/files.js';
import { runCommand } from '../support/commands.js';
import { unpackStore } from '../support/golden.js';
import { Ending, tempFolder } from '../support/temp.js';

const ending = new Ending();
after(() => ending.run());

/** What RocketMQ wrote, of every kind. */
const STORES = [
  ...['plain', 'kill9', 'rollover', 'delay-transaction', 'batch', 'ipv6', 'v2-topic', 'slave'],
  ...['timer-wheel', 'compaction-kill9', 'v4.9', 'v4.9-kill9'],
];

const unpack = (name = 'plain'): string => unpackStore(tempFolder(ending), name);

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

test('a store whose log is in several directories elsewhere', async () => {
  const root = unpack('rollover');
  const log = join(root, 'commitlog');
  const logs = ['one', 'two'].map((name) => join(root, '..', name));
  for (const path of logs) mkdirSync(path);
  readdirSync(log).forEach((name, i) => renameSync(join(log, name), join(logs[i % 2]!, name)));
  rmdirSync(log);
  const where = ['--commitLog', logs.join()];
  const run = await runCommand(['store', 'check', root, ...where]);
  assert.match(run.stdout, /\neverything is in order\n$/);
  const stat = await runCommand(['store', 'stat', root, ...where]);
  for (const path of logs) assert.ok(stat.stdout.includes(path), stat.stdout);
  const dump = await runCommand(['store', 'dump', root, '-l', '3', ...where]);
  assert.equal(dump.stdout.trim().split('\n').length, 3);
  const without = await runCommand(['store', 'check', root]);
  assert.deepEqual([without.code, without.stdout], [1, '']);
  assert.match(without.stderr, /hint: .*--commitLog says where it is/);
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
  assert.match(run.stderr, /^error: 1 of the problems lose messages or stop a broker\n$/);
  const json = JSON.parse((await runCommand(['store', 'check', root, '--json'])).stdout) as {
    problems: { level: string }[];
  };
  assert.equal(json.problems[0].level, 'error');
});

test('wrong entries come with how they are made again', async () => {
  const root = unpack();
  const path = join(root, 'consumequeue', 'GoldenTopic', '0', '00000000000000000000');
  const bytes = readFileSync(path);
  bytes.fill(9, 20, 40);
  writeFileSync(path, bytes);
  const { code, stdout, stderr } = await runCommand(['store', 'check', root]);
  assert.equal(code, 1);
  assert.match(stdout, /^error: consumequeue\/GoldenTopic\/0 1 of 6 entries are wrong: entry 1 /m);
  assert.match(
    stderr,
    /\nhint: stop the broker, remove \S+\/checkpoint and make an empty \S+abort/,
  );
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

/** Exit code, and all that stderr says. */
async function refused(...words: string[]): Promise<string> {
  const { code, stderr, stdout } = await runCommand(['store', ...words]);
  assert.equal(stdout, '');
  return `${code} ${stderr}`;
}

test('wrong words and options are refused in one line', async () => {
  const root = unpack();
  const usage = '2 error: Usage: pocketmq store check | dump | stat <store directory>\n';
  assert.equal(await refused(), usage);
  assert.equal(await refused('check'), usage);
  assert.equal(await refused('check', root, root), usage);
  assert.match(await refused('mend', root), /^2 error: there is no 'store mend'\nhint: Usage/);
  for (const [option, value] of Object.entries({ topic: 'A', queueId: 0, key: 'k', from: 0 })) {
    for (const verb of ['check', 'stat']) {
      const text = `2 error: --${option} is an option of 'store dump' only\n`;
      assert.equal(await refused(verb, root, `--${option}`, String(value)), text);
    }
  }
  assert.match(
    await refused('dump', root, '-l', '0'),
    /^2 error: --limit is 0; it must be 1 or mo/,
  );
  assert.match(
    await refused('dump', root, '-q', '-1'),
    /^2 error: --queueId is -1; it must be 0 or/,
  );
  assert.match(
    await refused('dump', root, '-l', 'x'),
    /^2 error: -l is 'x'; it must be a whole num/,
  );
  const ends = await refused('dump', root, '--from', '9', '--to', '5');
  assert.equal(ends, '2 error: --from is 9, which is behind --to, 5\n');
  const between = await refused('dump', root, '--from', '5');
  assert.match(between, /^2 error: no record begins at 5: magic/);
  const beyond = await refused('dump', root, '--from', '99999999');
  assert.equal(beyond, '2 error: no record begins at 99999999: the log has no such place\n');
});

test('what is no store, or cannot be read, is told apart', async () => {
  const root = unpack();
  const none = join(root, 'none');
  const line = (path: string, reason: string): string =>
    `1 error: the store ${path} cannot be opened: ${reason}\n`;
  const file = join(root, 'checkpoint');
  for (const verb of ['check', 'stat', 'dump']) {
    assert.equal(await refused(verb, none), line(none, 'there is no such directory'));
    assert.equal(await refused(verb, file), line(file, 'it is no directory'));
    for (const near of [dirname(root), join(root, 'commitlog')]) {
      const hint = `hint: did you mean ${root}?\n`;
      const text = line(near, 'there is no commitlog directory in it') + hint;
      assert.equal(await refused(verb, near), text);
    }
    const far = tempFolder(ending);
    assert.match(
      await refused(verb, far),
      /\nhint: name the directory that storePathRootDir names/,
    );
  }
  const files: FileSystem = {
    ...realFiles,
    openSync: (path, flags) => {
      const denied = path.includes('commitlog');
      if (!denied) return realFiles.openSync(path, flags);
      throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), {
        ...{ code: 'EACCES', syscall: 'open' },
      });
    },
  };
  for (const verb of ['check', 'dump', 'stat']) {
    const run = await runCommand(['store', verb, root], { files });
    assert.match(run.stderr, /^error: the store \S+ cannot be opened: EACCES: permission denied/);
    assert.equal(run.code, 1);
  }
});

test('a store in use is looked at all the same, and who uses it is named', async () => {
  const root = unpack();
  const lock = realFiles.lockFile(join(root, 'lock'));
  try {
    for (const verb of ['check', 'stat']) {
      const run = await runCommand(['store', verb, root]);
      assert.equal(run.code, 0);
      assert.match(run.stdout, new RegExp(`^in use by {5}process ${process.pid}$`, 'm'));
    }
    assert.equal((await runCommand(['store', 'dump', root, '-l', '1'])).code, 0);
  } finally {
    lock.release();
  }
});

interface Keys {
  [name: string]: unknown;
}

test('JSON has the same keys for every store, and every message', async () => {
  const json = async (...words: string[]): Promise<Keys> =>
    JSON.parse((await runCommand(['store', ...words, '--json'])).stdout) as Keys;
  for (const name of STORES) {
    const root = unpack(name);
    const report = await json('check', root);
    const ofReport = 'checkpoint clean commitLog compacted index path problems queues';
    assert.equal(Object.keys(report).sort().join(' '), ofReport, name);
    assert.deepEqual(report.problems, [], name);
    const found = await json('stat', root);
    const ofStat = 'clean compacted directories path problems queues';
    assert.equal(Object.keys(found).sort().join(' '), ofStat, name);
    const messages = (await json('dump', root)) as unknown as Keys[];
    assert.equal(messages.length, (report.commitLog as { records: number }).records, name);
    const ofMessage =
      'bodyCrc bornHost bornTimestamp flag msgId physicalOffset preparedTransactionOffset ' +
      'properties queueId queueOffset reconsumeTimes size storeHost storeTimestamp sysFlag topic';
    for (const { body, bodyBase64, ...message } of messages) {
      assert.equal(typeof (body ?? bodyBase64), 'string');
      assert.equal(Object.keys(message).sort().join(' '), ofMessage, name);
    }
  }
  assert.deepEqual(await json('dump', unpack(), '-t', 'None'), []);
});

test('metadata in RocksDB is named, with what brings it over', async () => {
  const run = await runCommand(['store', 'check', unpack('rocksdb-kill9')]);
  assert.equal(run.code, 1);
  assert.match(
    run.stdout,
    /^error: config its metadata is in RocksDB .*mqadmin rocksDBConfigToJson/m,
  );
  assert.match(run.stdout, /^warning: consumequeue is empty: it will be made from the whole log$/m);
});

test('compacted topics are listed, messages in other forms too', async () => {
  const root = unpack('compaction-kill9');
  for (const verb of ['check', 'stat']) {
    const { stdout, code } = await runCommand(['store', verb, root]);
    assert.equal(code, 0);
    assert.match(stdout, /^#Compacted Topic {2}#QID .*\nKvTopic {11}0 {5}270 {10}300 {10}30$/m);
  }
  const csv = await runCommand(['store', 'dump', root, '-l', '2', '--output', 'csv']);
  assert.equal(csv.stdout.split('\n').length, 4);
  assert.match(csv.stdout, /^queueId,|,queueId,/);
});
