// A slave acts for its master while that is away (enableSlaveActingMaster), and hands over what it
// has done.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { decodeLockedQueues, encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import { decodeMemberGroup, decodeTopicRoute } from '../../../src/protocol/bodies/route.js';
import { SystemTopic } from '../../../src/protocol/flags.js';
import { formatProperties, parseProperties } from '../../../src/protocol/properties.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import type { RemotingClient } from '../../../src/remoting/client.js';
import { escapingStore } from '../../../src/server/broker/escape.js';
import type { MessageStore, PutMessage, PutResult } from '../../../src/store/message-store.js';
import { message } from '../../store/support.js';
import { startNamesrv } from '../../support/namesrv.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, type BrokerChanges, consumer, RunningBroker } from '../broker/running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const TOPIC = 'Acted';
const STORE = { totalReplicas: 2, haSendHeartbeatInterval: 200 };
const BROKER = {
  brokerIP2: '127.0.0.1',
  enableSlaveActingMaster: true,
  brokerHeartbeatInterval: 200,
  syncBrokerMemberGroupPeriod: 200,
  compatibleWithOldNameSrv: false,
};

async function start(
  namesrvAddr: string,
  brokerId: number,
  folder: string,
  log: RecordingLog,
  changes: BrokerChanges = {},
) {
  const brokerRole = brokerId === 0 ? 'ASYNC_MASTER' : 'SLAVE';
  return RunningBroker.start(ending, {
    folder,
    log,
    broker: { ...BROKER, namesrvAddr, brokerId, slaveReadEnable: true, ...changes.broker },
    store: { ...STORE, brokerRole, ...changes.store },
  });
}

async function routeOf({ client }: RunningBroker, namesrv: string) {
  const header = { topic: TOPIC, acceptStandardJsonOnly: true };
  const { body } = await client.request(namesrv, 'GET_ROUTEINFO_BY_TOPIC', header);
  return decodeTopicRoute(body);
}

async function members({ client }: RunningBroker, namesrv: string): Promise<number[]> {
  const header = { clusterName: 'DefaultCluster', brokerName: 'broker-a' };
  const { body } = await client.request(namesrv, 'GET_BROKER_MEMBER_GROUP', header);
  return [...decodeMemberGroup(body).brokerAddrs.keys()].sort();
}

const dutiesOf = (log: RecordingLog): string | undefined =>
  log.lines
    .map(({ text }) => text)
    .filter((text) => /duties of a master/.test(text))
    .at(-1);

test('the slave acts while its master is away, and gives back the offsets', async () => {
  const config = { supportActingMaster: true, notifyMinBrokerIdChanged: true };
  const namesrv = (await startNamesrv(ending, tempFolder(ending), { config })).address;
  const folder = tempFolder(ending);
  const [masterLog, slaveLog] = [new RecordingLog(), new RecordingLog()];
  const master = await start(namesrv, 0, folder, masterLog);
  await master.createTopic(TOPIC, 1);
  const slave = await start(namesrv, 1, tempFolder(ending), slaveLog);
  await until('both are members', async () => (await members(slave, namesrv)).join() === '0,1');
  await master.sent(TOPIC, 'one');
  await slave.heartbeat({ consumerDataSet: [consumer('readers', TOPIC)] });
  const place = { consumerGroup: 'readers', topic: TOPIC, queueId: 0 };
  await until('the message in the slave', async () => {
    return (await slave.pull('readers', TOPIC, 0, 0)).messages.length === 1;
  });

  await master.broker.stop();
  await until('acting slave', () => /true/.test(dutiesOf(slaveLog) ?? ''));
  await until('the slave in the route of the master', async () => {
    const { brokerDatas, queueDatas } = await routeOf(slave, namesrv);
    return brokerDatas[0].brokerAddrs.get(0) === slave.address && queueDatas[0].perm === 4;
  });
  const refused = await slave.send(TOPIC, 'no');
  assert.equal(refused.code, ResponseCode.SERVICE_NOT_AVAILABLE);
  await slave.client.request(slave.address, 'UPDATE_CONSUMER_OFFSET', {
    ...place,
    commitOffset: 1,
  });

  const back = await start(namesrv, 0, folder, masterLog);
  const header = { ...place, setZeroIfNotFound: false };
  const allow = [ResponseCode.QUERY_NOT_FOUND];
  await until('offset in the master', async () => {
    const asked = { allow };
    const answer = await back.client.request(back.address, 'QUERY_CONSUMER_OFFSET', header, asked);
    return answer.code === 0 && answer.header.offset === 1;
  });
  await until('the slave follows again', () => /false/.test(dutiesOf(slaveLog) ?? ''));
  await back.sent(TOPIC, 'two');
  await until('the second message in the slave', async () => {
    return (await slave.pull('readers', TOPIC, 0, 1)).messages.length === 1;
  });
});

test('with enableRemoteEscape the acting slave gives to others what becomes due', async () => {
  const config = { supportActingMaster: true, notifyMinBrokerIdChanged: true };
  const namesrv = (await startNamesrv(ending, tempFolder(ending), { config })).address;
  const changes = { broker: { enableRemoteEscape: true }, store: { messageDelayLevel: '12s' } };
  const log = new RecordingLog();
  const master = await start(namesrv, 0, tempFolder(ending), log, changes);
  const slave = await start(namesrv, 1, tempFolder(ending), log, changes);
  const elsewhere = { namesrvAddr: namesrv, brokerName: 'broker-b' };
  const other = await RunningBroker.start(ending, { broker: elsewhere });
  for (const broker of [master, other]) await broker.createTopic(TOPIC, 1);
  await until('both are members', async () => (await members(slave, namesrv)).join() === '0,1');

  await master.sent(TOPIC, 'at once', { WAIT: 'true' });
  for (const text of ['acknowledged', 'kept']) await master.sent(TOPIC, text);
  await master.sent(TOPIC, 'delayed', { DELAY: '1' });
  await master.sent(TOPIC, 'timed', { TIMER_DELAY_MS: '12000' });
  await until('the message in the slave', async () => {
    return (await slave.pull('readers', TOPIC, 0, 0)).messages.length === 3;
  });
  await master.broker.stop();
  await until('acting slave', () => /true/.test(dutiesOf(log) ?? ''));
  await popThere(slave);
  const elsewhereNow = async () => (await other.bodies(TOPIC, 0)).sort().join();
  await until(
    'messages at the other',
    async () => (await elsewhereNow()) === 'delayed,timed',
    60_000,
  );
  const [{ properties }] = (await other.pull('readers', TOPIC, 0, 0)).messages;
  assert.equal(parseProperties(properties).WAIT, 'false');
  const revived = async () => other.bodies(`%RETRY%poppers_${TOPIC}`, 0);
  await until('what POP handed out', async () => (await revived()).length > 0);
  assert.deepEqual(await revived(), ['at once']);
});

/** Gets three by POP, acknowledges the second, and asks for more time for the third. */
async function popThere({ address, client }: RunningBroker): Promise<void> {
  const group = { consumerGroup: 'poppers', topic: TOPIC, queueId: 0 };
  const popped = await until('three by POP', async () => {
    const ask = { pollTime: 0, bornTime: Date.now(), initMode: 0, order: false };
    const header = { ...group, ...ask, maxMsgNums: 32, invisibleTime: 6000 };
    const answer = await client.request(address, 'POP_MESSAGE', header, { allow: ANY });
    return answer.code === ResponseCode.SUCCESS && answer;
  });
  assert.equal(popped.header.msgOffsetInfo, '0 0 0,1,2');
  const { popTime, invisibleTime, reviveQid } = popped.header;
  const receipt = (offset: number): string =>
    [0, popTime, invisibleTime, reviveQid, 0, 'broker-a', 0, offset].join(' ');
  await client.request(address, 'ACK_MESSAGE', { ...group, offset: 1, extraInfo: receipt(1) });
  const longer = { ...group, offset: 2, extraInfo: receipt(2), invisibleTime: 600_000 };
  await client.request(address, 'CHANGE_MESSAGE_INVISIBLETIME', longer);
}

test('a half escapes as its producer sent it; what waits here and failures do not', async () => {
  const sent: { header: Record<string, unknown>; body: string }[] = [];
  const kept: string[] = [];
  const queues = [
    { topic: TOPIC, brokerName: 'broker-a', queueId: 0 },
    { topic: TOPIC, brokerName: 'broker-b', queueId: 3 },
  ];
  const config = {
    ...{ brokerName: 'broker-a', brokerId: 1 },
    ...{ enableSlaveActingMaster: true, enableRemoteEscape: true },
  };
  let address: string | undefined = 'there:10911';
  const store = escapingStore({
    config,
    storeConfig: { brokerRole: 'SLAVE' },
    store: { put: ({ topic }: PutMessage) => kept.push(topic) } as unknown as MessageStore,
    routes: { writable: async () => queues, masterOf: () => address },
    client: {
      request: async (
        _address: string,
        _name: string,
        header: object,
        { body }: { body: Buffer },
      ) => {
        sent.push({ header: { ...header }, body: body.toString() });
        return { header: { queueOffset: 7 } };
      },
    } as unknown as RemotingClient,
    log: new RecordingLog(),
  });
  const put = (changes: Partial<PutMessage>): Promise<PutResult> =>
    new Promise((resolve) => store.put({ ...message(changes) }, resolve));
  const half = { REAL_TOPIC: TOPIC, REAL_QID: '5', PGROUP: 'producers', KEYS: 'k' };
  const topic = SystemTopic.TRANS_HALF;
  const result = await put({ topic, properties: formatProperties(half), body: Buffer.from('x') });
  assert.deepEqual([result.status, result.queueOffset], ['PUT_OK', 7]);
  const [{ header, body }] = sent;
  assert.deepEqual(
    [header.topic, header.queueId, header.producerGroup, header.sysFlag, body],
    [TOPIC, 3, 'producers', 4, 'x'],
  );
  const { REAL_QID, TRAN_MSG, KEYS } = parseProperties(header.properties as string);
  assert.deepEqual([REAL_QID, TRAN_MSG, KEYS], [undefined, 'true', 'k']);

  for (const own of [SystemTopic.SCHEDULE, SystemTopic.TIMER_WHEEL, SystemTopic.TRANS_OP_HALF]) {
    void put({ topic: own });
  }
  assert.equal(kept.length, 3);
  address = undefined;
  assert.equal((await put({ topic: TOPIC })).status, 'SERVICE_NOT_AVAILABLE');
  config.enableRemoteEscape = false;
  void put({ topic: TOPIC });
  assert.equal(kept.length, 4);
});

test('with lockInStrictMode most of the group must have locked a queue', async () => {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const log = new RecordingLog();
  const strict = { ...BROKER, lockInStrictMode: true, namesrvAddr: namesrv };
  const master = await RunningBroker.start(ending, { broker: strict, store: STORE, log });
  const queue = { topic: TOPIC, brokerName: 'broker-a', queueId: 0 };
  const lock = async ({ client, address }: RunningBroker, clientId: string, alone = false) => {
    const batch = { consumerGroup: 'g', clientId, onlyThisBroker: alone, mqSet: [queue] };
    const body = encodeLockBatch(batch);
    const answer = await client.request(address, 'LOCK_BATCH_MQ', {}, { body });
    return decodeLockedQueues(answer.body).length;
  };
  assert.equal(await lock(master, 'a'), 0, 'one of two is no majority');
  const slave = await start(namesrv, 1, tempFolder(ending), log);
  await until('both locked', async () => (await lock(master, 'a')) === 1);
  assert.equal(await lock(slave, 'b', true), 0, 'the slave knows the lock');
});
