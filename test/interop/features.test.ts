// Beyond sending and consuming: what else a Java client does in a day, against our servers.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeRecord, type DecodedRecord } from '../../src/protocol/message.js';
import { parseProperties } from '../../src/protocol/properties.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { fastClock } from '../support/fast-clock.js';
import { javaRelease, type JavaRelease } from '../support/release.js';
import { startServers } from '../support/servers.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import type { Driver, DriverEvent } from './driver.js';

/** The broker's seconds: delays, retries and transaction checks come sooner. */
const FACTOR = 4;

interface Stage {
  driver: Driver;
  wire: Wire;
}

async function start(ending: Ending, release: JavaRelease): Promise<Stage> {
  const broker = {
    enablePropertyFilter: true,
    transactionTimeOut: 2000,
    transactionCheckInterval: 2000,
  };
  const store = {
    compactionMappedFileSize: 20_000,
    compactionCqMappedFileSize: 4000,
    compactionScheduleInternal: 1,
  };
  const cluster = await startServers(ending, { broker, store, clock: fastClock(FACTOR) });
  const driver = await javaDriver(ending, release, cluster);
  return { driver, wire: new Wire(ending, cluster) };
}

/** Starts a consumer of a new topic; both are called by `name`. */
async function consume({ driver, wire }: Stage, name: string, model = 'CLUSTERING', tags = '*') {
  await wire.createTopic(`T_${name}`, 2);
  driver.send('push', `c_${name}`, `G_${name}`, `T_${name}`, model, tags);
  await driver.event(`c_${name}`, 'started');
}

async function send({ driver }: Stage, id: string, topic: string, body: string, ...more: string[]) {
  driver.send('send', id, topic, body, ...more);
  await driver.event(id, 'done');
}

/** Waits for `count` messages of a consumer, stops it, and gives all that it got. */
async function got({ driver }: Stage, name: string, count: number): Promise<DriverEvent[]> {
  const id = `c_${name}`;
  await driver.until(`${count} messages for ${id}`, () => driver.of(id, 'message').length >= count);
  await driver.stop(id);
  return driver.of(id, 'message');
}

const firstPull = (topic: string) => ({
  consumerGroup: 'TOOLS_CONSUMER',
  ...{ topic, queueId: 0, queueOffset: 0, maxMsgNums: 1, commitOffset: 0 },
  ...{ sysFlag: 4, subscription: '*', subVersion: 0, suspendTimeoutMillis: 0 },
});

/** Of the first message that a reader gets who begins at 0. */
async function firstOffset({ wire }: Stage, topic: string): Promise<number> {
  const header = firstPull(topic);
  const { body } = await wire.client.request(wire.cluster.broker, 'PULL_MESSAGE', header);
  return decodeRecord(body)!.queueOffset;
}

/** The first dead letter of a consumer's group, which is waited for. */
async function deadLetter({ wire }: Stage, name: string): Promise<Record<string, unknown>> {
  let record: DecodedRecord | undefined;
  await until(`dead letter of ${name}`, async () => {
    const header = firstPull(`%DLQ%G_${name}`);
    const allow = [ResponseCode.PULL_NOT_FOUND, ResponseCode.TOPIC_NOT_EXIST];
    const { body } = await wire.client.request(wire.cluster.broker, 'PULL_MESSAGE', header, {
      allow,
    });
    record = decodeRecord(body);
    return record !== undefined;
  });
  const { properties, body, reconsumeTimes: times } = record!;
  const { RETRY_TOPIC, DELAY } = parseProperties(properties);
  assert.equal(RETRY_TOPIC, `T_${name}`);
  return { body: body.toString(), times, DELAY };
}

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'a delayed message comes later'(stage) {
    await consume(stage, 'delay');
    // Only when the consumer reads its queues can one tell which of two messages came first.
    await stage.wire.send('T_delay', 0, 'soon', {});
    await stage.driver.until(
      'first message',
      () => stage.driver.of('c_delay', 'message').length > 0,
    );
    stage.driver.send('send', 'delayed', 'T_delay', 'late', 'level=3');
    await stage.driver.event('delayed', 'sent');
    await stage.wire.send('T_delay', 0, 'sooner', {});
    const bodies = (await got(stage, 'delay', 3)).map((message) => message.body);
    assert.deepEqual(bodies, ['soon', 'sooner', 'late']);
  },
  async 'a message that was refused comes again'(stage) {
    // Clients look for topics that were missing at their start only every 30 s.
    await stage.wire.createTopic('%RETRY%G_retry', 1);
    await consume(stage, 'retry', 'RETRY');
    await send(stage, 'refused', 'T_retry', 'again');
    const messages = await got(stage, 'retry', 2);
    assert.deepEqual(
      messages.map(({ body, times }) => ({ body, times })),
      [
        { body: 'again', times: 0 },
        { body: 'again', times: 1 },
      ],
    );
    assert.equal(messages[0]!.msgId, messages[1]!.msgId);
  },
  async 'what fails to the last try is a dead letter'(stage) {
    await stage.wire.createTopic('%RETRY%G_fail', 1);
    await consume(stage, 'fail', 'FAIL');
    await send(stage, 'failing', 'T_fail', 'bad one');
    assert.deepEqual(await deadLetter(stage, 'fail'), { body: 'bad one', DELAY: '0', times: 2 });
    const tries = await got(stage, 'fail', 2);
    assert.deepEqual(
      tries.map(({ times }) => times),
      [0, 1],
    );
  },
  async 'what fails in order lets those behind it wait, and is a dead letter then'(stage) {
    await stage.wire.createTopic('%RETRY%G_suspend', 1);
    await consume(stage, 'suspend', 'SUSPEND');
    for (const body of ['first', 'bad one', 'last'])
      await stage.wire.send('T_suspend', 0, body, {});
    const tries = await got(stage, 'suspend', 4);
    assert.deepEqual(
      tries.map(({ body, times }) => `${body} ${times}`),
      ['first 0', 'bad one 0', 'bad one 1', 'last 0'],
    );
    assert.deepEqual(await deadLetter(stage, 'suspend'), {
      body: 'bad one',
      DELAY: '-1',
      times: 2,
    });
  },
  async 'transactions: committed, rolled back, asked about'(stage) {
    await consume(stage, 'tx');
    const bodies = ['commit 1', 'rollback 1', 'unknown 1', 'commit 2'];
    stage.driver.send('transact', 'tx', 'T_tx', ...bodies);
    await stage.driver.event('tx', 'done');
    const messages = await got(stage, 'tx', 3);
    const seen = messages.map((message) => message.body).sort();
    assert.deepEqual(seen, ['commit 1', 'commit 2', 'unknown 1']);
    assert.deepEqual(stage.driver.of('tx', 'asked').at(0)?.body, 'unknown 1');
    await stage.driver.stop('tx');
  },
  async 'a request finds its reply'(stage) {
    await stage.wire.createTopic('T_request', 2);
    stage.driver.send('replier', 'c_request', 'G_request', 'T_request');
    await stage.driver.event('c_request', 'started');
    stage.driver.send('request', 'asking', 'T_request', 'abc');
    assert.equal((await stage.driver.event('asking', 'answer')).body, 'cba');
    await stage.driver.event('c_request', 'replied');
    await stage.driver.stop('c_request');
  },
  async 'SQL92 chooses by properties'(stage) {
    await consume(stage, 'sql', 'CLUSTERING', "sql:price > 10 AND colour IN ('red', 'blue')");
    await send(stage, 'cheap', 'T_sql', 'cheap', 'p.price=5', 'p.colour=red');
    await send(stage, 'green', 'T_sql', 'green', 'p.price=20', 'p.colour=green');
    await send(stage, 'right', 'T_sql', 'right', 'p.price=20', 'p.colour=blue');
    assert.deepEqual(
      (await got(stage, 'sql', 1)).map((message) => message.body),
      ['right'],
    );
  },
  async 'a compacted topic keeps the newest message of every key'(stage) {
    const { wire, driver } = stage;
    await wire.createTopic('T_compact', 1, '+cleanup.policy=COMPACTION');
    for (let i = 0; i < 200; i++) {
      await wire.send('T_compact', 0, `v${i}`.padEnd(150), { KEYS: `k${i % 10}` });
    }
    await until('compaction', async () => (await firstOffset(stage, 'T_compact')) > 0);
    driver.send('push', 'c_compact', 'G_compact', 'T_compact', 'CLUSTERING', '*');
    await driver.event('c_compact', 'started');
    // The client hands messages to many threads: they are reported in no order.
    const newest = (): string[] => {
      const got = driver.of('c_compact', 'message').sort((a, b) => a.offset! - b.offset!);
      const last = new Map(got.map(({ key, body }) => [key!, body!.trim()]));
      return [...last.values()].sort();
    };
    const expected = Array.from({ length: 10 }, (_, i) => `v${190 + i}`);
    await driver.until('newest values', () => newest().join() === expected.join());
    await driver.stop('c_compact');
    assert.ok(driver.of('c_compact', 'message').length < 150);
  },
  async 'large bodies, compressed and whole'(stage) {
    await consume(stage, 'large');
    await send(stage, 'compressed', 'T_large', 'x', 'size=100000');
    await send(stage, 'small', 'T_large', '一条消息 ✓');
    const messages = await got(stage, 'large', 2);
    const sizes = messages.map((message) => message.size).sort((a, b) => a! - b!);
    assert.deepEqual(sizes, [6, 100_000]);
  },
  async 'a body over maxMessageSize is refused'(stage) {
    await stage.wire.createTopic('T_over', 2);
    stage.driver.send('send', 'over', 'T_over', 'x', `size=${5 * 1024 * 1024}`);
    await assert.rejects(stage.driver.event('over', 'done'), /body size over max value/);
  },
};

describe('a Java client', () => {
  const ending = new Ending();
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, scenario] of Object.entries(CASES)) {
    it(name, async (t) => {
      const release = await need(t, javaRelease);
      if (release) await scenario(await (stage ??= start(ending, release)));
    });
  }
});
