// A master and its slaves: the log, what stands beside it, answers that wait, faults between them.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { encodeRequestMode } from '../../../src/protocol/bodies/assignment.js';
import { decodeHaRuntimeInfo } from '../../../src/protocol/bodies/broker.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { decodeProgress } from '../../../src/store/timer/timer-checkpoint.js';
import { encodeReport } from '../../../src/server/ha/wire.js';
import { startNamesrv } from '../../support/namesrv.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import {
  ANY,
  consumer,
  RunningBroker,
  type RunningBrokerOptions,
} from '../broker/running-broker.js';

const MESSAGES = 500;
const ending = new Ending();
afterEach(() => ending.run());

/** Small files, so that the log rolls while it is replicated. */
const SMALL = { mappedFileSizeCommitLog: 64 * 1024, haSendHeartbeatInterval: 200 };

interface Pair {
  namesrv: string;
  master: RunningBroker;
  slave: RunningBroker;
}

async function startMaster(namesrvAddr: string, changes: RunningBrokerOptions = {}) {
  return RunningBroker.start(ending, {
    ...changes,
    broker: { namesrvAddr, brokerIP2: '127.0.0.1', ...changes.broker },
    store: { ...SMALL, ...changes.store },
  });
}

async function startSlave(namesrvAddr: string, changes: RunningBrokerOptions = {}) {
  return RunningBroker.start(ending, {
    ...changes,
    broker: {
      namesrvAddr,
      brokerIP2: '127.0.0.1',
      brokerId: 1,
      slaveReadEnable: true,
      ...changes.broker,
    },
    store: { ...SMALL, brokerRole: 'SLAVE', ...changes.store },
  });
}

async function startPair(store: RunningBrokerOptions['store'] = {}): Promise<Pair> {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const master = await startMaster(namesrv, { store });
  const slave = await startSlave(namesrv);
  return { namesrv, master, slave };
}

async function logEnd(broker: RunningBroker): Promise<string> {
  const { body } = await broker.client.request(broker.address, 'GET_BROKER_RUNTIME_INFO', {});
  return /"commitLogMaxOffset":"(\d+)"/.exec(body.toString())![1];
}

async function sameLog(a: RunningBroker, b: RunningBroker): Promise<void> {
  await until('equal logs', async () => (await logEnd(a)) === (await logEnd(b)));
}

async function knows(slave: RunningBroker, topic: string): Promise<void> {
  await until(`${topic} in the slave`, async () => {
    const answer = await slave.client.request(
      slave.address,
      'GET_TOPIC_CONFIG',
      { topic },
      { allow: ANY },
    );
    return answer.code === 0;
  });
}

async function haStatus(broker: RunningBroker) {
  const { body } = await broker.client.request(broker.address, 'GET_BROKER_HA_STATUS', {});
  return decodeHaRuntimeInfo(body);
}

test('a slave takes over the log, topics and offsets, and serves readers', async () => {
  const { master, slave } = await startPair();
  await master.createTopic('Copied', 1);
  const bodies = Array.from({ length: MESSAGES }, (_, i) => `message ${i} ${'x'.repeat(i)}`);
  await Promise.all(bodies.map((body) => master.sent('Copied', body, { KEYS: 'k' })));
  await master.heartbeat({ consumerDataSet: [consumer('readers', 'Copied')] });
  const offset = { consumerGroup: 'readers', topic: 'Copied', queueId: 0, commitOffset: 7 };
  await master.client.request(master.address, 'UPDATE_CONSUMER_OFFSET', offset);

  await sameLog(master, slave);
  await knows(slave, 'Copied');
  const read: string[] = [];
  while (read.length < MESSAGES) {
    const { messages, remark } = await slave.pull('readers', 'Copied', 0, read.length);
    assert.ok(messages.length > 0, remark);
    read.push(...messages.map(({ body }) => body.toString()));
  }
  assert.deepEqual(read.sort(), bodies.sort());
  await until(
    'offset in the slave',
    async () => {
      const { consumerGroup, topic, queueId } = offset;
      const header = { consumerGroup, topic, queueId };
      const allow = [ResponseCode.QUERY_NOT_FOUND];
      const answer = await slave.client.request(slave.address, 'QUERY_CONSUMER_OFFSET', header, {
        allow,
      });
      return answer.code === 0 && answer.header.offset === 7;
    },
    15_000,
  );

  const status = await haStatus(master);
  assert.equal(status.haConnectionInfo.length, 1);
  assert.deepEqual([status.master, status.inSyncSlaveNums], [true, 1]);
  assert.equal(status.haConnectionInfo[0].diff, 0);
  assert.equal((await haStatus(slave)).master, false);
  const refused = await slave.send('Copied', 'no');
  assert.equal(refused.code, ResponseCode.SYSTEM_BUSY);
});

test('a slave goes on where it was, after either side was away', async () => {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const folder = tempFolder(ending);
  const master = await startMaster(namesrv);
  await master.createTopic('Gaps', 1);
  const first = await startSlave(namesrv, { folder });
  await master.sent('Gaps', 'one');
  await sameLog(master, first);
  await first.broker.stop();
  for (let i = 0; i < 100; i++) await master.sent('Gaps', `while away ${i} ${'y'.repeat(1000)}`);
  const again = await startSlave(namesrv, { folder });
  await sameLog(master, again);
  await master.sent('Gaps', 'last');
  await sameLog(master, again);
  const { messages } = await again.pull('g', 'Gaps', 0, 101);
  assert.deepEqual(
    messages.map(({ body }) => body.toString()),
    ['last'],
  );
});

test('with SYNC_MASTER an answer waits for a copy, and says when none was made', async () => {
  const sync = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 30_000 } as const;
  const { master, slave } = await startPair(sync);
  await master.createTopic('Safe', 1);
  await until('slave', async () => (await haStatus(master)).haConnectionInfo.length === 1);
  await master.sent('Safe', 'safe 0');
  await knows(slave, 'Safe');
  for (let i = 1; i < 20; i++) {
    const answer = await master.send('Safe', `safe ${i}`);
    assert.equal(answer.code, 0, answer.remark);
    assert.equal(slave.broker.port > 0, true);
    assert.equal((await slave.pull('g', 'Safe', 0, i)).messages.length, 1, `message ${i}`);
  }
  await slave.broker.stop();
  const shorter = { body: Buffer.from('slaveTimeout=300\n') };
  await master.client.request(master.address, 'UPDATE_BROKER_CONFIG', {}, shorter);
  const lonely = await master.send('Safe', 'nobody else has it');
  assert.equal(lonely.code, ResponseCode.FLUSH_SLAVE_TIMEOUT);
  const ignored = await master.send('Safe', 'does not wait', { WAIT: 'false' });
  assert.equal(ignored.code, 0);
});

test('a master that stops in order gives its slaves what they lack first', async () => {
  const slow = { haFlowControlEnable: true, maxHaTransferByteInSecond: 300_000 };
  const { master, slave } = await startPair(slow);
  await master.createTopic('Last', 1);
  await until('slave', async () => (await haStatus(master)).haConnectionInfo.length === 1);
  const body = 'z'.repeat(1000);
  const sent = Array.from({ length: 400 }, () => master.sent('Last', body));
  await Promise.all(sent);
  const end = await logEnd(master);
  assert.ok(Number(await logEnd(slave)) < Number(end), 'it is behind');
  await master.broker.stop();
  assert.equal(await logEnd(slave), end);
});

test('a master that stops does not wait for ever for a slave that takes nothing', async () => {
  const log = new RecordingLog();
  const master = await startMaster('', { log });
  await master.createTopic('Last', 1);
  await master.sent('Last', 'nobody else will have it');
  const { header } = await master.client.request(master.address, 'EXCHANGE_BROKER_HA_INFO', {});
  const port = Number(header.masterHaAddress!.split(':')[1]);
  const socket = connect({ host: '127.0.0.1', port });
  ending.after(() => socket.destroy());
  socket.write(encodeReport(0));
  await until('slave', async () => (await haStatus(master)).haConnectionInfo.length === 1);
  await master.broker.stop();
  assert.ok(log.alarms.some((line) => /lacks \d+ bytes of the log/.test(line)));
});

test('a slave that is ahead of its master is refused, and the log says why', async () => {
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const folder = tempFolder(ending);
  const other = await startMaster('', { folder });
  await other.createTopic('Elsewhere', 1);
  await other.sent('Elsewhere', 'only here');
  await other.broker.stop();
  const log = new RecordingLog();
  await startMaster(namesrv, { log });
  await startSlave(namesrv, { folder });
  await until('refusal', () => log.alarms.some((line) => /that this master never had/.test(line)));
});

test('a slave takes over request modes, delay offsets and the state of the timer', async () => {
  const { master, slave } = await startPair();
  await master.createTopic('Later', 1);
  await master.heartbeat({ consumerDataSet: [consumer('later', 'Later')] });
  const mode = {
    topic: 'Later',
    consumerGroup: 'later',
    mode: 'POP',
    popShareQueueNum: 3,
  } as const;
  const body = encodeRequestMode(mode);
  await master.client.request(master.address, 'SET_MESSAGE_REQUEST_MODE', {}, { body });
  const due = String(Date.now() + 3_600_000);
  await master.sent('Later', 'in an hour', { TIMER_DELIVER_MS: due });
  await master.sent('Later', 'in a second', { DELAY: '1' });

  const names = [
    'GET_ALL_MESSAGE_REQUEST_MODE',
    'GET_ALL_DELAY_OFFSET',
    'GET_TIMER_METRICS',
  ] as const;
  const asked = async ({ client, address }: RunningBroker) => {
    const bodies = names.map(async (name) => (await client.request(address, name, {})).body);
    return (await Promise.all(bodies)).map(String);
  };
  await until(
    'the same tables',
    async () => {
      const [known, taken] = await Promise.all([asked(master), asked(slave)]);
      const ready = /"mode":"POP"/.test(known[0]) && /"Later"/.test(known[2]);
      return ready && /1:1/.test(known[1]) && known.join() === taken.join();
    },
    30_000,
  );
  const progress = async ({ client, address }: RunningBroker) =>
    decodeProgress((await client.request(address, 'GET_TIMER_CHECK_POINT', {})).body)!;
  await until(
    'placed in the slave',
    async () => (await progress(slave)).queueOffset === (await progress(master)).queueOffset,
    30_000,
  );
});
