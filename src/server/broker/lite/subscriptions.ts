// Which lite topics each client has subscribed to (LiteSubscriptionRegistryImpl). Clients tell it
// again and again; who stays silent is forgotten.

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Connection } from '../../../remoting/connection.js';
import { parseLiteQueue } from './lite-names.js';
import type { LiteMetadata } from './metadata.js';

export interface LiteClient {
  clientId: string;
  group: string;
}

export interface LiteSubscription {
  group: string;
  topic: string;
  /** Light queues; of a wildcard group one name that stands for all. */
  readonly queues: Set<string>;
  updatedAt: number;
}

/** What a request says about one client. */
export interface LiteWish extends LiteClient {
  topic: string;
  queues: readonly string[];
}

export interface SubscriptionListener {
  added(client: LiteClient, queue: string): void;
  gone(client: LiteClient): void;
  /** Where the group is to go on in the queue, when the request says so. */
  reset(queue: string, group: string): void;
}

export interface LiteSubscriptionsDeps {
  config: { maxLiteSubscriptionCount: number; liteSubscriptionCheckTimeoutMills: number };
  metadata: LiteMetadata;
  clock: Clock;
  log: Logger;
}

const wildcardName = (topic: string, group: string): string => `${topic}@${group}`;

export class LiteSubscriptions {
  listener: SubscriptionListener | undefined;
  private readonly connections = new Map<string, Connection>();
  private readonly clients = new Map<string, LiteSubscription>();
  /** By queue the clients' groups, by client id. */
  private readonly byQueue = new Map<string, Map<string, string>>();
  private readonly wildcardGroups = new Map<string, Set<string>>();
  private active = 0;

  constructor(private readonly deps: LiteSubscriptionsDeps) {}

  /** References of clients to lite topics. */
  get count(): number {
    return this.active;
  }

  get(clientId: string): LiteSubscription | undefined {
    return this.clients.get(clientId);
  }

  clientsOf(group: string): string[] {
    return [...this.clients].filter(([, one]) => one.group === group).map(([id]) => id);
  }

  connected(clientId: string, connection: Connection): void {
    this.connections.set(clientId, connection);
  }

  checkQuota(): void {
    const most = this.deps.config.maxLiteSubscriptionCount;
    if (this.active < most) return;
    const text = `lite subscription quota exceeded ${most}`;
    throw refuse(ResponseCode.LITE_SUBSCRIPTION_QUOTA_EXCEEDED, text);
  }

  /** Adds queues; `placed` is called for each before its subscriber hears of it. */
  add(wish: LiteWish, placed: (queue: string) => void): void {
    const { clientId, group } = wish;
    const { metadata } = this.deps;
    this.checkQuota();
    if (metadata.wildcard(group)) {
      const text = 'subscribe lite operation is not supported for this group';
      throw refuse(ResponseCode.ILLEGAL_OPERATION, text);
    }
    const mine = this.findOrCreate(wish);
    for (const queue of wish.queues) {
      this.touch(mine).queues.add(queue);
      if (metadata.exclusive(group)) this.exclude(clientId, group, queue);
      placed(queue);
      this.link({ clientId, group: mine.group }, queue);
    }
  }

  remove(wish: LiteWish): void {
    const { clientId, group } = wish;
    const mine = this.findOrCreate(wish);
    const resets = this.deps.metadata.resetsOnUnsubscribe(group);
    for (const queue of wish.queues) {
      this.touch(mine).queues.delete(queue);
      this.unlink({ clientId, group: mine.group }, queue, resets);
    }
  }

  /** These are all that the client has. */
  replace(wish: LiteWish): void {
    const { clientId, group, topic } = wish;
    const wildcard = this.deps.metadata.wildcard(group);
    const wanted = new Set(wildcard ? [wildcardName(topic, group)] : wish.queues);
    if (wildcard) {
      const groups = this.wildcardGroups.get(topic);
      if (groups) groups.add(group);
      else this.wildcardGroups.set(topic, new Set([group]));
    }
    const mine = this.touch(this.findOrCreate(wish));
    const client = { clientId, group: mine.group };
    for (const queue of mine.queues) {
      if (wanted.has(queue)) continue;
      mine.queues.delete(queue);
      this.unlink(client, queue, false);
    }
    for (const queue of wanted) {
      mine.queues.add(queue);
      this.link(client, queue);
    }
  }

  removeClient(clientId: string): void {
    this.connections.delete(clientId);
    const mine = this.clients.get(clientId);
    if (!mine) return;
    this.clients.delete(clientId);
    const client = { clientId, group: mine.group };
    this.deps.log.info(`the lite client ${clientId} of ${mine.group} is gone`);
    for (const queue of mine.queues) this.unlink(client, queue, false);
    this.listener?.gone(client);
  }

  /** Clients that want a queue, by group; of one group when it is given. */
  subscribers(queue: string, group?: string): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const [clientId, name] of this.byQueue.get(queue) ?? []) {
      if (group !== undefined && name !== group) continue;
      const list = found.get(name);
      if (list) list.push(clientId);
      else found.set(name, [clientId]);
    }
    const topic = parseLiteQueue(queue)?.parent;
    if (topic === undefined) return found;
    for (const name of this.wildcardGroups.get(topic) ?? []) {
      if (group !== undefined && name !== group) continue;
      const clients = this.wildcardClients(topic, name);
      if (clients.length > 0) found.set(name, clients);
    }
    return found;
  }

  wildcardClients(topic: string, group: string): string[] {
    return [...(this.byQueue.get(wildcardName(topic, group))?.keys() ?? [])];
  }

  /** The queue is deleted. */
  forgetQueue(queue: string): void {
    for (const clientId of this.byQueue.get(queue)?.keys() ?? []) {
      const mine = this.clients.get(clientId);
      if (mine?.queues.delete(queue)) this.touch(mine);
      this.active--;
    }
    this.byQueue.delete(queue);
  }

  removeSilent(): void {
    const oldest = this.deps.clock.now() - this.deps.config.liteSubscriptionCheckTimeoutMills;
    for (const [clientId, { updatedAt }] of this.clients) {
      if (updatedAt < oldest) this.removeClient(clientId);
    }
  }

  private findOrCreate({ clientId, group, topic }: LiteWish): LiteSubscription {
    let mine = this.clients.get(clientId);
    if (!mine) {
      mine = { group, topic, queues: new Set(), updatedAt: this.deps.clock.now() };
      this.clients.set(clientId, mine);
    }
    return mine;
  }

  private touch(subscription: LiteSubscription): LiteSubscription {
    subscription.updatedAt = this.deps.clock.now();
    return subscription;
  }

  /** The other clients of the group lose the queue, and are told. */
  private exclude(newClientId: string, group: string, queue: string): void {
    const resets = this.deps.metadata.resetsWhenExclusive(group);
    for (const [clientId, name] of [...(this.byQueue.get(queue) ?? [])]) {
      if (name !== group || clientId === newClientId) continue;
      const other = this.clients.get(clientId);
      other?.queues.delete(queue);
      if (other?.queues.size === 0) this.clients.delete(clientId);
      const liteTopic = parseLiteQueue(queue)?.lite ?? '';
      const header = { clientId, consumerGroup: group, liteTopic };
      this.connections.get(clientId)?.oneway('NOTIFY_UNSUBSCRIBE_LITE', header);
      this.unlink({ clientId, group }, queue, resets);
    }
  }

  private link({ clientId, group }: LiteClient, queue: string): void {
    let clients = this.byQueue.get(queue);
    if (!clients) this.byQueue.set(queue, (clients = new Map()));
    if (clients.has(clientId)) return;
    clients.set(clientId, group);
    this.active++;
    this.listener?.added({ clientId, group }, queue);
  }

  private unlink({ clientId, group }: LiteClient, queue: string, resets: boolean): void {
    const clients = this.byQueue.get(queue);
    if (clients?.delete(clientId)) {
      this.active--;
      if (resets) this.listener?.reset(queue, group);
    }
    if (clients?.size !== 0) return;
    this.byQueue.delete(queue);
    const [topic, name] = queue.split('@');
    if (name !== undefined) this.wildcardGroups.get(topic)?.delete(name);
  }
}
