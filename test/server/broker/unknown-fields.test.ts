// Fields that this version does not know survive a rewrite: in every file of the config folder, in
// its records too, and whole numbers of 64 bits as they are.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { silentLogger } from '../../../src/base/log.js';
import { newGroupConfig } from '../../../src/protocol/bodies/group.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import { type Json, parseExactJson } from '../../../src/protocol/fastjson.js';
import { BloomFilter } from '../../../src/server/broker/filter/bloom-filter.js';
import { configFile } from '../../../src/server/broker/metadata/config-file.js';
import { GroupConfigs } from '../../../src/server/broker/metadata/groups.js';
import { TopicConfigs } from '../../../src/server/broker/metadata/topics.js';
import { loadBrokerConfig } from '../../../src/config/load.js';
import { FakeClock } from '../../support/fake-clock.js';
import { startServers } from '../../support/servers.js';
import { Ending, endingWith, tempFolder } from '../../support/temp.js';

/** Stands in every record, under names that nobody uses. */
const STRANGE =
  '"futureNumber":9223372036854775807,"futureList":[1,{"a":-9007199254740993}],"future":{"b":{}}';
const VERSION = `"dataVersion":{"counter":7,"stateVersion":0,"timestamp":1700000000000,${STRANGE}}`;
const TOPIC = '"topicName":"T","perm":6,"readQueueNums":4,"writeQueueNums":4';
const { bitNum, bitPos } = new BloomFilter(20, 32).positions('G#T');
const NOW = Date.now();

/** What a newer version may have left, by file; of some the records of records too. */
const FILES: Readonly<Record<string, string>> = {
  'topics.json': `{${VERSION},"topicConfigTable":{"T":{${TOPIC},${STRANGE}}},${STRANGE}}`,
  'subscriptionGroup.json': `{${VERSION},"forbiddenTable":{"G":{"T":4}},"subscriptionGroupTable":{
    "G":{"groupName":"G","groupRetryPolicy":{"type":"CUSTOMIZED",${STRANGE}},${STRANGE}}},${STRANGE}}`,
  'consumerOffset.json': `{${VERSION},"offsetTable":{"T@G":{0:1,1:2}},${STRANGE}}`,
  'delayOffset.json': `{${VERSION},"offsetTable":{77:5},${STRANGE}}`,
  'consumerFilter.json': `{"filterDataByTopic":{"T":{"groupFilterData":{"G":{"consumerGroup":"G",
    "topic":"T","expression":"a>1","expressionType":"SQL92","bornTime":${NOW},"deadTime":0,
    "clientVersion":${NOW},"bloomFilterData":{"bitNum":${bitNum},"bitPos":[${bitPos.join()}],
    ${STRANGE}},${STRANGE}}},"topic":"T",${STRANGE}}},${STRANGE}}`,
  timermetrics: `{${VERSION},"timingCount":{"T":{"count":3,"timeStamp":5,${STRANGE}}},${STRANGE}}`,
  transactionMetrics: `{${VERSION},"transactionCount":{"T":{"count":3,"timeStamp":5,${STRANGE}}},
    ${STRANGE}}`,
  'topicQueueMapping.json': `{${VERSION},"topicQueueMappingInfoMap":{"T":{"bname":"broker-a",
    "epoch":1,"topic":"T","totalQueues":1,"hostedQueues":{0:[
    {"bname":"broker-b","gen":0,"queueId":0,"logicOffset":0,"startOffset":0,"endOffset":5,${STRANGE}},
    {"bname":"broker-a","gen":1,"queueId":0,"logicOffset":9,"startOffset":0,${STRANGE}}]},
    ${STRANGE}}},${STRANGE}}`,
  'messageRequestMode.json': `{"messageRequestModeMap":{"T":{"G":{"consumerGroup":"G","topic":"T",
    "mode":"POP","popShareQueueNum":1,${STRANGE}}}},${STRANGE}}`,
  'consumerOrderInfo.json': `{"table":{"T@G":{0:{"popTime":${NOW},"i":60000,"l":${NOW},"o":[5,1],
    "oc":{5:1},"cm":1,"a":"x",${STRANGE}}}},${STRANGE}}`,
};

/** Keys as text, as either spelling has them. */
function plain(value: Json | undefined): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), plain(item)]));
}

/** Fails where `found` lacks something of `wanted`; it may hold more. */
function assertHolds(found: unknown, wanted: unknown, path: string): void {
  if (typeof wanted !== 'object' || wanted === null) return assert.equal(found, wanted, path);
  assert.ok(typeof found === 'object' && found !== null, `${path} is not there`);
  for (const [key, value] of Object.entries(wanted)) {
    assertHolds((found as Record<string, unknown>)[key], value, `${path}.${key}`);
  }
}

/** What the broker moves by itself. */
const MOVING = /"(counter|timestamp|deadTime)":\d+,/g;

const written = new Map<string, string>();
let folder: string;

before(async () => {
  const ending = new Ending();
  folder = tempFolder(ending);
  const config = join(folder, 'store', 'config');
  mkdirSync(config, { recursive: true });
  // a damaged file is written anew from its .bak; the second broker reads what the first wrote
  for (const [name, text] of Object.entries(FILES)) {
    parseExactJson(text);
    writeFileSync(join(config, name), text.slice(0, 40));
    writeFileSync(join(config, `${name}.bak`), text);
  }
  for (let run = 0; run < 2; run++) {
    const servers = new Ending();
    await startServers(servers, { folder, store: { timerWheelEnable: true } });
    await servers.run();
  }
  for (const name of Object.keys(FILES)) {
    written.set(name, readFileSync(join(config, name), 'utf8'));
  }
  await ending.run();
});

for (const [name, text] of Object.entries(FILES)) {
  test(`fields of a newer version survive in ${name}`, () => {
    const wanted = plain(parseExactJson(text.replaceAll(MOVING, '')));
    assertHolds(plain(parseExactJson(written.get(name)!)), wanted, name);
  });
}

function own(t: TestContext) {
  const storePathRootDir = tempFolder(endingWith((work) => t.after(work)));
  mkdirSync(join(storePathRootDir, 'config'));
  const { config } = loadBrokerConfig({ env: {} });
  const parts = { files: realFiles, clock: new FakeClock(), log: silentLogger };
  return { config: config.brokerConfig, storePathRootDir, ...parts };
}

function put(root: string, name: string): void {
  writeFileSync(join(root, 'config', name), FILES[name]!);
}

function kept(root: string, name: string): Record<string, Record<string, Json>> {
  return plain(parseExactJson(readFileSync(join(root, 'config', name), 'utf8'))) as never;
}

test('a topic and a group that are updated keep them; ones that are made anew do not', async (t) => {
  const parts = own(t);
  put(parts.storePathRootDir, 'topics.json');
  put(parts.storePathRootDir, 'subscriptionGroup.json');
  const topics = new TopicConfigs({ ...parts, timerWheelEnable: false });
  const groups = new GroupConfigs(parts);
  await Promise.all([topics.start(), groups.start()]);
  topics.update([newTopicConfig('T', { perm: 4 })]);
  groups.update([newGroupConfig('G', { retryMaxTimes: 3 })]);
  await Promise.all([topics.stop(), groups.stop()]);
  const topicRow = (): Record<string, unknown> =>
    kept(parts.storePathRootDir, 'topics.json')['topicConfigTable']!['T'] as never;
  const groupRow = (): Record<string, unknown> =>
    kept(parts.storePathRootDir, 'subscriptionGroup.json')['subscriptionGroupTable']!['G'] as never;
  assert.deepEqual([topicRow()['perm'], groupRow()['retryMaxTimes']], [4, 3]);
  for (const row of [topicRow(), groupRow()]) {
    assert.equal(row['futureNumber'], '9223372036854775807n');
  }
  topics.delete('T');
  groups.delete('G');
  topics.update([newTopicConfig('T')]);
  groups.update([newGroupConfig('G')]);
  await Promise.all([topics.stop(), groups.stop()]);
  assert.deepEqual([topicRow()['future'], groupRow()['future']], [undefined, undefined]);
});

test('entries of tables that the state drops do not come back, fields of records do', async (t) => {
  const { storePathRootDir: root, ...parts } = own(t);
  const path = join(root, 'config', 'f.json');
  writeFileSync(path, '{"known":{"a":1,"b":2},"new":1e3,"big":12345678901234567890}');
  let known: Record<string, number> = { a: 1 };
  const state = (): { known: Json; big: Json } => ({ known, big: Number('12345678901234567890') });
  const options = { root, ...parts, name: 'f.json', periodMs: 0, state, load: () => undefined };
  const file = configFile(options);
  await file.start();
  known = { c: 3 };
  file.changed();
  file.save();
  const text = readFileSync(path, 'utf8').replaceAll(/\s/g, '');
  assert.equal(text, '{"big":12345678901234567890,"known":{"c":3},"new":1000}');
});
