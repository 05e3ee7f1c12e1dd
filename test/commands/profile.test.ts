// mqadmin profile, and what commands take from a profile.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import type { ExtFields } from '../../src/protocol/fields.js';
import { createServer } from '../../src/remoting/server.js';
import { runCommand, type Run } from '../support/commands.js';
import { endingWith, tempFolder } from '../support/temp.js';

class Home {
  readonly folder: string;

  constructor(t: TestContext) {
    this.folder = tempFolder(endingWith((work) => t.after(work)));
  }

  get file(): string {
    return join(this.folder, 'profiles.ini');
  }

  run(argv: string[], env: Record<string, string> = {}): Promise<Run> {
    return runCommand(['mqadmin', ...argv], { env: { POCKETMQ_HOME: this.folder, ...env } });
  }
}

/** A name server that keeps who asked. */
async function listener(t: TestContext): Promise<{ address: string; asked: ExtFields[] }> {
  const asked: ExtFields[] = [];
  const server = createServer({
    host: '127.0.0.1',
    ports: [0],
    handlers: {
      GET_ALL_TOPIC_LIST_FROM_NAMESERVER: (_header, call) => {
        asked.push(call.frame.ext ?? {});
        return { body: Buffer.from('{"topicList":[]}') };
      },
    },
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  t.after(() => server.stop());
  return { address: `127.0.0.1:${server.port()}`, asked };
}

const SECRET = 's;e#c"r=t';

test('a profile is added, listed, shown, used and removed; its secret is not printed', async (t) => {
  const home = new Home(t);
  const add = ['profile', 'add', 'prod', '-n', 'a:9876;b:9876'];
  const added = await home.run([...add, '--access-key', 'me', '--secret-key', SECRET, '--tls']);
  assert.equal(added.code, 0, added.stderr);
  assert.equal(added.stdout, `profile prod is kept in ${home.file}\n`);
  assert.equal(statSync(home.file).mode & 0o777, 0o600);
  const twice = await home.run(add);
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /there is a profile prod already\nhint: add --replace/);
  await home.run(['profile', 'add', 'dev', '-n', '127.0.0.1:9876']);
  assert.equal((await home.run(['profile', 'use', 'prod'])).stdout, 'profile prod is in use\n');
  const list = await home.run(['profile']);
  assert.equal(
    list.stdout,
    '#Name   #Name servers   #Account  #TLS\n' +
      'prod *  a:9876;b:9876   me        yes\n' +
      'dev     127.0.0.1:9876\n',
  );
  const shown = await home.run(['profile', 'show', '--json']);
  const { name, current, secretKey } = JSON.parse(shown.stdout) as Record<string, unknown>;
  assert.deepEqual([name, current, secretKey], ['prod', true, '***']);
  for (const { stdout, stderr } of [added, list, shown])
    assert.ok(!(stdout + stderr).includes('s;'));
  assert.equal((await home.run(['profile', 'remove', 'prod'])).code, 0);
  assert.match((await home.run(['profile', 'show'])).stderr, /error: no profile is in use/);
  assert.equal(readFileSync(home.file, 'utf8'), '[dev]\nnamesrvAddr = 127.0.0.1:9876\n');
});

test('what cannot be is refused', async (t) => {
  const home = new Home(t);
  const refused = async (argv: string[], text: RegExp): Promise<void> => {
    const { code, stderr } = await home.run(argv);
    assert.equal(code, 2, stderr);
    assert.match(stderr, text);
  };
  await refused(['profile', 'add', 'a.b', '-n', 'a:1'], /'a\.b' cannot be a profile's name/);
  await refused(['profile', 'add', 'x'], /Missing required option: n/);
  await refused(['profile', 'add', 'x', '-n', 'host'], /'host' is no name server address/);
  await refused(['profile', 'add', 'x', '-n', 'a:1', '--access-key', 'k'], /belong together/);
  await refused(
    ['profile', 'use', 'nobody'],
    /there is no profile nobody\nhint: there is none yet/,
  );
  await refused(['profile', 'drop', 'x'], /there is no 'profile drop'/);
  await refused(['topicList', '--profile', 'nobody'], /there is no profile nobody/);
  writeFileSync(home.file, '[p]\nnamesrv = a:1\n');
  await refused(['topicList'], /profiles\.ini: \[p\] unknown key 'namesrv'/);
});

test('-n, --profile, NAMESRV_ADDR, the profile in use: the first that is there', async (t) => {
  const home = new Home(t);
  const [flag, asked, env, used] = await Promise.all([1, 2, 3, 4].map(() => listener(t)));
  const keys = (who: string): string[] => ['--access-key', who, '--secret-key', SECRET];
  await home.run(['profile', 'add', 'asked', '-n', asked!.address, ...keys('asker')]);
  await home.run(['profile', 'add', 'used', '-n', used!.address, ...keys('user')]);
  await home.run(['profile', 'use', 'used']);
  const NAMESRV_ADDR = env!.address;
  const who = async (
    at: { asked: ExtFields[] } | undefined,
    argv: string[],
    variables: Record<string, string> = {},
  ): Promise<string | undefined> => {
    const { code, stderr } = await home.run(['topicList', ...argv], variables);
    assert.equal(code, 0, stderr);
    assert.equal(at!.asked.length, 1);
    return at!.asked.pop()!.AccessKey;
  };
  assert.equal(await who(used, []), 'user');
  assert.equal(await who(asked, [], { POCKETMQ_PROFILE: 'asked' }), 'asker');
  // another cluster is not told the account of the profile
  assert.equal(await who(env, [], { NAMESRV_ADDR }), undefined);
  assert.equal(await who(asked, ['--profile', 'asked'], { NAMESRV_ADDR }), 'asker');
  assert.equal(await who(flag, ['-n', flag!.address]), undefined);
  assert.equal(await who(flag, ['-n', flag!.address, '--profile', 'asked']), 'asker');
  const variables = { POCKETMQ_ACCESS_KEY: 'env', POCKETMQ_SECRET_KEY: SECRET };
  assert.equal(await who(used, [], variables), 'env');
  assert.equal(await who(used, keys('flags'), variables), 'flags');
});
