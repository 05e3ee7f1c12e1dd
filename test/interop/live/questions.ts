// What a broker asks of running consumers for others: how they are, their threads, and to consume
// one message here and now.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { plainText } from '../admin-text.js';
import type { Driver } from '../driver.js';
import { bodiesOf, clientIdOf, consume, expectBodies, type Stage } from './stage.js';

const THREADS = '#Consumer jstack#';

interface Asked {
  topic: string;
  group: string;
  id: string;
  client: string;
}

/** A consumer of one message, which is consumed; with the message's id. */
async function asked(stage: Stage, driver: Driver, name: string, model?: string) {
  const [topic, group, id] = [`T_${name}`, `G_${name}`, `c_${name}`];
  await stage.wire.createTopic(topic, 1);
  await consume(driver, id, group, topic, [], model);
  const msgId = await stage.wire.send(topic, 0, 'asked', { KEYS: 'k1', TAGS: 'TagA' });
  await expectBodies(driver, [id], ['asked']);
  return { topic, group, id, client: await clientIdOf(stage, group), msgId };
}

/** Both mqadmins tell the same of a consumer, and the stacks of its threads. */
export async function runningInfo(stage: Stage, driver: Driver, thread: RegExp): Promise<void> {
  const it = await asked(stage, driver, `info_${driver.name}`);
  const words = ['consumerStatus', '-g', it.group, '-i', it.client, '-s'];
  const [ours, java] = [await stage.mqadmin(...words), await stage.javaMqadmin(...words)];
  const [text, threads] = ours.split(THREADS);
  const [javaText, javaThreads] = java.split(THREADS);
  // Its retry topic comes when the broker has told of it.
  const plain = (one: string): string => {
    const rows = one.replace(/^%RETRY%.*\n/gm, '');
    return plainText(rows, stage.wire.cluster, { numbers: true, unordered: true });
  };
  assert.equal(plain(text!), plain(javaText!));
  assert.match(text!, new RegExp(`${it.topic} +broker-a +0 `));
  for (const one of [threads, javaThreads]) assert.match(one!, thread);
  await inFiles(stage, it, thread);
  await driver.stop(it.id);
}

/**
 * Go's client cannot tell how it is for the 10 s in which it knows one sample of its speeds, for its
 * JSON has no word for 0/0: then its answer is empty, and says why.
 */
export async function goRunningInfo(stage: Stage): Promise<void> {
  const it = await asked(stage, stage.go, 'info_go');
  const plain = (text: string): string => text.replace(/\b\d{13,}\b/g, 'time');
  const words = ['consumerStatus', '-g', it.group, '-i', it.client];
  await until('an answer', async () => {
    const { code, stdout, stderr } = await stage.tryMqadmin(...words);
    if (code !== 0) {
      assert.match(stderr, /json marshal error: json: unsupported value: NaN/);
      return false;
    }
    assert.match(plain(stdout), /PROP_CONSUMER_START_TIMESTAMP +: time/);
    assert.match(stdout, new RegExp(`${it.topic} +broker-a +0 +1 `));
    return true;
  });
  await stage.go.stop(it.id);
}

/** Without a client's id the answers of all members go to files of their names. */
async function inFiles(stage: Stage, { group, client }: Asked, thread: RegExp): Promise<void> {
  const printed = await stage.mqadmin('consumerStatus', '-g', group, '-s');
  assert.match(printed, /Same subscription in the same group of consumer/);
  const file = printed.split('\n')[1]!.trim().split(/ +/).at(-1)!;
  assert.ok(file.endsWith(`/${client}`), file);
  assert.deepEqual(readdirSync(join(stage.cwd, file, '..')), [client]);
  assert.match(readFileSync(join(stage.cwd, file), 'utf8').split(THREADS)[1]!, thread);
}

/**
 * A consumer takes one message when it is told to, and says how it went. RocketMQ's mqadmin asks
 * before how it is, which Go's cannot always tell.
 */
export async function consumeDirectly(
  stage: Stage,
  driver: Driver,
  results: Record<string, string>,
  model = 'CLUSTERING',
): Promise<void> {
  const it = await asked(stage, driver, `direct_${driver.name}_${model}`, model);
  const words = ['-t', it.topic, '-i', it.msgId, '-g', it.group, '-d', it.client];
  const plain = (text: string): string => text.replace(/(spentTimeMills=)\d+/, '$1(ms)');
  const alsoJava = driver !== stage.go;
  let times = bodiesOf(driver, it.id).length;
  for (const [order, result] of Object.entries(results)) {
    driver.send('obey', it.id, order);
    await driver.until(order, () => driver.of(it.id, 'obeys').at(-1)?.text === order);
    const ours = plain(await stage.mqadmin('queryMsgById', ...words));
    if (alsoJava) {
      assert.equal(ours, plain(await stage.javaMqadmin('queryMsgById', ...words)), order);
    }
    assert.match(ours, new RegExp(`\\bconsumeResult=${result},`), order);
    times += alsoJava ? 2 : 1;
    await driver.until(`message ${times}`, () => bodiesOf(driver, it.id).length === times);
  }
  // consumed by hand: neither counted as a try, nor sent back
  assert.ok(driver.of(it.id, 'message').every((m) => m.times === 0 && m.body === 'asked'));
  await driver.stop(it.id);
}
