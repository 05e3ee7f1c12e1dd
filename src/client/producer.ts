// A producer: queue selection, retries, batches, one-way sends (DefaultMQProducer).

import { MqError } from '../base/errors.js';
import { describeError } from '../base/log.js';
import { encodeBatch } from '../protocol/batch.js';
import type { MessageQueue } from '../protocol/bodies/json.js';
import { Perm, Property, RETRY_PREFIX, SystemTopic } from '../protocol/flags.js';
import { formatProperties } from '../protocol/properties.js';
import type { Req } from '../protocol/requests/index.js';
import { ResponseCode } from '../protocol/responses.js';
import type { Handlers } from '../remoting/handler.js';
import { ClientInstance, type ClientOptions } from './instance.js';
import type { Message } from './message.js';
import {
  batchMessage,
  checkMessage,
  DEFAULT_LIMITS,
  type Limits,
  outgoing,
  type Outgoing,
} from './outgoing.js';
import { queueAddress, writableQueues } from './queues.js';
import { sendResultOf, type SendResult, STORED } from './send-result.js';
import { isUnreachable } from './session.js';
import { uniqueId } from './unique-id.js';

export interface ProducerOptions extends ClientOptions {
  group: string;
  /** Further attempts, on other brokers where there are some. */
  retryTimes?: number;
  sendTimeoutMs?: number;
  /** Queues of a topic that is created by the first send. */
  defaultTopicQueueNums?: number;
  limits?: Partial<Limits>;
  /** Requests that brokers send to this producer: transaction checks, replies. */
  handlers?: Handlers;
}

export interface SendOptions {
  /** Exactly this queue. */
  queue?: MessageQueue;
  /** Picks one of the queues; the same for every attempt. */
  select?: (queues: readonly MessageQueue[], message: Message) => MessageQueue;
  timeoutMs?: number;
  /** Bits beside those of compression, as transactions need. */
  sysFlag?: number;
}

/** MSG_TYPE of an answer to a request (MixAll.REPLY_MESSAGE_FLAG). */
export const REPLY = 'reply';

/** Answers after which another broker may take the message (retryResponseCodes). */
const RETRY_CODES: ReadonlySet<number> = new Set([
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.SYSTEM_ERROR,
  ResponseCode.SYSTEM_BUSY,
  ResponseCode.NO_PERMISSION,
  ResponseCode.NO_BUYER_ID,
  ResponseCode.NOT_IN_CURRENT_UNIT,
]);

/** What is sent in one request: a message, or several as a batch. */
interface Parcel extends Omit<Outgoing, 'properties'> {
  topic: string;
  properties: string;
  batch: boolean;
  msgId: string;
  first: Message;
}

export function createProducer(options: ProducerOptions): Producer {
  return new Producer(options);
}

export class Producer {
  readonly instance: ClientInstance;
  readonly group: string;
  private readonly limits: Limits;
  private turn: number;
  private started = false;

  constructor(private readonly options: ProducerOptions) {
    this.group = options.group;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { handlers } = options;
    const membership = () => ({ producerGroup: this.group });
    this.instance = new ClientInstance(options, membership, handlers ? { handlers } : {});
    // Producers that start together must not all begin with the same queue.
    this.turn = this.instance.clock.now() % 997;
  }

  start(): Promise<void> {
    if (!this.started) this.instance.start();
    this.started = true;
    return Promise.resolve();
  }

  /** Sends and waits until the broker has stored the message. */
  async send(message: Message, options: SendOptions = {}): Promise<SendResult> {
    checkMessage(message, this.limits);
    return this.deliver(this.parcelOf(message, options.sysFlag), options);
  }

  /** Sends several messages of one topic in one request; they share the queue. */
  async sendBatch(messages: readonly Message[], options: SendOptions = {}): Promise<SendResult> {
    const [first] = messages;
    if (!first) throw new MqError('MESSAGE_INVALID', { reason: 'the batch is empty' });
    for (const message of messages) checkMessage(message, this.limits);
    const problem = batchProblem(messages);
    if (problem !== undefined) throw new MqError('MESSAGE_INVALID', { reason: problem });
    const ids = messages.map(() => uniqueId(this.instance.clock));
    const body = encodeBatch(messages.map((message, i) => batchMessage(message, ids[i]!)));
    const properties = formatProperties({ WAIT: 'true' });
    const parcel = { topic: first.topic, body, sysFlag: 0, flag: 0, properties, batch: true };
    return this.deliver({ ...parcel, msgId: ids.join(','), first }, options);
  }

  /** Sends without waiting for an answer; resolves when the request is on its way. */
  async sendOneway(message: Message, options: SendOptions = {}): Promise<void> {
    checkMessage(message, this.limits);
    const parcel = this.parcelOf(message, options.sysFlag);
    const queue = this.choose(await this.queuesFor(message.topic), message, options, undefined);
    const address = await this.addressOf(queue);
    await this.instance.session.oneway(
      address,
      'SEND_MESSAGE_V2',
      this.headerOf(parcel, queue),
      parcel.body,
    );
  }

  /** Joins the group at the brokers of a topic, as those must know us that ask us something. */
  async join(topic: string): Promise<void> {
    await this.queuesFor(topic);
    await this.instance.heartbeat();
  }

  /** Queues that a message of the topic may go to. Throws TOPIC_NOT_FOUND or NO_QUEUE. */
  async queuesFor(topic: string): Promise<MessageQueue[]> {
    const { session } = this.instance;
    const fresh = this.instance.use(topic);
    const route = await session.findRoute(topic);
    if (fresh && route && this.started) void this.instance.heartbeat();
    if (route) {
      const queues = writableQueues(topic, route);
      if (queues.length > 0) return queues;
      throw new MqError('NO_QUEUE', { topic, use: 'written' });
    }
    // Brokers that create topics by themselves are those of the auto-creation topic.
    this.instance.use(SystemTopic.AUTO_CREATE);
    const fallback = await session.findRoute(SystemTopic.AUTO_CREATE, { fresh: true });
    if (!fallback) throw new MqError('TOPIC_NOT_FOUND', { topic }, { hint: NO_AUTO_CREATION });
    const wanted = this.options.defaultTopicQueueNums ?? 4;
    const queueDatas = fallback.queueDatas.map((data) => ({
      ...data,
      perm: data.perm | Perm.WRITE,
      writeQueueNums: Math.min(data.readQueueNums, wanted),
    }));
    return writableQueues(topic, { ...fallback, queueDatas });
  }

  async stop(): Promise<void> {
    await this.instance.stop();
  }

  private parcelOf(message: Message, sysFlag = 0): Parcel {
    const made = outgoing(message, uniqueId(this.instance.clock), this.limits);
    return {
      ...made,
      topic: message.topic,
      sysFlag: made.sysFlag | sysFlag,
      properties: formatProperties(made.properties),
      batch: false,
      msgId: made.properties.UNIQ_KEY!,
      first: message,
    };
  }

  private async deliver(parcel: Parcel, options: SendOptions): Promise<SendResult> {
    const { clock } = this.instance;
    const fixed = options.queue !== undefined || options.select !== undefined;
    const attempts = fixed ? 1 : 1 + (this.options.retryTimes ?? 2);
    const timeoutMs = options.timeoutMs ?? this.options.sendTimeoutMs ?? 3000;
    const deadline = clock.monotonic() + timeoutMs;
    let failure: unknown;
    let queue: MessageQueue | undefined;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const queues = fixed && options.queue ? [] : await this.queuesFor(parcel.topic);
      queue = this.choose(queues, parcel.first, options, queue?.brokerName);
      const leftMs = deadline - clock.monotonic();
      if (leftMs <= 0) break;
      try {
        return await this.sendTo(queue, parcel, leftMs);
      } catch (error) {
        if (!mayRetry(error)) throw error;
        failure = error;
        this.instance.log.warn(`send ${parcel.msgId}, attempt ${attempt}: ${describeError(error)}`);
        await this.instance.session.findRoute(parcel.topic, { fresh: true }).catch(() => undefined);
      }
    }
    if (attempts === 1 && failure !== undefined) throw failure;
    const reason = failure === undefined ? 'no time was left' : describeError(failure);
    const details = { topic: parcel.topic, attempts: `after ${attempts} attempts`, reason };
    throw new MqError('SEND_FAILED', details, { cause: failure });
  }

  private async sendTo(
    queue: MessageQueue,
    parcel: Parcel,
    timeoutMs: number,
  ): Promise<SendResult> {
    const { session } = this.instance;
    const name = requestOf(parcel);
    const address = await this.addressOf(queue);
    const options = { body: parcel.body, timeoutMs, allow: STORED };
    const answer = await session.request(address, name, this.headerOf(parcel, queue), options);
    return sendResultOf(answer, { ...queue, topic: parcel.topic }, parcel.msgId);
  }

  private headerOf(parcel: Parcel, queue: MessageQueue): Req<'SEND_MESSAGE_V2'> {
    const { properties: own } = parcel.first;
    const retry = parcel.topic.startsWith(RETRY_PREFIX);
    return {
      producerGroup: this.group,
      topic: parcel.topic,
      defaultTopic: SystemTopic.AUTO_CREATE,
      defaultTopicQueueNums: this.options.defaultTopicQueueNums ?? 4,
      queueId: queue.queueId,
      sysFlag: parcel.sysFlag,
      bornTimestamp: this.instance.clock.now(),
      flag: parcel.flag,
      properties: parcel.properties,
      reconsumeTimes: retry ? Number(own?.RECONSUME_TIME ?? 0) : 0,
      unitMode: false,
      batch: parcel.batch,
      bname: queue.brokerName,
      ...(retry && own?.MAX_RECONSUME_TIMES !== undefined
        ? { maxReconsumeTimes: Number(own.MAX_RECONSUME_TIMES) }
        : {}),
    };
  }

  /** One after the other, on another broker than the one that failed before. */
  private choose(
    queues: readonly MessageQueue[],
    message: Message,
    options: SendOptions,
    failedBroker: string | undefined,
  ): MessageQueue {
    if (options.queue) return options.queue;
    if (options.select) return options.select(queues, message);
    const others =
      failedBroker === undefined
        ? queues
        : queues.filter(({ brokerName }) => brokerName !== failedBroker);
    const list = others.length > 0 ? others : queues;
    this.turn = (this.turn + 1) % 0x7fffffff;
    return list[this.turn % list.length]!;
  }

  private async addressOf(queue: MessageQueue): Promise<string> {
    const { session } = this.instance;
    const route = await session.findRoute(queue.topic);
    const routeTopic = route ? queue.topic : SystemTopic.AUTO_CREATE;
    return queueAddress(session, queue, { routeTopic });
  }
}

const NO_AUTO_CREATION =
  'create it with mqadmin updateTopic, or start the broker with autoCreateTopicEnable=true';

function requestOf({ batch, first }: Parcel) {
  if (batch) return 'SEND_BATCH_MESSAGE';
  return first.properties?.[Property.MSG_TYPE] === REPLY
    ? 'SEND_REPLY_MESSAGE_V2'
    : 'SEND_MESSAGE_V2';
}

function mayRetry(error: unknown): boolean {
  if (!(error instanceof MqError)) return false;
  return (
    isUnreachable(error) || (error.code === 'REMOTE_ERROR' && RETRY_CODES.has(error.responseCode))
  );
}

function batchProblem(messages: readonly Message[]): string | undefined {
  const topic = messages[0]!.topic;
  if (topic.startsWith(RETRY_PREFIX)) return 'messages of a retry topic cannot be batched';
  if (messages.some((message) => message.topic !== topic)) {
    return 'the messages of a batch must have one topic';
  }
  return messages.some((message) => (message.delayLevel ?? 0) > 0)
    ? 'delayed messages cannot be batched'
    : undefined;
}
