// Who consumes (ConsumerManager): groups, their members and subscriptions, as heartbeats say.

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { ConsumerData, SubscriptionData } from '../../../protocol/bodies/client.js';
import type { Connection } from '../../../remoting/connection.js';
import type {
  ClientMember,
  ConsumerGroup,
  Consumers,
  ConsumeType,
  MessageModel,
} from '../parts.js';

export interface ConsumersConfig {
  notifyConsumerIdsChangedEnable: boolean;
  channelExpiredTimeout: number;
}

export interface Member extends ClientMember {
  /** Time of the last heartbeat (Clock.now). */
  seenAt: number;
}

export class OnlineGroup implements ConsumerGroup {
  readonly table = new Map<Connection, Member>();
  readonly subscriptions = new Map<string, SubscriptionData>();
  consumeType: ConsumeType;
  messageModel: MessageModel;
  consumeFromWhere: string;

  constructor(
    readonly name: string,
    data: ConsumerData,
  ) {
    this.consumeType = data.consumeType;
    this.messageModel = data.messageModel;
    this.consumeFromWhere = data.consumeFromWhere;
  }

  subscription(topic: string): SubscriptionData | undefined {
    return this.subscriptions.get(topic);
  }

  clientIdOf(connection: Connection): string | undefined {
    return this.table.get(connection)?.clientId;
  }

  clientIds(): string[] {
    // A client that has just reconnected is there twice until its old connection is closed.
    return [...new Set(this.members().map(({ clientId }) => clientId))];
  }

  members(): Member[] {
    return [...this.table.values()];
  }

  member(clientId: string | undefined): Member | undefined {
    return this.members().find((member) => member.clientId === clientId);
  }

  get broadcasting(): boolean {
    return this.messageModel === 'BROADCASTING';
  }

  /** Whether the member is a new one. */
  seen(member: Member, data: ConsumerData): boolean {
    this.consumeType = data.consumeType;
    this.messageModel = data.messageModel;
    this.consumeFromWhere = data.consumeFromWhere;
    const known = this.table.get(member.connection);
    if (known && known.clientId === member.clientId) known.seenAt = member.seenAt;
    else this.table.set(member.connection, member);
    return known === undefined;
  }

  /** Whether topics came or went; a newer version of a subscription is no change to the others. */
  subscribe(list: readonly SubscriptionData[]): boolean {
    let changed = false;
    for (const subscription of list) {
      const before = this.subscriptions.get(subscription.topic);
      if (!before) changed = true;
      if (!before || subscription.subVersion > before.subVersion) {
        this.subscriptions.set(subscription.topic, subscription);
      }
    }
    const topics = new Set(list.map(({ topic }) => topic));
    for (const topic of this.subscriptions.keys()) {
      if (topics.has(topic)) continue;
      this.subscriptions.delete(topic);
      changed = true;
    }
    return changed;
  }
}

/** What others want to know of groups: registration of subscriptions, and the end of a group. */
export interface GroupListener {
  subscribed?(group: string, subscriptions: readonly SubscriptionData[]): void;
  gone?(group: string): void;
}

export class ConsumerTable implements Consumers {
  private readonly groups = new Map<string, OnlineGroup>();
  private readonly groupsOf = new Map<Connection, Set<string>>();
  private readonly listeners: GroupListener[] = [];

  constructor(
    private readonly config: ConsumersConfig,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  onGroup(listener: GroupListener): void {
    this.listeners.push(listener);
  }

  group(name: string): OnlineGroup | undefined {
    return this.groups.get(name);
  }

  all(): IterableIterator<OnlineGroup> {
    return this.groups.values();
  }

  /** Groups that subscribe to a topic. */
  groupsWith(topic: string): string[] {
    const names: string[] = [];
    for (const group of this.groups.values()) {
      if (group.subscriptions.has(topic)) names.push(group.name);
    }
    return names;
  }

  /** Takes what a heartbeat says of one group; `keepSubscriptions` when it leaves them out. */
  register(
    client: ClientMember,
    data: ConsumerData,
    options: { notify: boolean; keepSubscriptions?: boolean },
  ): void {
    let group = this.groups.get(data.groupName);
    if (!group) this.groups.set(data.groupName, (group = new OnlineGroup(data.groupName, data)));
    const isNew = group.seen({ ...client, seenAt: this.clock.now() }, data);
    if (isNew) {
      const { clientId, connection } = client;
      this.log.info(`new consumer ${clientId} at ${connection.remote} in group ${group.name}`);
      let names = this.groupsOf.get(connection);
      if (!names) this.groupsOf.set(connection, (names = new Set()));
      names.add(group.name);
    }
    const changed = !options.keepSubscriptions && group.subscribe(data.subscriptionDataSet);
    if ((isNew || changed) && options.notify) this.notify(group);
    if (options.keepSubscriptions) return;
    for (const listener of this.listeners) {
      listener.subscribed?.(group.name, data.subscriptionDataSet);
    }
  }

  unregister(name: string, connection: Connection, notify: boolean): void {
    const group = this.groups.get(name);
    const member = group?.table.get(connection);
    if (!group || !member) return;
    group.table.delete(connection);
    this.groupsOf.get(connection)?.delete(name);
    this.log.info(`consumer ${member.clientId} left group ${name}`);
    if (group.table.size === 0) {
      this.groups.delete(name);
      for (const listener of this.listeners) listener.gone?.(name);
    } else if (notify) {
      this.notify(group);
    }
  }

  closed(connection: Connection): void {
    for (const name of this.groupsOf.get(connection) ?? []) this.unregister(name, connection, true);
    this.groupsOf.delete(connection);
  }

  /** Closes the connections of members that sent no heartbeat for channelExpiredTimeout. */
  scan(): void {
    const oldest = this.clock.now() - this.config.channelExpiredTimeout;
    for (const group of this.groups.values()) {
      for (const member of group.members()) {
        if (member.seenAt >= oldest) continue;
        const { clientId, connection } = member;
        this.log.warn(
          `consumer ${clientId} of ${group.name} is silent: closing ${connection.remote}`,
        );
        connection.close();
        this.unregister(group.name, connection, true);
      }
    }
  }

  private notify(group: OnlineGroup): void {
    if (!this.config.notifyConsumerIdsChangedEnable || group.broadcasting) return;
    for (const connection of group.table.keys()) {
      connection.oneway('NOTIFY_CONSUMER_IDS_CHANGED', { consumerGroup: group.name });
    }
  }
}
