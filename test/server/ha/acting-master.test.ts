// A slave acts for its master while that is away (enableSlaveActingMaster), and hands over what it
// has done.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { decodeLockedQueues, encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import { decodeMemberGroup, decodeTopicRoute } from '../../../src/protocol/bodies/route.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { startNamesrv } from '../../support/namesrv.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { consumer, RunningBroker } from '../broker/running-broker.js';

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

async function start(namesrvAddr: string, brokerId: number, folder: string, log: RecordingLog) {
  const brokerRole = brokerId === 0 ? 'ASYNC_MASTER' : 'SLAVE';
  return RunningBroker.start(ending, {
    folder,
    log,
    broker: { ...BROKER, namesrvAddr, brokerId, slaveReadEnable: true },
    store: { ...STORE, brokerRole },
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
