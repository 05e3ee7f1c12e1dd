// Every mqadmin command where nobody listens: exit code 3, a line or two on stderr, no data.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MQADMIN } from '../../src/cli/catalog/names.js';
import type { CommandClass } from '../../src/cli/command/define.js';
import { spelled, takesValue } from '../../src/cli/flags/options.js';
import { loadCommand, runCommand } from '../support/commands.js';
import { startServers } from '../support/servers.js';
import { Ending, tempFolder } from '../support/temp.js';

const ending = new Ending();
after(() => ending.run());

/** They read files, and ask nobody. */
const OFFLINE = ['dumpCompactionLog', 'exportMetadataInRocksDB'];

/** A port of the system's, which no test takes: a free one may be taken meanwhile. */
const nowhere = '127.0.0.1:1';
const values: Record<string, string> = {
  ...{ resources: 'Topic:T', resource: 'Topic:T', subject: 'User:u', decision: 'Allow' },
  ...{ actions: 'Pub', perm: '6', timestamp: 'now', readAheadMode: '0', engineType: 'R' },
  ...{ mode: 'POP', method: 'get', brokerIdentity: 'DefaultCluster:broker-a:1' },
};

before(() => {
  const folder = tempFolder(ending);
  values.filename = join(folder, 'list.json');
  writeFileSync(values.filename, '[{"topicName":"T","groupName":"G"}]');
});

/** Words that satisfy a command's declaration. */
function wordsOf({ options, oneOf }: CommandClass): string[] {
  const named = Object.keys(options).filter((key) => options[key]!.required);
  for (const group of oneOf) named.push(group.find((key) => key === 'clusterName') ?? group[0]!);
  const targets = ['clusterName', 'brokerAddr'].filter((key) => options[key] !== undefined);
  if (targets.length > 0 && !targets.some((key) => named.includes(key))) named.push(targets[0]!);
  return [...new Set(named)].flatMap((key) => {
    const word = spelled(key, options[key]!);
    return takesValue(options[key]!) ? [word, valueOf(key)] : [word];
  });
}

function valueOf(key: string): string {
  const address = /addr|^(from|to)?brokers?$/i.test(key);
  return values[key] || (address ? nowhere : '1');
}

test('nobody listens', async (t) => {
  const env = { NAMESRV_ADDR: nowhere, POCKETMQ_HOME: '/nonexistent' };
  for (const name of MQADMIN) {
    if (OFFLINE.includes(name)) continue;
    const words = wordsOf(await loadCommand(`mqadmin:${name}`));
    await t.test(`${name} ${words.join(' ')}`, async () => {
      for (const form of [[], ['--json']]) {
        const run = await runCommand(['mqadmin', name, ...words, ...form], { env });
        assert.deepEqual(
          { code: run.code, stdout: run.stdout },
          { code: 3, stdout: '' },
          run.stderr,
        );
        assert.match(run.stderr, /^error: [^\n]+\n(hint: [^\n]+\n)?$/);
      }
    });
  }
});

test('what a broker can say by itself needs no name server', async () => {
  const { broker } = await startServers(ending);
  const env = { POCKETMQ_HOME: '/nonexistent' };
  const argv = ['mqadmin', 'exportPopRecord', '-b', broker, '-d', 'true'];
  const { code, stdout, stderr } = await runCommand(argv, { env });
  const text = `Export broker records, brokerName=broker-a, brokerAddr=${broker}, dryRun=true\n`;
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: text, stderr: '' });
});

test('a wrong argument of an access command is not taken for a missing permission', async () => {
  const { namesrv } = await startServers(ending);
  const env = { NAMESRV_ADDR: namesrv, POCKETMQ_HOME: '/nonexistent' };
  const argv = ['mqadmin', 'getAcl', '-c', 'DefaultCluster'];
  const { code, stderr } = await runCommand(argv, { env });
  assert.equal(code, 1);
  assert.match(stderr, /^error: .*NO_PERMISSION \(16\): The subject type is null\.\n$/);
});
