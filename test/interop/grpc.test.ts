// RocketMQ's gRPC client (5.x) through RocketMQ's own proxy in cluster mode, which takes our name
// server and broker for RocketMQ's: ordinary, ordered, delayed, transactional messages, lite topics.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { encodeGroupConfig, newGroupConfig } from '../../src/protocol/bodies/group.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { javaProxy, type JavaProxy } from '../support/release.js';
import { Ending } from '../support/temp.js';
import { freePort } from '../support/ports.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { grpcDriver } from './clients.js';
import type { Driver, DriverEvent } from './driver.js';
import { ANY } from '../server/broker/running-broker.js';
import { sendHeader } from '../support/send-header.js';
import { startServers } from './servers.js';

interface Stage {
  driver: Driver;
  /** Where the proxy speaks the brokers' protocol. */
  remoting: string;
  wire: Wire;
}

const SERVERS = {
  broker: {
    enableMixedMessageType: true,
    recallMessageEnable: true,
    transactionTimeOut: 2000,
    transactionCheckInterval: 2000,
  },
  store: { enableLmq: true, enableMultiDispatch: true },
};
const TYPES = {
  ...{ T_push: 'NORMAL', T_simple: 'NORMAL', T_order: 'FIFO', T_delay: 'DELAY' },
  ...{ T_dead: 'NORMAL', T_late: 'FIFO' },
};
/** What marks a message as one of a kind. */
const MARKS: Record<string, Record<string, string>> = {
  NORMAL: {},
  FIFO: { __SHARDINGKEY: 'one' },
  DELAY: { TIMER_DELAY_SEC: '1' },
  TRANSACTION: { TRAN_MSG: 'true', PGROUP: 'G_half' },
  PRIORITY: { _SYS_MSG_PRIORITY_: '1' },
};
/** Types of topics, and the kinds of messages that each takes. */
const KINDS: Record<string, readonly string[]> = {
  none: ['NORMAL'],
  NORMAL: ['NORMAL'],
  FIFO: ['FIFO'],
  DELAY: ['DELAY'],
  TRANSACTION: ['TRANSACTION'],
  PRIORITY: ['PRIORITY'],
  LITE: ['LITE'],
  MIXED: ['NORMAL', 'FIFO', 'DELAY', 'TRANSACTION'],
};
const LITE = { '+lite.bind.topic': 'T_lite' };

async function start(ending: Ending, proxy: JavaProxy): Promise<Stage> {
  const cluster = await startServers(ending, SERVERS);
  const wire = new Wire(ending, cluster);
  const topics = { ...TYPES, T_half: 'TRANSACTION', T_lite: 'LITE' };
  const ofKinds = Object.keys(KINDS).map((type) => [`T_${type}`, type]);
  for (const [topic, type] of [...Object.entries(topics), ...ofKinds]) {
    const attributes = type === 'none' ? '' : `+message.type=${type}`;
    await wire.client.request(cluster.broker, 'UPDATE_AND_CREATE_TOPIC', {
      ...{ topic, defaultTopic: 'TBW102', readQueueNums: 2, writeQueueNums: 2, perm: 6 },
      ...{ topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false, attributes },
    });
  }
  const group = async (name: string, attributes: Record<string, string>, changes = {}) => {
    const config = { ...newGroupConfig(name), attributes, ...changes };
    const body = encodeGroupConfig(config);
    await wire.client.request(cluster.broker, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, { body });
  };
  for (const name of ['G_push', 'G_simple', 'G_delay', 'G_half']) await group(name, {});
  await group('G_order', {}, { consumeMessageOrderly: true });
  await group('G_dead', {}, { retryMaxTimes: 1 });
  await group('G_late', {}, { retryMaxTimes: 1, consumeMessageOrderly: true });
  await group('G_lite', LITE);
  await group('G_alone', { ...LITE, '+lite.sub.model': 'Exclusive' });
  const port = await freePort();
  const remoting = `127.0.0.1:${port}`;
  return { driver: await grpcDriver(ending, proxy, cluster, port), remoting, wire };
}

async function produce({ driver }: Stage, id: string, topic: string, count: number, kind: string) {
  driver.send('produce', id, topic, count, kind);
  await driver.event(id, 'done');
}

/** Waits until the consumer has got so many messages. */
async function got({ driver }: Stage, id: string, count: number): Promise<DriverEvent[]> {
  await driver.until(`${count} messages for ${id}`, () => {
    driver.assertNoErrors(id);
    return driver.of(id, 'message').length >= count;
  });
  return driver.of(id, 'message');
}

async function subscribe({ driver }: Stage, id: string, lite: string): Promise<void> {
  driver.send('subscribe', id, lite);
  await driver.until(`${id} in ${lite}`, () => {
    driver.assertNoErrors(id);
    return driver.of(id, 'subscribed').some(({ text }) => text === lite);
  });
}

const seen = (messages: DriverEvent[]): string[] =>
  messages.map(({ key, times }) => `${key} ${times}`);
const keysOf = (messages: DriverEvent[]): string[] => messages.map(({ key }) => key ?? '').sort();

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'a push consumer gets what it refused once more'(stage) {
    stage.driver.send('push', 'push', 'G_push', 'T_push', 'FIRST');
    await stage.driver.event('push', 'started');
    await produce(stage, 'p_push', 'T_push', 5, 'NORMAL');
    const expected = [0, 1, 2, 3, 4].flatMap((i) => [`p_push-${i} 0`, `p_push-${i} 1`]);
    assert.deepEqual(seen(await got(stage, 'push', 10)).sort(), expected);
  },
  async 'an ordered group gets them one after the other, refused or not'(stage) {
    stage.driver.send('push', 'order', 'G_order', 'T_order', 'FIRST');
    await stage.driver.event('order', 'started');
    await produce(stage, 'p_order', 'T_order', 3, 'FIFO');
    const expected = [0, 1, 2].flatMap((i) => [`p_order-${i} 0`, `p_order-${i} 1`]);
    assert.deepEqual(seen(await got(stage, 'order', 6)), expected);
  },
  async 'delayed messages come, but for the one that was recalled'(stage) {
    stage.driver.send('push', 'delay', 'G_delay', 'T_delay', 'OK');
    stage.driver.send('recall', 'recall', 'T_delay');
    assert.equal((await stage.driver.event('recall', 'recalled')).text, 'true');
    await produce(stage, 'p_delay', 'T_delay', 2, 'DELAY');
    const expected = ['p_delay-0', 'p_delay-1', 'recall-1'];
    assert.deepEqual(keysOf(await got(stage, 'delay', 3)), expected);
  },
  async 'clients send to topics what is of their type, and nothing else'({ driver }) {
    await Promise.all(
      Object.entries(KINDS).map(async ([type, taken]) => {
        const id = `try_${type}`;
        driver.send('try', id, `T_${type}`);
        await driver.event(id, 'done');
        for (const { key = '', text } of driver.of(id, 'tried')) {
          const kind = key.toUpperCase();
          const refused =
            'java.lang.IllegalArgumentException: Current message type not match with topic accept ' +
            `message types, topic=T_${type}, actualMessageType=${kind}, ` +
            `acceptMessageTypes=[${taken.join(', ')}]`;
          assert.equal(text, taken.includes(kind) ? 'taken' : refused);
        }
        assert.equal(driver.of(id, 'tried').length, 6);
      }),
    );
  },
  async 'the proxy refuses what is not of the type of its topic'({ remoting, wire }) {
    for (const [type, taken] of Object.entries(KINDS)) {
      for (const [kind, properties] of Object.entries(MARKS)) {
        const header = sendHeader(`T_${type}`, properties, { bname: wire.cluster.brokerName });
        const { code, remark } = await wire.client.request(remoting, 'SEND_MESSAGE_V2', header, {
          ...{ body: Buffer.from(kind), allow: ANY },
        });
        const actual = `the expected type is ${type === 'none' ? 'NORMAL' : type}, but actual type is ${kind}`;
        const refused = [
          ResponseCode.MESSAGE_ILLEGAL,
          `TopicMessageType validate failed, ${actual}`,
        ];
        const passes = type === 'MIXED' || taken.includes(kind);
        assert.deepEqual([code, remark], passes ? [0, undefined] : refused);
      }
    }
  },
  async 'a transaction is committed, rolled back, or asked about'(stage) {
    stage.driver.send('push', 'half', 'G_half', 'T_half', 'OK');
    stage.driver.send('transact', 'p_half', 'T_half');
    assert.deepEqual(keysOf(await got(stage, 'half', 2)), ['p_half-commit', 'p_half-open']);
    assert.ok(keysOf(stage.driver.of('p_half', 'checked')).includes('p_half-open'));
  },
  async 'a simple consumer receives, asks for more time, acknowledges'(stage) {
    stage.driver.send('simple', 'simple', 'G_simple', 'T_simple', 5);
    await stage.driver.event('simple', 'started');
    await produce(stage, 'p_simple', 'T_simple', 5, 'NORMAL');
    await stage.driver.event('simple', 'done');
    const expected = [0, 1, 2, 3, 4].map((i) => `p_simple-${i}`);
    assert.deepEqual(keysOf(stage.driver.of('simple', 'message')), expected);
  },
  async 'what is refused too often is a dead letter'(stage) {
    const groups = { dead: 'NORMAL', late: 'FIFO' };
    for (const [name, kind] of Object.entries(groups)) {
      stage.driver.send('push', name, `G_${name}`, `T_${name}`, 'NEVER');
      await stage.driver.event(name, 'started');
      await produce(stage, `p_${name}`, `T_${name}`, 1, kind);
    }
    for (const name of Object.keys(groups)) {
      const dead = `%DLQ%G_${name}`;
      await until(dead, async () => (await stage.wire.maxOffsets(dead, 1))[0] === 1);
      assert.deepEqual(seen(stage.driver.of(name, 'message')), [`p_${name}-0 0`, `p_${name}-0 1`]);
    }
  },
  async 'a lite consumer gets its lite topics, and none else'(stage) {
    stage.driver.send('lite', 'lite', 'G_lite', 'T_lite', 'OK');
    await stage.driver.event('lite', 'started');
    await subscribe(stage, 'lite', 'a');
    for (const lite of ['a', 'b', 'c']) await produce(stage, `p_${lite}`, 'T_lite', 3, lite);
    assert.deepEqual(keysOf(await got(stage, 'lite', 3)), ['p_a-0', 'p_a-1', 'p_a-2']);
    await subscribe(stage, 'lite', 'b');
    const six = (await got(stage, 'lite', 6)).slice(3);
    assert.deepEqual(keysOf(six), ['p_b-0', 'p_b-1', 'p_b-2']);
    assert.ok(six.every(({ text }) => text === 'b'));
  },
  async 'of an exclusive group the last subscriber has the lite topic'(stage) {
    const { driver } = stage;
    for (const id of ['one', 'two']) driver.send('lite', id, 'G_alone', 'T_lite', 'OK');
    for (const id of ['one', 'two']) await driver.event(id, 'started');
    await produce(stage, 'p_x', 'T_lite', 2, 'x');
    await subscribe(stage, 'one', 'x');
    assert.deepEqual(keysOf(await got(stage, 'one', 2)), ['p_x-0', 'p_x-1']);
    await subscribe(stage, 'two', 'x');
    await driver.until('one to lose it', () => {
      driver.send('topics', 'one');
      return driver.of('one', 'topics').at(-1)?.text === '[]';
    });
    await produce(stage, 'p_y', 'T_lite', 2, 'x');
    await driver.until('the new ones', () => {
      const keys = keysOf(driver.of('two', 'message'));
      return keys.includes('p_y-0') && keys.includes('p_y-1');
    });
    // again, where it took long to acknowledge, but nothing new
    const ofOne = new Set(keysOf(driver.of('one', 'message')));
    assert.deepEqual([...ofOne].sort(), ['p_x-0', 'p_x-1']);
  },
};

describe('the gRPC client through the proxy', { concurrency: true }, () => {
  const ending = new Ending();
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, scenario] of Object.entries(CASES)) {
    it(name, async (t) => {
      const proxy = await need(t, javaProxy);
      if (proxy) await scenario(await (stage ??= start(ending, proxy)));
    });
  }
});
