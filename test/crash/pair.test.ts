// A master that waits for its slave: whichever of the two is killed, the slave has every message
// that was acknowledged, at the place that the answer named.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../support/child.js';
import { ClusterProcesses } from '../support/cluster.js';
import { freePort } from '../support/ports.js';
import { ourLaunch } from '../support/release-tree.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { Reader } from './reader.js';
import { type Acknowledged, Sender } from './senders.js';

const TOPIC = 'CrashPair';
const QUEUES = 4;
const SIZES = { mappedFileSizeCommitLog: 4 * 1024 * 1024, brokerIP2: '127.0.0.1' };
const MASTER = { ...SIZES, brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 5000 };
const KILLS = ['master', 'slave', 'master'] as const;

class Slave {
  private child: Child | undefined;

  private constructor(
    readonly address: string,
    private readonly home: string,
  ) {}

  static async prepare(ending: Ending, namesrvAddr: string): Promise<Slave> {
    const home = tempFolder(ending);
    const port = await freePort(-2, 1);
    const settings = {
      ...SIZES,
      brokerName: 'broker-a',
      brokerId: 1,
      brokerRole: 'SLAVE',
      slaveReadEnable: true,
      brokerIP1: '127.0.0.1',
      namesrvAddr,
      listenPort: port,
      storePathRootDir: join(home, 'store'),
    };
    mkdirSync(join(home, 'conf'));
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(join(home, 'conf', 'slave.conf'), lines.join(''));
    const slave = new Slave(`127.0.0.1:${port}`, home);
    ending.after(() => slave.kill());
    return slave;
  }

  async start(): Promise<void> {
    this.child = ourLaunch()('broker', join(this.home, 'conf', 'slave.conf'), this.home);
    await this.child.line(/boot success/);
  }

  async kill(): Promise<void> {
    await this.child?.kill();
  }
}

async function checkSlave(slave: Slave, acknowledged: readonly Acknowledged[]): Promise<void> {
  const reader = new Reader(slave.address);
  try {
    const places = new Map<string, string>();
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      const records = await reader.read(TOPIC, queueId, 0);
      records.forEach((record, i) => {
        assert.equal(record.queueOffset, i, `no gap in queue ${queueId}`);
        places.set(`${queueId}:${i}`, record.body.toString());
      });
    }
    for (const { queueId, queueOffset, body } of acknowledged) {
      assert.equal(places.get(`${queueId}:${queueOffset}`), body, `${queueId}:${queueOffset}`);
    }
  } finally {
    reader.close();
  }
}

test('SYNC_MASTER: kill -9 of master or slave loses nothing acknowledged', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const cluster = await ClusterProcesses.start(ending, ourLaunch(), MASTER);
  await new Wire(ending, cluster).createTopic(TOPIC, QUEUES);
  const slave = await Slave.prepare(ending, cluster.namesrv);
  await slave.start();
  const all: Acknowledged[] = [];
  for (const [cycle, victim] of KILLS.entries()) {
    await until('copying slave', () => takes(cluster.broker, all, `before ${cycle}`));
    const senders = [1, 16].map((inFlight, i) => {
      const kind = { inFlight, batch: 1, bodyBytes: 300, prefix: `${cycle}.${i}` };
      return new Sender({ broker: cluster.broker, topic: TOPIC, queues: QUEUES, ...kind });
    });
    await Promise.all(senders.map((sender) => sender.underWay()));
    await sleep(200);
    await (victim === 'master' ? cluster.kill('broker') : slave.kill());
    await Promise.all(senders.map((sender) => sender.end()));
    const acknowledged = senders.flatMap((sender) => sender.acknowledged);
    all.push(...acknowledged);
    t.diagnostic(`${victim} killed, ${acknowledged.length} acknowledged`);
    assert.ok(acknowledged.length > 0, 'nothing was sent');
    if (victim === 'slave') await slave.start();
    await checkSlave(slave, all);
    if (victim === 'master') await cluster.startRole('broker');
  }
});

/** Whether a message is acknowledged again: the slave is connected and keeps up. */
async function takes(broker: string, all: Acknowledged[], prefix: string): Promise<boolean> {
  const kind = { inFlight: 1, batch: 1, bodyBytes: 100, prefix };
  const sender = new Sender({ broker, topic: TOPIC, queues: QUEUES, ...kind });
  await sleep(200);
  await sender.end();
  all.push(...sender.acknowledged);
  return sender.acknowledged.length > 0;
}
