// mqadmin four ways: RocketMQ's and ours, against RocketMQ's servers and ours. All four have to
// print the same text; RocketMQ's tool against RocketMQ's servers says what that is.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type Cluster, ClusterProcesses } from '../support/cluster.js';
import { runCommand } from '../support/commands.js';
import { javaLaunch, javaRelease, type JavaRelease } from '../support/release.js';
import { startServers } from '../support/servers.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { CASES, GROUP, PRODUCER, TOPIC } from './admin-cases.js';
import { plainText } from './admin-text.js';
import { javaDriver } from './clients.js';
import type { Driver } from './driver.js';

const QUEUES = 4;

interface Stage {
  driver: Driver;
  /** RocketMQ's servers, then ours. */
  clusters: readonly [Cluster, Cluster];
  /** Of a message on each of them. */
  msgIds: string[];
}

async function start(ending: Ending, release: JavaRelease): Promise<Stage> {
  const ours = await startServers(ending);
  const theirs = await ClusterProcesses.start(ending, javaLaunch(release));
  const driver = await javaDriver(ending, release, theirs);
  const clusters = [theirs, ours] as const;
  const msgIds: string[] = [];
  for (const [i, cluster] of clusters.entries()) {
    msgIds.push(await populate(driver, new Wire(ending, cluster), `admin${i}`));
  }
  return { driver, clusters, msgIds };
}

/** A topic with messages, a group that has consumed them and stays, a producer that stays. */
async function populate(driver: Driver, wire: Wire, name: string): Promise<string> {
  driver.send('use', name, wire.cluster.namesrv);
  await driver.event(name, 'used');
  await wire.createTopic(TOPIC, QUEUES);
  const unique = (i: number): string => `AC11000100002A9F${String(i).padStart(16, '0')}`;
  const properties = { UNIQ_KEY: unique(0), KEYS: 'k1 k2', TAGS: 'TagA' };
  const msgId = await wire.send(TOPIC, 0, 'first', properties);
  for (let i = 1; i < 2 * QUEUES; i++) {
    await wire.send(TOPIC, i % QUEUES, `body ${i}`, { UNIQ_KEY: unique(i) });
  }
  const consumer = `c_${name}`;
  driver.send('push', consumer, GROUP, TOPIC, 'CLUSTERING', '*');
  await driver.event(consumer, 'started');
  driver.send('produce', `p_${name}`, 'AdminOther', 1, 'oneway', PRODUCER);
  await driver.event(`p_${name}`, 'done');
  const count = 2 * QUEUES;
  await driver.until('consumed messages', () => driver.of(consumer, 'message').length >= count);
  await until('committed offsets', async () => {
    const max = await wire.maxOffsets(TOPIC, QUEUES);
    return (await wire.committed(GROUP, TOPIC, QUEUES)).join() === max.join();
  });
  return msgId;
}

describe('mqadmin', () => {
  const ending = new Ending();
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, { argv, ...looseness }] of Object.entries(CASES)) {
    it(name, async (t) => {
      const release = await need(t, javaRelease);
      if (!release) return;
      const { driver, clusters, msgIds } = await (stage ??= start(ending, release));
      const texts: Record<string, string> = {};
      for (const [i, cluster] of clusters.entries()) {
        const servers = i === 0 ? "RocketMQ's servers" : 'our servers';
        const line = [...argv(cluster, msgIds[i]!), '-n', cluster.namesrv];
        const id = `${name} ${i}`;
        driver.send('admin', id, ...line);
        const java = await driver.event(id, 'admin');
        texts[`RocketMQ's mqadmin, ${servers}`] = plainText(java.out!, cluster, looseness);
        const ours = await runCommand(['mqadmin', ...line]);
        // Ours may add warnings to stderr, where RocketMQ is silent.
        texts[`our mqadmin, ${servers}`] = plainText(ours.stdout, cluster, looseness);
      }
      const [wanted] = Object.values(texts);
      for (const [who, text] of Object.entries(texts)) assert.equal(text, wanted, who);
    });
  }
});
