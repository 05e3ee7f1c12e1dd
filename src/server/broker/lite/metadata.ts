// What the settings of topics and groups say about lite topics (LiteMetadataUtil, TopicConfig,
// SubscriptionGroupConfig).

import { refuse } from '../../../base/errors.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Groups, GroupView, Listed, Topics, TopicView } from '../parts.js';

export interface LiteMetadataDeps {
  config: { maxClientEventCount: number };
  topics: Topics & Listed<TopicView>;
  groups: Groups & Listed<GroupView>;
}

const NO_EXPIRATION = -1;

export class LiteMetadata {
  constructor(private readonly deps: LiteMetadataDeps) {}

  isLiteTopic(name: string): boolean {
    return isLite(this.deps.topics.get(name));
  }

  consumeEnabled(group: string): boolean {
    return this.deps.groups.find(group)?.consumeEnable ?? false;
  }

  /** The parent topic whose lite topics the group consumes. */
  bindTopic(group: string): string | undefined {
    return this.attribute(group, 'lite.bind.topic');
  }

  /** Whether a lite topic has one subscriber of the group at a time, the last. */
  exclusive(group: string): boolean {
    return this.attribute(group, 'lite.sub.model') === 'Exclusive';
  }

  /** Whether the next exclusive subscriber begins anew. */
  resetsWhenExclusive(group: string): boolean {
    return isTrue(this.attribute(group, 'lite.sub.reset.offset.exclusive'));
  }

  resetsOnUnsubscribe(group: string): boolean {
    return isTrue(this.attribute(group, 'lite.sub.reset.offset.unsubscribe'));
  }

  /** Whether the group takes all lite topics of its parent topic. */
  wildcard(group: string): boolean {
    return this.attribute(group, 'lite.sub.wildcard') !== undefined;
  }

  /** Queues with news that are noted for one client of the group. */
  eventLimit(group: string): number {
    const own = Number(this.attribute(group, 'lite.sub.client.max.event.cnt') ?? -1);
    return own > 0 ? own : this.deps.config.maxClientEventCount;
  }

  /** Minutes without a message after which a lite topic goes, by parent topic. */
  expirations(): Map<string, number> {
    const table = new Map<string, number>();
    for (const [name, topic] of this.deps.topics.all()) {
      if (isLite(topic)) table.set(name, expirationOf(topic));
    }
    return table;
  }

  /** The groups that are bound to each parent topic. */
  groupsByTopic(): Map<string, string[]> {
    const table = new Map<string, string[]>();
    for (const [name, group] of this.deps.groups.all()) {
      const topic = group.attributes?.['lite.bind.topic'];
      if (topic === undefined) continue;
      const groups = table.get(topic);
      if (groups) groups.push(name);
      else table.set(topic, [name]);
    }
    return table;
  }

  /** The parent topic of a request, which must be one. */
  parentTopic(name: string): TopicView {
    const topic = this.deps.topics.get(name);
    if (!topic) throw refuse(ResponseCode.TOPIC_NOT_EXIST, `Topic [${name}] not exist.`);
    if (isLite(topic)) return topic;
    throw refuse(ResponseCode.INVALID_PARAMETER, `Topic [${name}] type not match.`);
  }

  /** The parent topic of a request's group, which must be bound to one. */
  boundTopic(group: string): string {
    if (!this.deps.groups.find(group)) throw this.noGroup(group);
    const topic = this.bindTopic(group);
    if (topic) return topic;
    throw refuse(ResponseCode.INVALID_PARAMETER, `Group [${group}] is not a LITE group.`);
  }

  checkBinding(group: string, topic: string): void {
    if (!this.deps.groups.find(group)) throw this.noGroup(group);
    if (this.bindTopic(group) === topic) return;
    const text = `Subscription [${group}]-[${topic}] not match.`;
    throw refuse(ResponseCode.INVALID_PARAMETER, text);
  }

  private noGroup(group: string): Error {
    return refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group [${group}] not exist.`);
  }

  private attribute(group: string, key: string): string | undefined {
    return this.deps.groups.find(group)?.attributes?.[key];
  }
}

export function expirationOf(topic: TopicView): number {
  const minutes = Number(topic.attributes?.['lite.topic.expiration'] ?? NO_EXPIRATION);
  return isLite(topic) && Number.isInteger(minutes) ? minutes : NO_EXPIRATION;
}

export const isLite = (topic: TopicView | undefined): boolean =>
  topic?.attributes?.['message.type'] === 'LITE';

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';
