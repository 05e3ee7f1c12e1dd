// Whether a message may be sent at all: permissions, the topic and its creation, the queue
// (AbstractSendMessageProcessor.msgCheck).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import { Perm, RETRY_PREFIX, TopicSysFlag } from '../../../protocol/flags.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Connection } from '../../../remoting/connection.js';
import type { MessagingConfig, Topics, TopicView } from '../parts.js';
import { FURTHER_DETAILS, topicText, writable } from '../remarks.js';
import { isClosedTopic, topicNameFault } from '../metadata/topic-names.js';

export type SendHeader = Req<'SEND_MESSAGE'>;

export interface SendCheckDeps {
  config: MessagingConfig;
  topics: Topics;
  clock: Clock;
}

/** The topic to send to, created when that is allowed; throws a refusal for anything amiss. */
export function checkSend(
  deps: SendCheckDeps,
  header: SendHeader,
  connection: Connection,
): TopicView {
  const { config, topics } = deps;
  const from = config.startAcceptSendRequestTimeStamp;
  if (from > 0 && deps.clock.now() < from) {
    const text = `broker unable to service, until ${localTime(from)}`;
    throw refuse(ResponseCode.SYSTEM_ERROR, text);
  }
  const known = topics.get(header.topic);
  if (!writable(config.brokerPermission) && known?.order) {
    const text = `the broker[${config.brokerIP1}] sending message is forbidden`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  if (!known) {
    const fault = topicNameFault(header.topic);
    if (fault !== undefined) throw refuse(ResponseCode.INVALID_PARAMETER, fault);
  }
  if (isClosedTopic(header.topic)) {
    const text = `Sending message to topic[${header.topic}] is forbidden.`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  const topic = known ?? createTopic(topics, header, connection);
  if (header.queueId >= Math.max(topic.writeQueueNums, topic.readQueueNums)) {
    const text =
      `request queueId[${header.queueId}] is illegal, ${topicText(topic)} ` +
      `Producer: ${connection.remote}`;
    throw refuse(ResponseCode.INVALID_PARAMETER, text);
  }
  return topic;
}

function createTopic(topics: Topics, header: SendHeader, connection: Connection): TopicView {
  const { topic, defaultTopic, defaultTopicQueueNums: queueNums, unitMode } = header;
  const retry = topic.startsWith(RETRY_PREFIX);
  const unitFlag = retry ? TopicSysFlag.UNIT_SUB : TopicSysFlag.UNIT;
  const sysFlag = unitMode ? unitFlag : 0;
  const { remote } = connection;
  const created = topics.createOnSend({ topic, defaultTopic, queueNums, remote, sysFlag });
  if (created) return created;
  if (retry) return topics.createSendBack(topic, 1, Perm.WRITE | Perm.READ, sysFlag);
  const text = `topic[${topic}] not exist, apply first please!${FURTHER_DETAILS}`;
  throw refuse(ResponseCode.TOPIC_NOT_EXIST, text);
}

/** `2026-11-21 07:30:00,123`, as UtilAll.timeMillisToHumanString2 prints local time. */
function localTime(ms: number): string {
  const d = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return `${date} ${time},${String(d.getMilliseconds()).padStart(3, '0')}`;
}
