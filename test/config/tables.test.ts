// The tables against what Apache RocketMQ 5.5.0 has: names, order, types, defaults, listings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { silentLogger } from '../../src/base/log.js';
import { AUTH_CONFIG } from '../../src/config/auth-config.js';
import { BROKER_CONFIG } from '../../src/config/broker-config.js';
import { Configuration } from '../../src/config/configuration.js';
import { CONTROLLER_CONFIG } from '../../src/config/controller-config.js';
import { listSettings } from '../../src/config/listing.js';
import { loadBrokerConfig, loadNamesrvConfig } from '../../src/config/load.js';
import { MESSAGE_STORE_CONFIG } from '../../src/config/message-store-config.js';
import { NAMESRV_CONFIG } from '../../src/config/namesrv-config.js';
import { NETTY_CLIENT_CONFIG, NETTY_SERVER_CONFIG } from '../../src/config/netty-config.js';
import type { Table } from '../../src/config/rows.js';
import { BROKER_TABLES } from '../../src/config/tables.js';
import { golden, goldenText } from '../support/golden.js';

interface GoldenRow {
  name: string;
  type: string;
  default: unknown;
  settable: boolean;
  derived?: string;
  important?: boolean;
}

const TABLES: Record<string, Table> = {
  BrokerConfig: BROKER_CONFIG,
  MessageStoreConfig: MESSAGE_STORE_CONFIG,
  NamesrvConfig: NAMESRV_CONFIG,
  NettyServerConfig: NETTY_SERVER_CONFIG,
  NettyClientConfig: NETTY_CLIENT_CONFIG,
  ControllerConfig: CONTROLLER_CONFIG,
  AuthConfig: AUTH_CONFIG,
};

const KINDS: Record<string, string> = {
  String: 'text',
  int: 'int',
  long: 'long',
  double: 'double',
};

/** A record of options that has a file of its own in RocketMQ. */
const LEFT_OUT = ['jraftConfig'];

test('every property of RocketMQ is there, in its order, with its type and default', () => {
  const rows = golden<Record<string, GoldenRow[]>>('spec/config.json');
  for (const [name, expected] of Object.entries(rows)) {
    const table = TABLES[name]!;
    const wanted = expected.filter((row) => !LEFT_OUT.includes(row.name));
    const own = Object.keys(table).filter((key) => !table[key]!.foreign);
    assert.deepEqual(
      own,
      wanted.map((row) => row.name),
    );
    for (const row of wanted) {
      const mine = table[row.name]!;
      const kind = KINDS[row.type] ?? (row.type === 'boolean' ? 'boolean' : 'choice');
      const where = `${name}.${row.name}`;
      assert.equal(mine.kind, kind, where);
      assert.equal(mine.readOnly ?? false, !row.settable, where);
      assert.equal(mine.important ?? false, row.important ?? false, where);
      if (row.default !== null) assert.equal(mine.value, row.default, where);
      else assert.ok(mine.from ?? mine.nullable, `${where} has no default`);
    }
  }
});

test('every property says what it is for', () => {
  const silent = Object.entries(TABLES).flatMap(([name, table]) =>
    Object.keys(table)
      .filter((key) => table[key]!.doc === '')
      .map((key) => `${name}.${key}`),
  );
  assert.deepEqual(silent, []);
});

const host = {
  cores: 2,
  hostName: 'host',
  userHome: '/home/mq',
  homeDir: '/opt/rocketmq',
  localAddress: '192.0.2.2',
};

/** What follows from other settings before the list is made, where RocketMQ lists it before that. */
const SET_EARLIER = /^(listenPort|configName|clusterName|authConfigPath)=/;

for (const [title, importantOnly] of [
  ['mqbroker -p', false],
  ['mqbroker -m', true],
] as const) {
  test(`${title} lists what RocketMQ lists, and then what it leaves out`, () => {
    const { config } = loadBrokerConfig({ env: {}, host });
    const lines = listSettings({ tables: BROKER_TABLES, config, importantOnly });
    const expected = golden<Record<string, string[]>>('config/listings.json')[title]!;
    const comparable = (line: string): string => (SET_EARLIER.test(line) ? '' : line);
    assert.deepEqual(lines.slice(0, expected.length).map(comparable), expected.map(comparable));
    assert.ok(lines.includes('brokerName=host'));
    assert.ok(lines.includes('flushDiskType=ASYNC_FLUSH'));
  });
}

const keysOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(0, line.indexOf('=')));

test('getBrokerConfig and getNamesrvConfig show the keys that RocketMQ shows, sorted', () => {
  const shown = golden<Record<string, Record<string, string>>>('config/shown.json');
  const parts = { files: realFiles, clock: systemClock, log: silentLogger };
  const { authConfig: _, ...tables } = BROKER_TABLES;
  const broker = new Configuration({
    ...parts,
    tables,
    loaded: loadBrokerConfig({ env: {}, host }),
  });
  // Two unknown keys that stood in the recorded broker's file, and a name server.
  const recorded = Object.keys(shown.getBrokerConfig!).filter(
    (key) => !/^auth.*MetadataProvider$|^namesrvAddr$/.test(key),
  );
  assert.deepEqual(
    keysOf(broker.allConfigs()).filter((key) => key !== 'namesrvAddr'),
    recorded.sort(),
  );
  const namesrv = new Configuration({
    ...parts,
    tables: { namesrvConfig: NAMESRV_CONFIG, nettyServerConfig: NETTY_SERVER_CONFIG },
    loaded: loadNamesrvConfig({ env: {}, host }),
  });
  assert.deepEqual(keysOf(namesrv.allConfigs()), Object.keys(shown.getNamesrvConfig!).sort());
});

test('a file that sets every key means to a broker what it means to RocketMQ', () => {
  const file = fileURLToPath(new URL('../golden/config/every-key.conf', import.meta.url));
  const loaded = loadBrokerConfig({ env: {}, file, host });
  const { authConfig: _, ...tables } = BROKER_TABLES;
  const parts = { files: realFiles, clock: systemClock, log: silentLogger };
  const shown = new Configuration({ ...parts, tables, loaded }).allConfigs();
  assert.deepEqual(shown.split('\n'), goldenText('config/every-key.txt').split('\n'));
});
