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
  const fields = [
    `groupName=${config.groupName}`,
    `consumeEnable=${config.consumeEnable}`,
    `consumeFromMinEnable=${config.consumeFromMinEnable}`,
    `consumeBroadcastEnable=${config.consumeBroadcastEnable}`,
    `consumeMessageOrderly=${config.consumeMessageOrderly}`,
    `retryQueueNums=${config.retryQueueNums}`,
    `retryMaxTimes=${config.retryMaxTimes}`,
    `groupRetryPolicy=${retryPolicyText(config.groupRetryPolicy as RetryPolicy)}`,
    `brokerId=${config.brokerId}`,
    `whichBrokerWhenConsumeSlowly=${config.whichBrokerWhenConsumeSlowly}`,
    `notifyConsumerIdsChangedEnable=${config.notifyConsumerIdsChangedEnable}`,
    `groupSysFlag=${config.groupSysFlag}`,
    `consumeTimeoutMinute=${config.consumeTimeoutMinute}`,
    `subscriptionDataSet=${subscriptionsText(config.subscriptionDataSet)}`,
    `attributes=${hashMapText(config.attributes)}`,
  ];
  return `SubscriptionGroupConfig{${fields.join(', ')}}`;
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
  return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]` : 'null';
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
