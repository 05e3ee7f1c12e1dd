// What one broker has handed out by POP, the other brings back: check points, acknowledgements and
// the progress of ordered groups, from one store directory.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { ack, type At, pop, type Popped, receipt, texts } from '../server/broker/popping.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { sendHeader } from '../support/send-header.js';
import type { Child } from '../support/child.js';
import { freePort } from '../support/ports.js';
import { PATIENT } from '../support/patient-settings.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { Ending, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';

const ending = new Ending();
afterEach(() => ending.run());

const TOPICS = ['Handed', 'Ordered'];
/** Longer than it takes to stop the one broker. */
const POPPED = { invisibleTime: 20_000 };
const ORDER = { order: true, queueId: 0 };

/** A broker of Apache RocketMQ 5.5.0 on the store in `folder`. */
async function startJava(
  release: JavaRelease,
  folder: string,
): Promise<{ child: Child; address: string }> {
  const port = await freePort(-2, 1);
  const settings = {
    brokerName: 'broker-a',
    brokerIP1: '127.0.0.1',
    listenPort: port,
    storePathRootDir: join(folder, 'store'),
    mappedFileSizeCommitLog: 64 * 1024 * 1024,
    ...PATIENT,
  };
  mkdirSync(join(folder, 'conf'), { recursive: true });
  const file = join(folder, 'conf', 'broker.conf');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const main = 'org.apache.rocketmq.broker.BrokerStartup';
  const child = release.run(main, ['-c', file], { home: folder, heapMb: 384 });
  ending.after(() => child.kill());
  await child.line(/boot success/);
  return { child, address: `127.0.0.1:${port}` };
}

/** Four messages in each topic; some are handed out, one of these acknowledged. */
async function handOut(at: At): Promise<void> {
  for (const topic of TOPICS) {
    const queues = { readQueueNums: 1, writeQueueNums: 1 };
    const settings = { perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false };
    const header = { topic, defaultTopic: 'TBW102', ...queues, ...settings };
    await at.client.request(at.address, 'UPDATE_AND_CREATE_TOPIC', header);
    for (const text of ['a', 'b', 'c', 'd']) {
      const send = sendHeader(topic, { UNIQ_KEY: `${topic}-${text}` });
      await at.client.request(at.address, 'SEND_MESSAGE_V2', send, { body: Buffer.from(text) });
    }
    // RocketMQ answers a message before its readers can see it.
    await until(`four messages in ${topic}`, async () => {
      const queue = { topic, queueId: 0 };
      const { header } = await at.client.request(at.address, 'GET_MAX_OFFSET', queue);
      return header.offset === 4;
    });
  }
  const all = await pop(at, 'Handed', POPPED);
  assert.deepEqual(texts(all.messages), ['a', 'b', 'c', 'd']);
  await ackIts(at, 'Handed', all, 1);
  const some = await pop(at, 'Ordered', { ...POPPED, ...ORDER, maxMsgNums: 2 });
  assert.deepEqual(texts(some.messages), ['a', 'b']);
  await ackIts(at, 'Ordered', some, 0);
}

async function ackIts(at: At, topic: string, popped: Popped, index: number): Promise<void> {
  const message = popped.messages[index];
  assert.equal((await ack(at, topic, message, receipt(popped, message))).code, 0);
}

/** All that was not acknowledged comes once more, and nothing else. */
async function assertComesBack(at: At): Promise<void> {
  const back: string[] = [];
  await until('three messages again', async (saw) => {
    const { messages } = await pop(at, 'Handed', { pollTime: 15_000 });
    for (const { body, reconsumeTimes } of messages) back.push(`${String(body)}${reconsumeTimes}`);
    return saw(back).length >= 3;
  });
  assert.deepEqual(back.sort(), ['a1', 'c1', 'd1']);
  const ordered = await until('messages in order', async (saw) => {
    const popped = await pop(at, 'Ordered', { ...ORDER, pollTime: 15_000 });
    return saw(popped.messages).length > 0 && popped;
  });
  assert.deepEqual(texts(ordered.messages), ['b', 'c', 'd']);
  assert.equal(ordered.header.orderCountInfo, '0 qo0%1 1;0 0 0');
  const more = await pop(at, 'Handed', { pollTime: 500 });
  assert.deepEqual(texts(more.messages), []);
}

test('what is handed out here comes back from RocketMQ', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const ours = await RunningBroker.start(ending);
  await handOut(ours);
  await ours.broker.stop();
  const { address } = await startJava(release, ours.folder);
  await assertComesBack({ address, client: ours.client });
});

test('what RocketMQ has handed out comes back here', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const folder = tempFolder(ending);
  const { child, address } = await startJava(release, folder);
  const { client } = await RunningBroker.start(ending);
  await handOut({ address, client });
  await child.stop();
  await assertComesBack(await RunningBroker.start(ending, { folder }));
});
