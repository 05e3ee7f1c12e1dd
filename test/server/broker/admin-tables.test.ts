// Topics and subscription groups: what they are made of, their files, their changes.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { loadBrokerConfig } from '../../../src/config/load.js';
import { newGroupConfig } from '../../../src/protocol/bodies/group.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import { parseJson } from '../../../src/protocol/fastjson.js';
import { GroupConfigs } from '../../../src/server/broker/metadata/groups.js';
import { TopicConfigs } from '../../../src/server/broker/metadata/topics.js';
import { FakeClock } from '../../support/fake-clock.js';
import { goldenText } from '../../support/golden.js';
import { RecordingLog } from '../../support/recording-log.js';
import { endingWith, tempFolder } from '../../support/temp.js';

function own(t: TestContext, args: string[] = []) {
  const storePathRootDir = tempFolder(endingWith((work) => t.after(work)));
  const names = ['brokerClusterName=GoldenCluster', 'brokerName=broker-g'];
  const { config } = loadBrokerConfig({ env: {}, args: [...names, ...args] });
  const { brokerConfig } = config;
  const [clock, log] = [new FakeClock(), new RecordingLog()];
  return { config: brokerConfig, storePathRootDir, files: realFiles, clock, log };
}

const topicsOf = (parts: ReturnType<typeof own>): TopicConfigs =>
  new TopicConfigs({ ...parts, timerWheelEnable: false });

/** Changes are in the file at the end of the turn in which they were made. */
const written = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const fileOf = (root: string, name: string): string => join(root, 'config', name);

const withoutVersion = (text: string): string =>
  text.replace(/"counter":\d+/, '').replace(/"timestamp":\d+/, '');

test("topics.json is written as RocketMQ's, byte for byte", async (t) => {
  const parts = own(t);
  const topics = topicsOf(parts);
  await topics.start();
  topics.update([
    newTopicConfig('GoldenTopic', {
      readQueueNums: 4,
      writeQueueNums: 4,
      attributes: { '+message.type': 'NORMAL' },
    }),
    newTopicConfig('GoldenOther', { readQueueNums: 1, writeQueueNums: 1 }),
  ]);
  topics.createSendBack('%RETRY%GoldenGroup', 1, 6, 0);
  await topics.stop();
  const written = readFileSync(fileOf(parts.storePathRootDir, 'topics.json'), 'utf8');
  assert.equal(withoutVersion(written), withoutVersion(goldenText('broker/topics.json')));
  assert.match(written, /"counter":3,/);
});

test("subscriptionGroup.json is written as RocketMQ's, byte for byte", async (t) => {
  const parts = own(t);
  const groups = new GroupConfigs(parts);
  await groups.start();
  assert.ok(groups.find('GoldenGroup'));
  await groups.stop();
  const written = readFileSync(fileOf(parts.storePathRootDir, 'subscriptionGroup.json'), 'utf8');
  assert.equal(
    withoutVersion(written),
    withoutVersion(goldenText('broker/subscriptionGroup.json')),
  );
});

test('fields that this version does not know survive a rewrite', async (t) => {
  const parts = own(t);
  mkdirSync(join(parts.storePathRootDir, 'config'));
  const path = fileOf(parts.storePathRootDir, 'topics.json');
  const stranger = { topicName: 'T', readQueueNums: 2, writeQueueNums: 2, perm: 6, newer: [1] };
  const text = { dataVersion: { counter: 7 }, future: { a: 1 }, topicConfigTable: { T: stranger } };
  writeFileSync(path, JSON.stringify(text));
  const topics = topicsOf(parts);
  await topics.start();
  assert.equal(topics.get('T')?.topicFilterType, 'SINGLE_TAG');
  topics.createSendBack('U', 1, 6, 0);
  await written();
  const after = parseJson(readFileSync(path, 'utf8')) as Record<string, never>;
  assert.deepEqual(after['future'], { a: 1 });
  assert.deepEqual((after['topicConfigTable']['T'] as { newer: unknown }).newer, [1]);
  assert.equal((after['dataVersion'] as { counter: number }).counter, 8);
  assert.equal(readFileSync(`${path}.bak`, 'utf8'), JSON.stringify(text));
});

test('a broken file is read from its backup; without one nothing starts', async (t) => {
  const parts = own(t);
  mkdirSync(join(parts.storePathRootDir, 'config'));
  const path = fileOf(parts.storePathRootDir, 'topics.json');
  writeFileSync(path, '{"topicConfigTable":{"T"');
  await assert.rejects(topicsOf(parts).start(), { code: 'STORE_UNREADABLE' });
  const good = '{"topicConfigTable":{"T":{"perm":4}}}';
  writeFileSync(`${path}.bak`, good);
  const topics = topicsOf(parts);
  await topics.start();
  assert.equal(topics.get('T')?.perm, 4);
  assert.ok(
    parts.log.lines.some(({ text }) => /topics.json is damaged: its .bak is used/.test(text)),
  );
  await topics.stop();
  assert.match(readFileSync(path, 'utf8'), /"T":\{/);
  assert.equal(readFileSync(`${path}.bak`, 'utf8'), good, 'the damaged text does not replace it');
});

test('a producer makes a topic after the model of the default topic', (t) => {
  const parts = own(t, ['defaultTopicQueueNums=6']);
  const topics = topicsOf(parts);
  const wish = { topic: 'New', defaultTopic: 'TBW102', queueNums: 4, remote: 'p', sysFlag: 1 };
  const heard: string[] = [];
  topics.onChange((changed) => heard.push(...changed.map(({ topicName }) => topicName)));
  const made = topics.createOnSend(wish);
  assert.equal(made?.writeQueueNums, 4);
  assert.equal(made?.perm, 6);
  assert.equal(made?.topicSysFlag, 1);
  assert.equal(topics.createOnSend({ ...wish, topic: 'Wide', queueNums: 16 })?.readQueueNums, 6);
  assert.equal(topics.createOnSend(wish), made);
  assert.deepEqual(heard, ['New', 'Wide']);
});

test('no topic is made when auto creation is off, or the model is not inherited', (t) => {
  const topics = topicsOf(own(t, ['autoCreateTopicEnable=false']));
  const wish = { topic: 'New', defaultTopic: 'TBW102', queueNums: 4, remote: 'p', sysFlag: 0 };
  assert.equal(topics.createOnSend(wish), undefined);
  assert.equal(topics.createOnSend({ ...wish, defaultTopic: 'BenchmarkTest' }), undefined);
  assert.equal(topics.get('New'), undefined);
});

test('attributes change as RocketMQ allows, with its words for what it refuses', (t) => {
  const topics = topicsOf(own(t));
  const update = (attributes: Record<string, string>): unknown => {
    topics.update([newTopicConfig('A', { attributes })]);
    return topics.get('A')?.attributes;
  };
  const refused = (attributes: Record<string, string>, message: string): void =>
    assert.throws(() => update(attributes), { message });
  const onlyAdd = 'only add attribute is supported while creating topic. key: message.type';
  refused({ '-message.type': '' }, onlyAdd);
  refused({ '+colour': 'red' }, 'unsupported key: colour');
  assert.deepEqual(update({ '+message.type': 'FIFO', '+queue.type': 'SimpleCQ' }), {
    'message.type': 'FIFO',
    'queue.type': 'SimpleCQ',
  });
  const fixed = 'attempt to update an unchangeable attribute. key: queue.type';
  refused({ '+queue.type': 'BatchCQ' }, fixed);
  refused({ '-reserve.time': '' }, 'attempt to delete a nonexistent key: reserve.time');
  const range = 'value is not in range(-1, 9223372036854775807)';
  refused({ '+reserve.time': '-2' }, range);
  assert.deepEqual(update({ '-message.type': '' }), { 'queue.type': 'SimpleCQ' });
  assert.deepEqual(update({}), { 'queue.type': 'SimpleCQ' });
});

test('pages of topics follow the data version', (t) => {
  const topics = topicsOf(own(t));
  const names = [...topics.names()].sort();
  const version = topics.dataVersion;
  assert.deepEqual([...topics.page(2, 3, version).keys()].sort(), names.slice(2, 5));
  const old = { ...version, counter: 99 };
  assert.deepEqual([...topics.page(2, 3, old).keys()].sort(), names.slice(0, 3));
});

test('groups are made on demand, system groups even where that is off', (t) => {
  const parts = own(t, ['autoCreateSubscriptionGroup=false']);
  const groups = new GroupConfigs(parts);
  assert.equal(groups.find('Mine'), undefined);
  assert.ok(groups.find('CID_RMQ_SYS_OTHER'));
  parts.config.autoCreateSubscriptionGroup = true;
  assert.ok(groups.find('Mine'));
  assert.equal(groups.find('not legal!'), undefined);
  groups.update([newGroupConfig('Mine', { retryMaxTimes: 3 })]);
  assert.equal(groups.get('Mine')?.retryMaxTimes, 3);
  assert.equal(groups.delete('Mine'), true);
  assert.equal(groups.delete('Mine'), false);
});

test('what a group may not read is kept by topic', async (t) => {
  const parts = own(t);
  const groups = new GroupConfigs(parts);
  await groups.start();
  groups.forbid('g', 't', 2, true);
  groups.forbid('g', 'u', 2, true);
  groups.forbid('g', 'u', 2, false);
  await written();
  assert.equal(groups.forbidden('g', 't', 2), true);
  assert.equal(groups.forbidden('g', 'u', 2), false);
  const again = new GroupConfigs(parts);
  await again.start();
  assert.equal(again.forbidden('g', 't', 2), true);
});
