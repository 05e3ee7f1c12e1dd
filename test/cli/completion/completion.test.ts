// Completion: what can come next, and the scripts of the shells that ask for it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isOpen, splitLine } from '../../../src/cli/completion/split.js';
import { canRun, runChild } from '../../support/child.js';
import { runCommand } from '../../support/commands.js';
import type { Cluster } from '../../support/cluster.js';
import { fastClock } from '../../support/fast-clock.js';
import { freePort } from '../../support/ports.js';
import { startServers } from '../../support/servers.js';
import { Ending, tempFolder } from '../../support/temp.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const ending = new Ending();
let cluster: Cluster;
let env: Record<string, string>;

before(async () => {
  cluster = await startServers(ending);
  const home = tempFolder(ending);
  env = { POCKETMQ_HOME: home, NAMESRV_ADDR: cluster.namesrv };
  const create = async (...argv: string[]): Promise<void> => {
    const { code, stderr } = await runCommand(['mqadmin', ...argv, '-b', cluster.broker], { env });
    assert.equal(code, 0, stderr);
  };
  await create('updateTopic', '-t', 'OrdersPaid');
  await create('updateTopic', '-t', 'OrdersSent');
  await create('updateSubGroup', '-g', 'billing');
});

after(() => ending.run());

/** By it the half second that a name server is given lasts a minute. */
const clock = fastClock(1 / 120);

/** The values proposed, without what they are. */
async function proposed(words: string[], variables = env): Promise<string[]> {
  const io = { env: variables, clock };
  const run = await runCommand(['mqadmin', 'completion', 'words', ...words], io);
  assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
  return run.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0]!);
}

test('words of a line, as a shell splits it', () => {
  assert.deepEqual(splitLine(`a  "b c" d\\ e 'f`), { words: ['a', 'b c', 'd e'], typed: 'f' });
  assert.deepEqual(splitLine('a "b\\"c" '), { words: ['a', 'b"c'], typed: '' });
  assert.deepEqual(splitLine(''), { words: [], typed: '' });
  assert.deepEqual([`a 'b`, `a "b\\" `, `a 'b"'`, `a \\'b`].map(isOpen), [
    true,
    true,
    false,
    false,
  ]);
});

test('programs and commands, in any letter case', async () => {
  assert.deepEqual(await proposed(['pocketmq', 'mqn']), ['mqnamesrv']);
  assert.deepEqual(await proposed(['pocketmq', 'mqadmin', 'TOPICR']), ['topicRoute']);
  assert.deepEqual(await proposed(['bin/mqadmin.cmd', 'clusterl']), ['clusterList']);
  assert.deepEqual(await proposed(['mqadmin', 'help', 'haS']), ['haStatus']);
  assert.deepEqual(await proposed(['mqshutdown', '']), ['broker', 'namesrv']);
  assert.deepEqual(await proposed(['mqadmin', 'nosuch', '']), []);
  assert.deepEqual(await proposed(['ls', '']), []);
});

test('options, those that are given already left out', async () => {
  const all = await proposed(['mqadmin', 'topicStatus', '']);
  assert.deepEqual(all, ['--help', '--namesrvAddr', '--topic', '--cluster']);
  const rest = await proposed(['mqadmin', 'TOPICSTATUS', '-t', 'T', '--']);
  assert.ok(!rest.includes('--topic') && rest.includes('--cluster') && rest.includes('--json'));
  assert.ok(rest.includes('--watch') && !rest.includes('--yes'));
  assert.ok((await proposed(['mqadmin', 'updateSubGroup', '-'])).includes('-g'));
  assert.ok((await proposed(['mqadmin', 'deleteTopic', '--'])).includes('--dry-run'));
});

test('names that the name server knows', async () => {
  const topics = ['OrdersPaid', 'OrdersSent'];
  assert.deepEqual(await proposed(['mqadmin', 'topicRoute', '-t', 'Ord']), topics);
  assert.deepEqual(await proposed(['mqadmin', 'topicRoute', '--topic', 'ord']), topics);
  const glued = await proposed(['mqadmin', 'topicRoute', '--topic=OrdersP']);
  assert.deepEqual(glued, ['--topic=OrdersPaid']);
  assert.deepEqual(await proposed(['mqadmin', 'consumerProgress', '-g', '']), ['billing']);
  assert.deepEqual(await proposed(['mqadmin', 'clusterList', '-c', '']), ['DefaultCluster']);
  assert.deepEqual(await proposed(['mqadmin', 'brokerStatus', '-b', '']), [cluster.broker]);
  assert.deepEqual(await proposed(['mqadmin', 'wipeWritePerm', '-b', '']), ['broker-a']);
  const elsewhere = ['mqadmin', 'topicRoute', '-n', cluster.namesrv, '-t', 'OrdersS'];
  assert.deepEqual(await proposed(elsewhere, { POCKETMQ_HOME: env.POCKETMQ_HOME! }), [topics[1]]);
});

test('values of other kinds: words, files, profiles, keys of the configuration', async () => {
  const perm = await proposed(['mqadmin', 'updateTopic', '-o', '']);
  assert.deepEqual(perm, ['true', 'false']);
  assert.deepEqual(await proposed(['mqadmin', 'setConsumeMode', '-m', 'po']), ['POP']);
  assert.deepEqual(await proposed(['mqbroker', '-c', '']), [':files']);
  assert.deepEqual(await proposed(['mqbroker', 'flushDiskT']), ['flushDiskType=', ':open']);
  const key = ['mqadmin', 'updateBrokerConfig', '-k', 'flushDiskT'];
  assert.deepEqual(await proposed(key), ['flushDiskType']);
  await runCommand(['mqadmin', 'profile', 'add', 'prod', '-n', 'a:1'], { env });
  assert.deepEqual(await proposed(['mqadmin', 'topicList', '--profile', '']), ['prod']);
  assert.deepEqual(await proposed(['mqadmin', 'profile', 'use', '']), ['prod']);
  assert.deepEqual(await proposed(['mqadmin', 'completion', 'z']), ['zsh']);
});

test('nobody answers: nothing is proposed, and nothing said', async () => {
  const nobody = { ...env, NAMESRV_ADDR: `127.0.0.1:${await freePort()}` };
  assert.deepEqual(await proposed(['mqadmin', 'topicRoute', '-t', ''], nobody), []);
  const broken = { ...env, NAMESRV_ADDR: 'what:is:this' };
  assert.deepEqual(await proposed(['mqadmin', 'topicRoute', '-t', ''], broken), []);
});

test('bash gets what is behind the last colon', async () => {
  const line = `mqadmin brokerStatus -b ${cluster.broker.slice(0, -2)}`;
  const run = await runCommand(['mqadmin', 'completion', 'line', ' :=', line], { env, clock });
  assert.equal(run.stdout, `${cluster.broker.split(':')[1]}\n`);
});

/** The script, in a file. */
async function script(shell: string): Promise<string> {
  const { stdout } = await runCommand(['mqadmin', 'completion', shell]);
  assert.match(stdout, /mqadmin mqbroker mqnamesrv mqshutdown pocketmq/);
  assert.ok(stdout.includes(`'${join(root, 'bin', 'run.js')}'`));
  const file = join(tempFolder(ending), `completion.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

const windows = process.platform === 'win32';

// A busy machine does not have the names in half a second: one presses the key again.
test('the script of bash completes', { skip: windows && 'no bash' }, async () => {
  const ask = `complete_line() {
  COMP_LINE=$1 COMP_POINT=\${#1}; read -ra COMP_WORDS <<< "$1"
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _pocketmq
  while [ -z "\${COMPREPLY[0]}" ] && [ $SECONDS -lt 120 ]; do _pocketmq; done
  echo "\${COMPREPLY[@]}"
}
source ${await script('bash')}
complete_line 'mqadmin topicR'
complete_line 'mqadmin topicRoute -t OrdersP'
complete_line 'mqbroker -c ${root}package.j'
complete -p mqshutdown`;
  const lines = await runChild('bash', ['-c', ask], { env });
  const registered = 'complete -F _pocketmq mqshutdown';
  const file = `${root}package.json`;
  assert.deepEqual(lines.split('\n'), ['topicRoute', 'OrdersPaid', file, registered]);
});

test('the script of zsh completes', async () => {
  const file = await script('zsh');
  if (!(await canRun('zsh', '-c', 'true'))) return; // its text was looked at
  const ask = `compdef() { echo "$@" }
compadd() { print -l -- "\${(@P)@[-1]}" }
source ${file}
words=(mqadmin topicRoute -t OrdersP) CURRENT=4
until _pocketmq || (( SECONDS > 120 )); do :; done`;
  const lines = await runChild('zsh', ['-f', '-c', ask], { env });
  const registered = '_pocketmq mqadmin mqbroker mqnamesrv mqshutdown pocketmq';
  assert.deepEqual(lines.split('\n'), [registered, 'OrdersPaid']);
});

test('the script of fish completes', async () => {
  const file = await script('fish');
  if (!(await canRun('fish', '-c', 'true'))) return; // its text was looked at
  const ask = `source ${file}; complete -C 'mqadmin topicR'
for try in (seq 120)
  set -l found (complete -C 'mqadmin topicRoute -t OrdersP')
  test -n "$found"; and echo $found; and break
end`;
  const lines = await runChild('fish', ['--no-config', '-c', ask], { env });
  assert.deepEqual(lines.split('\n'), ['topicRoute\tExamine topic route info.', 'OrdersPaid']);
});
