// Messages with a time of their own, against a running broker and RocketMQ's timer files.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import { decodeBody, objectOf } from '../../../src/protocol/bodies/json.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
/** Time goes on only where a test says so: nothing is due too early on a machine that pauses. */
const clock = new FakeClock(Date.now());
let frozen: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending);
  frozen = await RunningBroker.start(ending, { broker: { recallMessageEnable: true }, clock });
});
after(() => ending.run());

/** Far more than a loaded machine needs, and less than a wait for something else. */
const LATEST_MS = 10_000;
const HOLDS = { sysFlag: 2 | 4, suspendTimeoutMillis: 15_000 };
const STEP_MS = 100;

/** What comes to a queue when time goes on. */
const later = (topic: string, queueId: number) =>
  until(`messages of ${topic}`, async () => {
    clock.advance(STEP_MS);
    const { messages } = await frozen.pull('g', topic, queueId, 0);
    return messages.length > 0 && messages;
  });

test('a message comes at its time, with RocketMQ’s properties', async () => {
  await frozen.createTopic('Timed', 2);
  const deliver = clock.now() + 1300;
  const properties = { TIMER_DELIVER_MS: String(deliver), TAGS: 'TagD' };
  const sent = await frozen.sent('Timed', 'x', properties, { queueId: 1 });
  assert.equal(sent.queueId, 1);
  const handle = Buffer.from(sent.recallHandle ?? '', 'base64url')
    .toString()
    .split(' ');
  const slot = deliver % 1000 === 0 ? deliver - 1000 : deliver - (deliver % 1000);
  assert.deepEqual(handle, ['v1', 'Timed', 'broker-a', String(slot + 1), sent.transactionId]);
  const [message] = await later('Timed', 1);
  const late = message!.storeTimestamp - deliver;
  assert(late >= 0 && late < LATEST_MS, `it came ${late} ms late`);
  const got = parseProperties(message!.properties);
  assert.equal(got.TIMER_OUT_MS, String(slot));
  assert.equal(got.REAL_TOPIC, 'Timed');
  assert.equal(got.REAL_QID, '1');
  assert.match(got.TIMER_ENQUEUE_MS, /^\d+000$/);
  assert.match(got.TIMER_DEQUEUE_MS, /^\d+$/);
});

test('delays in seconds and milliseconds, several at once, each at its own time', async () => {
  await broker.createTopic('Mixed', 1);
  const begin = Date.now();
  // at once: a machine that pauses between them would change their order
  await Promise.all([
    broker.sent('Mixed', 'second', { TIMER_DELAY_SEC: '1' }),
    broker.sent('Mixed', 'third', { TIMER_DELAY_MS: '1500' }),
    broker.sent('Mixed', 'first', { TIMER_DELAY_MS: '200' }),
    broker.sent('Mixed', 'now', { TIMER_DELIVER_MS: String(begin - 5) }),
  ]);
  const order: string[] = [];
  const times: number[] = [];
  while (order.length < 4) {
    const { messages } = await broker.pull('g', 'Mixed', 0, order.length, HOLDS);
    for (const { body } of messages) {
      order.push(String(body));
      times.push(Date.now() - begin);
    }
  }
  assert.deepEqual(order, ['now', 'first', 'second', 'third']);
  const due = [0, 200, 1000, 1500];
  due.forEach((ms, i) =>
    assert(times[i] >= ms && times[i] < ms + LATEST_MS, `${order[i]}: ${times[i]}`),
  );
});

test('a message is called back by its handle', async () => {
  await frozen.createTopic('Recalled', 1);
  const properties = { TIMER_DELAY_MS: '1500' };
  const victim = await frozen.sent('Recalled', 'victim', { ...properties, UNIQ_KEY: 'U1' });
  await frozen.sent('Recalled', 'kept', { ...properties, UNIQ_KEY: 'U2' });
  const recall = (recallHandle: string, topic = 'Recalled') => {
    const header = { producerGroup: 'p', topic, recallHandle };
    return frozen.client.request(frozen.address, 'RECALL_MESSAGE', header, { allow: ANY });
  };
  const answer = await recall(victim.recallHandle ?? '');
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.equal(answer.header.msgId, 'U1');
  assert.deepEqual(
    (await later('Recalled', 0)).map(({ body }) => String(body)),
    ['kept'],
  );
  assert.equal((await recall('nonsense')).remark, 'recall handle is invalid');
  const other = await recall(victim.recallHandle ?? '', 'Timed');
  assert.equal(other.remark, 'recall failed, topic not match');
});

test('times that are too far or no times are refused', async () => {
  await broker.createTopic('Refused', 1);
  const far = await broker.send('Refused', 'x', { TIMER_DELAY_SEC: String(4 * 24 * 3600) });
  assert.equal(far.code, ResponseCode.MESSAGE_ILLEGAL);
  assert.match(far.remark ?? '', /^timer message illegal, .* max delay 259200000ms;/);
  const odd = await broker.send('Refused', 'x', { TIMER_DELAY_SEC: 'soon' });
  assert.equal(odd.code, ResponseCode.MESSAGE_ILLEGAL);
  const off = await RunningBroker.start(ending, { store: { timerWheelEnable: false } });
  await off.createTopic('Off', 1);
  const answer = await off.send('Off', 'x', { TIMER_DELAY_SEC: '1' });
  assert.equal(answer.code, ResponseCode.SYSTEM_ERROR);
  assert.equal(answer.remark, 'accurate timer message is not enabled, timerWheelEnable is false');
});

test('what waits survives a restart, in RocketMQ’s files', async () => {
  const first = await RunningBroker.start(ending);
  await first.createTopic('Kept', 1);
  await first.sent('Kept', 'early', { TIMER_DELAY_MS: '600' });
  await first.pull('g', 'Kept', 0, 0, HOLDS);
  await first.sent('Kept', 'late', { TIMER_DELAY_MS: '1800' });
  await first.broker.stop();
  const store = `${first.folder}/store`;
  const log = readFileSync(`${store}/timerlog/00000000000000000000`);
  assert.equal(log.length, 104857600);
  assert.deepEqual([log.readInt32BE(0), log.readInt32BE(52), log.readInt32BE(104)], [52, 52, 0]);
  assert.equal(readFileSync(`${store}/timerwheel`).length, 38707200);
  const check = readFileSync(`${store}/config/timercheck`);
  assert.deepEqual([check.length, Number(check.readBigInt64BE(8))], [4096, 104]);
  assert.equal(Number(check.readBigInt64BE(16)), 2);
  const second = await RunningBroker.start(ending, { folder: first.folder });
  const { messages } = await second.pull('g', 'Kept', 0, 1, HOLDS);
  assert.deepEqual(
    messages.map(({ body }) => String(body)),
    ['late'],
  );
  assert.deepEqual(await second.bodies('Kept', 0), ['early', 'late']);
});

test('without its files the timer begins anew and delivers nothing twice', async () => {
  const first = await RunningBroker.start(ending);
  await first.createTopic('Lost', 1);
  await first.sent('Lost', 'early', { TIMER_DELAY_MS: '300' });
  await first.pull('g', 'Lost', 0, 0, HOLDS);
  await first.sent('Lost', 'late', { TIMER_DELAY_MS: '1500' });
  await first.broker.stop();
  for (const name of ['timerlog', 'timerwheel', 'config/timercheck']) {
    const path = `${first.folder}/store/${name}`;
    assert(existsSync(path));
    rmSync(path, { recursive: true });
  }
  const second = await RunningBroker.start(ending, { folder: first.folder });
  const { messages } = await second.pull('g', 'Lost', 0, 1, HOLDS);
  assert.deepEqual(
    messages.map(({ body }) => String(body)),
    ['late'],
  );
  assert.deepEqual(await second.bodies('Lost', 0), ['early', 'late']);
});

test('brokerStatus and the slaves are told what waits', async () => {
  const own = await RunningBroker.start(ending);
  await own.createTopic('Told', 1);
  await own.sent('Told', 'x', { TIMER_DELAY_SEC: '3600' });
  const told = await until('count of what waits', async () => {
    const answer = await own.client.request(own.address, 'GET_TIMER_METRICS', {});
    const { timingCount } = decodeBody(answer.body, 'TimerMetrics');
    return objectOf(objectOf(timingCount).Told).count === 1 && answer;
  });
  assert.equal(told.code, ResponseCode.SUCCESS);
  const info = await own.client.request(own.address, 'GET_BROKER_RUNTIME_INFO', {});
  const table = decodeKvTable(info.body);
  assert.equal(table.timerCongestNum, '1');
  assert.equal(table.timerOffsetBehind, '0');
  const check = await own.client.request(own.address, 'GET_TIMER_CHECK_POINT', {});
  assert.equal(check.body.length, 56);
});
