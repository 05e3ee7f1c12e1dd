// A running name server: its files, its settings, its start and end.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { silentLogger } from '../../../src/base/log.js';
import { systemClock } from '../../../src/base/clock.js';
import { realFiles } from '../../../src/base/files.js';
import { encodeRegisterBody } from '../../../src/protocol/bodies/register.js';
import { decodeMemberGroup } from '../../../src/protocol/bodies/route.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import { REQUESTS } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { createClient } from '../../../src/remoting/client.js';
import { createServer } from '../../../src/remoting/server.js';
import { createNamesrv } from '../../../src/server/namesrv/namesrv.js';
import { golden } from '../../support/golden.js';
import { FakeClock } from '../../support/fake-clock.js';
import { namesrvSettings, startNamesrv } from '../../support/namesrv.js';
import { RawPeer } from '../../support/raw-peer.js';
import { Ending, endingWith, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';

const base = { clock: systemClock, log: silentLogger };

function setup(t: TestContext) {
  const ending = endingWith((work) => t.after(work));
  const client = createClient(base);
  ending.after(() => client.close());
  return { ending, client, folder: tempFolder(ending) };
}

const refusedWith = (responseCode: number) => (error: Error & { details?: object }) => {
  assert.equal((error.details as { responseCode: number }).responseCode, responseCode);
  return true;
};

test('KV configuration survives a restart, and the text before it is kept as .bak', async (t) => {
  const { client, folder } = setup(t);
  const path = join(folder, 'namesrv', 'kvConfig.json');
  const first = new Ending();
  const one = await startNamesrv(first, folder);
  await client.request(one.address, 'PUT_KV_CONFIG', { namespace: 'ns', key: 'a', value: '1' });
  await client.request(one.address, 'PUT_KV_CONFIG', { namespace: 'ns', key: 'b', value: '2' });
  assert.equal(readFileSync(path, 'utf8'), '{"configTable":{"ns":{"a":"1","b":"2"}}}');
  assert.equal(readFileSync(`${path}.bak`, 'utf8'), '{"configTable":{"ns":{"a":"1"}}}');
  await first.run();

  const second = new Ending();
  const two = await startNamesrv(second, folder);
  const answer = await client.request(two.address, 'GET_KV_CONFIG', { namespace: 'ns', key: 'b' });
  assert.equal(answer.header.value, '2');
  await second.run();
});

test('a damaged kvConfig.json gives way to its backup; without one the start fails', async (t) => {
  const { client, ending, folder } = setup(t);
  const { namesrvConfig } = namesrvSettings(folder);
  realFiles.mkdirp(join(folder, 'namesrv'));
  writeFileSync(namesrvConfig.kvConfigPath, '{"configTable":{"ns":{"a":');
  await assert.rejects(startNamesrv(new Ending(), folder), { code: 'CONFIG_FILE_UNREADABLE' });
  writeFileSync(`${namesrvConfig.kvConfigPath}.bak`, '{"configTable":{"ns":{"a":"old"}}}');
  const { address } = await startNamesrv(ending, folder);
  const answer = await client.request(address, 'GET_KV_CONFIG', { namespace: 'ns', key: 'a' });
  assert.equal(answer.header.value, 'old');
});

test('an update is kept in configStorePath, checked, and refused as a whole', async (t) => {
  const { client, ending, folder } = setup(t);
  const { address, config } = await startNamesrv(ending, folder);
  const update = (text: string) =>
    client.request(address, 'UPDATE_NAMESRV_CONFIG', {}, { body: Buffer.from(text) });
  await update('orderMessageEnable=true\nwaitSecondsForService = 7');
  assert.equal(config.namesrvConfig.orderMessageEnable, true);
  const saved = readFileSync(config.namesrvConfig.configStorePath, 'utf8');
  assert.match(saved, /^orderMessageEnable=true$/m);
  const { body } = await client.request(address, 'GET_NAMESRV_CONFIG', {});
  assert.match(body.toString(), /^waitSecondsForService=7$/m);

  const { INVALID_PARAMETER, NO_PERMISSION } = ResponseCode;
  const refusals: [string, number][] = [
    ['orderMessageEnable=false\nnoSuchKey=1', INVALID_PARAMETER],
    ['orderMessageEnable=false\nwaitSecondsForService=soon', INVALID_PARAMETER],
    ['rocketmqHome=/elsewhere', NO_PERMISSION],
    ['configBlackList=', NO_PERMISSION],
  ];
  for (const [text, code] of refusals) await assert.rejects(update(text), refusedWith(code));
  assert.equal(config.namesrvConfig.orderMessageEnable, true);
});

test('the configuration lists what RocketMQ lists, with its defaults', async (t) => {
  const { client, ending, folder } = setup(t);
  const { address } = await startNamesrv(ending, folder);
  const { body } = await client.request(address, 'GET_NAMESRV_CONFIG', {});
  const expected = golden<Record<string, string>>('namesrv/config.json');
  const lines = body.toString().trimEnd().split('\n');
  const listed = lines.map((line) => {
    const [key, value] = line.split(/=(.*)/s) as [string, string];
    return [key, expected[key] === '*' ? '*' : value];
  });
  assert.deepEqual(Object.fromEntries(listed), expected);
});

test('routes wait for brokers after a start, if so set', async (t) => {
  const { client, ending, folder } = setup(t);
  const clock = new FakeClock();
  const wait = { needWaitForService: true, waitSecondsForService: 45 };
  const { address } = await startNamesrv(ending, folder, { clock, config: wait });
  const ask = () => client.request(address, 'GET_ROUTEINFO_BY_TOPIC', { topic: 'T' });
  await assert.rejects(ask(), /name server not ready/);
  clock.advance(45_000);
  await assert.rejects(ask(), /No topic route info in name server for the topic: T\nSee http/);
});

test('a broker of the group is told when its master goes', async (t) => {
  const { client, ending, folder } = setup(t);
  const { address } = await startNamesrv(ending, folder, {
    config: { notifyMinBrokerIdChanged: true },
  });
  const notices: unknown[] = [];
  const slave = createServer({
    ...base,
    host: '127.0.0.1',
    ports: [0],
    handlers: { NOTIFY_MIN_BROKER_ID_CHANGE: (header) => void notices.push(header) },
  });
  await slave.start();
  ending.after(() => slave.stop());
  const slaveAddr = `127.0.0.1:${slave.port()}`;
  const master = await RawPeer.connect(address);
  const topics = ['T', 'U'].map((name) => [name, newTopicConfig(name)] as const);
  const body = encodeRegisterBody({
    topicConfigSerializeWrapper: {
      topicConfigTable: new Map(topics),
      dataVersion: { stateVersion: 0, timestamp: 1, counter: 1 },
      topicQueueMappingInfoMap: new Map(),
    },
    filterServerList: [],
  });
  const identity = { clusterName: 'C', brokerName: 'b', enableActingMaster: true };
  const header = { ...identity, brokerAddr: 'm:1', brokerId: 0, haServerAddr: 'm:2' };
  const ext = Object.fromEntries(Object.entries(header).map(([k, v]) => [k, String(v)]));
  await master.request({ code: REQUESTS.REGISTER_BROKER.code, ext, body });
  const answer = await client.request(
    address,
    'REGISTER_BROKER',
    { ...identity, brokerAddr: slaveAddr, brokerId: 1, haServerAddr: 's:2' },
    { body },
  );
  assert.deepEqual(answer.header, { haServerAddr: 'm:2', masterAddr: 'm:1' });
  master.close();
  await until('notice', () => notices.length > 0);
  assert.deepEqual(notices, [
    { minBrokerId: 1, minBrokerAddr: slaveAddr, offlineBrokerAddr: 'm:1' },
  ]);
  const group = await client.request(address, 'GET_BROKER_MEMBER_GROUP', {
    clusterName: 'C',
    brokerName: 'b',
  });
  assert.deepEqual(decodeMemberGroup(group.body).brokerAddrs, new Map([[1, slaveAddr]]));
});

test('a taken port fails the start; stop may be called twice, or before start', async (t) => {
  const { ending, folder } = setup(t);
  const { namesrv } = await startNamesrv(ending, folder);
  const config = namesrvSettings(folder);
  config.nettyServerConfig.listenPort = namesrv.port;
  const second = createNamesrv({ ...base, config, files: realFiles });
  await assert.rejects(second.start(), { code: 'PORT_TAKEN' });
  await second.stop();
  await namesrv.stop();
  await namesrv.stop();
  await createNamesrv({ ...base, config, files: realFiles }).stop();
});
