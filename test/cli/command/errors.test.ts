// What a command says when it fails: the exact lines on stderr, and the exit code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Cluster } from '../../support/cluster.js';
import { runCommand, type Run } from '../../support/commands.js';
import { registerBroker } from '../../support/fake-broker.js';
import { freePort } from '../../support/ports.js';
import { startServers } from '../../support/servers.js';
import { Ending } from '../../support/temp.js';

const ending = new Ending();
let cluster: Cluster;
/** Nobody listens there. */
let nowhere: string;
/** A broker that the name server knows, at an address that cannot be reached. */
let away: string;

before(async () => {
  cluster = await startServers(ending);
  nowhere = `127.0.0.1:${await freePort()}`;
  const made = await mqadmin('updateTopic', '-b', cluster.broker, '-t', 'Orders');
  assert.equal(made.code, 0, made.stderr);
  const fake = { brokerName: 'broker-nat', clusterName: 'NatCluster' };
  away = await registerBroker(ending, cluster.namesrv, fake);
});
after(() => ending.run());

function mqadmin(...words: string[]): Promise<Run> {
  const env = { POCKETMQ_HOME: '/nonexistent', NAMESRV_ADDR: cluster.namesrv };
  return runCommand(['mqadmin', ...words], { env });
}

/** The lines on stderr, and the code. */
async function fails(words: readonly string[], code: number, ...lines: string[]): Promise<void> {
  const run = await mqadmin(...words);
  assert.deepEqual(run.stderr.split('\n').slice(0, -1), lines, words.join(' '));
  assert.equal(run.code, code);
}

test('an unknown topic', async () => {
  await fails(
    ['topicRoute', '-t', 'NothingLikeIt'],
    1,
    'error: topic NothingLikeIt does not exist',
    'hint: mqadmin topicList lists the topics',
  );
  await fails(
    ['topicStatus', '-t', 'Ordres'],
    1,
    'error: topic Ordres does not exist',
    'hint: did you mean Orders?',
  );
});

test('an unknown group', async () => {
  await fails(
    ['consumerProgress', '-g', 'Nobody'],
    1,
    'error: there is no group Nobody',
    'hint: no consumer of the group Nobody has ever been connected',
  );
  await fails(
    ['consumerConnection', '-g', 'Nobody'],
    1,
    'error: no client of the group Nobody is connected',
  );
});

test('names in the wrong case', async () => {
  const route = await mqadmin('TOPICroute', '-t', 'Orders');
  assert.equal(route.code, 0, 'of commands any case will do');
  await fails(
    ['topicRoute', '-t', 'orders'],
    1,
    'error: topic orders does not exist',
    'hint: did you mean Orders?',
  );
  await fails(
    ['updateTopic', '-t', 'T', '-c', 'defaultcluster'],
    1,
    'error: there is no cluster defaultcluster',
    'hint: did you mean DefaultCluster?',
  );
  await fails(
    ['getBrokerEpoch', '-b', 'Broker-A'],
    1,
    'error: there is no broker Broker-A',
    'hint: did you mean broker-a?',
  );
  const { stderr } = await mqadmin('topicRoute', '--TOPIC', 'Orders');
  assert.equal(stderr, 'error: Unrecognized option: --TOPIC\nhint: did you mean --topic?\n');
});

test('an unknown cluster, an unknown broker', async () => {
  await fails(
    ['deleteTopic', '-t', 'Orders', '-c', 'Elsewhere'],
    1,
    'error: there is no cluster Elsewhere',
    'hint: clusters that the name server knows: DefaultCluster, NatCluster',
  );
  await fails(
    ['getBrokerEpoch', '-b', 'x'],
    1,
    'error: there is no broker x',
    'hint: brokers that the name server knows: broker-a, broker-nat',
  );
});

test('nobody listens', async () => {
  await fails(
    ['topicList', '-n', nowhere],
    3,
    `error: cannot reach the name server ${nowhere}: nobody listens there`,
    'hint: is a name server running there? start one with mqnamesrv, or name another with -n',
  );
  await fails(
    ['brokerStatus', '-b', nowhere],
    3,
    `error: cannot connect to ${nowhere}: nobody listens there`,
    `hint: brokers that the name server knows: broker-a ${cluster.broker}, broker-nat ${away}`,
  );
  await fails(
    ['brokerStatus', '-b', nowhere, '-n', nowhere],
    3,
    `error: cannot connect to ${nowhere}: nobody listens there`,
    'hint: does a broker run there? it tells clients its brokerIP1, which they must reach',
  );
  await fails(
    ['topicList', '-n', 'no-such-host.invalid:9876'],
    3,
    'error: cannot reach the name server no-such-host.invalid:9876: the host name is unknown',
    'hint: is a name server running there? start one with mqnamesrv, or name another with -n',
  );
});

test('a broker that advertises an address that cannot be reached', async () => {
  await fails(
    ['getBrokerConfig', '-c', 'NatCluster'],
    3,
    `error: cannot connect to ${away}: nobody listens there`,
    'hint: broker-nat tells clients that it is there: start it if it is not running; if it runs, ' +
      'set its brokerIP1 to an address that can be reached from here',
  );
});

test('no address, or one that is none', async () => {
  await fails(
    ['topicList', '-n', ''],
    2,
    'error: no name server address was given',
    'hint: add -n 127.0.0.1:9876, or set NAMESRV_ADDR',
  );
  await fails(
    ['topicList', '-n', '10.0.0.1'],
    2,
    "error: '10.0.0.1' is no name server address",
    'hint: write host:port, several separated by ;',
  );
  await fails(
    ['brokerStatus', '-b', '10.0.0.1'],
    2,
    "error: '10.0.0.1' is no address of a server",
    'hint: write host:port',
  );
  await fails(
    ['brokerStatus', '-b', '10.0.0.1:99999'],
    2,
    "error: '10.0.0.1:99999' is no address of a server",
    'hint: write host:port',
  );
  await fails(
    ['brokerStatus', '-b', 'broker-a'],
    2,
    "error: 'broker-a' is no address of a server",
    `hint: broker-a is at ${cluster.broker}`,
  );
});

test('a name server in the place of a broker, and the other way about', async () => {
  const { namesrv, broker } = cluster;
  await fails(
    ['brokerStatus', '-b', namesrv],
    2,
    `error: ${namesrv} is a name server, not a broker`,
    `hint: brokers that it knows: broker-a ${broker}, broker-nat ${away}`,
  );
  await fails(
    ['topicList', '-n', broker],
    2,
    `error: ${broker} is a broker, not a name server`,
    'hint: -n takes name servers; their port is mostly 9876',
  );
});

test('several name servers, by semicolon, comma and spaces', async () => {
  for (const separator of [';', ',', ' ; ', ', ']) {
    const run = await mqadmin('topicList', '-n', [nowhere, cluster.namesrv].join(separator));
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^Orders$/m);
  }
});

test('options that are missing, or exclude each other', async () => {
  await fails(['topicRoute'], 2, 'error: Missing required option: t', 'hint: -t is: topic name');
  await fails(
    ['updateTopic', '-t', 'T'],
    2,
    'error: Missing required option: [-b create topic to which broker, -c create topic to which ' +
      'cluster]',
  );
  await fails(['sendMessage'], 2, 'error: Missing required options: t, p');
  await fails(
    ['topicRoute', '-t'],
    2,
    'error: Missing argument for option: t',
    'hint: -t is: topic name',
  );
  await fails(
    ['updateTopic', '-t', 'T', '-b', cluster.broker, '-c', 'DefaultCluster'],
    2,
    "error: The option 'c' was specified but an option from this group has already been " +
      "selected: 'b'",
  );
  await fails(
    ['updateTopic', '-t', 'T', '-b', cluster.broker, '--read', '1', '-Z'],
    2,
    'error: Unrecognized option: -Z',
  );
});

test('numbers and switches that are none', async () => {
  const base = ['updateTopic', '-t', 'T', '-b', cluster.broker];
  for (const wrong of ['many', '1.5', '0x10', '99999999999999999999', '1e3']) {
    await fails(
      [...base, '-r', wrong],
      2,
      `error: -r is '${wrong}'; it must be a whole number`,
      'hint: set read queue nums',
    );
  }
  await fails(
    [...base, '-o', 'ja'],
    2,
    "error: -o is 'ja'; it must be true or false",
    "hint: set topic's order(true|false)",
  );
  await fails(
    [...base, '-r', '-1'],
    1,
    `error: ${cluster.broker} answered UPDATE_AND_CREATE_TOPIC with INVALID_PARAMETER (29): ` +
      'readQueueNums is -1, allowed are 0 to 65535',
  );
  await fails(
    ['resetOffsetByTime', '-g', 'G', '-t', 'Orders', '-s', 'yesterday'],
    2,
    "error: 'yesterday' is no time",
    'hint: write milliseconds, or 2026-01-31#09:05:07:000',
  );
});

test('hyphens, quotes and full-width signs pasted from web pages', async () => {
  const meant = (words: string): string => `hint: you most likely meant: mqadmin ${words}`;
  await fails(
    ['topicRoute', '\u2010t', 'Orders'],
    2,
    "error: '\u2010t' begins with HYPHEN (U+2010), not with '-'",
    meant('topicRoute -t Orders'),
  );
  await fails(
    ['topicRoute', '\uFF0Dt', 'Orders'],
    2,
    "error: '\uFF0Dt' begins with FULLWIDTH HYPHEN-MINUS (U+FF0D), not with '-'",
    meant('topicRoute -t Orders'),
  );
  await fails(
    ['topicRoute', '\u2014topic', 'Orders'],
    2,
    "error: '\u2014topic' begins with EM DASH (U+2014), not with '-'",
    meant('topicRoute --topic Orders'),
  );
  await fails(
    ['topicRoute', '-t', '\u201COrders\u201D'],
    2,
    "error: '\u201COrders\u201D' holds LEFT DOUBLE QUOTATION MARK (U+201C), which the shell " +
      'leaves as it is',
    meant('topicRoute -t Orders'),
  );
  await fails(
    ['topicList', '-n', '10.0.0.1\uFF1A9876\uFF1B10.0.0.2\uFF1A9876'],
    2,
    "error: '10.0.0.1\uFF1A9876\uFF1B10.0.0.2\uFF1A9876' holds FULLWIDTH COLON (U+FF1A) in the " +
      "place of ':'",
    meant("topicList -n '10.0.0.1:9876;10.0.0.2:9876'"),
  );
  await fails(
    ['getBrokerEpoch', '-b', 'broker\u2010a'],
    2,
    "error: 'broker\u2010a' holds HYPHEN (U+2010) in the place of '-'",
    meant('getBrokerEpoch -b broker-a'),
  );
  const body = '\u201C你好，世界\u201D';
  const sent = await mqadmin('sendMessage', '-t', 'Orders', '-p', body);
  assert.equal(sent.code, 0, 'a body may be any text');
});

test('an unknown command', async () => {
  await fails(
    ['clusterLst'],
    2,
    'error: The sub command clusterLst not exist.',
    'hint: did you mean clusterList?',
  );
  await fails(
    ['xyzzy'],
    2,
    'error: The sub command xyzzy not exist.',
    "hint: 'mqadmin' alone lists the commands",
  );
  await fails(
    ['topiclist‐'],
    2,
    'error: The sub command topiclist‐ not exist.',
    'hint: did you mean topicList?',
  );
});
