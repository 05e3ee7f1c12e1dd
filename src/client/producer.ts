// A producer: queue selection, retries, batches, one-way sends (DefaultMQProducer).

import { MqError } from '../base/errors.js';
import { describeError } from '../base/log.js';
import type { MessageQueue } from '../protocol/bodies/json.js';
import type { TopicRoute } from '../protocol/bodies/route.js';
import { Perm, SystemTopic } from '../protocol/flags.js';
import type { Req } from '../protocol/requests/index.js';
import { ResponseCode } from '../protocol/responses.js';
import type { Handlers } from '../remoting/handler.js';
import { ClientInstance, type ClientOptions } from './instance.js';
import type { Message } from './message.js';
import { checkMessage, DEFAULT_LIMITS, type Limits } from './outgoing.js';
import { batchParcel, headerOf, type Parcel, requestOf, singleParcel } from './parcel.js';
import { queueAddress, writableQueues } from './queues.js';
import { sendResultOf, type SendResult, STORED } from './send-result.js';
import { isUnreachable } from './session.js';
import { TraceWriter } from './trace-writer.js';
import { uniqueId } from './unique-id.js';

export interface ProducerOptions extends ClientOptions {
  group: string;
  /** Further attempts, on other brokers where there are some. */
  retryTimes?: number;
  sendTimeoutMs?: number;
  /** Queues of a topic that is created by the first send. */
  defaultTopicQueueNums?: number;
  limits?: Partial<Limits>;
  /** Writes a trace of every message into this topic, RMQ_SYS_TRACE_TOPIC for `true`. */
  trace?: boolean | string;
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

export function createProducer(options: ProducerOptions): Producer {
  return new Producer(options);
}

export class Producer {
  readonly instance: ClientInstance;
  readonly group: string;
  private readonly limits: Limits;
  private readonly trace: TraceWriter | undefined;
  /** Writable queues of the routes in use. */
  private readonly queues = new WeakMap<TopicRoute, MessageQueue[]>();
  private turn: number;
  private started = false;

  constructor(private readonly options: ProducerOptions) {
    this.group = options.group;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { handlers, trace } = options;
    if (trace) {
      const write = (message: Message) => this.send(message);
      this.trace = new TraceWriter(write, typeof trace === 'string' ? trace : undefined);
    }
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
    return this.deliver(this.parcel(message, options), options);
  }

  /** Sends several messages of one topic in one request; they share the queue. */
  async sendBatch(messages: readonly Message[], options: SendOptions = {}): Promise<SendResult> {
    for (const message of messages) checkMessage(message, this.limits);
    return this.deliver(
      batchParcel(messages, () => uniqueId(this.instance.clock)),
      options,
    );
  }

  /** Sends without waiting for an answer; resolves when the request is on its way. */
  async sendOneway(message: Message, options: SendOptions = {}): Promise<void> {
    checkMessage(message, this.limits);
    const parcel = this.parcel(message, options);
    const queue = this.choose(await this.queuesFor(message.topic), message, options, undefined);
    const address = await this.addressOf(queue);
    await this.instance.session.oneway(
      address,
      'SEND_MESSAGE_V2',
      this.header(parcel, queue),
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
      let queues = this.queues.get(route);
      if (!queues) this.queues.set(route, (queues = writableQueues(topic, route)));
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
    await this.trace?.flush();
    await this.instance.stop();
  }

  private parcel(message: Message, { sysFlag = 0 }: SendOptions): Parcel {
    return singleParcel(message, uniqueId(this.instance.clock), this.limits, sysFlag);
  }

  private header(parcel: Parcel, queue: MessageQueue): Req<'SEND_MESSAGE_V2'> {
    const { defaultTopicQueueNums = 4 } = this.options;
    const bornTimestamp = this.instance.clock.now();
    return headerOf(parcel, queue, { group: this.group, defaultTopicQueueNums, bornTimestamp });
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
    const hint = failure instanceof MqError ? failure.hint : undefined;
    const why = { cause: failure, ...(hint === undefined ? {} : { hint }) };
    throw new MqError('SEND_FAILED', details, why);
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
    const startedAt = this.instance.clock.now();
    const answer = await session.request(address, name, this.header(parcel, queue), options);
    const result = sendResultOf(answer, { ...queue, topic: parcel.topic }, parcel.msgId);
    const { MSG_REGION: regionId = 'DefaultRegion', TRACE_ON } = answer.ext;
    if (this.trace && parcel.topic !== this.trace.topic && TRACE_ON !== 'false') {
      const costMs = this.instance.clock.now() - startedAt;
      const { group, trace } = this;
      const { first: message } = parcel;
      trace.published({ group, message, result, storeHost: address, regionId, startedAt, costMs });
    }
    return result;
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
    this.instance.use(queue.topic);
    const route = await session.findRoute(queue.topic);
    const routeTopic = route ? queue.topic : SystemTopic.AUTO_CREATE;
    return queueAddress(session, queue, { routeTopic });
  }
}

const NO_AUTO_CREATION =
  'create it with mqadmin updateTopic, or start the broker with autoCreateTopicEnable=true';

function mayRetry(error: unknown): boolean {
  if (!(error instanceof MqError)) return false;
  return (
    isUnreachable(error) || (error.code === 'REMOTE_ERROR' && RETRY_CODES.has(error.responseCode))
  );
}
