// What a bad network between clients and their broker does: whoever waits in vain is told, connections
// that lead nowhere are given up, and every acknowledged message is consumed.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { createPushConsumer } from '../../src/client/consumer/push-consumer.js';
import { createProducer, type Producer } from '../../src/client/producer.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { startNamesrv } from '../support/namesrv.js';
import { seeded } from '../support/random.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const TOPIC = 'BadLine';
const QUEUES = 4;
const TIMEOUT_MS = 1500;

/** A broker that clients reach through a proxy only, and what they sent and received. */
class BadLine {
  readonly acknowledged: string[] = [];
  readonly received: string[] = [];
  private sent = 0;

  private constructor(
    readonly proxy: TcpProxy,
    readonly producer: Producer,
  ) {}

  static async start(t: TestContext): Promise<BadLine> {
    const ending = endingWith((work) => t.after(work));
    const namesrvAddr = (await startNamesrv(ending, tempFolder(ending))).address;
    // The broker listens on one address of this host and tells clients another one.
    const place = { namesrvAddr, brokerIP1: '127.0.0.2' };
    const broker = await RunningBroker.start(ending, { broker: place });
    const { port } = broker.broker;
    const proxy = await TcpProxy.start(ending, broker.address, { host: '127.0.0.2', port });
    await broker.createTopic(TOPIC, QUEUES);
    const often = {
      pollNameServerIntervalMs: 500,
      heartbeatIntervalMs: 500,
      timeoutMs: TIMEOUT_MS,
    };
    const producer = createProducer({
      ...often,
      namesrvAddr,
      group: 'BadLineProducer',
      retryTimes: 0,
      sendTimeoutMs: TIMEOUT_MS,
    });
    await producer.start();
    ending.after(() => producer.stop());
    const line = new BadLine(proxy, producer);
    const consumer = createPushConsumer({
      ...often,
      namesrvAddr,
      group: 'BadLineConsumer',
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      brokerSuspendMaxTimeMs: 500,
      rebalanceIntervalMs: 500,
    });
    consumer.subscribe(TOPIC, '*');
    consumer.listen((messages) => {
      line.received.push(...messages.map(({ body }) => body.toString()));
      return 'ok';
    });
    await consumer.start();
    ending.after(() => consumer.stop());
    return line;
  }

  /** Code of the error, or undefined. */
  async send(): Promise<string | undefined> {
    const body = `message ${this.sent++}`;
    try {
      await this.producer.send({ topic: TOPIC, body: Buffer.from(body) });
      this.acknowledged.push(body);
      return undefined;
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      return error.code;
    }
  }

  async sends(): Promise<void> {
    await until('acknowledged send', async () => (await this.send()) === undefined);
  }

  /** All that was acknowledged has been consumed. */
  async consumed(): Promise<void> {
    const all = (): boolean => {
      const received = new Set(this.received);
      return this.acknowledged.every((body) => received.has(body));
    };
    await until('all messages at the consumer', all);
  }
}

describe('a bad network between clients and a broker', { concurrency: true }, () => {
  it('a half-open connection: waiting ends, and a new connection is made', async (t) => {
    const line = await BadLine.start(t);
    await line.sends();
    await line.consumed();
    line.proxy.halfOpen('target');
    const connections = line.proxy.accepted;
    assert.match((await line.send()) ?? 'acknowledged', /REQUEST_TIMEOUT|CONNECTION_CLOSED/);
    await line.sends();
    await line.consumed();
    assert.ok(line.proxy.accepted > connections);
  });

  it('a broker that is silent for a while: senders are told in time, then all goes on', async (t) => {
    const line = await BadLine.start(t);
    await line.sends();
    line.proxy.partition();
    assert.match((await line.send()) ?? 'acknowledged', /REQUEST_TIMEOUT|CONNECTION_CLOSED/);
    line.proxy.heal();
    await line.sends();
    await line.consumed();
  });

  it('connections that are cut and refused at random: nothing acknowledged is lost', async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const random = seeded(seed);
    const line = await BadLine.start(t);
    line.proxy.pieceBytes = 50;
    for (let i = 0; i < 60; i++) {
      if (i % 10 === 5) line.proxy.cut();
      if (i % 10 === 7) line.proxy.refusing = true;
      if (i % 10 === 9) line.proxy.refusing = false;
      line.proxy.delayMs = random(3);
      await Promise.all(Array.from({ length: 1 + random(8) }, () => line.send()));
    }
    line.proxy.heal();
    await line.sends();
    await line.consumed();
    t.diagnostic(`${line.acknowledged.length} acknowledged`);
  });
});
