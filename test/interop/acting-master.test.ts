// Slaves that act for their masters, in groups and with a name server of both systems.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { decodeTopicRoute } from '../../src/protocol/bodies/route.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { freePort } from '../support/ports.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { ReplicaProcess } from '../support/replica.js';
import { Ending, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { type Saw, until } from '../support/until.js';

const ending = new Ending();
afterEach(() => ending.run());

/** Every broker has it; RocketMQ's slaves take others over after a minute. */
const TOPIC = 'SELF_TEST_TOPIC';
const ACTING = {
  enableControllerMode: false,
  allAckInSyncStateSet: false,
  enableSlaveActingMaster: true,
  totalReplicas: 2,
  brokerHeartbeatInterval: 300,
  syncBrokerMemberGroupPeriod: 300,
};

/** A name server of Apache RocketMQ 5.5.0. */
async function startNamesrv(release: JavaRelease): Promise<string> {
  const home = tempFolder(ending);
  const port = await freePort();
  const config = { supportActingMaster: true, notifyMinBrokerIdChanged: true };
  mkdirSync(join(home, 'conf'));
  const file = join(home, 'conf', 'namesrv.conf');
  const lines = Object.entries({ listenPort: port, ...config });
  writeFileSync(file, lines.map(([key, value]) => `${key}=${String(value)}\n`).join(''));
  const main = 'org.apache.rocketmq.namesrv.NamesrvStartup';
  const child = release.run(main, ['-c', file], { home });
  ending.after(() => child.kill());
  await child.line(/boot success/);
  return `127.0.0.1:${port}`;
}

/** Where clients find the master of a broker name. */
async function masterOf({ client }: ReplicaProcess, namesrv: string, brokerName: string) {
  const header = { topic: TOPIC, acceptStandardJsonOnly: true };
  const allow = [ResponseCode.TOPIC_NOT_EXIST];
  const answer = await client.request(namesrv, 'GET_ROUTEINFO_BY_TOPIC', header, { allow });
  if (answer.code !== 0) return undefined;
  const { brokerDatas } = decodeTopicRoute(answer.body);
  return brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs.get(0);
}

test('slaves of either kind act for masters of the other', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const namesrvAddr = await startNamesrv(release);
  const broker = (brokerName: string, brokerId: number, java?: JavaRelease) => {
    const group = { namesrvAddr, controllerAddr: '', brokerName };
    const brokerRole = brokerId === 0 ? 'ASYNC_MASTER' : 'SLAVE';
    return ReplicaProcess.prepare(ending, group, { ...ACTING, brokerId, brokerRole }, java);
  };
  const master = await broker('broker-a', 0);
  const slave = await broker('broker-b', 1);
  const javaSlave = await broker('broker-a', 1, release);
  const javaMaster = await broker('broker-b', 0, release);
  const all = [master, slave, javaSlave, javaMaster];
  await Promise.all(all.map((one) => one.start()));
  const { client } = slave;
  await found(slave, 'broker-a', master.address);
  await found(slave, 'broker-b', javaMaster.address);

  // Its offsets are older than those of the slave, by the file that it writes now and then.
  const offsets = join(master.home, 'store', 'config', 'consumerOffset.json');
  await until('offsets of the master in their file', () => existsSync(offsets));
  await Promise.all([master.kill(), javaMaster.kill()]);
  await found(slave, 'broker-a', javaSlave.address);
  await found(slave, 'broker-b', slave.address);
  const place = { consumerGroup: 'TOOLS_CONSUMER', topic: TOPIC, queueId: 0 };
  const commit = { ...place, commitOffset: 3 };
  await client.request(javaSlave.address, 'UPDATE_CONSUMER_OFFSET', commit);

  await master.start();
  await found(slave, 'broker-a', master.address);
  const taken = await client.request(master.address, 'QUERY_CONSUMER_OFFSET', place);
  assert.equal(taken.header.offset, 3);
});

/** Clients find this address as the master of the name. */
async function found(asker: ReplicaProcess, brokerName: string, address: string): Promise<void> {
  const { namesrvAddr } = asker.group;
  const there = async (saw: Saw) => saw(await masterOf(asker, namesrvAddr, brokerName)) === address;
  await until(`${address} as master of ${brokerName}`, there);
}
