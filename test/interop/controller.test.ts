// Groups whose master a controller of Apache RocketMQ 5.5.0 chooses: the slave leads when its
// master is killed, clients go on, nothing acknowledged is lost; the old master comes back as slave.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { decodeTopicRoute } from '../../src/protocol/bodies/route.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { Reader } from '../crash/reader.js';
import { type Acknowledged, Sender } from '../crash/senders.js';
import { Controllers } from '../support/controller.js';
import { startNamesrv } from '../support/namesrv.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { type Group, ReplicaProcess } from '../support/replica.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const TOPIC = 'Elected';
const QUEUES = 2;

async function send(broker: string, prefix: string, all: Acknowledged[], kill?: ReplicaProcess) {
  const kind = { inFlight: 8, batch: 1, bodyBytes: 200, prefix };
  const sender = new Sender({ broker, topic: TOPIC, queues: QUEUES, ...kind });
  await until(`messages of ${prefix}`, (saw) => saw(sender.acknowledged.length) > 200);
  await kill?.kill();
  await sender.end();
  all.push(...sender.acknowledged);
}

/** Everything that was acknowledged is where the answer said. */
async function holds({ address }: ReplicaProcess, all: readonly Acknowledged[]): Promise<void> {
  const reader = new Reader(address);
  try {
    const places = new Map<string, string>();
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      const records = await reader.read(TOPIC, queueId, 0);
      records.forEach(({ body, queueOffset }, i) => {
        assert.equal(queueOffset, i, `no gap in queue ${queueId}`);
        places.set(`${queueId}:${i}`, body.toString());
      });
    }
    for (const { queueId, queueOffset, body } of all) {
      assert.equal(places.get(`${queueId}:${queueOffset}`), body, `${queueId}:${queueOffset}`);
    }
  } finally {
    reader.close();
  }
}

async function routedTo({ address, client, group }: ReplicaProcess): Promise<void> {
  const header = { topic: TOPIC, acceptStandardJsonOnly: true };
  const allow = [ResponseCode.TOPIC_NOT_EXIST];
  await until(`route to ${address}`, async (saw) => {
    const asked = client.request(group.namesrvAddr, 'GET_ROUTEINFO_BY_TOPIC', header, { allow });
    const { code, body } = await asked;
    const brokers = code === ResponseCode.SUCCESS ? decodeTopicRoute(body).brokerDatas : [];
    const data = saw(brokers).find(({ brokerName }) => brokerName === group.brokerName);
    return data?.brokerAddrs.get(0) === address;
  });
}

/** Three controllers for all: they take long to lead. */
async function startCluster(t: TestContext) {
  const release = await need(t, javaRelease);
  if (!release) return undefined;
  const ending = endingWith((work) => t.after(work));
  const namesrvAddr = (await startNamesrv(ending, tempFolder(ending))).address;
  const controllers = await Controllers.start(ending, release, 3);
  const servers = { namesrvAddr, controllerAddr: controllers.addresses };
  return { ending, release, controllers, servers };
}

/** Both lead once, both are killed once while they do; all that was acknowledged. */
async function takeTurns(
  group: Group,
  ending: Ending,
  first: ReplicaProcess,
  second: ReplicaProcess,
) {
  const all: Acknowledged[] = [];
  await first.start();
  await first.leads();
  const cluster = { namesrv: group.namesrvAddr, broker: first.address, brokerName: '' };
  await new Wire(ending, cluster).createTopic(TOPIC, QUEUES);
  await second.start();
  await first.inSync(2);
  await send(first.address, 'first', all, first);
  await second.leads();
  await routedTo(second);
  await send(second.address, 'second', all);
  await holds(second, all);

  await first.start();
  await second.inSync(2);
  await send(second.address, 'third', all, second);
  await first.leads();
  await routedTo(first);
  await send(first.address, 'fourth', all);
  await holds(first, all);

  // a controller that hears nothing of a master for long elects it anew
  const epochs = (await first.epochs()).epochList.map(({ epoch }) => epoch);
  assert.ok(epochs.length >= 3, epochs.join());
  assert.deepEqual(
    epochs,
    [...new Set(epochs)].sort((a, b) => a - b),
  );
  return all;
}

async function ours(ending: Ending, group: Group, controllers: Controllers): Promise<void> {
  const first = await ReplicaProcess.prepare(ending, group);
  const second = await ReplicaProcess.prepare(ending, group);
  const all = await takeTurns(group, ending, first, second);
  await second.start();
  await first.inSync(2);
  const header = { clusterName: 'DefaultCluster', brokerName: group.brokerName, brokerId: 2 };
  const designated = { ...header, designateElect: true };
  // the brokers go on with the controllers that are left
  await controllers.killLeader();
  await first.inSync(2);
  // A controller elects nobody of whom it has not heard since it leads.
  await until('election', async (saw) => {
    const name = 'CONTROLLER_ELECT_MASTER';
    const asked = first.client.request(await controllers.leader(), name, designated);
    return saw(await asked.then(() => 'done', String)) === 'done';
  });
  await second.leads();
  await second.inSync(2);
  await send(second.address, 'chosen', all);
  await holds(second, all);
  await until('equal epochs', async (saw) => {
    const [one, other] = saw([await first.epochs(), await second.epochs()]);
    return isDeepStrictEqual(one!.epochList, other!.epochList);
  });
}

async function mixed(ending: Ending, group: Group, release: JavaRelease): Promise<void> {
  const first = await ReplicaProcess.prepare(ending, group);
  const second = await ReplicaProcess.prepare(ending, group, {}, release);
  await takeTurns(group, ending, first, second);
}

test('whoever leads may be killed: the other one is elected and has everything', async (t) => {
  const started = await startCluster(t);
  if (!started) return;
  const { controllers, ending, release, servers } = started;
  await t.test('two of ours', () =>
    ours(ending, { ...servers, brokerName: 'broker-ours' }, controllers),
  );
  await t.test('one of ours, one of RocketMQ', () =>
    mixed(ending, { ...servers, brokerName: 'broker-mixed' }, release),
  );
});
