// Settings from files, the environment and the command line: precedence, and what is said of mistakes.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { MqError } from '../../src/base/errors.js';
import { listSettings } from '../../src/config/listing.js';
import { loadBrokerConfig, loadNamesrvConfig } from '../../src/config/load.js';
import type { LoadOptions, Loaded } from '../../src/config/load.js';
import { BROKER_TABLES } from '../../src/config/tables.js';
import type { BrokerSettings } from '../../src/config/tables.js';

const host = { userHome: '/home/mq', hostName: 'host', localAddress: '192.0.2.2', cores: 4 };

function fileWith(t: TestContext, content: string | Buffer, name = 'broker.conf'): string {
  const path = mkdtempSync(join(tmpdir(), 'pocketmq-config-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, 'conf'));
  writeFileSync(join(path, 'conf', name), content);
  return join(path, 'conf', name);
}

const load = (options: LoadOptions): Loaded<BrokerSettings> =>
  loadBrokerConfig({ env: {}, host, ...options });

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof MqError);
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.equal(error.exit, 2);
    return error.message;
  }
  throw new Error('nothing was refused');
}

test('a file as the deployment guides write it', (t) => {
  const file = fileWith(
    t,
    [
      '\uFEFF#所属集群名字',
      'brokerClusterName=rocketmq-cluster',
      'brokerName=broker-a ',
      '#0 表示 Master, >0 表示 Slave',
      'brokerId=0',
      'namesrvAddr = nameserver1:9876 ; nameserver2:9876;',
      'listenPort=21010',
      'mapedFileSizeCommitLog=1048576',
      'mappedFileSizeConsumeQueue = 300000',
      'autoCreateTopicEnable= true ',
      'storePathRootDir=/data/store',
      'storePathConsumeQueue=/data/store/consumequeue',
      'brokerRole=SYNC_MASTER',
      'flushDiskType=sync_flush',
      '',
    ].join('\r\n'),
  );
  const { config, warnings, origins, storePath, homeDir } = load({ file });
  const { brokerConfig, messageStoreConfig, nettyServerConfig } = config;
  assert.equal(brokerConfig.brokerClusterName, 'rocketmq-cluster');
  assert.equal(brokerConfig.brokerName, 'broker-a');
  assert.equal(brokerConfig.namesrvAddr, 'nameserver1:9876;nameserver2:9876');
  assert.equal(brokerConfig.autoCreateTopicEnable, true);
  assert.equal(brokerConfig.brokerIP1, '192.0.2.2');
  assert.equal(nettyServerConfig.listenPort, 21010);
  assert.equal(messageStoreConfig.haListenPort, 21011);
  assert.equal(messageStoreConfig.mappedFileSizeCommitLog, 1048576);
  assert.equal(messageStoreConfig.mappedFileSizeConsumeQueue, 300000);
  assert.equal(messageStoreConfig.brokerRole, 'SYNC_MASTER');
  assert.equal(messageStoreConfig.flushDiskType, 'SYNC_FLUSH');
  assert.deepEqual(warnings, []);
  assert.equal(origins.get('brokerName'), `${file} line 3`);
  assert.equal(storePath, file);
  assert.equal(homeDir, '/home/mq/.pocketmq');
});

test('the command line wins over the file, the file over the environment', (t) => {
  const file = fileWith(t, 'namesrvAddr=file:1\nbrokerName=file\nfileReservedTime=1\n');
  const env = { NAMESRV_ADDR: 'env:1', ROCKETMQ_HOME: '/opt/mq' };
  assert.equal(load({ env }).config.brokerConfig.namesrvAddr, 'env:1');
  assert.equal(load({ env, file }).config.brokerConfig.namesrvAddr, 'file:1');
  const all = load({ env, file, namesrvAddr: 'n:1', args: ['fileReservedTime=9', 'brokerName=x'] });
  assert.equal(all.config.brokerConfig.namesrvAddr, 'n:1');
  assert.equal(all.config.brokerConfig.brokerName, 'x');
  assert.equal(all.config.messageStoreConfig.fileReservedTime, 9);
  assert.equal(all.origins.get('namesrvAddr'), '-n');
  assert.equal(all.origins.get('brokerName'), 'command line');
  assert.equal(all.homeDir, '/opt/mq');
  const later = load({ env, file, namesrvAddr: 'n:1', args: ['namesrvAddr=arg:1'] });
  assert.equal(later.config.brokerConfig.namesrvAddr, 'arg:1');
});

test('an unknown key is a warning that names file, line and the nearest key', (t) => {
  const file = fileWith(t, '# one\nbrokernam=a\nqwertyuiop=1\nmapedFileSizeComitLog=9\n');
  const { warnings, config, extras } = load({ file });
  assert.deepEqual(warnings, [
    `${file} line 2: unknown key brokernam is ignored, did you mean brokerName?`,
    `${file} line 3: unknown key qwertyuiop is ignored`,
    `${file} line 4: unknown key mapedFileSizeComitLog is ignored, ` +
      'did you mean mappedFileSizeCommitLog?',
  ]);
  assert.equal(config.brokerConfig.brokerName, 'host');
  assert.equal(extras.get('qwertyuiop'), '1');
});

test('a key without effect is one line of notes', (t) => {
  const file = fileWith(
    t,
    'sendMessageThreadPoolNums=128\nstorePathIndex=/x\ntimerStopDequeue=true\n',
  );
  const { warnings, notes } = load({ file });
  assert.deepEqual(warnings, []);
  assert.equal(notes.length, 3);
  assert.equal(
    notes[0],
    `${file} line 1: sendMessageThreadPoolNums is accepted and has no effect here`,
  );
  assert.match(notes[1]!, /line 2: storePathIndex has no effect, as in Apache RocketMQ: /);
  assert.match(notes[2]!, /line 3: timerStopDequeue cannot be set, its value stays false/);
});

test('a switch that one would rely on is a warning, not a note', (t) => {
  const file = fileWith(t, 'aclEnable=true\nenableDetailStat=false\n');
  const { warnings, notes } = load({ file });
  assert.deepEqual(warnings, [
    `${file} line 1: aclEnable = true has no effect here yet: everybody may do everything`,
  ]);
  assert.deepEqual(notes, [`${file} line 2: enableDetailStat is accepted and has no effect here`]);
});

test('permissions without accounts are a warning: names would be believed', (t) => {
  const file = fileWith(t, 'authorizationEnabled=true\n');
  assert.deepEqual(load({ file }).warnings, [
    `${file} line 1: without authenticationEnabled = true everybody is taken for whom he says he is`,
  ]);
  const both = fileWith(t, 'authorizationEnabled=true\nauthenticationEnabled=true\n');
  assert.deepEqual(load({ file: both }).warnings, []);
});

test('a path that hopes to be expanded is noticed', (t) => {
  const file = fileWith(t, 'storePathRootDir=~/store\nstorePathCommitLog=${HOME}/log\n');
  const { warnings, config } = load({ file });
  assert.deepEqual(warnings, [
    `${file} line 1: storePathRootDir = ~/store is taken as it stands, ~/ too`,
    `${file} line 2: storePathCommitLog = \${HOME}/log is taken as it stands, \${HOME} too`,
  ]);
  assert.equal(config.messageStoreConfig.storePathRootDir, '~/store');
});

test('a single backslash in a path is noticed', (t) => {
  const file = fileWith(t, 'storePathRootDir=D:\\new\\tmp\n');
  const message = problemOf(() => load({ file }));
  assert.match(
    message,
    /line 1: storePathRootDir = .* is not allowed: .*a backslash has to be doubled/s,
  );
});

test('a key that stands twice is named with both lines', (t) => {
  const file = fileWith(t, 'fileReservedTime=1\nfileReservedTime=2\n');
  const { warnings, config } = load({ file });
  assert.equal(config.messageStoreConfig.fileReservedTime, 2);
  assert.match(warnings[0]!, /line 2: fileReservedTime was set before \(.* line 1\)/);
});

for (const [pair, allowed] of [
  ['listenPort=99999', 'a whole number from 0 to 65535'],
  ['fileReservedTime=48h', 'a whole number from 0 to 2147483647'],
  ['brokerId=', 'a whole number, at least -1'],
  ['autoCreateTopicEnable=yes', 'true or false'],
  ['flushDiskType=SYNC', 'one of SYNC_FLUSH, ASYNC_FLUSH'],
  ['namesrvAddr=192.168.0.1', 'host:port entries separated by ";"'],
  ['namesrvAddr=a:9876,b:9876', 'host:port entries separated by ";"'],
  ['namesrvAddr=a:9876；b:9876', 'host:port entries separated by ";"'],
  ['deleteWhen=25', 'hours from 00 to 23'],
  ['messageDelayLevel=1s 5x', 'durations separated by blanks'],
  ['brokerIP1=10.0.0.1 # here', 'one host name or address; a comment needs a line of its own'],
  ['logicalDiskSpaceCleanForciblyThreshold=1.5', 'a number from 0 to 1'],
] as const) {
  test(`${pair} is refused with file, line and what is allowed`, (t) => {
    const file = fileWith(t, `# comment\n\n${pair}\n`);
    const message = problemOf(() => load({ file }));
    const [key, value] = pair.split('=');
    assert.ok(
      message.startsWith(`${file} line 3: ${key} = ${value || '(nothing)'} is not allowed`),
      message,
    );
    assert.ok(message.includes(allowed), message);
  });
}

test('all mistakes are told at once, also those of the command line and the environment', (t) => {
  const file = fileWith(t, 'listenPort=x\nbrokerId=y\n\\u12=1\n');
  const args = ['fileReservedTime=z', 'start'];
  const message = problemOf(() => load({ file, args, env: { NAMESRV_ADDR: 'nowhere' } }));
  for (const part of ['line 1: listenPort', 'line 2: brokerId', 'line 3: a unicode escape']) {
    assert.ok(message.includes(part), part);
  }
  assert.ok(message.includes('command line: fileReservedTime = z'));
  assert.ok(message.includes('command line: start is not of the form key=value'));
  assert.ok(message.includes('NAMESRV_ADDR: namesrvAddr = nowhere is not allowed'));
});

test('a slave needs an id of its own, a master has 0', () => {
  const slave = problemOf(() => load({ args: ['brokerRole=SLAVE'] }));
  assert.match(slave, /brokerId = 0 is not allowed: a SLAVE's must be greater than 0/);
  const { config } = load({ args: ['brokerRole=SLAVE', 'brokerId=2'] });
  assert.equal(config.brokerConfig.brokerId, 2);
  const master = load({ args: ['brokerId=2'] });
  assert.equal(master.config.brokerConfig.brokerId, 0);
  assert.match(
    master.warnings[0]!,
    /brokerId = 2 is taken as 0, because brokerRole is ASYNC_MASTER/,
  );
});

test('a file is looked for here, then in ROCKETMQ_HOME, then with the program', (t) => {
  const file = fileWith(t, 'brokerName=found\n', 'elsewhere.conf');
  const folder = join(file, '..', '..');
  const name = 'conf/elsewhere.conf';
  assert.equal(load({ file }).file, file);
  assert.equal(load({ file: name, env: { ROCKETMQ_HOME: folder } }).file, file);
  assert.equal(load({ file: name, searchIn: ['/nowhere', folder] }).file, file);
  for (const missing of ['conf/none.conf', folder]) {
    assert.throws(
      () => load({ file: missing, searchIn: [folder] }),
      (error) => error instanceof MqError && error.code === 'CONFIG_FILE_UNREADABLE',
    );
  }
});

test('what a broker says about an address that was chosen for it', () => {
  const { warnings } = loadBrokerConfig({ env: {} });
  assert.match(warnings[0]!, /brokerIP1 is not set.*to connect.* to /);
  assert.match(warnings[0]!, /set brokerIP1 in the configuration file, or add brokerIP1=/);
  assert.deepEqual(loadBrokerConfig({ env: {}, args: ['brokerIP1=127.0.0.1'] }).warnings, []);
});

test('a name server keeps its files below the home folder and its configuration in -c', (t) => {
  const plain = loadNamesrvConfig({ env: {}, host });
  assert.equal(plain.config.nettyServerConfig.listenPort, 9876);
  assert.equal(plain.config.namesrvConfig.kvConfigPath, '/home/mq/namesrv/kvConfig.json');
  assert.equal(plain.storePath, '/home/mq/namesrv/namesrv.properties');
  const file = fileWith(t, 'listenPort = 21011\ncontrollerDLegerGroup=g\nlistenPor=1\n', 'ns.conf');
  const loaded = loadNamesrvConfig({ env: {}, host, file, namesrvAddr: '127.0.0.1:9876' });
  assert.equal(loaded.config.nettyServerConfig.listenPort, 21011);
  assert.equal(loaded.config.namesrvConfig.configStorePath, file);
  assert.equal(loaded.storePath, file);
  assert.match(loaded.notes[0]!, /controllerDLegerGroup is accepted/);
  assert.match(loaded.warnings[0]!, /listenPor is ignored, did you mean listenPort\?/);
});

test('the sample configurations load without a warning', () => {
  const conf = new URL('../../conf/', import.meta.url).pathname;
  const pair = ['broker-a', 'broker-b', 'broker-a-s', 'broker-b-s'];
  const brokers = [
    'broker.conf',
    ...['2m-2s-async', '2m-2s-sync'].flatMap((dir) =>
      pair.map((name) => `${dir}/${name}.properties`),
    ),
    ...['broker-a', 'broker-b', 'broker-trace'].map((name) => `2m-noslave/${name}.properties`),
  ];
  for (const name of brokers) assert.deepEqual(load({ file: conf + name }).warnings, [], name);
  assert.deepEqual(loadNamesrvConfig({ env: {}, file: `${conf}namesrv.conf` }).warnings, []);
});

test('whatever a file holds, the answer is settings or a coded error', (t) => {
  const path = fileWith(t, '');
  const key = fc.oneof(
    fc.constantFrom(...Object.values(BROKER_TABLES).flatMap((table) => Object.keys(table))),
    fc.string({ maxLength: 12 }),
  );
  const value = fc.oneof(
    fc.constantFrom('true', 'FALSE', '0', '-1', '99999999999', '1.5', '', 'SLAVE', 'a:1;b:2'),
    fc.string({ maxLength: 12 }),
  );
  const line = fc.tuple(key, fc.constantFrom('=', ' : ', ' '), value);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      writeFileSync(path, lines.map((parts) => parts.join('')).join('\n'));
      try {
        const { config } = load({ file: path });
        for (const [section, table] of Object.entries(BROKER_TABLES)) {
          const values = config[section as keyof BrokerSettings] as Record<string, unknown>;
          for (const [name, row] of Object.entries(table)) {
            assert.equal(typeof values[name], typeof row.value, name);
          }
        }
      } catch (error) {
        assert.ok(error instanceof MqError && error.code === 'CONFIG_INVALID', String(error));
      }
    }),
  );
});

test('a bad secret is refused without being shown', () => {
  const password = 'Hidden1';
  const words = [
    `initAuthenticationUser={"username":"admin","password":"${password}"`,
    `innerClientAuthenticationCredentials={"accessKey":"${password}"}`,
    `{"username":"admin","password":"${password}"}`,
  ];
  const problem = problemOf(() => load({ args: words }));
  assert.ok(!problem.includes(password), problem);
  assert.match(problem, /initAuthenticationUser = \*\*\* is not allowed: it must be JSON like/);
  assert.match(problem, /command line: \*\*\* is not of the form key=value/);
});

test('a secret is in the listing, and not in that for the log', () => {
  const user = '{"username":"admin","password":"Hidden1"}';
  const { config } = load({ args: [`initAuthenticationUser=${user}`] });
  const listed = listSettings({ tables: BROKER_TABLES, config });
  assert.ok(listed.includes(`initAuthenticationUser=${user}`));
  const masked = listSettings({ tables: BROKER_TABLES, config, masked: true });
  assert.ok(masked.includes('initAuthenticationUser=***'));
  assert.ok(masked.includes('innerClientAuthenticationCredentials='));
});
