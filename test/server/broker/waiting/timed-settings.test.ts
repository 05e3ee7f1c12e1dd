// What senders of delayed messages are told and what they get, by settings and properties; every
// answer is the one that Apache RocketMQ 5.5.0 gives.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeKvTable } from '../../../../src/protocol/bodies/broker.js';
import { parseProperties, type Properties } from '../../../../src/protocol/properties.js';
import { ResponseCode } from '../../../../src/protocol/responses.js';
import { Ending } from '../../../support/temp.js';
import { until } from '../../../support/until.js';
import { ANY, RunningBroker } from '../running-broker.js';

const ending = new Ending();
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, {
    broker: { recallMessageEnable: true },
    store: { messageDelayLevel: '1s 3s 1h', timerMaxDelaySec: 3600 },
  });
});
after(() => ending.run());

const HOLDS = { sysFlag: 2 | 4, suspendTimeoutMillis: 15_000 };
const FAR = String(Date.now() + 3_700_000);

/** Refused; told at once; waits in the wheel; or waits for its level. */
const CASES: [name: string, properties: Properties, what: 'no' | 'now' | 'wheel' | 'level'][] = [
  ['longer than timerMaxDelaySec', { TIMER_DELAY_SEC: '3601' }, 'no'],
  ['as long as timerMaxDelaySec', { TIMER_DELAY_SEC: '3600' }, 'wheel'],
  ['longer in ms', { TIMER_DELAY_MS: '3600500' }, 'no'],
  ['a time too far', { TIMER_DELIVER_MS: FAR }, 'no'],
  ['no number', { TIMER_DELAY_SEC: 'soon' }, 'no'],
  ['no whole number', { TIMER_DELAY_MS: '1.5' }, 'no'],
  ['a blank', { TIMER_DELIVER_MS: ' ' }, 'no'],
  ['a sign', { TIMER_DELAY_SEC: '+300' }, 'wheel'],
  ['a time in the past', { TIMER_DELIVER_MS: '1700000000000' }, 'now'],
  ['no delay', { TIMER_DELAY_MS: '0' }, 'now'],
  ['less than no delay', { TIMER_DELAY_SEC: '-3' }, 'now'],
  ['too late to call back', { TIMER_DELIVER_MS: '5', TIMER_DEL_UNIQKEY: 'a' }, 'no'],
  ['a level and times', { DELAY: '3', TIMER_DELAY_SEC: '5', TIMER_DELIVER_MS: '7' }, 'level'],
  ['a level beyond the last', { DELAY: '9' }, 'level'],
  ['level 0 and a time', { DELAY: '0', TIMER_DELAY_MS: '900000' }, 'wheel'],
  ['level -1', { DELAY: '-1' }, 'now'],
  ['level -1 and a time', { DELAY: '-1', TIMER_DELAY_MS: '800000' }, 'wheel'],
  ['seconds before all others', { TIMER_DELAY_SEC: '600', TIMER_DELIVER_MS: '5' }, 'wheel'],
  ['what waited already', { TIMER_OUT_MS: '12345', TIMER_DELAY_SEC: '100' }, 'now'],
];

test('delays are taken, refused or passed over as their properties say', async () => {
  await broker.createTopic('Cases', 1);
  for (const [name, properties, what] of CASES) {
    const before = await maxOffsets('Cases');
    const answer = await broker.send('Cases', name, { UNIQ_KEY: name, ...properties });
    const code = what === 'no' ? ResponseCode.MESSAGE_ILLEGAL : ResponseCode.SUCCESS;
    assert.equal(answer.code, code, name);
    const [own, wheel, level] = await maxOffsets('Cases');
    const grown = [own - before[0], wheel - before[1], level - before[2]];
    const expected = [what === 'now', what === 'wheel', what === 'level'].map(Number);
    assert.deepEqual(grown, expected, name);
    if (what !== 'no') assert.equal(answer.header.recallHandle !== undefined, what === 'wheel');
    else assert.equal(answer.remark, TOO_FAR);
  }
  const { messages } = await broker.pull('g', 'SCHEDULE_TOPIC_XXXX', 2, 0);
  for (const { properties } of messages) {
    const { DELAY, TIMER_DELAY_SEC, TIMER_DELIVER_MS } = parseProperties(properties);
    assert.deepEqual([DELAY, TIMER_DELAY_SEC, TIMER_DELIVER_MS], ['3', undefined, undefined]);
  }
});

const TOO_FAR =
  'timer message illegal, the delay time should not be bigger than the max delay 3600000ms; ' +
  'or if set del msg, the delay time should be bigger than the current time';

/** Messages in a topic of one queue, in the wheel's topic, and of the last level. */
async function maxOffsets(topic: string): Promise<[number, number, number]> {
  const of = async (name: string, queueId: number): Promise<number> => {
    const header = { topic: name, queueId };
    return (await broker.client.request(broker.address, 'GET_MAX_OFFSET', header)).header.offset;
  };
  return [
    await of(topic, 0),
    await of('rmq_sys_wheel_timer', 0),
    await of('SCHEDULE_TOPIC_XXXX', 2),
  ];
}

const handleOf = (...parts: string[]): string => {
  const base64 = Buffer.from(parts.join(' ')).toString('base64');
  return base64.replaceAll('+', '-').replaceAll('/', '_');
};

async function recall(recallHandle: string, topic = 'Handles'): Promise<string> {
  const header = { producerGroup: 'p', topic, recallHandle };
  const options = { allow: ANY };
  const answer = await broker.client.request(broker.address, 'RECALL_MESSAGE', header, options);
  if (answer.code === ResponseCode.SUCCESS) return `ok ${answer.header.msgId}`;
  return `${answer.code} ${answer.remark}`;
}

test('handles that call back, and those that do not', async () => {
  await broker.createTopic('Handles', 1);
  await broker.createTopic('Others', 1);
  const soon = String(Date.now() + 600_000);
  const of = (...parts: string[]): string => handleOf('v1', 'Handles', 'broker-a', ...parts);
  const sent = await broker.sent('Handles', 'x', { TIMER_DELAY_MS: '600000', UNIQ_KEY: 'U' });
  const good = sent.recallHandle!;
  const invalid = '604 recall handle is invalid';
  assert.equal(await recall(good, 'Others'), '604 recall failed, topic not match');
  assert.equal(await recall(good, 'None'), '17 recall failed, the topic[None] not exist');
  for (const handle of [
    '',
    'nonsense',
    `@@${good}`,
    handleOf('v2', 'Handles', 'broker-a', soon, 'K'),
  ]) {
    assert.equal(await recall(handle), invalid);
  }
  assert.equal(await recall(of(soon)), invalid);
  const elsewhere = handleOf('v1', 'Handles', 'broker-b', soon, 'K');
  assert.equal(await recall(elsewhere), '604 recall failed, broker service not available');
  for (const time of ['1700000000000', FAR, '12abc']) {
    assert.equal(await recall(of(time, 'K')), '604 recall failed, timestamp invalid');
  }
  assert.equal(await recall(of(soon, 'NOKEY')), 'ok NOKEY');
  assert.equal(await recall(of(soon, 'K', 'more')), 'ok K');
  assert.equal(await recall(good.replaceAll('=', '')), 'ok U');
  assert.equal(await recall(good), 'ok U');
});

test('what was delivered cannot be called back', async () => {
  await broker.createTopic('Gone', 1);
  const { recallHandle } = await broker.sent('Gone', 'x', { TIMER_DELAY_MS: '300' });
  assert.equal((await broker.pull('g', 'Gone', 0, 0, HOLDS)).messages.length, 1);
  assert.equal(await recall(recallHandle!, 'Gone'), '604 recall failed, timestamp invalid');
});

test('recall is forbidden unless recallMessageEnable, and needs the wheel', async () => {
  const soon = String(Date.now() + 600_000);
  const ask = async (changes: Parameters<typeof RunningBroker.start>[1]): Promise<string> => {
    const other = await RunningBroker.start(ending, changes);
    await other.createTopic('T', 1);
    const recallHandle = handleOf('v1', 'T', 'broker-a', soon, 'K');
    const header = { producerGroup: 'p', topic: 'T', recallHandle };
    const options = { allow: ANY };
    const answer = await other.client.request(other.address, 'RECALL_MESSAGE', header, options);
    return `${answer.code} ${answer.remark}`;
  };
  assert.equal(await ask({}), '16 recall failed, operation is forbidden');
  const off = { broker: { recallMessageEnable: true }, store: { timerWheelEnable: false } };
  assert.equal(await ask(off), '1 recall failed, execute error');
});

test('timerCongestNumEachSlot refuses some, then all', async () => {
  const few = await RunningBroker.start(ending, { store: { timerCongestNumEachSlot: 3 } });
  await few.createTopic('Crowd', 1);
  const due = Math.ceil(Date.now() / 1000) * 1000 + 600_500;
  const properties = { TIMER_DELIVER_MS: String(due) };
  let waiting = 0;
  for (let refused = 0; refused < 40;) {
    const answer = await few.send('Crowd', 'x', properties);
    if (answer.code === ResponseCode.SUCCESS) {
      waiting++;
      await until('it waits', async () => (await congestion(few)) === String(waiting));
      continue;
    }
    refused++;
    assert.equal(answer.code, ResponseCode.SYSTEM_ERROR);
    const limits = 'max num limit is 6 or the current value is greater than 3 and less than 6';
    const text = `timer message is under flow control, ${limits}, trigger random flow control`;
    assert.equal(answer.remark, text);
  }
  assert(waiting >= 4 && waiting <= 6, `${waiting} taken`);
});

async function congestion({ client, address }: RunningBroker): Promise<string | undefined> {
  const info = await client.request(address, 'GET_BROKER_RUNTIME_INFO', {});
  return decodeKvTable(info.body).timerCongestNum;
}

test('timerStopEnqueue keeps messages out of the wheel until it is set back', async () => {
  await broker.createTopic('Stopped', 1);
  await configure('timerStopEnqueue=true');
  await broker.sent('Stopped', 'x', { TIMER_DELAY_MS: '100' });
  const behind = async (): Promise<boolean> => {
    const info = await broker.client.request(broker.address, 'GET_BROKER_RUNTIME_INFO', {});
    const { timerOffsetBehind, timerReadBehind } = decodeKvTable(info.body);
    return timerOffsetBehind === '1' && timerReadBehind === '0';
  };
  const begin = Date.now();
  await until('it is behind, and due', async () => (await behind()) && Date.now() > begin + 1200);
  assert.deepEqual(await broker.bodies('Stopped', 0), []);
  await configure('timerStopEnqueue=false');
  const { messages } = await broker.pull('g', 'Stopped', 0, 0, HOLDS);
  assert.equal(messages.length, 1);
});

async function configure(text: string): Promise<void> {
  const options = { body: Buffer.from(`${text}\n`) };
  await broker.client.request(broker.address, 'UPDATE_BROKER_CONFIG', {}, options);
}
