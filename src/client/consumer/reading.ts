// Between the readers of queues and the listener: pulls, offsets, refused messages.

import type { Clock } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { SubscriptionData } from '../../protocol/bodies/client.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import type { ReceivedMessage } from '../message.js';
import { ResponseCode } from '../../protocol/responses.js';
import { pull, type PullArgs, type PullResult } from '../pull.js';
import { queueKey } from '../queues.js';
import type { Session } from '../session.js';
import { firstOffset } from './first-offset.js';
import {
  callListener,
  Concurrently,
  type ConsumeResult,
  type Consumption,
  type MessageListener,
  Orderly,
} from './listener.js';
import type { OffsetStore } from './offset-store.js';
import type { ConsumerSettings } from './options.js';
import { DEFAULT_READER_LIMITS, QueueReader, type ReaderOwner } from './queue-reader.js';
import { Rates } from './rates.js';
import { restoreTopic, sendBack } from './send-back.js';
import type { TraceWriter } from '../trace-writer.js';
import { uniqueId } from '../unique-id.js';
import type { ExpressionType } from './subscriptions.js';

/** Property that programs see: when the listener got the message (MessageConst). */
const CONSUME_START_TIME = 'CONSUME_START_TIME';
const { SUBSCRIPTION_NOT_EXIST, SUBSCRIPTION_NOT_LATEST } = ResponseCode;
const HALF_HOUR_MS = 30 * 60 * 1000;

export interface ReadingParts {
  session: Session;
  settings: ConsumerSettings;
  subscriptions: ReadonlyMap<string, SubscriptionData>;
  store: OffsetStore;
  /** Calls a listener, unless `consumption` takes the messages. */
  listener: MessageListener;
  consumption?: Consumption;
  trace?: TraceWriter | undefined;
  /** The broker does not know us, or not what we want now. */
  unknown(): void;
  /** A reader was dropped because its offset is gone: the queue must be taken anew. */
  restart(reader: QueueReader): void;
}

export class Reading implements ReaderOwner {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rates: Rates;
  paused = false;
  private readonly consumption: Consumption;
  /** Broker ids that answers suggested to pull from. */
  private readonly suggested = new Map<string, number>();

  constructor(private readonly parts: ReadingParts) {
    const { session, settings } = parts;
    this.clock = session.clock;
    this.log = session.log;
    this.rates = new Rates(() => this.clock.now());
    this.consumption = parts.consumption ?? this.listening(settings);
  }

  /** A reader of a queue, at the offset where the group is. */
  async open(queue: MessageQueue): Promise<QueueReader> {
    const { session, settings, store } = this.parts;
    const start = await firstOffset(session, store, queue, {
      from: settings.consumeFromWhere,
      timestamp: settings.consumeTimestamp ?? this.clock.now() - HALF_HOUR_MS,
    });
    store.update(queue, start);
    const limits = { ...DEFAULT_READER_LIMITS, messages: settings.pullThresholdForQueue };
    const reader = new QueueReader(queue, start, this, limits);
    reader.pause(this.paused);
    return reader;
  }

  async pull(reader: QueueReader, offset: number): Promise<PullResult> {
    const { settings, store, subscriptions } = this.parts;
    const { queue } = reader;
    const subscription = subscriptions.get(queue.topic);
    if (!subscription) throw new MqError('CLIENT_STATE', { what: `${queue.topic} is not wanted` });
    const key = queueKey(queue);
    const brokerId = this.suggested.get(key);
    const broadcasting = settings.messageModel === 'BROADCASTING';
    const commitOffset = broadcasting ? undefined : store.peek(queue);
    const start = this.clock.now();
    const result = await this.asking({
      group: settings.group,
      queue,
      offset,
      maxNums: settings.pullBatchSize,
      expression: subscription.subString,
      expressionType: subscription.expressionType as ExpressionType,
      subVersion: subscription.subVersion,
      // A program that polls may have joined no group: its pulls carry the expression.
      subscribed: this.parts.consumption === undefined,
      suspendMs: settings.brokerSuspendMaxTimeMs,
      ...(commitOffset === undefined ? {} : { commitOffset }),
      ...(brokerId === undefined ? {} : { brokerId }),
    });
    this.suggested.set(key, result.suggestWhichBrokerId);
    if (result.messages.length > 0) {
      this.rates.pulled(queue.topic, result.messages.length, this.clock.now() - start);
    }
    for (const message of result.messages) restoreTopic(message, settings.group);
    return result;
  }

  consume(reader: QueueReader, messages: ReceivedMessage[]): void {
    this.consumption.submit(reader, messages);
  }

  note(reader: QueueReader, offset: number): void {
    this.parts.store.update(reader.queue, offset);
  }

  offsetMoved(reader: QueueReader, offset: number): void {
    const { store, restart } = this.parts;
    this.log.warn(`${queueKey(reader.queue)}: the offset asked for is gone, going on at ${offset}`);
    store.update(reader.queue, offset);
    restart(reader);
  }

  /** Calls the listener outside the queue's turn, as CONSUME_MESSAGE_DIRECTLY wants. */
  consumeNow(message: ReceivedMessage, queue: MessageQueue): Promise<ConsumeResult> {
    restoreTopic(message, this.parts.settings.group);
    return callListener(this.parts.listener, [message], queue, this.log);
  }

  /** Starts no call of the listener any more; resolves when those under way are over. */
  stop(): Promise<void> {
    return this.consumption.stop();
  }

  private async asking(args: PullArgs): Promise<PullResult> {
    try {
      return await pull(this.parts.session, args);
    } catch (error) {
      const code = error instanceof MqError && error.code === 'REMOTE_ERROR' && error.responseCode;
      if (code === SUBSCRIPTION_NOT_EXIST || code === SUBSCRIPTION_NOT_LATEST) this.parts.unknown();
      throw error;
    }
  }

  private listening(settings: ConsumerSettings): Consumption {
    const owner = {
      clock: this.clock,
      log: this.log,
      sendBack: (message: ReceivedMessage, queue: MessageQueue) => this.sendBack(message, queue),
      mayRetry: (message: ReceivedMessage) => message.reconsumeTimes < settings.maxReconsumeTimes,
    };
    const kind = settings.orderly ? Orderly : Concurrently;
    return new kind(owner, (messages, { queue }) => this.listen(messages, queue), {
      batch: settings.consumeMessageBatchMaxSize,
      concurrency: settings.consumeThreadMax,
      broadcasting: settings.messageModel === 'BROADCASTING',
    });
  }

  private async listen(messages: ReceivedMessage[], queue: MessageQueue): Promise<ConsumeResult> {
    const start = this.clock.now();
    for (const message of messages) message.properties[CONSUME_START_TIME] = String(start);
    const { trace, settings } = this.parts;
    const requestId = trace ? uniqueId(this.clock) : '';
    const traced = { group: settings.group, messages, requestId, startedAt: start };
    trace?.consuming(traced);
    const result = await callListener(this.parts.listener, messages, queue, this.log);
    const ms = this.clock.now() - start;
    trace?.consumed({ ...traced, costMs: ms, success: result === 'ok' });
    this.rates.consumed(queue.topic, messages.length, result === 'ok', ms);
    return result;
  }

  private sendBack(message: ReceivedMessage, queue: MessageQueue): Promise<boolean> {
    const { session, settings } = this.parts;
    const { group, maxReconsumeTimes } = settings;
    return sendBack(session, { group, message, queue, maxReconsumeTimes });
  }
}
