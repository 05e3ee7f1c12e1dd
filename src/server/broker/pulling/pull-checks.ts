// Whether a group may pull from a queue, and with which subscription (PullMessageProcessor).

import { PullFlag, RETRY_PREFIX } from '../../../protocol/flags.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Reply } from '../../../remoting/handler.js';
import type { ConsumerFilters } from '../filter/consumer-filters.js';
import {
  filterOf,
  isTagType,
  type MessageFilter,
  subscriptionOf,
} from '../filter/message-filter.js';
import type {
  Consumers,
  Groups,
  GroupView,
  MessagingConfig,
  Subscription,
  Topics,
  TopicView,
} from '../parts.js';
import { isSystemGroup } from '../metadata/groups.js';
import { FURTHER_DETAILS, readable } from '../remarks.js';
import { groupOfRetryTopic } from '../sending/retry-limit.js';

export type PullHeader = Req<'PULL_MESSAGE'>;
export type PullCall = Call<'PULL_MESSAGE' | 'LITE_PULL_MESSAGE'>;

export interface PullCheckDeps {
  consumerFilters: ConsumerFilters;
  config: MessagingConfig;
  topics: Topics;
  groups: Groups;
  consumers: Consumers;
}

/** What a permitted pull works with. */
export interface PullPlan {
  topic: TopicView;
  group: GroupView;
  filter: MessageFilter;
}

/** Who or what forbids a pull (ForbiddenType). */
const Forbidden = { BROKER: 1, GROUP: 2, TOPIC: 3, BROADCAST: 4, SUBSCRIPTION: 5 } as const;

const READ_INDEX = 2;
const LITE_PULL = 361;

/** A plan, or the refusal. */
export function checkPull(
  deps: PullCheckDeps,
  header: PullHeader,
  call: PullCall,
): PullPlan | { refusal: Reply } {
  const { config, groups, topics } = deps;
  if (!readable(config.brokerPermission)) {
    const text = `the broker[${config.brokerIP1}] pulling message is forbidden`;
    return forbidden(Forbidden.BROKER, text);
  }
  if (call.frame.code === LITE_PULL && !config.litePullMessageEnable) {
    const text = `the broker[${config.brokerIP1}] for lite pull consumer is forbidden`;
    return forbidden(Forbidden.BROKER, text);
  }
  const group = groups.find(header.consumerGroup);
  if (!group) {
    const text = `subscription group [${header.consumerGroup}] does not exist, ${FURTHER_DETAILS}`;
    return refusal(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, text);
  }
  if (!group.consumeEnable) {
    const text = `subscription group no permission, ${header.consumerGroup}`;
    return forbidden(Forbidden.GROUP, text);
  }
  const topic = topics.get(header.topic);
  if (!topic) {
    const text = `topic[${header.topic}] not exist, apply first please! ${FURTHER_DETAILS}`;
    return refusal(ResponseCode.TOPIC_NOT_EXIST, text);
  }
  if (!readable(topic.perm)) {
    const text = `the topic[${header.topic}] pulling message is forbidden`;
    return forbidden(Forbidden.TOPIC, text);
  }
  if (header.queueId < 0 || header.queueId >= topic.readQueueNums) {
    const text =
      `queueId[${header.queueId}] is illegal, topic:[${header.topic}] ` +
      `topicConfig.readQueueNums:[${topic.readQueueNums}] consumer:[${call.connection.remote}]`;
    return refusal(ResponseCode.INVALID_PARAMETER, text);
  }
  if (config.rejectPullConsumerEnable && pullsByItself(deps, header.consumerGroup, call)) {
    const text = "the consumer's group info not exist, or the pull consumer is rejected by server.";
    return refusal(ResponseCode.SUBSCRIPTION_NOT_EXIST, text + FURTHER_DETAILS);
  }
  const filter = findFilter(deps, header, group);
  return 'refusal' in filter ? filter : { topic, group, filter };
}

/** A consumer that the broker does not know: it chooses its queues itself. */
function pullsByItself({ consumers }: PullCheckDeps, name: string, call: PullCall): boolean {
  const group = consumers.group(name);
  if (group && group.consumeType !== 'CONSUME_ACTIVELY') return false;
  return group?.clientIdOf(call.connection) === undefined && !isSystemGroup(name);
}

function findFilter(
  deps: PullCheckDeps,
  header: PullHeader,
  group: GroupView,
): MessageFilter | { refusal: Reply } {
  const brings = (header.sysFlag & PullFlag.SUBSCRIPTION) !== 0;
  const found = brings ? broughtSubscription(header) : groupSubscription(deps, header, group);
  if ('refusal' in found) return found;
  if (!isTagType(found.expressionType) && !deps.config.enablePropertyFilter) {
    const type = found.expressionType;
    const text = `The broker does not support consumer to filter message by ${type}`;
    return refusal(ResponseCode.SYSTEM_ERROR, text);
  }
  try {
    const filter = filterOf(found);
    if (isTagType(found.expressionType)) return filter;
    const retry = deps.config.filterSupportRetry && header.topic.startsWith(RETRY_PREFIX);
    if (retry) return deps.consumerFilters.ofRetries(groupOfRetryTopic(header.topic));
    return brings ? filter : withBits(deps.consumerFilters, header, filter);
  } catch {
    if (brings) return unparsable();
    return noFilter();
  }
}

function noFilter(): { refusal: Reply } {
  const text = "The broker's consumer filter data is not exist!Your expression may be wrong!";
  return refusal(ResponseCode.FILTER_DATA_NOT_EXIST, text);
}

/** The group's filter with a look at the bits that stand beside the entries of the queue. */
function withBits(
  filters: ConsumerFilters,
  { topic, consumerGroup, subVersion }: PullHeader,
  filter: MessageFilter,
): MessageFilter | { refusal: Reply } {
  const data = filters.get(topic, consumerGroup);
  if (!data) return noFilter();
  if (data.clientVersion < subVersion) {
    const text = "the consumer's consumer filter data not latest";
    return refusal(ResponseCode.FILTER_DATA_NOT_LATEST, text);
  }
  return { ...filter, matchTags: (_tags, bits, at = 0) => filters.mayPass(data, bits, at) };
}

/** Subscriptions that pulls have brought, by their text: only their filters matter. */
const brought = { tags: new Map<string, Subscription>(), sql: new Map<string, Subscription>() };
const MOST_BROUGHT = 500;
const LONGEST_BROUGHT = 2000;

function broughtSubscription(header: PullHeader): Subscription | { refusal: Reply } {
  const { topic, subscription = '', expressionType, subVersion } = header;
  const table = isTagType(expressionType) ? brought.tags : brought.sql;
  const known = table.get(subscription);
  if (known && (table === brought.tags || known.expressionType === expressionType)) return known;
  try {
    const found = subscriptionOf(topic, subscription, expressionType, subVersion);
    if (table.size >= MOST_BROUGHT) table.clear();
    if (subscription.length <= LONGEST_BROUGHT) table.set(subscription, found);
    return found;
  } catch {
    return unparsable();
  }
}

/** The subscription of the group's heartbeats. */
function groupSubscription(
  { consumers, groups }: PullCheckDeps,
  header: PullHeader,
  group: GroupView,
): Subscription | { refusal: Reply } {
  const name = header.consumerGroup;
  const members = consumers.group(name);
  if (!members) {
    const text = `the consumer's group info not exist${FURTHER_DETAILS}`;
    return refusal(ResponseCode.SUBSCRIPTION_NOT_EXIST, text);
  }
  if (!group.consumeBroadcastEnable && members.messageModel === 'BROADCASTING') {
    const text = `the consumer group[${name}] can not consume by broadcast way`;
    return forbidden(Forbidden.BROADCAST, text);
  }
  if (groups.forbidden(group.groupName, header.topic, READ_INDEX)) {
    const text = `the consumer group[${name}] is forbidden for topic[${header.topic}]`;
    return forbidden(Forbidden.SUBSCRIPTION, text);
  }
  const subscription = members.subscription(header.topic);
  if (!subscription) {
    const text = `the consumer's subscription not exist${FURTHER_DETAILS}`;
    return refusal(ResponseCode.SUBSCRIPTION_NOT_EXIST, text);
  }
  if (subscription.subVersion < header.subVersion) {
    const text = "the consumer's subscription not latest";
    return refusal(ResponseCode.SUBSCRIPTION_NOT_LATEST, text);
  }
  return subscription;
}

function unparsable(): { refusal: Reply } {
  const text = "parse the consumer's subscription failed";
  return refusal(ResponseCode.SUBSCRIPTION_PARSE_FAILED, text);
}

function refusal(code: number, remark: string): { refusal: Reply } {
  return { refusal: { code, remark, ext: {} } };
}

function forbidden(type: number, remark: string): { refusal: Reply } {
  const ext = { forbiddenType: String(type) };
  return { refusal: { code: ResponseCode.NO_PERMISSION, remark, ext } };
}
