// mqnamesrv, mqbroker and dev as processes: boot lines, clean ends, refusals with a reason.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Child, runChild } from '../support/child.js';
import { freePort } from '../support/ports.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const run = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

before(() => runChild(process.execPath, [run, '-v'])); // builds where needed

class Home {
  readonly folder: string;
  private readonly env: Record<string, string>;

  private readonly ending: Ending;

  constructor(t: TestContext) {
    this.ending = endingWith((work) => t.after(work));
    this.folder = tempFolder(this.ending);
    this.env = { HOME: this.folder, USERPROFILE: this.folder, NAMESRV_ADDR: '', ROCKETMQ_HOME: '' };
  }

  start(...argv: string[]): Child {
    const child = new Child(process.execPath, [run, ...argv], {
      cwd: this.folder,
      env: this.env,
      name: argv.join(' '),
    });
    this.ending.after(() => child.kill());
    return child;
  }

  log(name: string): string {
    return readFileSync(join(this.folder, 'logs', 'rocketmqlogs', `${name}.log`), 'utf8');
  }

  file(name: string, text: string): string {
    writeFileSync(join(this.folder, name), text);
    return name;
  }
}

test('a name server and a broker say when they serve, and end with 0', async (t) => {
  const home = new Home(t);
  const [ns, port] = [await freePort(), await freePort(-2, 1)];
  const conf = home.file('ns.conf', `listenPort = ${ns}\r\n`);
  const namesrv = home.start('mqnamesrv', '-c', conf);
  const nsLine = `The Name Server boot success. serializeType=JSON, address 0.0.0.0:${ns}`;
  await namesrv.line(/boot success/);
  assert.ok(namesrv.lines.includes(nsLine), namesrv.describe());
  assert.ok(
    namesrv.lines.some((line) => /^load config properties file OK, .*ns\.conf$/.test(line)),
  );
  const words = ['brokerIP1=127.0.0.1', `listenPort=${port}`, 'brokerName=b1'];
  const broker = home.start('mqbroker', '-n', `127.0.0.1:${ns}`, ...words);
  assert.equal(
    await broker.line(/boot success/),
    `The broker[b1, 127.0.0.1:${port}] boot success. serializeType=JSON ` +
      `and name server is 127.0.0.1:${ns}`,
  );
  // a broker serves, even if the name server has not answered within a second
  const list = [run, 'mqadmin', 'clusterList', '-n', `127.0.0.1:${ns}`];
  await until('the broker in the list', async (saw) =>
    /b1 +0 +127\.0\.0\.1/.test(saw(await runChild(process.execPath, list))),
  );
  assert.equal(await broker.stop(), 0);
  assert.equal(await namesrv.stop(), 0);
  assert.match(home.log('broker'), / boot success/);
  assert.match(home.log('namesrv'), / stopped$/m);
  assert.ok(!existsSync(join(home.folder, 'store', 'abort')), 'a clean end');
});

test('a command that repeats ends with 0', async (t) => {
  const home = new Home(t);
  const port = await freePort();
  await home.start('mqnamesrv', `listenPort=${port}`).line(/boot success/);
  const list = home.start('mqadmin', 'clusterList', '-i', '1', '-n', `127.0.0.1:${port}`);
  await list.line(/^#Cluster Name/);
  assert.equal(await list.stop(), 0);
});

test('a port that is taken', async (t) => {
  const home = new Home(t);
  const port = await freePort();
  const first = home.start('mqnamesrv', `listenPort=${port}`);
  await first.line(/boot success/);
  const second = home.start('mqnamesrv', `listenPort=${port}`);
  assert.equal(await second.ended, 1);
  assert.match(
    second.describe(),
    new RegExp(`error: port ${port} on .* is already in use\nhint: `),
  );
  assert.match(home.log('namesrv'), new RegExp(`ERROR .*port ${port}`));
});

test('a value that is not allowed: nothing starts', async (t) => {
  const home = new Home(t);
  const conf = home.file('b.conf', 'brokerName=x\nflushDiskType=SOMETIMES\nlistenPort=99999\n');
  const broker = home.start('mqbroker', '-c', conf);
  assert.equal(await broker.ended, 2);
  assert.match(broker.describe(), /b\.conf line 2: .*flushDiskType.*SOMETIMES/);
  assert.match(broker.describe(), /b\.conf line 3: .*listenPort.*99999/);
  assert.ok(!existsSync(join(home.folder, 'store')), 'no store is made');
});

test('a configuration file that is not there', async (t) => {
  const missing = new Home(t).start('mqnamesrv', '-c', 'nowhere.conf');
  assert.equal(await missing.ended, 2);
  assert.match(missing.describe(), /nowhere\.conf: there is no such file/);
});

test('a store that another broker has', async (t) => {
  const home = new Home(t);
  const words = ['brokerIP1=127.0.0.1', 'listenPort='];
  const [one, two] = [await freePort(-2, 1), await freePort(-2, 1)];
  await home.start('mqbroker', words[0]!, words[1]! + one).line(/boot success/);
  const second = home.start('mqbroker', words[0]!, words[1]! + two);
  assert.equal(await second.ended, 1);
  assert.match(second.describe(), /error: the store .* is in use by process \d+\nhint: /);
});

test('all settings, and the important ones', async (t) => {
  const all = new Home(t).start('mqbroker', '-p', 'brokerName=shown');
  assert.equal(await all.ended, 0);
  const important = new Home(t).start('mqbroker', '-m');
  assert.equal(await important.ended, 0);
  assert.ok(all.lines.some((line) => / INFO main - brokerName=shown$/.test(line)));
  assert.ok(all.lines.length > 400 && important.lines.length < 100, `${important.lines.length}`);
});

test('dev sends a message, says what to type, and ends', async (t) => {
  const home = new Home(t);
  const [ns, port] = [String(await freePort()), String(await freePort(-2, 1))];
  const dev = home.start('dev', '--namesrv-port', ns, '--broker-port', port);
  await dev.line(/Ctrl-C ends it/);
  const text = dev.lines.join('\n');
  assert.match(text, /a message was sent and read back in \d+ ms/);
  assert.match(text, new RegExp(`connect to +127\\.0\\.0\\.1:${ns}`));
  const commands = dev.lines.filter((line) => / -n 127\.0\.0\.1:\d+/.test(line));
  assert.equal(commands.length, 3);
  assert.ok(existsSync(join(home.folder, '.pocketmq', 'dev', 'store')), 'its own folder');
  assert.ok(!existsSync(join(home.folder, 'store')));
  const taken = home.start('dev', '--namesrv-port', ns, '--dir', 'other');
  assert.equal(await taken.ended, 1);
  assert.match(taken.describe(), /is already in use\nhint: .*--namesrv-port/);
  assert.equal(await dev.stop(), 0);
});
