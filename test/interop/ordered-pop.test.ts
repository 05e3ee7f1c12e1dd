// The released Java client pops in order: what each step gives is what RocketMQ gave when the same
// steps were run against it (POCKETMQ_INTEROP_SERVERS=java).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeGroupConfig, newGroupConfig } from '../../src/protocol/bodies/group.js';
import { javaRelease } from '../support/release.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { startServers } from './servers.js';

const PROGRAM = join(fileURLToPath(new URL('.', import.meta.url)), 'java', 'OrderedPop.java');
const [TOPIC, GROUP] = ['T_ordered', 'G_ordered'];

const EXPECTED = [
  ['pop two', 'FOUND m1/0 m2/0'],
  ['pop another attempt', 'POLLING_NOT_FOUND'],
  ['pop the same attempt', 'FOUND m1/0 m2/0'],
  ['ack what was handed out again', 'OK'],
  ['ack the first', 'OK'],
  ['pop while one is open', 'POLLING_NOT_FOUND'],
  ['ack the second', 'OK'],
  ['pop the next two', 'FOUND m3/0 m4/0'],
  ['time less time for both', 'OK'],
  ['time less time for both', 'OK'],
  ['pop when they are visible again', 'FOUND m3/1 m4/1'],
  ['ack an old receipt', 'OK'],
  ['ack again', 'OK'],
  ['ack again', 'OK'],
  ['pop all that is left', 'FOUND m5/0 m6/0'],
  ['pop when nobody acknowledged', 'FOUND m5/1 m6/1'],
  ['ack too late', 'OK'],
];

test('ordered POP by the Java client', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const ending = endingWith((work) => t.after(work));
  const cluster = await startServers(ending);
  const wire = new Wire(ending, cluster);
  await wire.createTopic(TOPIC, 1);
  const body = encodeGroupConfig({ ...newGroupConfig(GROUP), consumeMessageOrderly: true });
  const group = 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP';
  await wire.client.request(cluster.broker, group, {}, { body });
  const steps: [string, string][] = [];
  const { namesrv, brokerName, broker } = cluster;
  const args = [namesrv, brokerName, broker, TOPIC, GROUP];
  const child = release.run(PROGRAM, args, { home: tempFolder(ending) });
  ending.after(() => child.kill());
  child.onLine((line) => {
    if (!line.startsWith('{')) return;
    const { step, got } = JSON.parse(line) as { step: string; got: string };
    steps.push([step, got]);
  });
  await child.ended;
  assert.deepEqual(steps, EXPECTED, child.describe());
});
