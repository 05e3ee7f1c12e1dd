// mqadmin doctor on clusters of ours that something is wrong with, each check at least once.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { refuse } from '../../src/base/errors.js';
import { realFiles } from '../../src/base/files.js';
import { silentLogger } from '../../src/base/log.js';
import { DEFAULT_TLS, type TlsSettings } from '../../src/config/tls.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { createServer } from '../../src/remoting/server.js';
import { fastClock } from '../support/fast-clock.js';
import { runCommand } from '../support/commands.js';
import { freePort } from '../support/ports.js';
import { type ServerOptions, startServers } from '../support/servers.js';
import { startNamesrv } from '../support/namesrv.js';
import { endingWith, type Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

interface Report {
  code: number;
  findings: { level: string; check: string; text: string; advice?: string }[];
}

const endingOf = (t: TestContext): Ending => endingWith((work) => t.after(work));

async function examined(namesrv: string, ...argv: string[]): Promise<Report> {
  const command = ['mqadmin', 'doctor', '-n', namesrv, '--json', '--timeout', '2000', ...argv];
  const { code, stdout, stderr } = await runCommand(command);
  assert.equal(stderr, '');
  return { code, findings: (JSON.parse(stdout) as { findings: Report['findings'] }).findings };
}

/** The finding of a check that says so; its level and text. */
function says({ findings }: Report, level: string, check: string, text: RegExp): void {
  const found = findings.find((one) => one.check === check && text.test(one.text));
  assert.ok(found, `no ${check} ${String(text)} in ${JSON.stringify(findings, null, 1)}`);
  assert.equal(found.level, level, found.text);
  assert.equal(found.advice === undefined, level === 'ok', found.text);
}

const start = (t: TestContext, options: ServerOptions = {}) => startServers(endingOf(t), options);

test('a cluster that is well', async (t) => {
  const { namesrv, broker } = await start(t, { broker: { autoCreateTopicEnable: false } });
  const report = await examined(namesrv);
  assert.equal(report.code, 0);
  says(report, 'ok', 'name servers', new RegExp(`${namesrv} answers in \\d+ ms, V5_5_0`));
  says(report, 'ok', 'broker addresses', new RegExp(`broker-a \\(id 0\\) at ${broker} answers`));
  says(report, 'ok', 'versions', /^V5_5_0$/);
  says(report, 'ok', 'clocks', /within \d s/);
  says(report, 'ok', 'automatic topics', /nobody/);
  for (const check of ['TLS and accounts', 'broker names and ids', 'system topics', 'topics']) {
    says(report, 'ok', check, /./);
  }
  assert.ok(!report.findings.some(({ level }) => level === 'fail'));
  const quiet = await runCommand(['mqadmin', 'doctor', '-n', namesrv, '-q']);
  assert.doesNotMatch(quiet.stdout, /^ok /m);
  assert.match(quiet.stdout, /\n\d+ ok, \d warnings?, 0 failures\n$/);
});

test('no name server answers, one of two answers, no broker is there', async (t) => {
  const nobody = `127.0.0.1:${await freePort()}`;
  const none = await examined(nobody);
  assert.equal(none.code, 3);
  says(none, 'fail', 'name servers', /nobody listens there/);
  const ending = endingOf(t);
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const one = await examined(`${address};${nobody}`);
  assert.equal(one.code, 1);
  says(one, 'fail', 'name servers', /nobody listens there/);
  says(one, 'fail', 'broker addresses', /no broker is registered/);
});

test('name servers that know different things, and more of them than were named', async (t) => {
  const ending = endingOf(t);
  const second = await startNamesrv(ending, tempFolder(ending));
  const { namesrv } = await start(t);
  const report = await examined(`${namesrv};${second.address}`);
  assert.equal(report.code, 1);
  says(report, 'fail', 'routes', new RegExp(`broker-a.*is not registered at ${second.address}`));
  says(report, 'warn', 'routes', /does not know .* and \d+ more/);
  const both = await start(t, { broker: { namesrvAddr: `${namesrv};${second.address}` } });
  await until('registration', async () =>
    (await examined(second.address)).findings.some(({ text }) => text.includes(both.broker)),
  );
  says(
    await examined(second.address),
    'warn',
    'routes',
    new RegExp(`more name servers.*${namesrv}`),
  );
});

test('addresses that clients cannot use, and a port for slaves that nobody reaches', async (t) => {
  const gone = await startServers(endingOf(t), {
    broker: { brokerIP1: '127.0.0.1', brokerIP2: '240.0.0.1' },
    store: { brokerRole: 'SYNC_MASTER' },
  });
  const report = await examined(gone.namesrv);
  says(report, 'warn', 'broker addresses', /clients on this host only/);
  says(report, 'fail', 'broker ports', /slaves cannot connect to 240\.0\.0\.1:\d+/);
  says(report, 'fail', 'replication', /broker-a \(id 0\) is a SYNC_MASTER without a slave/);
  const container = await startServers(endingOf(t), { broker: { brokerIP1: '172.17.255.254' } });
  const unreached = await examined(container.namesrv);
  assert.equal(unreached.code, 1);
  says(unreached, 'fail', 'broker addresses', /at 172\.17\.255\.254:\d+ cannot be reached/);
  const { advice } = unreached.findings.find(({ check }) => check === 'broker addresses')!;
  assert.match(advice!, /address of a container: set brokerIP1/);
});

test('a broker that asks for an account', async (t) => {
  const user = JSON.stringify({ username: 'admin', password: 'admin-secret' });
  const auth = { authenticationEnabled: true, clusterName: 'C', initAuthenticationUser: user };
  const { namesrv } = await start(t, { auth });
  const report = await examined(namesrv);
  assert.equal(report.code, 1);
  says(report, 'fail', 'TLS and accounts', /broker-a \(id 0\).* refuses/);
  const account = ['--access-key', 'admin', '--secret-key', 'admin-secret'];
  says(await examined(namesrv, ...account), 'ok', 'TLS and accounts', /nobody refuses/);
});

test('two brokers with one name, and a slave without its master', async (t) => {
  const first = await start(t);
  const ending = endingOf(t);
  const second = await startNamesrv(ending, tempFolder(ending));
  const other = await start(t, { broker: { namesrvAddr: second.address } });
  const twins = await examined(`${first.namesrv};${second.address}`);
  const place = /broker-a \(id 0\) is at \S+ and \S+: one takes the other's place/;
  says(twins, 'fail', 'broker names and ids', place);
  assert.notEqual(first.broker, other.broker);
  const orphan = await start(t, {
    broker: { brokerName: 'broker-s', brokerId: 1 },
    store: { brokerRole: 'SLAVE' },
  });
  says(await examined(orphan.namesrv), 'fail', 'broker names and ids', /broker-s has no master/);
});

test('a clock that is wrong, a disk that is full, no permission to write', async (t) => {
  const clock = { ...fastClock(1), now: () => Date.now() - 3_600_000 };
  const store = { diskSpaceWarningLevelRatio: 0.001, diskMaxUsedSpaceRatio: 1 };
  const { namesrv, broker } = await start(t, { clock, store, broker: { brokerPermission: 4 } });
  const report = await examined(namesrv);
  assert.equal(report.code, 1);
  says(report, 'fail', 'clocks', /broker-a \(id 0\) is 3\d{3} s behind this host/);
  says(report, 'fail', 'disks', /its disk is \d+ % full: it takes no messages/);
  says(report, 'warn', 'permission to write', /takes no messages: brokerPermission is 4/);
  says(report, 'warn', 'automatic topics', /a mistyped topic becomes a new one/);
  const argv = ['updateBrokerConfig', '-b', broker, '-k', 'diskSpaceWarningLevelRatio', '-v', '1'];
  await runCommand(['mqadmin', ...argv]);
  says(await examined(namesrv), 'warn', 'disks', /messages are deleted before their time/);
});

test('system topics that are gone, permission wiped', async (t) => {
  const cluster = await start(t);
  const { namesrv, broker } = cluster;
  const { client } = new Wire(endingOf(t), cluster);
  const topic = 'RMQ_SYS_TRANS_HALF_TOPIC';
  await client.request(namesrv, 'DELETE_TOPIC_IN_NAMESRV', { topic });
  await runCommand(['mqadmin', 'wipeWritePerm', '-n', namesrv, '-b', 'broker-a']);
  const report = await examined(namesrv);
  assert.equal(report.code, 0, broker);
  says(report, 'warn', 'system topics', /broker-a \(id 0\) lacks RMQ_SYS_TRANS_HALF_TOPIC/);
  says(report, 'warn', 'system topics', /gives broker-a \(id 0\) no permission to write/);
});

/** A name server that knows one topic, which has no broker. */
async function fakeNamesrv(t: TestContext, settings: Partial<TlsSettings> = {}): Promise<string> {
  const server = createServer({
    host: '127.0.0.1',
    ports: [0],
    handlers: {
      GET_BROKER_CLUSTER_INFO: () => ({ body: Buffer.from('{}') }),
      GET_ALL_TOPIC_LIST_FROM_NAMESERVER: () => ({ body: Buffer.from('{"topicList":["Orphan"]}') }),
      GET_ROUTEINFO_BY_TOPIC: () => {
        throw refuse(ResponseCode.TOPIC_NOT_EXIST, 'No topic route info');
      },
    },
    tls: { settings: { ...DEFAULT_TLS, ...settings }, files: realFiles },
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  t.after(() => server.stop());
  return `127.0.0.1:${server.port()}`;
}

test('topics without a broker', async (t) => {
  // no name server of ours, nor of RocketMQ's, can be brought to this on purpose
  says(await examined(await fakeNamesrv(t)), 'warn', 'topics', /no broker has Orphan/);
});

test('a server that takes TLS only', async (t) => {
  const address = await fakeNamesrv(t, { mode: 'enforcing' });
  const plain = await examined(address);
  assert.equal(plain.code, 3);
  says(plain, 'fail', 'TLS and accounts', /takes the connection and closes it/);
  const secure = await examined(address, '--tls');
  says(secure, 'ok', 'name servers', /answers in/);
});

test('a group whose messages wait for nobody', async (t) => {
  const cluster = await start(t);
  const { namesrv, broker } = cluster;
  const wire = new Wire(endingOf(t), cluster);
  await wire.createTopic('T', 1);
  await runCommand(['mqadmin', 'updateSubGroup', '-n', namesrv, '-b', broker, '-g', 'G']);
  for (const body of ['1', '2', '3']) await wire.send('T', 0, body, {});
  const offset = { consumerGroup: 'G', topic: 'T', queueId: 0, commitOffset: 1 };
  await wire.client.request(broker, 'UPDATE_CONSUMER_OFFSET', offset);
  const report = await examined(namesrv);
  assert.equal(report.code, 0);
  says(report, 'warn', 'consumer groups', /^G: 2 messages wait, and no consumer is connected$/);
  let sending = true;
  const sender = (async () => {
    while (sending) await wire.send('T', 0, 'more', {});
  })();
  const growing = await examined(namesrv);
  sending = false;
  await sender;
  assert.equal(growing.code, 1);
  says(growing, 'fail', 'consumer groups', /^G: \d+ messages wait, \d+ more than a moment ago/);
});
