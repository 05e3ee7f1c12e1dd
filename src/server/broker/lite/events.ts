// Tells clients which of their lite topics have messages (LiteEventDispatcher): news of a light
// queue go to one client of each group, which then pops from it.

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import { ClientEvents } from './client-events.js';
import { isLiteQueue, LITE_QUEUE_ID } from './lite-names.js';
import type { LiteMetadata } from './metadata.js';
import type { LitePolling } from './polling.js';
import type { LiteClient, LiteSubscriptions } from './subscriptions.js';

export interface LiteEventsDeps {
  config: {
    enableLiteEventMode: boolean;
    liteEventFullDispatchDelayTime: number;
    liteEventFullDispatchDelayTimeForWildcardGroup: number;
  };
  metadata: LiteMetadata;
  subscriptions: LiteSubscriptions;
  polling: LitePolling;
  store: Pick<MessageStore, 'maxOffset'>;
  offsets: Pick<ConsumerOffsets, 'query'>;
  /** All light queues of lite topics that hold or held messages. */
  liteQueues(parent: string): Iterable<string>;
  clock: Clock;
  log: Logger;
}

/** Who did not fetch its news is asked last for so long. */
const AVOID_MS = 10_000;
const LEAST_DELAY_MS = 50;
const MAX_JITTER_MS = 15_000;
const NEW_WILDCARD_CLIENT_MS = 5000;

interface FullLook extends LiteClient {
  at: number;
}

export class LiteEvents {
  private readonly byClient = new Map<string, ClientEvents>();
  /** Clients that did not fetch their news, and until when they are asked last. */
  private readonly avoided = new Map<string, number>();
  /** By client, or for a wildcard group by its name. */
  private readonly looks = new Map<string, FullLook>();

  constructor(private readonly deps: LiteEventsDeps) {}

  /** Clients with an account of news. */
  get size(): number {
    return this.byClient.size;
  }

  /** When the client last fetched news; -1 when it has no account. */
  lastAccess(clientId: string): number {
    return this.byClient.get(clientId)?.lastAccess ?? -1;
  }

  /** Whether the client has news to fetch. */
  pending(clientId: string): boolean {
    return (this.byClient.get(clientId)?.size ?? 0) > 0;
  }

  /** The queues that the client should pop from; fetched news are taken off its account. */
  *queuesFor(clientId: string): IterableIterator<string> {
    if (!this.deps.config.enableLiteEventMode) {
      yield* [...(this.deps.subscriptions.get(clientId)?.queues ?? [])];
      return;
    }
    const events = this.byClient.get(clientId);
    while (events && events.size > 0) yield events.poll()!;
  }

  /** A queue has a message to consume, for one group or for all. */
  dispatch(queue: string, group?: string, exclude?: string): void {
    if (!this.deps.config.enableLiteEventMode || !isLiteQueue(queue)) return;
    for (const [name, clients] of this.deps.subscriptions.subscribers(queue, group)) {
      this.give(queue, name, clients, exclude);
    }
  }

  added({ group }: LiteClient, queue: string): void {
    if (this.deps.metadata.wildcard(group)) {
      this.lookLater(wildcardKey(group), group, NEW_WILDCARD_CLIENT_MS);
    } else if (this.deps.store.maxOffset(queue, LITE_QUEUE_ID) > 0) {
      this.dispatch(queue, group);
    }
  }

  gone({ clientId }: LiteClient): void {
    this.passOn(clientId);
  }

  /** Looks through all queues of the group's clients. */
  lookForGroup(group: string): void {
    if (this.deps.metadata.wildcard(group)) return this.lookForWildcard(group);
    for (const clientId of this.deps.subscriptions.clientsOf(group)) {
      this.lookForClient(clientId, group);
    }
  }

  /** Looks through all queues that the client has subscribed to. */
  lookForClient(clientId: string, group: string): void {
    const { config, polling, subscriptions } = this.deps;
    if (!config.enableLiteEventMode) return;
    const queues = subscriptions.get(clientId)?.queues;
    if (!queues || queues.size === 0) return;
    const events = this.eventsOf(clientId, group);
    const delay = config.liteEventFullDispatchDelayTime;
    if (events.mayBlock) return this.lookLater(clientId, group, delay + jitter());
    const again = delay + (events.active ? 0 : jitter());
    if (!events.low) return this.lookLater(clientId, group, again);
    for (const queue of queues) {
      if (!this.hasMessage(queue, group)) continue;
      if (!events.offer(queue)) {
        this.lookLater(clientId, group, again);
        break;
      }
    }
    polling.wake(clientId);
  }

  /** Passes on what silent clients did not fetch, and looks where a look is due. */
  scan(): void {
    const { clock, metadata } = this.deps;
    // who takes over from a silent client is not silent for that
    const silent = [...this.byClient].filter(([, events]) => events.mayBlock);
    for (const [clientId] of silent) {
      this.avoided.set(clientId, clock.now() + AVOID_MS);
      this.passOn(clientId);
    }
    for (const [clientId, until] of this.avoided) {
      if (until <= clock.now()) this.avoided.delete(clientId);
    }
    for (const [key, { at, clientId, group }] of [...this.looks]) {
      if (at > clock.now()) continue;
      this.looks.delete(key);
      if (metadata.wildcard(group)) this.lookForWildcard(group);
      else this.lookForClient(clientId, group);
    }
  }

  /** Notes the news with one of the clients; false when none has room. */
  private give(queue: string, group: string, clients: readonly string[], exclude?: string) {
    const wildcard = this.deps.metadata.wildcard(group);
    const start = Math.floor(Math.random() * clients.length);
    const last: string[] = [];
    let taker: string | undefined;
    for (let i = 0; i < clients.length && taker === undefined; i++) {
      const clientId = clients[(start + i) % clients.length];
      if (clientId === exclude) last.push(clientId);
      else if (!this.avoids(clientId)) taker = this.offer(queue, clientId, group, wildcard);
      else if (!wildcard) last.push(clientId); // of the many of a wildcard group another is there
    }
    for (const clientId of last) taker ??= this.offer(queue, clientId, group, wildcard);
    if (taker !== undefined) this.deps.polling.wake(taker);
    else if (wildcard) {
      const delay = this.deps.config.liteEventFullDispatchDelayTimeForWildcardGroup;
      this.lookLater(wildcardKey(group), group, delay);
    }
    return taker !== undefined;
  }

  /** The client, when it has room; else all its queues are looked through later. */
  private offer(
    queue: string,
    clientId: string,
    group: string,
    wildcard: boolean,
  ): string | undefined {
    if (this.eventsOf(clientId, group).offer(queue)) return clientId;
    this.deps.log.debug(`the lite client ${clientId} does not fetch its news`);
    if (wildcard) return undefined;
    const delay = this.deps.config.liteEventFullDispatchDelayTime;
    this.lookLater(clientId, group, delay + (this.avoids(clientId) ? jitter() : 0));
    return undefined;
  }

  private lookForWildcard(group: string): void {
    const { config, metadata, subscriptions } = this.deps;
    const parent = metadata.bindTopic(group);
    if (!config.enableLiteEventMode || parent === undefined) return;
    const clients = subscriptions.wildcardClients(parent, group);
    if (clients.length === 0) return;
    for (const queue of this.deps.liteQueues(parent)) {
      if (this.hasMessage(queue, group) && !this.give(queue, group, clients)) return;
    }
  }

  private lookLater(key: string, group: string, delayMs: number): void {
    if (this.looks.has(key)) return;
    const at = this.deps.clock.now() + Math.max(LEAST_DELAY_MS, delayMs);
    this.looks.set(key, { clientId: key, group, at });
  }

  private passOn(clientId: string): void {
    const events = this.byClient.get(clientId);
    if (!events) return;
    this.byClient.delete(clientId);
    while (events.size > 0) this.dispatch(events.poll()!, events.group, clientId);
  }

  private hasMessage(queue: string, group: string): boolean {
    const max = this.deps.store.maxOffset(queue, LITE_QUEUE_ID);
    return max > 0 && this.deps.offsets.query(group, queue, LITE_QUEUE_ID) < max;
  }

  private avoids(clientId: string): boolean {
    return (this.avoided.get(clientId) ?? 0) > this.deps.clock.now();
  }

  private eventsOf(clientId: string, group: string): ClientEvents {
    let events = this.byClient.get(clientId);
    if (!events) {
      events = new ClientEvents(group, this.deps.metadata.eventLimit(group), this.deps.clock);
      this.byClient.set(clientId, events);
    }
    return events;
  }
}

const jitter = (): number => Math.floor(Math.random() * MAX_JITTER_MS);
/** No client id looks like this. */
const wildcardKey = (group: string): string => `$${group}$`;
