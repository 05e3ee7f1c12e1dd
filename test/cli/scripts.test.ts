// The scripts of bin/ from anywhere, and the packed tarball with nothing beside it.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Child, runChild } from '../support/child.js';
import { freePort } from '../support/ports.js';
import { endingWith, tempFolder } from '../support/temp.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin');
const skip = process.platform === 'win32' ? 'the scripts of a shell' : false;

const folder = (t: TestContext): string => tempFolder(endingWith((work) => t.after(work)));

const FIRST = 'The most commonly used mqadmin commands are:';

before(() => runChild(process.execPath, [join(bin, 'run.js'), '-v'])); // builds where needed

test('from another folder, by a relative path, by PATH, with sh', { skip }, async (t) => {
  const cwd = folder(t);
  const direct = await runChild(join(bin, 'mqadmin'), [], { cwd });
  assert.equal(direct.split('\n')[0], FIRST);
  assert.equal((await runChild('sh', ['bin/mqadmin'], { cwd: root })).split('\n')[0], FIRST);
  assert.equal((await runChild('sh', ['mqadmin'], { cwd: bin })).split('\n')[0], FIRST);
  const env = { PATH: `${bin}:${process.env.PATH}` };
  assert.equal((await runChild('sh', ['-c', 'mqadmin'], { cwd, env })).split('\n')[0], FIRST);
});

test(
  'through symbolic links, absolute and relative, to the file and its folder',
  { skip },
  async (t) => {
    const cwd = folder(t);
    mkdirSync(join(cwd, 'a b'));
    symlinkSync(join(bin, 'mqadmin'), join(cwd, 'a b', 'admin'));
    symlinkSync('a b/admin', join(cwd, 'again'));
    symlinkSync(bin, join(cwd, 'scripts'));
    for (const path of ['a b/admin', 'again', 'scripts/mqadmin']) {
      assert.equal((await runChild('sh', [path], { cwd })).split('\n')[0], FIRST, path);
      assert.equal((await runChild(join(cwd, path), [])).split('\n')[0], FIRST, path);
    }
  },
);

test('under nohup in the background, and ended by mqshutdown', { skip }, async (t) => {
  const cwd = folder(t);
  const env = { HOME: cwd, POCKETMQ_HOME: join(cwd, 'pocket') };
  const port = await freePort();
  const script = `nohup sh '${bin}/mqnamesrv' listenPort=${port} > ns.log 2>&1 & echo $!`;
  const pid = Number(await runChild('sh', ['-c', script], { cwd, env }));
  const served = `until grep -q 'boot success' ns.log; do sleep 0.05; done; cat ns.log`;
  const log = await runChild('sh', ['-c', served], { cwd, env });
  const address = `0.0.0.0:${port}`;
  assert.match(
    log,
    new RegExp(`The Name Server boot success. serializeType=JSON, address ${address}`),
  );
  process.kill(pid, 'SIGHUP'); // the terminal is closed
  const gone = await runChild('sh', [join(bin, 'mqshutdown'), 'namesrv'], { cwd, env });
  assert.match(
    gone,
    /^The mqnamesrv\((\d+)\) is running\.\.\.\nSend shutdown request to mqnamesrv\(\1\) OK\n.*\(\1\) is gone\.$/,
  );
  assert.match(gone, new RegExp(`mqnamesrv\\(${pid}\\)`));
  const again = new Child(join(bin, 'mqshutdown'), ['namesrv'], { cwd, env });
  assert.equal(await again.ended, 1);
  assert.match(again.describe(), /No mqnamesrv running\./);
});

test('each command has a .cmd, and all scripts name a file that is there', () => {
  const names = readdirSync(bin).filter((name) => !/\.|^npm$/.test(name));
  assert.deepEqual(names, ['mqadmin', 'mqbroker', 'mqnamesrv', 'mqshutdown', 'pocketmq']);
  for (const name of names) {
    const cmd = readFileSync(join(bin, `${name}.cmd`), 'latin1');
    assert.match(cmd, /^@echo off\r\n/);
    assert.match(cmd, /node "%~dp0run\.js"/);
  }
});

test('the packed tarball works with nothing beside it', { skip }, async (t) => {
  const cwd = folder(t);
  // The build that the scripts would do is done already, but for the types.
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', cwd];
  await runChild('npm', pack, { cwd: root });
  const [tarball] = readdirSync(cwd);
  await runChild('tar', ['xzf', tarball!], { cwd });
  const unpacked = join(cwd, 'package');
  const files = readdirSync(unpacked).sort();
  for (const name of ['LICENSE', 'bin', 'conf', 'dist', 'oclif.manifest.json', 'package.json']) {
    assert.ok(files.includes(name), `${name} is packed`);
  }
  for (const name of ['src', 'test', 'scripts']) assert.ok(!files.includes(name), `${name} stays`);
  const { bin: commands } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  assert.deepEqual(Object.keys(commands).sort(), [
    'mqadmin',
    'mqbroker',
    'mqnamesrv',
    'mqshutdown',
    'pocketmq',
  ]);
  // As npm does: a link in a folder of its own.
  mkdirSync(join(cwd, 'links'));
  for (const [name, path] of Object.entries(commands)) {
    symlinkSync(join('..', 'package', path), join(cwd, 'links', name));
  }
  const admin = join(cwd, 'links', 'mqadmin');
  assert.equal((await runChild(admin, [])).split('\n')[0], FIRST);
  const help = await runChild(join(cwd, 'links', 'mqbroker'), ['-h']);
  assert.match(help, /^usage: mqbroker \[-c <arg>\]/);
  const settings = await runChild(
    join(cwd, 'links', 'mqbroker'),
    ['-c', 'conf/broker.conf', '-m'],
    {
      cwd,
      env: { HOME: cwd },
    },
  );
  assert.match(settings, /brokerRole=ASYNC_MASTER/);
});
