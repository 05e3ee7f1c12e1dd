// The front of the command line: names in any case, suggestions, corrections, exit codes, output.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../support/commands.js';
import { freePort } from '../support/ports.js';
import { startServers } from '../support/servers.js';
import { endingWith } from '../support/temp.js';

test('an unknown command suggests the nearest', async () => {
  const run = await runCommand(['mqadmin', 'clusterLst']);
  assert.deepEqual(run, {
    code: 2,
    stdout: '',
    stderr: 'error: The sub command clusterLst not exist.\nhint: did you mean clusterList?\n',
  });
  const far = await runCommand(['mqadmin', 'xyzzy']);
  assert.match(far.stderr, /hint: 'mqadmin' alone lists the commands/);
  assert.match((await runCommand(['mqbrokr'])).stderr, /did you mean mqbroker\?/);
  assert.match((await runCommand(['topicList'])).stderr, /did you mean: mqadmin topicList\?/);
});

test('an unknown option suggests the nearest', async () => {
  const { code, stderr } = await runCommand(['mqadmin', 'topicRoute', '--topik', 'X']);
  assert.equal(code, 2);
  assert.equal(stderr, 'error: Unrecognized option: --topik\nhint: did you mean --topic?\n');
});

test('a web page’s hyphens are answered with the command as it was meant', async () => {
  const argv = ['mqadmin', 'updateTopic', '–n', '127.0.0.1:9876', '—topic', 'A B', '-c', 'D'];
  const { code, stdout, stderr } = await runCommand(argv);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  const [error, hint] = stderr.split('\n');
  assert.equal(error, "error: '–n' begins with EN DASH (U+2013), not with '-'");
  const meant = "mqadmin updateTopic -n 127.0.0.1:9876 --topic 'A B' -c D";
  assert.equal(hint, `hint: you most likely meant: ${meant}`);
  const quoted = await runCommand(['mqadmin', 'sendMessage', '-t', 'T', '-p', '“two', 'words”']);
  assert.match(quoted.stderr, /meant: mqadmin sendMessage -t T -p 'two words'\n/);
  const name = await runCommand(['mqadmin', '–h']);
  assert.match(name.stderr, /meant: mqadmin -h/);
});

test('values that are none are named with their option', async () => {
  const base = ['mqadmin', 'updateTopic', '-n', '127.0.0.1:1', '-b', '127.0.0.1:1', '-t', 'T'];
  const queues = await runCommand([...base, '-r', 'many']);
  assert.equal(queues.code, 2);
  assert.match(queues.stderr, /^error: -r is 'many'; it must be a whole number\n/);
  const order = await runCommand([...base, '-o', 'yes']);
  assert.match(order.stderr, /^error: -o is 'yes'; it must be true or false\n/);
  const address = await runCommand(['mqadmin', 'topicList', '-n', 'localhost']);
  assert.match(address.stderr, /'localhost' is no name server address\nhint: write host:port/);
  const form = await runCommand(['mqadmin', 'topicList', '--output', 'xml']);
  assert.match(form.stderr, /--output is 'xml'; it can be text, json, table, yaml, csv/);
});

test('nobody can be reached: 3; no address at all: 2', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const run = await runCommand(['mqadmin', 'topicList', '-n', address]);
  assert.equal(run.code, 3);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, new RegExp(`^error: .*${address}`));
  const none = await runCommand(['mqadmin', 'topicList']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /hint: .*-n 127\.0\.0\.1:9876.*NAMESRV_ADDR/);
});

test('a stack trace only with DEBUG=pocketmq', async () => {
  const argv = ['mqadmin', 'topicList'];
  const env = { POCKETMQ_HOME: '/nonexistent' };
  assert.doesNotMatch((await runCommand(argv, { env })).stderr, /^ +at /m);
  const debug = await runCommand(argv, { env: { ...env, DEBUG: 'pocketmq' } });
  assert.match(debug.stderr, /^ +at /m);
});

test('a word that belongs to no option is named, and the command runs', async (t) => {
  const cluster = await startServers(endingWith((work) => t.after(work)));
  const argv = ['mqadmin', 'topicClusterList', '-n', cluster.namesrv, '-t', 'TBW102', 'stray'];
  const run = await runCommand(argv);
  assert.equal(run.code, 0);
  assert.equal(run.stdout, 'DefaultCluster\n');
  assert.match(run.stderr, /^warning: 'stray' belongs to no option/);
});

test('text, table and JSON', async (t) => {
  const { namesrv } = await startServers(endingWith((work) => t.after(work)));
  const argv = ['mqadmin', 'TOPICROUTE', '-t', 'TBW102'];
  const env = { POCKETMQ_HOME: '/nonexistent', NAMESRV_ADDR: namesrv };
  const text = await runCommand(argv, { env });
  assert.match(text.stdout, /\t\t\t\t0:"127\.0\.0\.1:\d+"\n/);
  const json = await runCommand([...argv, '--json'], { env });
  const route = JSON.parse(json.stdout) as { brokerDatas: { brokerName: string }[] };
  assert.equal(route.brokerDatas[0]!.brokerName, 'broker-a');
  const table = await runCommand([...argv, '--output', 'table'], { env });
  assert.match(table.stdout, /│ ClusterName +│ BrokerName +│/);
  assert.match(table.stdout, /│ DefaultCluster +│ broker-a +│/);
  assert.ok(!table.stdout.includes('\u001b'), 'no colours where nobody looks');
});

test('what pocketmq alone says', async () => {
  const run = await runCommand([]);
  assert.equal(run.code, 0);
  for (const name of ['dev', 'mqnamesrv', 'mqbroker', 'mqadmin', 'mqshutdown', 'tools']) {
    assert.match(run.stdout, new RegExp(`^ {3}${name} +\\S`, 'm'));
  }
  assert.match((await runCommand(['help', 'mqbroker'])).stdout, /^usage: mqbroker \[-c <arg>\]/);
  assert.match((await runCommand(['--version'])).stdout, /^pocketmq \d/);
});
