// Whether a group may pop from a topic (PopMessageProcessor, NotificationProcessor).

import { MqError, refuse } from '../../../base/errors.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Connection } from '../../../remoting/connection.js';
import type { Groups, GroupView, MessagingConfig, Topics, TopicView } from '../parts.js';
import { FURTHER_DETAILS, readable } from '../remarks.js';

export interface PopCheckDeps {
  config: MessagingConfig;
  topics: Topics;
  groups: Groups;
}

export interface PopTarget {
  topic: string;
  queueId: number;
  consumerGroup: string;
}

/** Throws the refusal; `verb` is what the remark says is forbidden. */
export function checkPop(
  { config, groups, topics }: PopCheckDeps,
  target: PopTarget,
  connection: Connection,
  verb: string,
): { topic: TopicView; group: GroupView } {
  if (!readable(config.brokerPermission)) {
    const text = `the broker[${config.brokerIP1}] ${verb} message is forbidden`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  const topic = topicOf(topics, target.topic);
  if (!readable(topic.perm)) {
    const text = `the topic[${target.topic}] peeking message is forbidden`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  if (target.queueId >= topic.readQueueNums) {
    throw refuse(ResponseCode.INVALID_PARAMETER, illegalQueue(target, topic, connection));
  }
  const group = groups.find(target.consumerGroup);
  if (!group) {
    const text = `subscription group [${target.consumerGroup}] does not exist, ${FURTHER_DETAILS}`;
    throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, text);
  }
  if (!group.consumeEnable) {
    const text = `subscription group no permission, ${target.consumerGroup}`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  return { topic, group };
}

/** A refusal with a header all the same: clients read the header of every answer. */
export function refusalWith<H>(
  error: unknown,
  header: H,
): { code: number; remark: string; header: H } {
  if (!(error instanceof MqError)) throw error;
  return { code: error.responseCode, remark: error.message, header };
}

export function topicOf(topics: Topics, name: string): TopicView {
  const topic = topics.get(name);
  if (topic) return topic;
  const text = `topic[${name}] not exist, apply first please! ${FURTHER_DETAILS}`;
  throw refuse(ResponseCode.TOPIC_NOT_EXIST, text);
}

export function illegalQueue(
  { topic, queueId }: Pick<PopTarget, 'topic' | 'queueId'>,
  { readQueueNums }: TopicView,
  connection: Connection,
): string {
  return (
    `queueId[${queueId}] is illegal, topic:[${topic}] ` +
    `topicConfig.readQueueNums:[${readQueueNums}] consumer:[/${connection.remote}]`
  );
}
