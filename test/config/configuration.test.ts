// Changes by request: what is refused, what is taken over, what the file looks like afterwards.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { MqError } from '../../src/base/errors.js';
import { realFiles } from '../../src/base/files.js';
import { silentLogger } from '../../src/base/log.js';
import { Configuration } from '../../src/config/configuration.js';
import { loadBrokerConfig, loadNamesrvConfig } from '../../src/config/load.js';
import type { Loaded } from '../../src/config/load.js';
import { BROKER_TABLES, NAMESRV_TABLES } from '../../src/config/tables.js';
import type { BrokerSettings } from '../../src/config/tables.js';

const host = { userHome: '/home/mq', hostName: 'host', localAddress: '192.0.2.2', cores: 4 };

interface Fixture {
  file: string;
  loaded: Loaded<BrokerSettings>;
  configuration: Configuration;
  lines: string[];
  text(): string;
}

function fixture(t: TestContext, content: string | Buffer): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'pocketmq-config-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'broker.conf');
  writeFileSync(file, content);
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const log = { ...silentLogger, info: say, error: say };
  const loaded = loadBrokerConfig({ env: {}, host, file });
  const clock = { ...systemClock, now: () => 1000 + lines.length };
  const configuration = new Configuration({
    tables: BROKER_TABLES,
    loaded,
    files: realFiles,
    clock,
    log,
  });
  return { file, loaded, configuration, lines, text: () => readFileSync(file, 'latin1') };
}

function refusal(work: () => unknown): [number, string] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof MqError);
    return [error.responseCode, error.message];
  }
  throw new Error('nothing was refused');
}

const lineOf = (configuration: Configuration, key: string): string | undefined =>
  configuration
    .allConfigs()
    .split('\n')
    .find((line) => line.startsWith(`${key}=`));

test('a change is taken over, shown and kept with the comments of the file', (t) => {
  const { loaded, configuration, text } = fixture(
    t,
    '# keep\nfileReservedTime = 48\n\nbrokerName=a\n',
  );
  const before = { ...configuration.dataVersion };
  const changed = configuration.update('fileReservedTime=71\nautoCreateTopicEnable=FALSE\n');
  assert.deepEqual(changed, ['fileReservedTime', 'autoCreateTopicEnable']);
  assert.equal(loaded.config.messageStoreConfig.fileReservedTime, 71);
  assert.equal(loaded.config.brokerConfig.autoCreateTopicEnable, false);
  assert.equal(lineOf(configuration, 'fileReservedTime'), 'fileReservedTime=71');
  assert.equal(
    text(),
    '# keep\nfileReservedTime = 71\n\nbrokerName=a\nautoCreateTopicEnable=FALSE\n',
  );
  assert.equal(configuration.dataVersion.counter, before.counter + 1);
  assert.ok(configuration.dataVersion.timestamp > before.timestamp);
});

test('what is read once at the start waits for the next one', (t) => {
  const { loaded, configuration, lines } = fixture(t, 'mapedFileSizeCommitLog=1048576\n');
  configuration.update('mappedFileSizeCommitLog=2097152\nlistenPort=21020');
  assert.equal(loaded.config.messageStoreConfig.mappedFileSizeCommitLog, 1048576);
  assert.equal(loaded.config.nettyServerConfig.listenPort, 10911);
  assert.equal(lineOf(configuration, 'listenPort'), 'listenPort=21020');
  assert.ok(
    lines.includes('listenPort changes from 10911 to 21020, from the next start'),
    lines[1],
  );
  const again = loadBrokerConfig({ env: {}, host, file: loaded.file });
  assert.equal(again.config.messageStoreConfig.mappedFileSizeCommitLog, 2097152);
  assert.equal(again.config.nettyServerConfig.listenPort, 21020);
  assert.deepEqual(again.warnings, []);
});

test('a listed key is refused as RocketMQ refuses it', (t) => {
  const { configuration, text } = fixture(t, '');
  const refused = [16, 'Can not update config in black list.'];
  assert.deepEqual(
    refusal(() => configuration.update('fileReservedTime=1\nbrokerConfigPath=/x')),
    refused,
  );
  configuration.update('fileReservedTime=1');
  assert.equal(text(), 'fileReservedTime=1\n');
  const namesrv = new Configuration({
    tables: NAMESRV_TABLES,
    loaded: loadNamesrvConfig({ env: {}, host }),
    files: realFiles,
    clock: systemClock,
    log: silentLogger,
  });
  for (const key of ['configBlackList', 'configStorePath', 'kvConfigPath']) {
    assert.deepEqual(
      refusal(() => namesrv.update(`${key}=x`)),
      refused,
    );
  }
});

test('an unknown key and a bad value are refused, and then nothing changes', (t) => {
  const { loaded, configuration, text } = fixture(t, 'own=1\n');
  assert.deepEqual(
    refusal(() => configuration.update('fileReservedTime=1\nnoSuchKey=2')),
    [29, 'unknown key noSuchKey'],
  );
  assert.deepEqual(
    refusal(() => configuration.update('fileReservedTim=1')),
    [29, 'unknown key fileReservedTim, did you mean fileReservedTime?'],
  );
  const [code, remark] = refusal(() => configuration.update('fileReservedTime=1\nbrokerRole=x'));
  assert.equal(code, 29);
  assert.match(remark, /^brokerRole = x is not allowed: it must be one of ASYNC_MASTER/);
  assert.equal(refusal(() => configuration.update('a=\\u1'))[0], 1);
  assert.equal(loaded.config.messageStoreConfig.fileReservedTime, 72);
  assert.equal(text(), 'own=1\n');
  assert.equal(configuration.dataVersion.counter, 0);
  configuration.update('own=2'); // unknown, but it stands in the file
  assert.equal(text(), 'own=2\n');
  assert.equal(lineOf(configuration, 'own'), 'own=2');
});

test('comments in another encoding are kept byte for byte', (t) => {
  const gbk = Buffer.from([0x23, 0xbc, 0xaf, 0xc8, 0xba, 0x0d, 0x0a]); // "#集群" in GBK
  const { configuration, file } = fixture(t, Buffer.concat([gbk, Buffer.from('brokerId=0\r\n')]));
  configuration.update('regionId=中');
  assert.deepEqual(
    readFileSync(file),
    Buffer.concat([gbk, Buffer.from('brokerId=0\r\nregionId=\\u4e2d\r\n')]),
  );
});

test('without a file the changes go below the store, and a file that cannot be written is told', (t) => {
  const { file } = fixture(t, '');
  const lines: string[] = [];
  const log = { ...silentLogger, error: (line: string) => void lines.push(line) };
  const parts = { tables: BROKER_TABLES, files: realFiles, clock: systemClock, log };
  const args = [`storePathRootDir=${file}.store`];
  const loaded = loadBrokerConfig({ env: {}, host, args });
  new Configuration({ ...parts, loaded }).update('fileReservedTime=9');
  const kept = join(`${file}.store`, 'config', 'broker.properties');
  assert.equal(readFileSync(kept, 'utf8'), 'fileReservedTime=9\n');
  const blocked = loadBrokerConfig({ env: {}, host, args: [`storePathRootDir=${file}`] });
  new Configuration({ ...parts, loaded: blocked }).update('fileReservedTime=9');
  assert.equal(blocked.config.messageStoreConfig.fileReservedTime, 9);
  assert.match(lines[0]!, /cannot be written: the change ends with this process/);
  assert.equal(existsSync(join(file, 'config')), false);
});
