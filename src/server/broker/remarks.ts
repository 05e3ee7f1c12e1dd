// Remarks that several requests answer with; clients and guides know these texts by heart.

import { Perm } from '../../protocol/flags.js';
import type { TopicView } from './parts.js';

/** Where RocketMQ sends people who meet one of its usual errors. */
export const FURTHER_DETAILS =
  '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.';

export const readable = (perm: number): boolean => (perm & Perm.READ) !== 0;
export const writable = (perm: number): boolean => (perm & Perm.WRITE) !== 0;

/** `RW-`, as RocketMQ prints permissions. */
export function permText(perm: number): string {
  const inherit = (perm & Perm.INHERIT) !== 0 ? 'X' : '-';
  return `${readable(perm) ? 'R' : '-'}${writable(perm) ? 'W' : '-'}${inherit}`;
}

/** A topic's settings as TopicConfig.toString prints them. */
export function topicText(topic: TopicView): string {
  const attributes = Object.entries(topic.attributes ?? {});
  return (
    `TopicConfig [topicName=${topic.topicName}, readQueueNums=${topic.readQueueNums}, ` +
    `writeQueueNums=${topic.writeQueueNums}, perm=${permText(topic.perm)}, ` +
    `topicFilterType=${topic.topicFilterType}, topicSysFlag=${topic.topicSysFlag}, ` +
    `order=${topic.order}, ` +
    `attributes={${attributes.map(([key, value]) => `${key}=${value}`).join(', ')}}]`
  );
}
