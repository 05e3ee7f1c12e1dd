// The counters behind statsAll, brokerStatus and clusterList: after the same messages the same sums
// as in RocketMQ 5.5.0, from which the table was taken. Also who reads too far behind.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { encodeBatch } from '../../../src/protocol/batch.js';
import { decodeBrokerStats, decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { beat, pop, pull, send, sub } from './answer-steps.js';
import { ANY, consumer, RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

/** Sums over a minute, and whether there is an average for each call. */
const SUMS: Readonly<Record<string, readonly [sum: number, average: boolean]>> = {
  'TOPIC_PUT_NUMS St': [10, true],
  'TOPIC_PUT_NUMS %RETRY%sg': [1, true],
  'TOPIC_PUT_NUMS %DLQ%sg': [1, true],
  'TOPIC_PUT_NUMS SCHEDULE_TOPIC_XXXX': [2, true],
  'TOPIC_PUT_NUMS RMQ_SYS_TRANS_HALF_TOPIC': [1, true],
  'TOPIC_PUT_NUMS rmq_sys_wheel_timer': [1, true],
  'TOPIC_PUT_NUMS DefaultCluster_REPLY_TOPIC': [1, true],
  'QUEUE_PUT_NUMS SCHEDULE_TOPIC_XXXX@0': [2, true],
  'GROUP_GET_NUMS St@sg': [8, true],
  'GROUP_GET_NUMS St@spg': [2, true],
  'GROUP_ACK_NUMS St@spg': [1, true],
  'GROUP_CK_NUMS St@spg': [1, true],
  'SNDBCK_PUT_NUMS St@sg': [2, true],
  'SNDBCK2DLQ_TIMES null@St@sg@SEND_BACK_TO_DLQ': [1, true],
  'BROKER_PUT_NUMS DefaultCluster': [16, false],
  'BROKER_GET_NUMS DefaultCluster': [10, false],
  'BROKER_PUT_NUMS_WITHOUT_SYSTEM_TOPIC DefaultCluster': [12, false],
  'BROKER_GET_NUMS_WITHOUT_SYSTEM_TOPIC DefaultCluster': [10, false],
  'BROKER_ACK_NUMS DefaultCluster': [1, false],
  'BROKER_CK_NUMS DefaultCluster': [1, false],
  'CHANNEL_ACTIVITY CONNECT': [1, true],
};

type Ask = (
  name: RequestName,
  header: object,
  body?: Buffer,
) => ReturnType<RunningBroker['client']['request']>;

async function start(clock: FakeClock): Promise<{ broker: RunningBroker; ask: Ask }> {
  const broker = await RunningBroker.start(ending, {
    broker: { brokerClusterName: 'DefaultCluster', channelExpiredTimeout: 1e12 },
    clock,
  });
  const { client, address } = broker;
  const ask: Ask = (name, header, body) =>
    client.request(address, name, header as never, { allow: ANY, ...(body && { body }) });
  return { broker, ask };
}

/** The messages that RocketMQ's broker was sent, and what was done with them. */
async function traffic(broker: RunningBroker, ask: Ask, clock: FakeClock): Promise<void> {
  const B = Buffer.from('hello');
  await broker.createTopic('St', 2);
  await ask('HEART_BEAT', {}, beat([sub('sg', 'St')], ['pg']).body);
  let offset = 0;
  for (let i = 0; i < 6; i++) {
    const { msgId } = await broker.sent('St', 'hello', { TAGS: 'A', KEYS: `k${i}` });
    offset = Number(`0x${msgId.slice(16)}`);
  }
  const one = { flag: 0, body: B, properties: '' };
  const batch = send('St', {}, { batch: true, queueId: 1 });
  await ask('SEND_BATCH_MESSAGE', batch, encodeBatch([one, one]));
  await broker.sent('St', 'late', { DELAY: '1' });
  const half = { TRAN_MSG: 'true', PGROUP: 'pg', UNIQ_KEY: 'x' };
  await broker.sent('St', 'half', half, { sysFlag: 4 });
  await broker.sent('St', 'timed', { TIMER_DELAY_SEC: '2' });
  await ask('PULL_MESSAGE', pull('St', { consumerGroup: 'sg' }));
  await ask('PULL_MESSAGE', pull('St', { consumerGroup: 'sg', queueId: 1 }));
  await ask('PULL_MESSAGE', pull('St', { consumerGroup: 'sg', queueId: 1, queueOffset: 2 }));
  const back = { offset, group: 'sg', originTopic: 'St' };
  await ask('CONSUMER_SEND_MSG_BACK', { ...back, delayLevel: 1, maxReconsumeTimes: 16 });
  await ask('CONSUMER_SEND_MSG_BACK', { ...back, delayLevel: -1 });
  await broker.sent('%RETRY%sg', 'dead', { RETRY_TOPIC: 'St' }, { reconsumeTimes: 20 });
  const wish = { consumerGroup: 'spg', queueId: 0, maxMsgNums: 2, bornTime: clock.now() };
  const { ext = {} } = await ask('POP_MESSAGE', pop('St', wish));
  const receipt = `0 ${ext.popTime} ${ext.invisibleTime} ${ext.reviveQid} 0 broker-a 0 0`;
  const handed = { consumerGroup: 'spg', topic: 'St', queueId: 0, offset: 0, extraInfo: receipt };
  assert.equal((await ask('ACK_MESSAGE', handed)).code, ResponseCode.SUCCESS);
  const reply = { REPLY_TO_CLIENT: 'nobody', CORRELATION_ID: '1' };
  await ask('SEND_REPLY_MESSAGE_V2', send('DefaultCluster_REPLY_TOPIC', reply), B);
}

test('every counter has the sum that it has in RocketMQ', async () => {
  const clock = new FakeClock();
  const { broker, ask } = await start(clock);
  await traffic(broker, ask, clock);
  const sums = async (): Promise<Record<string, readonly [number, boolean]>> => {
    const seen: Record<string, readonly [number, boolean]> = {};
    for (const name of Object.keys(SUMS)) {
      const [statsName, statsKey] = name.split(' ');
      const { code, body } = await ask('VIEW_BROKER_STATS_DATA', { statsName, statsKey });
      if (code !== ResponseCode.SUCCESS) continue;
      const { statsMinute } = decodeBrokerStats(body);
      seen[name] = [statsMinute!.sum, statsMinute!.avgpt > 0];
    }
    return seen;
  };
  let last: Awaited<ReturnType<typeof sums>> = {};
  const settled = until('all messages where they belong', async () => {
    clock.advance(500);
    last = await sums();
    return JSON.stringify(last) === JSON.stringify(SUMS);
  });
  await settled.catch(() => undefined);
  assert.deepEqual(last, SUMS);
});

test('rates over ten seconds, and what is not known yet, look as in RocketMQ', async () => {
  const clock = new FakeClock();
  const { broker, ask } = await start(clock);
  await broker.createTopic('T', 1);
  clock.advance(1000);
  for (let i = 0; i < 20; i++) await broker.sent('T', 'x');
  await broker.bodies('T', 0);
  clock.advance(10_000);
  const table = decodeKvTable((await ask('GET_BROKER_RUNTIME_INFO', {})).body);
  assert.equal(table.putTps, '2.0  ');
  assert.equal(table.getFoundTps, '0.1  ');
  // the broker's own reads find nothing
  assert.match(table.getTotalTps!, /^\d+\.\d+ 0\.0 0\.0$/);
  assert.equal(table.getTransferredTps, '2.0  ');
  assert.match(table.putMessageDistributeTime!, /^\[<=0ms\]:20 \[0~10ms\]:0 .* \[10s~\]:0 $/);
});

test('a group that reads too far behind is stopped, if that is wished', async () => {
  const clock = new FakeClock();
  const { broker, ask } = await start(clock);
  await broker.createTopic('T', 1);
  await broker.heartbeat({ consumerDataSet: [consumer('slow', 'T'), consumer('quick', 'T')] });
  for (let i = 0; i < 10; i++) await broker.sent('T', 'x'.repeat(1000));
  const read = async (group: string, max: number): Promise<number> =>
    (await broker.pull(group, 'T', 0, 0, { maxMsgNums: max })).code;
  assert.equal(await read('slow', 1), ResponseCode.SUCCESS);
  assert.equal(await read('quick', 32), ResponseCode.SUCCESS);
  await ask('UPDATE_BROKER_CONFIG', {}, Buffer.from('consumerFallbehindThreshold=5000'));
  clock.advance(200_000);
  assert.equal(await read('slow', 1), ResponseCode.SUCCESS);
  const enable = Buffer.from('disableConsumeIfConsumerReadSlowly=true');
  await ask('UPDATE_BROKER_CONFIG', {}, enable);
  await until('the slow one is stopped', async () => {
    clock.advance(60_000);
    return (await read('slow', 1)) === ResponseCode.NO_PERMISSION;
  });
  assert.equal(await read('quick', 32), ResponseCode.SUCCESS);
});
