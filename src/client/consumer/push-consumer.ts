// A consumer that calls a listener with each message (DefaultMQPushConsumer).

import { homedir } from 'node:os';
import { join } from 'node:path';
import { sleep, type Timer } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import { describeError } from '../../base/log.js';
import type { ConsumerData, ConsumeType, SubscriptionData } from '../../protocol/bodies/client.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { ClientInstance } from '../instance.js';
import type { TraceWriter } from '../trace-writer.js';
import { answersOf } from './answers.js';
import { Assignment } from './assignment.js';
import { brokerRequests } from './broker-requests.js';
import type { Consumption, MessageListener } from './listener.js';
import { BrokerOffsets, FileOffsets, type OffsetStore } from './offset-store.js';
import { type ConsumerOptions, type ConsumerSettings, consumerSettings } from './options.js';
import type { QueueReader } from './queue-reader.js';
import { Reading } from './reading.js';
import { type ExpressionType, subscriptionOf } from './subscriptions.js';
import { createTracer, type Tracer } from './tracer.js';

const LOCK_RENEWAL_MS = 20_000;
/** A topic that did not exist when the consumer started is looked for this often. */
const MISSING_TOPIC_POLL_MS = 1000;
/** How long `stop` waits for the listener. */
const STOP_GRACE_MS = 3000;
const NO_LISTENER: MessageListener = () => 'ok';

export function createPushConsumer(options: ConsumerOptions): PushConsumer {
  return new PushConsumer(options);
}

/** What makes a consumer another kind: one whose program polls takes the messages itself. */
export interface ConsumerKind {
  consumeType: ConsumeType;
  consumption?: Consumption;
  /** Exactly these queues, whatever other members of the group have. */
  queues?: () => readonly MessageQueue[] | undefined;
}

const PUSH: ConsumerKind = { consumeType: 'CONSUME_PASSIVELY' };

export class PushConsumer {
  readonly settings: ConsumerSettings;
  readonly instance: ClientInstance;
  readonly subscriptions = new Map<string, SubscriptionData>();
  readonly assignment: Assignment;
  readonly startedAt: number;
  /** Set by `start`. */
  store: OffsetStore | undefined;
  reading: Reading | undefined;
  private listener: MessageListener | undefined;
  private timers: Timer[] = [];
  private paused = false;
  private tracer: Tracer | undefined;
  private stopping: Promise<void> | undefined;
  private introducing: Promise<void> | undefined;

  constructor(
    options: ConsumerOptions,
    private readonly kind: ConsumerKind = PUSH,
  ) {
    this.settings = consumerSettings(options);
    const { instanceName = this.broadcasting ? 'DEFAULT' : undefined } = options;
    // A broadcasting client keeps its offsets under its id, so that must stay the same.
    const named = instanceName === undefined ? options : { ...options, instanceName };
    this.instance = new ClientInstance(named, () => ({ consumer: this.consumerData() }), {
      onRoutes: () => void this.assignment.rebalance(),
      handlers: brokerRequests(answersOf(this)),
    });
    this.startedAt = this.instance.clock.now();
    this.assignment = new Assignment({
      session: this.instance.session,
      clientId: this.instance.clientId,
      group: this.settings.group,
      broadcasting: this.broadcasting,
      orderly: this.settings.orderly,
      topics: () => this.subscriptions.keys(),
      fixed: () => this.kind.queues?.(),
      open: (queue) => this.reading!.open(queue),
      closed: (reader) => this.readerClosed(reader),
    });
  }

  get broadcasting(): boolean {
    return this.settings.messageModel === 'BROADCASTING';
  }

  /** Wants messages of a topic: `TagA || TagB`, `*` for all, or an SQL condition. */
  subscribe(topic: string, expression = '*', expressionType: ExpressionType = 'TAG'): this {
    const now = this.instance.clock.now();
    this.subscriptions.set(topic, subscriptionOf(topic, expression, expressionType, now));
    this.instance.use(topic);
    if (this.reading) void this.rejoin();
    return this;
  }

  unsubscribe(topic: string): void {
    this.subscriptions.delete(topic);
    void this.assignment.rebalance();
  }

  /** The listener says `later` (or throws) for messages that it wants again. */
  listen(listener: MessageListener): this {
    this.listener = listener;
    return this;
  }

  /** Resolves when the consumer has joined its group and has its queues. */
  async start(): Promise<void> {
    const { consumption } = this.kind;
    const listener = this.listener ?? (consumption && NO_LISTENER);
    if (!listener) throw new MqError('CLIENT_STATE', { what: 'the consumer has no listener' });
    if (this.reading) return;
    if (!this.broadcasting && !consumption) this.subscribe(RETRY_PREFIX + this.settings.group);
    const store = (this.store = await this.openStore());
    this.reading = new Reading({
      session: this.instance.session,
      settings: this.settings,
      subscriptions: this.subscriptions,
      store,
      listener,
      ...(consumption ? { consumption } : {}),
      trace: this.traceWriter(),
      restart: (reader) => void this.restart(reader),
      unknown: () => void this.introduce(),
    });
    this.reading.paused = this.paused;
    await this.checkNamesrv();
    await this.instance.heartbeat();
    this.instance.start();
    this.startTimers(store);
    await this.assignment.rebalance();
  }

  /** Tells the brokers what is wanted now, and takes the queues of it. */
  rejoin(): Promise<void> {
    return this.findMissing(true);
  }

  /** Pulls nothing (more); what is pulled already is still consumed. */
  suspend(): void {
    this.setPaused(true);
  }

  resume(): void {
    this.setPaused(false);
  }

  /** Stores now how far the queues are consumed. */
  async persist(): Promise<void> {
    await this.store?.persist();
  }

  /** Lets the listener finish, stores the offsets, leaves the group. */
  stop(): Promise<void> {
    return (this.stopping ??= this.stopNow());
  }

  private async stopNow(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    this.setPaused(true);
    const { clock } = this.instance;
    await Promise.race([this.reading?.stop(), sleep(clock, STOP_GRACE_MS)]);
    await this.assignment.stop();
    await this.store?.persist();
    await this.tracer?.stop();
    await this.instance.stop();
  }

  private traceWriter(): TraceWriter | undefined {
    const { trace } = this.settings;
    if (!trace) return undefined;
    this.tracer = createTracer(this.settings, typeof trace === 'string' ? trace : undefined);
    return this.tracer.writer;
  }

  /** A name server that cannot be reached is an error at the start, a warning later. */
  private async checkNamesrv(): Promise<void> {
    for (const topic of this.subscriptions.keys()) {
      await this.instance.session.findRoute(topic, { fresh: true });
    }
  }

  private startTimers(store: OffsetStore): void {
    const { clock } = this.instance;
    const { orderly, persistConsumerOffsetIntervalMs, rebalanceIntervalMs } = this.settings;
    this.timers = [
      clock.every(persistConsumerOffsetIntervalMs, () => void store.persist()),
      clock.every(rebalanceIntervalMs, () => void this.assignment.rebalance()),
      clock.every(MISSING_TOPIC_POLL_MS, () => void this.findMissing()),
    ];
    if (orderly && !this.broadcasting) {
      this.timers.push(clock.every(LOCK_RENEWAL_MS, () => void this.assignment.renewLocks()));
    }
  }

  /** Looks for topics that have no route yet; their brokers must know us before we pull. */
  private async findMissing(changed = false): Promise<void> {
    const { session } = this.instance;
    let found = changed;
    for (const topic of this.subscriptions.keys()) {
      if (session.hasRoute(topic)) continue;
      found = (await session.findRoute(topic).catch(() => undefined)) !== undefined || found;
    }
    if (!found || this.stopping) return;
    await this.instance.heartbeat();
    await this.assignment.rebalance();
  }

  private async openStore(): Promise<OffsetStore> {
    const { group, files, localOffsetStoreDir } = this.settings;
    if (!this.broadcasting) return new BrokerOffsets(this.instance.session, group);
    const folder = localOffsetStoreDir ?? join(homedir(), '.rocketmq_offsets');
    const disk = files ?? (await import('../../base/files.js')).realFiles;
    const path = join(folder, this.instance.clientId, group, 'offsets.json');
    return new FileOffsets(disk, path);
  }

  /** One heartbeat for all queues that want it now. */
  private async introduce(): Promise<void> {
    this.introducing ??= this.instance.heartbeat().finally(() => {
      this.introducing = undefined;
    });
    await this.introducing;
  }

  private async restart(reader: QueueReader): Promise<void> {
    try {
      await this.assignment.drop(reader);
      await this.assignment.rebalance();
    } catch (error) {
      this.instance.log.warn(`taking a queue anew: ${describeError(error)}`);
    }
  }

  private async readerClosed(reader: QueueReader): Promise<void> {
    await this.store?.persist(reader.queue);
    this.store?.forget(reader.queue);
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    if (this.reading) this.reading.paused = paused;
    for (const reader of this.assignment.readers.values()) reader.pause(paused);
  }

  private consumerData(): ConsumerData {
    const { group, messageModel, consumeFromWhere } = this.settings;
    return {
      groupName: group,
      consumeType: this.kind.consumeType,
      messageModel,
      consumeFromWhere,
      subscriptionDataSet: [...this.subscriptions.values()],
      unitMode: false,
    };
  }
}
