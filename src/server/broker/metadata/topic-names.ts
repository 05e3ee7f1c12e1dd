// Which names topics may have and which of them are the system's (TopicValidator).

import {
  DLQ_PREFIX,
  NAME_LIMITS,
  RETRY_PREFIX,
  SYSTEM_TOPIC_PREFIX,
  SystemTopic,
} from '../../../protocol/flags.js';

const systemTopics = new Set<string>(Object.values(SystemTopic));

/** Topics that clients may not send to. */
const closedTopics = new Set<string>([
  SystemTopic.SCHEDULE,
  SystemTopic.TRANS_HALF,
  SystemTopic.TRANS_OP_HALF,
  SystemTopic.TRANS_CHECK_MAX_TIME,
  SystemTopic.SELF_TEST,
  SystemTopic.OFFSET_MOVED_EVENT,
]);

/** Adds a name that only this broker knows: its own, its cluster's, the reply topic. */
export function addSystemTopic(topic: string): void {
  systemTopics.add(topic);
}

export function allSystemTopics(): string[] {
  return [...systemTopics];
}

export function isSystemTopic(topic: string): boolean {
  return systemTopics.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX);
}

export function isClosedTopic(topic: string): boolean {
  return closedTopics.has(topic);
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_PREFIX);
}

const LEGAL = /^[%|a-zA-Z0-9_-]*$/;
const RULE = 'allowing only ^[%|a-zA-Z0-9_-]+$';

/** Why a topic name is refused, in RocketMQ's words; undefined for a valid one. */
export function topicNameFault(topic: string): string | undefined {
  if (topic.trim() === '') return 'The specified topic is blank.';
  if (!LEGAL.test(topic)) {
    return `The specified topic: ${topic}, contains illegal characters, ${RULE}`;
  }
  if (topic.startsWith(RETRY_PREFIX) || topic.startsWith(DLQ_PREFIX)) {
    const max = NAME_LIMITS.retryTopic;
    if (topic.length <= max) return undefined;
    const longer = `it's longer than topic max length: ${max}`;
    return `The specified topic is DLQ or Retry topic: ${topic}, and ${longer}`;
  }
  if (topic.length <= NAME_LIMITS.topic) return undefined;
  return `The specified topic: ${topic}, is longer than topic max length: ${NAME_LIMITS.topic}`;
}

/** Why a group name is refused; undefined for a valid one. */
export function groupNameFault(group: string): string | undefined {
  if (group.trim() === '') return 'The specified group is blank.';
  if (!LEGAL.test(group)) {
    return `The specified group: ${group}, contains illegal characters, ${RULE}`;
  }
  if (group.length <= NAME_LIMITS.group) return undefined;
  return `The specified group: ${group}, is longer than group max length: ${NAME_LIMITS.group}`;
}
