// The embedded API: a name server and a broker inside a program, and the clients to use them.

import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './base/clock.js';
import { realFiles } from './base/files.js';
import { type Logger, silentLogger } from './base/log.js';
import * as broker from './client/admin/broker.js';
import * as clients from './client/admin/clients.js';
import * as cluster from './client/admin/cluster.js';
import * as groups from './client/admin/groups.js';
import * as kv from './client/admin/kv.js';
import * as messages from './client/admin/messages.js';
import * as offsets from './client/admin/offsets.js';
import * as running from './client/admin/running.js';
import * as stats from './client/admin/stats.js';
import * as topics from './client/admin/topics.js';
import * as trace from './client/admin/trace.js';
import type { MessageListener } from './client/consumer/listener.js';
import {
  createLitePullConsumer,
  type LitePullConsumer,
  type LitePullOptions,
} from './client/consumer/lite-pull-consumer.js';
import type { ConsumerOptions } from './client/consumer/options.js';
import { createPushConsumer, type PushConsumer } from './client/consumer/push-consumer.js';
import { createProducer, type Producer, type ProducerOptions } from './client/producer.js';
import { createSession, type Session } from './client/session.js';
import { newTopicConfig } from './protocol/bodies/topic.js';
import { createEmbedded, type Embedded } from './server/embedded.js';

/** mqadmin's tasks: each function takes a session first. */
export const admin = {
  broker,
  clients,
  cluster,
  groups,
  kv,
  messages,
  offsets,
  running,
  stats,
  topics,
  trace,
} as const;

export { MqError } from './base/errors.js';
export { createLitePullConsumer } from './client/consumer/lite-pull-consumer.js';
export { createPullConsumer } from './client/consumer/pull-consumer.js';
export { createPushConsumer } from './client/consumer/push-consumer.js';
export { createProducer } from './client/producer.js';
export { createRequester, replyTo } from './client/request-reply.js';
export { createSession, parseNamesrvAddrs } from './client/session.js';
export { signWith } from './protocol/sign.js';
export { createTransactionProducer } from './client/transaction.js';
export { newGroupConfig } from './protocol/bodies/group.js';
export { newTopicConfig } from './protocol/bodies/topic.js';
export type { Clock } from './base/clock.js';
export type { Logger } from './base/log.js';
export type { ConsumeResult, MessageListener } from './client/consumer/listener.js';
export type { LitePullConsumer, LitePullOptions } from './client/consumer/lite-pull-consumer.js';
export type { ConsumerOptions } from './client/consumer/options.js';
export type { PullConsumer } from './client/consumer/pull-consumer.js';
export type { PushConsumer } from './client/consumer/push-consumer.js';
export type { Message, ReceivedMessage } from './client/message.js';
export type { Producer, ProducerOptions, SendOptions } from './client/producer.js';
export type { PullResult } from './client/pull.js';
export type { ReplyMessage, Requester } from './client/request-reply.js';
export type { SendResult } from './client/send-result.js';
export type { Session, SessionOptions } from './client/session.js';
export type {
  TransactionListener,
  TransactionProducer,
  TransactionResult,
} from './client/transaction.js';

export interface RocketMQOptions {
  /** Where the files are. By default a new temporary folder, which `stop` deletes. */
  folder?: string;
  /** Address to listen on and to be found at. */
  host?: string;
  /** 0, the default, takes any free port. */
  namesrvPort?: number;
  brokerPort?: number;
  /** Topics to create, with this many queues each. */
  topics?: readonly string[];
  queues?: number;
  /** Settings of the broker and of the name server by RocketMQ's property names. */
  broker?: Readonly<Record<string, string | number | boolean>>;
  namesrv?: Readonly<Record<string, string | number | boolean>>;
  log?: Logger;
}

/** Starts a name server and a broker in this process. */
export async function startRocketMQ(options: RocketMQOptions = {}): Promise<RocketMQ> {
  const folder = options.folder ?? join(tmpdir(), `pocketmq-${randomUUID()}`);
  const log = options.log ?? silentLogger;
  const { host, namesrvPort, brokerPort, broker: brokerSettings, namesrv } = options;
  const servers = createEmbedded({
    folder,
    clock: systemClock,
    files: realFiles,
    log,
    ...(host === undefined ? {} : { host }),
    ...(namesrvPort === undefined ? {} : { namesrvPort }),
    ...(brokerPort === undefined ? {} : { brokerPort }),
    ...(brokerSettings === undefined ? {} : { broker: brokerSettings }),
    ...(namesrv === undefined ? {} : { namesrv }),
  });
  const temporary = options.folder === undefined ? folder : undefined;
  await servers.start();
  const rocketmq = new RocketMQ(servers, log, temporary);
  try {
    for (const topic of options.topics ?? []) await rocketmq.createTopic(topic, options.queues);
  } catch (error) {
    await rocketmq.stop();
    throw error;
  }
  return rocketmq;
}

/** A running name server and broker, and what was made for them: `stop` ends it all. */
export class RocketMQ {
  /** For the functions of `admin`. */
  readonly session: Session;
  private readonly made: { stop(): Promise<void> }[] = [];
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly servers: Embedded,
    private readonly log: Logger,
    private readonly temporary: string | undefined,
  ) {
    this.session = createSession({
      namesrvAddrs: [servers.namesrvAddr],
      clock: systemClock,
      log,
    });
  }

  get namesrvAddr(): string {
    return this.servers.namesrvAddr;
  }

  get brokerAddr(): string {
    return this.servers.brokerAddr;
  }

  get brokerName(): string {
    return this.servers.brokerName;
  }

  get clusterName(): string {
    return this.servers.clusterName;
  }

  async createTopic(topic: string, queues = 4): Promise<void> {
    const counts = { readQueueNums: queues, writeQueueNums: queues };
    const where = { brokerAddr: this.brokerAddr };
    await topics.updateTopic(this.session, where, newTopicConfig(topic, counts));
  }

  /** A started producer. */
  async producer(options: Partial<ProducerOptions> = {}): Promise<Producer> {
    const producer = createProducer({ group: 'embedded-producer', ...this.client(), ...options });
    await producer.start();
    this.made.push(producer);
    return producer;
  }

  /** A started consumer that calls `listener` with each message of the topic. */
  async consumer(
    options: Partial<ConsumerOptions> & { topic: string; expression?: string },
    listener: MessageListener,
  ): Promise<PushConsumer> {
    const { topic, expression, ...own } = options;
    const consumer = createPushConsumer({ ...DEFAULT_CONSUMER, ...this.client(), ...own });
    consumer.subscribe(topic, expression).listen(listener);
    await consumer.start();
    this.made.push(consumer);
    return consumer;
  }

  /** A started consumer to poll messages from. */
  async litePullConsumer(
    options: Partial<LitePullOptions> & { topic: string; expression?: string },
  ): Promise<LitePullConsumer> {
    const { topic, expression, ...own } = options;
    const consumer = createLitePullConsumer({ ...DEFAULT_CONSUMER, ...this.client(), ...own });
    consumer.subscribe(topic, expression);
    await consumer.start();
    this.made.push(consumer);
    return consumer;
  }

  /** Stops the clients, the broker, the name server; deletes a temporary folder. */
  stop(): Promise<void> {
    return (this.stopping ??= this.stopNow());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async stopNow(): Promise<void> {
    try {
      await Promise.all(this.made.map((client) => client.stop()));
      this.session.close();
      await this.servers.stop();
    } finally {
      if (this.temporary !== undefined) realFiles.rmdir(this.temporary, { recursive: true });
    }
  }

  private client() {
    return { namesrvAddr: this.namesrvAddr, log: this.log };
  }
}

const DEFAULT_CONSUMER = {
  group: 'embedded-consumer',
  consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
} as const;
