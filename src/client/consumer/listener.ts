// How messages get to a program's listener, and what happens to those that it refuses.

import { type Clock, sleep } from '../../base/clock.js';
import { describeError, type Logger } from '../../base/log.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import type { ReceivedMessage } from '../message.js';
import type { QueueReader } from './queue-reader.js';

/** `later` (or a thrown error): the messages come again. */
export type ConsumeResult = 'ok' | 'later';

export interface ConsumeContext {
  queue: MessageQueue;
}

export type MessageListener = (
  messages: ReceivedMessage[],
  context: ConsumeContext,
) => ConsumeResult | void | Promise<ConsumeResult | void>;

/** What consumption needs of its consumer. */
export interface ConsumptionOwner {
  readonly clock: Clock;
  readonly log: Logger;
  /** Has the broker deliver a refused message again; false where that did not work. */
  sendBack(message: ReceivedMessage, queue: MessageQueue): Promise<boolean>;
  /** Whether a message may be refused once more; orderly consumption only. */
  mayRetry(message: ReceivedMessage): boolean;
}

export interface Consumption {
  submit(reader: QueueReader, messages: ReceivedMessage[]): void;
  /** Starts no further call of the listener; resolves when those under way are over. */
  stop(): Promise<void>;
}

export interface ConsumptionOptions {
  /** Most messages in one call of the listener. */
  batch: number;
  /** Calls of the listener at once. */
  concurrency: number;
  /** Refused messages are dropped: nobody else would get them again. */
  broadcasting: boolean;
}

const LOCAL_RETRY_MS = 5000;
const ORDERLY_RETRY_MS = 1000;

/** Calls the listener; anything thrown counts as `later`. */
export async function callListener(
  listener: MessageListener,
  messages: ReceivedMessage[],
  queue: MessageQueue,
  log: Logger,
): Promise<ConsumeResult> {
  try {
    return (await listener(messages, { queue })) ?? 'ok';
  } catch (error) {
    log.warn(`the listener failed at ${messages[0]!.msgId}: ${describeError(error)}`);
    return 'later';
  }
}

/** Messages of a queue side by side; a refused one goes back to the broker. */
export class Concurrently implements Consumption {
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly owner: ConsumptionOwner,
    private readonly listener: MessageListener,
    private readonly options: ConsumptionOptions,
  ) {}

  submit(reader: QueueReader, messages: ReceivedMessage[]): void {
    const { batch } = this.options;
    for (let at = 0; at < messages.length; at += batch) {
      const part = messages.slice(at, at + batch);
      this.waiting.push(() => this.consume(reader, part));
    }
    this.next();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.length = 0;
    await Promise.allSettled(this.running);
  }

  private next(): void {
    while (!this.stopped && this.running.size < this.options.concurrency) {
      const task = this.waiting.shift();
      if (!task) return;
      const call = task().finally(() => {
        this.running.delete(call);
        this.next();
      });
      this.running.add(call);
    }
  }

  private async consume(reader: QueueReader, messages: ReceivedMessage[]): Promise<void> {
    if (reader.dropped) return;
    const { log } = this.owner;
    const result = await callListener(this.listener, messages, reader.queue, log);
    if (reader.dropped) return;
    if (result === 'ok' || this.options.broadcasting) {
      if (result !== 'ok') log.warn(`${messages[0]!.msgId} is dropped: broadcasting never retries`);
      reader.done(messages);
      return;
    }
    const sent = await Promise.all(
      messages.map((message) => this.owner.sendBack(message, reader.queue)),
    );
    reader.done(messages.filter((_, i) => sent[i]));
    const failed = messages.filter((_, i) => !sent[i]);
    if (failed.length === 0) return;
    for (const message of failed) message.reconsumeTimes++;
    this.owner.clock.after(LOCAL_RETRY_MS, () => this.submit(reader, failed));
  }
}

/** One call of the listener per queue at a time; a refused batch comes again before the next. */
export class Orderly implements Consumption {
  private readonly chains = new Map<QueueReader, Promise<void>>();
  private stopped = false;

  constructor(
    private readonly owner: ConsumptionOwner,
    private readonly listener: MessageListener,
    private readonly options: ConsumptionOptions,
  ) {}

  submit(reader: QueueReader, messages: ReceivedMessage[]): void {
    const before = this.chains.get(reader) ?? Promise.resolve();
    const chain = before.then(() => this.consumeAll(reader, messages));
    this.chains.set(reader, chain);
    void chain.finally(() => {
      if (this.chains.get(reader) === chain) this.chains.delete(reader);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.allSettled(this.chains.values());
  }

  private async consumeAll(reader: QueueReader, messages: ReceivedMessage[]): Promise<void> {
    const { batch } = this.options;
    for (let at = 0; at < messages.length; at += batch) {
      await this.consume(reader, messages.slice(at, at + batch));
    }
  }

  private async consume(reader: QueueReader, messages: ReceivedMessage[]): Promise<void> {
    const { clock, log } = this.owner;
    while (!reader.dropped && !this.stopped) {
      if (!reader.locked && !this.options.broadcasting) {
        await sleep(clock, 100);
        continue;
      }
      const result = await callListener(this.listener, messages, reader.queue, log);
      if (reader.dropped) return;
      if (result === 'ok' || (await this.giveUp(reader, messages))) {
        reader.done(messages);
        return;
      }
      for (const message of messages) message.reconsumeTimes++;
      await sleep(clock, ORDERLY_RETRY_MS);
    }
  }

  /** Sends messages that were refused too often away, so that the queue goes on. */
  private async giveUp(
    reader: QueueReader,
    messages: readonly ReceivedMessage[],
  ): Promise<boolean> {
    if (messages.some((message) => this.owner.mayRetry(message))) return false;
    const sent = await Promise.all(
      messages.map((message) => this.owner.sendBack(message, reader.queue)),
    );
    return sent.every(Boolean);
  }
}
