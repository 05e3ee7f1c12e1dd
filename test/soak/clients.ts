// Clients of a soak: producers that send without end and consumers of several groups; each can be
// ended and replaced at any time.

import { setTimeout as sleep } from 'node:timers/promises';
import { createPushConsumer, type PushConsumer } from '../../src/client/consumer/push-consumer.js';
import { createProducer, type Producer } from '../../src/client/producer.js';
import type { Ledger } from './ledger.js';

/** Clients look more often than by default, so that a short soak sees all of it, too. */
const OFTEN = { pollNameServerIntervalMs: 1000, heartbeatIntervalMs: 1000, timeoutMs: 2000 };
const PACE_MS = 4;
/** One message in so many is delayed by a second, one in so many goes in a batch. */
const [DELAYED, BATCHED] = [50, 20];
const BATCH = 8;

/** Topics in use; those that are leaving get no new messages. */
export interface Topics {
  readonly active: readonly string[];
  /** All that still have messages. */
  readonly present: readonly string[];
}

export class SoakProducer {
  private readonly producer: Producer;
  private readonly loop: Promise<void>;
  private stopping = false;
  private next = 0;

  constructor(
    private readonly name: string,
    namesrvAddr: string,
    private readonly topics: Topics,
    private readonly ledger: Ledger,
  ) {
    this.producer = createProducer({ ...OFTEN, namesrvAddr, group: 'SoakProducers' });
    this.loop = this.run();
  }

  async end(): Promise<void> {
    this.stopping = true;
    await this.loop;
    await this.producer.stop();
  }

  private async run(): Promise<void> {
    await this.producer.start();
    while (!this.stopping) {
      const { active } = this.topics;
      const topic = active[this.next % active.length]!;
      const count = this.next % BATCHED === 0 ? BATCH : 1;
      await this.send(topic, count).catch(() => sleep(100)); // the ledger knows of it
      await sleep(PACE_MS);
    }
  }

  private async send(topic: string, count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => `${this.name}-${this.next++}`);
    for (const id of ids) this.ledger.begin(id, topic);
    const delayed = count === 1 && this.next % DELAYED === 0;
    const messages = ids.map((body) => ({ topic, body, keys: body }));
    try {
      const sending =
        count > 1
          ? this.producer.sendBatch(messages)
          : this.producer.send({ ...messages[0]!, ...(delayed ? { delayLevel: 1 } : {}) });
      const { status } = await sending;
      for (const id of ids) {
        if (status === 'SEND_OK') this.ledger.promised(id);
        else this.ledger.notPromised(id);
      }
    } catch (error) {
      for (const id of ids) this.ledger.notPromised(id);
      throw error;
    }
  }
}

export class SoakConsumer {
  private readonly consumer: PushConsumer;
  private readonly wanted = new Set<string>();

  constructor(
    readonly group: string,
    namesrvAddr: string,
    private readonly topics: Topics,
    ledger: Ledger,
  ) {
    this.consumer = createPushConsumer({
      ...OFTEN,
      namesrvAddr,
      group,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      rebalanceIntervalMs: 1000,
      persistConsumerOffsetIntervalMs: 1000,
      brokerSuspendMaxTimeMs: 2000,
    });
    this.follow();
    this.consumer.listen((messages) => {
      for (const { body } of messages) ledger.received(body.toString(), group);
    });
  }

  start(): Promise<void> {
    return this.consumer.start();
  }

  end(): Promise<void> {
    return this.consumer.stop();
  }

  /** Subscribes to the topics that there are now. */
  follow(): void {
    const present = new Set(this.topics.present);
    for (const topic of present) if (!this.wanted.has(topic)) this.consumer.subscribe(topic);
    for (const topic of this.wanted) if (!present.has(topic)) this.consumer.unsubscribe(topic);
    this.wanted.clear();
    for (const topic of present) this.wanted.add(topic);
  }
}
