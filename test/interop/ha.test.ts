// Masters and slaves of both kinds in one cluster: what one writes the other copies and serves.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { ANY, RunningBroker } from '../server/broker/running-broker.js';
import { sendHeader } from '../support/send-header.js';
import { startNamesrv } from '../support/namesrv.js';
import { PATIENT } from '../support/patient-settings.js';
import { freePort } from '../support/ports.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { Ending, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';

const ending = new Ending();
afterEach(() => ending.run());

const MESSAGES = 300;
const TOPIC = 'Mixed';
const SIZES = { mappedFileSizeCommitLog: 128 * 1024, haSendHeartbeatInterval: 500 };
const SYNC = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2 } as const;

/** A broker of Apache RocketMQ 5.5.0; its address. */
async function startJava(
  release: JavaRelease,
  namesrvAddr: string,
  changes: Record<string, string | number | boolean>,
): Promise<string> {
  const home = tempFolder(ending);
  const port = await freePort(-2, 1);
  mkdirSync(join(home, 'conf'));
  const file = join(home, 'conf', 'broker.conf');
  const settings = {
    brokerName: 'broker-a',
    brokerIP1: '127.0.0.1',
    brokerIP2: '127.0.0.1',
    namesrvAddr,
    listenPort: port,
    storePathRootDir: join(home, 'store'),
    slaveReadEnable: true,
    timerWheelEnable: false,
    ...PATIENT,
    ...SIZES,
    ...changes,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}\n`);
  writeFileSync(file, lines.join(''));
  const main = 'org.apache.rocketmq.broker.BrokerStartup';
  const child = release.run(main, ['-c', file], { home, heapMb: 384 });
  ending.after(() => child.kill());
  await child.line(/boot success/);
  return `127.0.0.1:${port}`;
}

function startOurs(namesrvAddr: string, broker: object, store: object): Promise<RunningBroker> {
  return RunningBroker.start(ending, {
    broker: { namesrvAddr, brokerIP2: '127.0.0.1', slaveReadEnable: true, ...broker },
    store: { ...SIZES, ...store },
  });
}

async function logEnd({ client }: RunningBroker, address: string): Promise<number> {
  const { body } = await client.request(address, 'GET_BROKER_RUNTIME_INFO', {});
  return Number(/"commitLogMaxOffset":"(\d+)"/.exec(body.toString())![1]);
}

/** Whether a slave has told a master what it has. */
async function hasSlave({ client }: RunningBroker, master: string): Promise<boolean> {
  const { body } = await client.request(master, 'GET_BROKER_HA_STATUS', {});
  return body.includes('slaveAckOffset');
}

/** Sends to a master of either kind; what it answered. */
async function sendAll({ client }: RunningBroker, address: string): Promise<number[]> {
  const codes: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const body = Buffer.from(`mixed ${i} ${'m'.repeat(i)}`);
    const header = sendHeader(TOPIC, { KEYS: `k${i}`, WAIT: 'true' });
    const options = { body, allow: ANY };
    const { code } = await client.request(address, 'SEND_MESSAGE_V2', header, options);
    codes.push(code);
  }
  return codes;
}

/** Bodies of the queue up to the last one expected. */
async function readAll(slave: RunningBroker): Promise<string[]> {
  const bodies: string[] = [];
  await until('all messages in the slave', async (saw) => {
    const { code, remark, messages } = await slave.pull('readers', TOPIC, 0, bodies.length);
    bodies.push(...messages.map(({ body }) => body.toString()));
    saw({ code, remark, read: bodies.length });
    return bodies.at(-1) === expected.at(-1);
  });
  return bodies;
}

const expected = Array.from({ length: MESSAGES }, (_, i) => `mixed ${i} ${'m'.repeat(i)}`);

test('our master and a slave of RocketMQ: an answer waits for the copy', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const master = await startOurs(namesrv, {}, { ...SYNC, slaveTimeout: 60_000 });
  await master.createTopic(TOPIC, 1);
  const slave = await startJava(release, namesrv, { brokerId: 1, brokerRole: 'SLAVE' });
  await until('connected slave', () => hasSlave(master, master.address));
  const codes = await sendAll(master, master.address);
  assert.deepEqual(new Set(codes), new Set([0]));
  // the answer waited for what RocketMQ's slave has written, not for what it says of itself
  await until('equal logs', async (saw) => {
    const [theirs, own] = saw([await logEnd(master, slave), await logEnd(master, master.address)]);
    return theirs === own;
  });
});

test('a master of RocketMQ and our slave: log, topics and messages are the same', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const role = { ...SYNC, slaveTimeout: 60_000 };
  const master = await startJava(release, namesrv, { brokerId: 0, ...role });
  const slave = await startOurs(namesrv, { brokerId: 1 }, { brokerRole: 'SLAVE' });
  await until('connected slave', () => hasSlave(slave, master));
  const codes = await sendAll(slave, master);
  assert.deepEqual(new Set(codes), new Set([0]));
  await until('equal logs', async (saw) => {
    const [theirs, ours] = saw([await logEnd(slave, master), await logEnd(slave, slave.address)]);
    return theirs === ours;
  });
  const bodies = await readAll(slave);
  assert.deepEqual(bodies, expected);
});
