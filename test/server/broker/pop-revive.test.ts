// What POP handed out comes back: as which message, under which topic, and after a crash.

import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parseProperties } from '../../../src/protocol/properties.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ack, changeTime, GROUP, pop, receipt, texts } from './popping.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, { broker: { enableRetryTopicV2: true } });
});
after(() => ending.run());

const LONG = { pollTime: 15_000 };
const SHORT = { invisibleTime: 1200 };

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

test('retry topics of the second form', async () => {
  await broker.createTopic('Second_Form', 1);
  await broker.sent('Second_Form', 'x');
  await pop(broker, 'Second_Form', SHORT);
  const back = await pop(broker, 'Second_Form', { ...LONG, ...SHORT });
  assert.deepEqual(texts(back.messages), ['x']);
  assert.equal(back.header.startOffsetInfo, '2 0 0');
  assert.match(
    parseProperties(back.messages[0].properties).POP_CK,
    /^0 \d+ 1200 \d 2 broker-a 0 0$/,
  );
  const third = await pop(broker, 'Second_Form', LONG);
  assert.equal(third.messages[0].reconsumeTimes, 2);
  assert.equal(third.header.msgOffsetInfo, '2 0 1');
  const firstPop = (answer: typeof back) =>
    parseProperties(answer.messages[0].properties)['1ST_POP_TIME'];
  assert.equal(firstPop(third), firstPop(back));
  const retryTopic = `%RETRY%${GROUP}+Second_Form`;
  assert.deepEqual(await broker.bodies(retryTopic, 0), ['x', 'x']);
  const [message] = third.messages;
  assert.equal((await ack(broker, retryTopic, message, receipt(third, message))).code, 0);
});

test('a consumer that only asked for time has not tried', async () => {
  await broker.createTopic('Suspended', 1);
  await broker.sent('Suspended', 'x');
  const first = await pop(broker, 'Suspended');
  const [message] = first.messages;
  const handle = receipt(first, message);
  await changeTime(broker, 'Suspended', message, handle, { ...SHORT, suspend: true });
  const back = await pop(broker, 'Suspended', LONG);
  assert.deepEqual(
    back.messages.map(({ reconsumeTimes }) => reconsumeTimes),
    [0],
  );
});

test('what another broker has is looked for again, or given up when that is wanted', async () => {
  const log = new RecordingLog();
  const skip = { brokerName: 'escaped', skipWhenCKRePutReachMaxTimes: true };
  const other = await RunningBroker.start(ending, { broker: skip, log });
  await other.createTopic('Remote', 1);
  await pop(other, 'Remote'); // makes the group
  // Due by now, and once it is put again not before a minute has gone by.
  const point = { t: 'Remote', q: 0, c: GROUP, bn: 'elsewhere', pt: Date.now() - 2000, it: 1000 };
  const taken = { bm: 0, n: 1, d: [0], sp: false };
  for (const tries of [
    { rp: '3', so: 7 },
    { rp: '17', so: 8 },
  ]) {
    const body = JSON.stringify({ ...point, ...taken, ...tries });
    await other.sent('rmq_sys_REVIVE_LOG_DefaultCluster', body, { TAGS: 'ck' });
  }
  const warned = (text: string): boolean =>
    log.lines.some((line) => line.level === 'warn' && line.text.includes(text));
  await until('one to be given up', () => warned('message 8 of Remote 0 in elsewhere is given up'));
  assert.ok(!warned('message 7 of Remote 0 in elsewhere is given up'));
  const [again] = await until('the other to be put again', async () => {
    const bodies = await other.bodies('rmq_sys_wheel_timer', 0);
    return bodies.some((body) => body.includes('"bn":"elsewhere"')) && bodies;
  });
  const { rp, so, it } = JSON.parse(again!) as Record<string, unknown>;
  assert.deepEqual([rp, so, it], ['4', 7, 61_000]);
});

test('a message that is filtered out of the retries does not hold them up', async () => {
  await broker.createTopic('RetryTags', 1);
  await broker.sent('RetryTags', 'a', { TAGS: 'TagA' });
  await broker.sent('RetryTags', 'b', { TAGS: 'TagB' });
  await pop(broker, 'RetryTags', SHORT);
  const back = await pop(broker, 'RetryTags', { ...LONG, exp: 'TagB' });
  assert.deepEqual(texts(back.messages), ['b']);
});

test('retries have queues of their own, as many as their topic has got', async () => {
  const own = await RunningBroker.start(ending, { broker: { useSeparateRetryQueue: true } });
  await own.createTopic('Separate', 2);
  const backFrom = async (queueId: number): Promise<string[]> => {
    await own.sent('Separate', `from ${queueId}`, {}, { queueId });
    await pop(own, 'Separate', SHORT);
    const retryTopic = `%RETRY%${GROUP}_Separate`;
    await until('retry', async () => (await own.bodies(retryTopic, queueId)).length === 1);
    return own.bodies(retryTopic, queueId);
  };
  assert.deepEqual(await backFrom(1), ['from 1']);
  await own.createTopic('Separate', 4);
  assert.deepEqual(await backFrom(3), ['from 3']);
  assert.deepEqual(await gather(own, 'Separate', 2), ['from 1', 'from 3']);
});

/** What a broker would leave behind if it were killed now. */
function killed(victim: RunningBroker): string {
  const folder = tempFolder(ending);
  cpSync(`${victim.folder}/store`, `${folder}/store`, { recursive: true });
  rmSync(`${folder}/store/lock.holder`, { force: true });
  return folder;
}

const afterKill = (victim: RunningBroker, broker = {}): Promise<RunningBroker> =>
  RunningBroker.start(ending, { folder: killed(victim), broker });

/** Pops until `count` messages have come, and acknowledges them; their texts in order. */
async function gather(from: RunningBroker, topic: string, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { messages } = await pop(from, topic, LONG);
    if (messages.length === 0) break;
    found.push(...texts(messages));
  }
  return found.sort();
}

async function offsetOf(at: RunningBroker, group: string, topic: string): Promise<number> {
  const header = { consumerGroup: group, topic, queueId: 0, setZeroIfNotFound: false };
  const options = { allow: ANY };
  const answer = await at.client.request(at.address, 'QUERY_CONSUMER_OFFSET', header, options);
  return answer.code === 0 ? answer.header.offset : -1;
}

test('after a kill all that was not acknowledged comes back, and nothing that was', async () => {
  const soon = { flushConsumerOffsetInterval: 50 };
  const first = await RunningBroker.start(ending, { broker: soon });
  await first.createTopic('Killed', 1);
  for (const text of ['a', 'b', 'c']) await first.sent('Killed', text, { UNIQ_KEY: text });
  const popped = await pop(first, 'Killed', { invisibleTime: 2500 });
  const [a] = popped.messages;
  await ack(first, 'Killed', a, receipt(popped, a));
  const kept = `${first.folder}/store/config/consumerOffset.json`;
  await until('offset on disk', () => /"Killed@poppers":\{\s*0:3/.test(textOf(kept)));
  const second = await afterKill(first);
  assert.deepEqual(await gather(second, 'Killed', 2), ['b', 'c']);
  assert.equal((await pop(second, 'Killed', { pollTime: 300 })).messages.length, 0);
});

test('what had come back before a kill does not come back twice', async () => {
  const never = { flushConsumerOffsetInterval: 600_000, reviveQueueNum: 1 };
  const first = await RunningBroker.start(ending, { broker: never });
  await first.createTopic('Twice', 1);
  await first.sent('Twice', 'x', { UNIQ_KEY: 'x' });
  await pop(first, 'Twice', SHORT);
  const retryTopic = `%RETRY%${GROUP}_Twice`;
  await until('retry', async () => (await first.bodies(retryTopic, 0)).length === 1);
  const second = await afterKill(first, { reviveQueueNum: 1 });
  const revived = ['CID_RMQ_SYS_REVIVE_GROUP', 'rmq_sys_REVIVE_LOG_DefaultCluster'] as const;
  await until('look at the check point', async () => (await offsetOf(second, ...revived)) >= 0);
  assert.deepEqual(await second.bodies(retryTopic, 0), ['x']);
});

test('killed before anything was flushed, and away beyond the time: it still comes back', async () => {
  const store = { timerFlushIntervalMs: 600_000 };
  const first = await RunningBroker.start(ending, { store });
  await first.createTopic('Away', 1);
  await first.sent('Away', 'x', { UNIQ_KEY: 'x' });
  await pop(first, 'Away', SHORT);
  const folder = killed(first);
  const retryTopic = `%RETRY%${GROUP}_Away`;
  await until('retry', async () => (await first.bodies(retryTopic, 0)).length === 1);
  const second = await RunningBroker.start(ending, { folder });
  await until('retry', async () => (await second.bodies(retryTopic, 0)).length === 1);
});
