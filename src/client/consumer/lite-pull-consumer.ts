// A consumer whose program polls for messages (DefaultLitePullConsumer).

import type { Timer } from '../../base/clock.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import type { ReceivedMessage } from '../message.js';
import { searchOffset } from '../queue-offsets.js';
import { queueKey, topicQueues } from '../queues.js';
import type { Consumption } from './listener.js';
import type { ConsumerOptions } from './options.js';
import { PushConsumer } from './push-consumer.js';
import type { QueueReader } from './queue-reader.js';
import type { ExpressionType } from './subscriptions.js';

export interface LitePullOptions extends ConsumerOptions {
  /** Whether what was polled is committed by itself, every `autoCommitIntervalMs`. */
  autoCommit?: boolean;
  /** Most messages of one poll. */
  pollBatchSize?: number;
}

const POLL_TIMEOUT_MS = 5000;

export function createLitePullConsumer(options: LitePullOptions): LitePullConsumer {
  return new LitePullConsumer(options);
}

export class LitePullConsumer {
  readonly consumer: PushConsumer;
  private readonly buffer: Buffered;
  private readonly consumed = new Map<
    string,
    { reader: QueueReader; messages: ReceivedMessage[] }
  >();
  private readonly autoCommit: boolean;
  private readonly pollBatchSize: number;
  private queues: readonly MessageQueue[] | undefined;

  constructor(options: LitePullOptions) {
    this.autoCommit = options.autoCommit ?? true;
    this.pollBatchSize = options.pollBatchSize ?? 10;
    this.buffer = new Buffered();
    this.consumer = new PushConsumer(options, {
      consumeType: 'CONSUME_ACTIVELY',
      consumption: this.buffer,
      queues: () => this.queues,
    });
  }

  /** Shares the topic's queues with the other members of the group. */
  subscribe(topic: string, expression = '*', expressionType: ExpressionType = 'TAG'): this {
    this.consumer.subscribe(topic, expression, expressionType);
    return this;
  }

  /** Exactly these queues; other members of the group do not count. */
  async assign(queues: readonly MessageQueue[], expression = '*'): Promise<void> {
    this.queues = queues;
    for (const topic of new Set(queues.map((queue) => queue.topic))) {
      this.consumer.subscribe(topic, expression);
    }
    if (this.consumer.reading) await this.consumer.rejoin();
  }

  fetchMessageQueues(topic: string): Promise<MessageQueue[]> {
    return topicQueues(this.consumer.instance.session, topic);
  }

  start(): Promise<void> {
    return this.consumer.start();
  }

  /** Messages that have come, or that come within the time; none then. */
  async poll(timeoutMs = POLL_TIMEOUT_MS): Promise<ReceivedMessage[]> {
    const taken = await this.buffer.take(this.pollBatchSize, timeoutMs, (ms, fn) =>
      this.consumer.instance.clock.after(ms, fn),
    );
    if (!taken) return [];
    const { reader, messages } = taken;
    if (this.autoCommit) reader.done(messages);
    else this.remember(reader, messages);
    return messages;
  }

  /** Stores how far the program has polled. */
  async commit(): Promise<void> {
    for (const { reader, messages } of this.consumed.values()) reader.done(messages);
    this.consumed.clear();
    await this.consumer.store?.persist();
  }

  /** Goes on at this offset of a queue that is ours. */
  async seek(queue: MessageQueue, offset: number): Promise<void> {
    const { assignment, store } = this.consumer;
    const reader = assignment.readers.get(queueKey(queue));
    reader?.drop();
    this.buffer.drop(queueKey(queue));
    this.consumed.delete(queueKey(queue));
    store?.update(queue, offset);
    await store?.persist(queue);
    if (reader) await assignment.drop(reader);
    await assignment.rebalance();
  }

  offsetForTimestamp(queue: MessageQueue, timestamp: number): Promise<number> {
    return searchOffset(this.consumer.instance.session, queue, timestamp);
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
  }

  private remember(reader: QueueReader, messages: readonly ReceivedMessage[]): void {
    const key = queueKey(reader.queue);
    const known = this.consumed.get(key);
    if (known?.reader === reader) known.messages.push(...messages);
    else this.consumed.set(key, { reader, messages: [...messages] });
  }
}

interface Taken {
  reader: QueueReader;
  messages: ReceivedMessage[];
}

/** Messages that readers have pulled and no poll has taken. */
class Buffered implements Consumption {
  private readonly parts: Taken[] = [];
  private arrived: (() => void) | undefined;

  submit(reader: QueueReader, messages: ReceivedMessage[]): void {
    this.parts.push({ reader, messages });
    this.arrived?.();
  }

  /** Up to `count` messages of one queue. */
  async take(
    count: number,
    timeoutMs: number,
    after: (ms: number, fn: () => void) => Timer,
  ): Promise<Taken | undefined> {
    const now = this.first(count);
    if (now || timeoutMs <= 0) return now;
    await new Promise<void>((resolve) => {
      const timer = after(timeoutMs, resolve);
      this.arrived = () => {
        timer.stop();
        resolve();
      };
    });
    this.arrived = undefined;
    return this.first(count);
  }

  drop(key: string): void {
    const kept = this.parts.filter(({ reader }) => queueKey(reader.queue) !== key);
    this.parts.splice(0, this.parts.length, ...kept);
  }

  stop(): Promise<void> {
    this.parts.length = 0;
    this.arrived?.();
    return Promise.resolve();
  }

  private first(count: number): Taken | undefined {
    while (this.parts[0]?.reader.dropped) this.parts.shift();
    const part = this.parts[0];
    if (!part) return undefined;
    const messages = part.messages.splice(0, count);
    if (part.messages.length === 0) this.parts.shift();
    return { reader: part.reader, messages };
  }
}
