// Both clusters as mqadmin finds them: topics with messages, a producer, a consumer, traces, lists.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, ClusterProcesses } from '../support/cluster.js';
import { runCommand } from '../support/commands.js';
import { PATIENT_BROKER } from '../support/patient-settings.js';
import { javaLaunch, type JavaRelease } from '../support/release.js';
import { startServers } from '../support/servers.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { GROUP, type Place, PRODUCER, TOPIC, TRACED, TRACES } from './admin-cases.js';
import { javaDriver } from './clients.js';
import type { Driver } from './driver.js';

const QUEUES = 4;

export interface Stage {
  driver: Driver;
  /** RocketMQ's servers, then ours. */
  places: Omit<Place, 'tool'>[];
}

export async function startStage(ending: Ending, release: JavaRelease): Promise<Stage> {
  const ours = await startServers(ending, { broker: PATIENT_BROKER });
  const theirs = await ClusterProcesses.start(ending, javaLaunch(release));
  // Both tools print where they keep what a topic was before; there is no flag for it.
  process.env.TMPDIR = tempFolder(ending);
  const flags = [`-Djava.io.tmpdir=${process.env.TMPDIR}`];
  const driver = await javaDriver(ending, release, theirs, { flags });
  const places: Stage['places'] = [];
  const files = { ...listFiles(tempFolder(ending)), exports: tempFolder(ending) };
  for (const [i, cluster] of [theirs, ours].entries()) {
    const msgId = await populate(driver, new Wire(ending, cluster), `admin${i}`);
    places.push({ ...files, ...cluster, msgId, clientId: await clientIdOf(cluster) });
  }
  return { driver, places };
}

/** What updateTopicList and updateSubGroupList are given. */
function listFiles(folder: string): Pick<Place, 'topicsFile' | 'groupsFile'> {
  const topicsFile = join(folder, 'topics.json');
  const groupsFile = join(folder, 'groups.json');
  const topics = [
    { topicName: 'AdminListed1', readQueueNums: 2, writeQueueNums: 2, perm: 6 },
    { topicName: 'AdminListed2', readQueueNums: 3, writeQueueNums: 3, perm: 4, order: true },
  ];
  const group = { groupName: 'AdminListedGroup', retryMaxTimes: 3, consumeBroadcastEnable: false };
  writeFileSync(topicsFile, JSON.stringify(topics));
  writeFileSync(groupsFile, JSON.stringify([group, { groupName: 'AdminListedGroup2' }]));
  return { topicsFile, groupsFile };
}

async function clientIdOf({ namesrv }: Cluster): Promise<string> {
  const argv = ['mqadmin', 'consumerConnection', '-g', GROUP, '-n', namesrv, '--json'];
  const { stdout } = await runCommand(argv);
  const [client] = (JSON.parse(stdout) as { connectionSet: { clientId: string }[] }).connectionSet;
  return client!.clientId;
}

/** As a Java producer and consumer trace a message. */
async function trace(wire: Wire): Promise<void> {
  await wire.createTopic(TRACES, 1);
  const time = String(Date.now());
  const pub = ['Pub', time, 'DefaultRegion', PRODUCER, TOPIC, TRACED, 'TagA', 'k1'];
  const sent = [...pub, '10.0.0.1:10911', '5', '7', '0', 'I'.repeat(32), 'true', '10.0.0.2'];
  const after = ['SubAfter', 'request', TRACED, '12', 'true', 'k1', '0', time, GROUP];
  for (const context of [sent, after]) {
    const body = `${context.join('\u0001')}\u0002`;
    await wire.send(TRACES, 0, body, { KEYS: `${TRACED} k1`, UNIQ_KEY: `${context[0]}${TRACED}` });
  }
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
  await trace(wire);
  const consumer = `c_${name}`;
  driver.send('push', consumer, GROUP, TOPIC, 'CLUSTERING', '*');
  await driver.event(consumer, 'started');
  driver.send('produce', `p_${name}`, 'AdminOther', 1, 'oneway', PRODUCER);
  await driver.event(`p_${name}`, 'done');
  const count = 2 * QUEUES;
  await driver.until('consumed messages', () => driver.of(consumer, 'message').length >= count);
  await until('committed offsets', async (saw) => {
    const max = await wire.maxOffsets(TOPIC, QUEUES);
    return saw(await wire.committed(GROUP, TOPIC, QUEUES)).join() === max.join();
  });
  return msgId;
}
