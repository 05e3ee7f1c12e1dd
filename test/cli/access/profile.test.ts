// The user's defaults in config.ini.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { keepSemicolons } from '../../../src/cli/access/profile.js';
import { loadProfile } from '../../../src/cli/access/profiles.js';
import { captured, runCommand } from '../../support/commands.js';
import { freePort } from '../../support/ports.js';
import { endingWith, tempFolder } from '../../support/temp.js';

function home(t: TestContext, text?: string): string {
  const folder = tempFolder(endingWith((work) => t.after(work)));
  mkdirSync(folder, { recursive: true });
  if (text !== undefined) writeFileSync(join(folder, 'config.ini'), text);
  return folder;
}

const load = (folder: string) => loadProfile(captured({ env: { POCKETMQ_HOME: folder } }).io);

test('several name servers keep their semicolon', async (t) => {
  const text =
    '; my defaults\r\nnamesrvAddr = a:9876;b:9876 \r\n# more\r\noutput=table\ntimeoutMs = 500\n';
  assert.deepEqual(await load(home(t, text)), {
    namesrvAddr: 'a:9876;b:9876',
    output: 'table',
    timeoutMs: 500,
  });
  assert.equal(keepSemicolons('a = b\\;c;d'), 'a = b\\;c\\;d');
});

test('no file means no defaults', async (t) => {
  assert.deepEqual(await load(home(t)), {});
});

test('what is wrong in it is named with the file', async (t) => {
  const folder = home(t, 'output = xml\n');
  const run = await runCommand(['mqadmin', 'topicList'], { env: { POCKETMQ_HOME: folder } });
  assert.equal(run.code, 2);
  assert.match(run.stderr, /config\.ini: output is 'xml'; it can be text, json, table, yaml, csv/);
  await assert.rejects(load(home(t, 'namesrv = a:1\n')), /unknown key 'namesrv'/);
  await assert.rejects(load(home(t, 'timeoutMs = soon\n')), /timeoutMs is 'soon'/);
});

test('-n is stronger than NAMESRV_ADDR, and that than the file', async (t) => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const [flag, env, file] = ports.map((port) => `127.0.0.1:${port}`);
  const folder = home(t, `namesrvAddr = ${file}\n`);
  const asked = async (argv: string[], NAMESRV_ADDR?: string): Promise<string> => {
    const variables = { POCKETMQ_HOME: folder, ...(NAMESRV_ADDR ? { NAMESRV_ADDR } : {}) };
    return (await runCommand(['mqadmin', 'topicList', ...argv], { env: variables })).stderr;
  };
  assert.match(await asked(['-n', flag!], env), new RegExp(flag!));
  assert.match(await asked([], env), new RegExp(env!));
  assert.match(await asked([]), new RegExp(file!));
});
