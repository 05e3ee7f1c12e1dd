// Settings as RocketMQ's Java classes print them (toString).

import type { SubscriptionGroupConfig } from '../protocol/bodies/group.js';
import type { DirectConsumeResult } from '../protocol/bodies/running.js';
import type { TopicConfig } from '../protocol/bodies/topic.js';
import { hashMapText, permText } from './java-text.js';

/** TopicConfig.toString. */
export function topicText(config: TopicConfig): string {
  const fields = [
    `topicName=${config.topicName}`,
    `readQueueNums=${config.readQueueNums}`,
    `writeQueueNums=${config.writeQueueNums}`,
    `perm=${permText(config.perm)}`,
    `topicFilterType=${config.topicFilterType}`,
    `topicSysFlag=${config.topicSysFlag}`,
    `order=${config.order}`,
    `attributes=${hashMapText(config.attributes)}`,
  ];
  return `TopicConfig [${fields.join(', ')}]`;
}

/** SubscriptionGroupConfig.toString. */
export function groupText(config: SubscriptionGroupConfig): string {
  const fields = groupFields(config).map(([name, value]) => {
    const shown = name === 'subscriptionDataSet' && value === '' ? 'null' : value;
    return `${name}=${shown}`;
  });
  return `SubscriptionGroupConfig{${fields.join(', ')}}`;
}

/** The fields of a group's settings with their texts, in Java's order. */
export function groupFields(config: SubscriptionGroupConfig): [string, string][] {
  const of = (name: string): [string, string] => [name, String(config[name])];
  return [
    of('groupName'),
    of('consumeEnable'),
    of('consumeFromMinEnable'),
    of('consumeBroadcastEnable'),
    of('consumeMessageOrderly'),
    of('retryQueueNums'),
    of('retryMaxTimes'),
    ['groupRetryPolicy', retryPolicyText(config.groupRetryPolicy as RetryPolicy)],
    of('brokerId'),
    of('whichBrokerWhenConsumeSlowly'),
    of('notifyConsumerIdsChangedEnable'),
    of('groupSysFlag'),
    of('consumeTimeoutMinute'),
    ['subscriptionDataSet', subscriptionsText(config.subscriptionDataSet)],
    ['attributes', hashMapText(config.attributes)],
  ];
}

interface RetryPolicy {
  type?: string;
  exponentialRetryPolicy?: { initial?: number; max?: number; multiplier?: number } | null;
  customizedRetryPolicy?: { next?: number[] } | null;
}

function retryPolicyText({
  type = 'CUSTOMIZED',
  exponentialRetryPolicy: exponential,
  customizedRetryPolicy: customized,
}: RetryPolicy): string {
  const { initial = 5000, max = 7_200_000, multiplier = 2 } = exponential ?? {};
  const exponentialText = exponential
    ? `ExponentialRetryPolicy{initial=${initial}, max=${max}, multiplier=${multiplier}}`
    : 'null';
  const customizedText = customized
    ? `CustomizedRetryPolicy{next=[${(customized.next ?? []).join(', ')}]}`
    : 'null';
  return (
    `GroupRetryPolicy{type=${type}, exponentialRetryPolicy=${exponentialText}, ` +
    `customizedRetryPolicy=${customizedText}}`
  );
}

function subscriptionsText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]` : '';
}

/** ConsumeMessageDirectlyResult.toString. */
export function directResultText(result: DirectConsumeResult): string {
  return (
    `ConsumeMessageDirectlyResult [order=${result.order}, autoCommit=${result.autoCommit}, ` +
    `consumeResult=${result.consumeResult}, remark=${result.remark ?? 'null'}, ` +
    `spentTimeMills=${result.spentTimeMills}]`
  );
}

/** A new group's settings, those of RocketMQ where `fields` says nothing. */
export { newGroupConfig } from '../protocol/bodies/group.js';
