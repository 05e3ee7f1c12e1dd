// Requests over topics: a message that asks, and the consumer's message that answers it.

import { randomUUID } from 'node:crypto';
import type { Timer } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import { Property } from '../protocol/flags.js';
import { parseProperties, type Properties } from '../protocol/properties.js';
import type { Handler } from '../remoting/handler.js';
import type { Message, ReceivedMessage } from './message.js';
import { REPLY } from './parcel.js';
import { createProducer, type Producer, type ProducerOptions } from './producer.js';
import { uncompress } from './uncompress.js';

const CORRELATION_ID = 'CORRELATION_ID';
const REPLY_TO_CLIENT = 'REPLY_TO_CLIENT';
const TTL = 'TTL';

/** What came back. */
export interface ReplyMessage {
  topic: string;
  body: Buffer;
  properties: Properties;
}

interface Waiter {
  resolve(reply: ReplyMessage): void;
  reject(error: unknown): void;
  timer: Timer;
}

export function createRequester(options: ProducerOptions): Requester {
  return new Requester(options);
}

export class Requester {
  readonly producer: Producer;
  private readonly waiting = new Map<string, Waiter>();

  constructor(options: ProducerOptions) {
    const arrived: Handler<'PUSH_REPLY_MESSAGE_TO_CLIENT'> = (header, call) => {
      const body = uncompress(call.body, header.sysFlag);
      const properties = parseProperties(header.properties ?? '');
      this.settle(properties[CORRELATION_ID], (waiter) =>
        waiter.resolve({ topic: header.topic, body, properties }),
      );
      return {};
    };
    const handlers = { PUSH_REPLY_MESSAGE_TO_CLIENT: arrived };
    this.producer = createProducer({ ...options, handlers });
  }

  start(): Promise<void> {
    return this.producer.start();
  }

  stop(): Promise<void> {
    return this.producer.stop();
  }

  /** Sends the message and resolves with the answer. Throws REQUEST_TIMEOUT. */
  async request(message: Message, timeoutMs: number): Promise<ReplyMessage> {
    const { instance } = this.producer;
    const id = randomUUID();
    const properties = {
      ...message.properties,
      [CORRELATION_ID]: id,
      [REPLY_TO_CLIENT]: instance.clientId,
      [TTL]: String(timeoutMs),
    };
    // The answer comes over the connection of a heartbeat.
    await this.producer.join(message.topic);
    const reply = new Promise<ReplyMessage>((resolve, reject) => {
      const timer = instance.clock.after(timeoutMs, () => {
        const details = { address: message.topic, request: 'the message', timeoutMs };
        this.settle(id, (waiter) => waiter.reject(new MqError('REQUEST_TIMEOUT', details)));
      });
      this.waiting.set(id, { resolve, reject, timer });
    });
    this.producer.send({ ...message, properties }, { timeoutMs }).catch((error: unknown) => {
      this.settle(id, (waiter) => waiter.reject(error));
    });
    return reply;
  }

  private settle(id: string | undefined, how: (waiter: Waiter) => void): void {
    const waiter = id === undefined ? undefined : this.waiting.get(id);
    if (!waiter) return;
    this.waiting.delete(id!);
    waiter.timer.stop();
    how(waiter);
  }
}

/** The message that answers a request; any producer may send it. Throws MESSAGE_INVALID. */
export function replyTo(request: ReceivedMessage, body: Buffer | string): Message {
  const { properties } = request;
  const cluster = properties[Property.CLUSTER];
  const id = properties[CORRELATION_ID];
  const client = properties[REPLY_TO_CLIENT];
  if (cluster === undefined || id === undefined || client === undefined) {
    throw new MqError('MESSAGE_INVALID', { reason: `${request.msgId} asks for no answer` });
  }
  return {
    topic: `${cluster}_REPLY_TOPIC`,
    body,
    properties: {
      [Property.MSG_TYPE]: REPLY,
      [CORRELATION_ID]: id,
      [REPLY_TO_CLIENT]: client,
      [TTL]: properties[TTL] ?? '3000',
    },
  };
}

/** Client id that an answer goes to. */
export const replyClientOf = (request: ReceivedMessage): string | undefined =>
  request.properties[REPLY_TO_CLIENT];
