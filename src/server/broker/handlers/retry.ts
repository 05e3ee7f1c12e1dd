// CONSUMER_SEND_MSG_BACK: a message that was not consumed is stored again for its group, to be
// tried later, or as a dead letter (AbstractSendMessageProcessor.consumerSendMsgBack).

import { refuse } from '../../../base/errors.js';
import {
  DLQ_PREFIX,
  Perm,
  Property,
  RETRY_PREFIX,
  SystemTopic,
  TopicSysFlag,
} from '../../../protocol/flags.js';
import { type Host, offsetMessageId } from '../../../protocol/host.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty, formatProperties, parseProperties } from '../../../protocol/properties.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore, PutMessage } from '../../../store/message-store.js';
import type { Append } from '../sending/append.js';
import type { Groups, GroupView, MessagingConfig, Topics } from '../parts.js';
import { FURTHER_DETAILS, writable } from '../remarks.js';
import { DLQ_QUEUES, SENDS_OWN_LIMIT } from '../sending/retry-limit.js';
import type { Stats } from '../running/stats.js';

export interface RetryDeps {
  config: MessagingConfig;
  store: MessageStore;
  append: Append;
  topics: Topics;
  groups: Groups;
  stats: Stats;
  storeHost: Host;
}

type SendBack = Req<'CONSUMER_SEND_MSG_BACK'>;

export function retryHandlers(deps: RetryDeps): Handlers {
  return {
    async CONSUMER_SEND_MSG_BACK(header, call) {
      const group = checkGroup(deps, header);
      if (group.retryQueueNums <= 0) return {};
      const retryTopic = createRetryTopic(deps, header, group);
      const bytes = await deps.store.recordAt(header.offset);
      const record = bytes && decodeRecord(bytes);
      if (!record) {
        const text = `look message by offset failed, ${header.offset}`;
        throw refuse(ResponseCode.SYSTEM_ERROR, text);
      }
      const own = call.frame.version >= SENDS_OWN_LIMIT ? header.maxReconsumeTimes : undefined;
      const dead = record.reconsumeTimes >= (own ?? group.retryMaxTimes) || header.delayLevel < 0;
      const message = messageBack(deps, header, record, dead);
      if (dead) {
        message.topic = DLQ_PREFIX + header.group;
        deps.topics.createSendBack(message.topic, DLQ_QUEUES, Perm.WRITE | Perm.READ, 0);
        message.queueId = Math.floor(Math.random() * DLQ_QUEUES);
      } else {
        message.topic = retryTopic;
        message.queueId = Math.floor(Math.random() * group.retryQueueNums);
      }
      return putBack(deps, header, message, record, dead);
    },
  };
}

function checkGroup({ config, groups }: RetryDeps, header: SendBack): GroupView {
  const group = groups.find(header.group);
  if (!group) {
    const text = `subscription group not exist, ${header.group} ${FURTHER_DETAILS}`;
    throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, text);
  }
  if (!writable(config.brokerPermission)) {
    const text = `the broker[${config.brokerIP1}] sending message is forbidden`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  return group;
}

function createRetryTopic({ topics }: RetryDeps, header: SendBack, group: GroupView): string {
  const name = RETRY_PREFIX + header.group;
  const sysFlag = header.unitMode ? TopicSysFlag.UNIT_SUB : 0;
  const perm = Perm.WRITE | Perm.READ;
  const topic = topics.createSendBack(name, group.retryQueueNums, perm, sysFlag);
  if (!writable(topic.perm)) {
    const text = `the topic[${name}] sending message is forbidden`;
    throw refuse(ResponseCode.NO_PERMISSION, text);
  }
  return name;
}

/** The message as it is stored again; topic and queue are still those of `record`. */
function messageBack(
  { storeHost }: RetryDeps,
  header: SendBack,
  record: DecodedRecord,
  dead: boolean,
): PutMessage {
  const properties = parseProperties(record.properties);
  const delayLevel = header.delayLevel === 0 ? 3 + record.reconsumeTimes : header.delayLevel;
  properties[Property.RETRY_TOPIC] ??= record.topic;
  properties[Property.WAIT] = 'false';
  properties[Property.DELAY] = String(dead ? 0 : delayLevel);
  properties[Property.ORIGIN_MESSAGE_ID] ??= offsetMessageId(storeHost, record.physicalOffset);
  const { flag, sysFlag, bornTimestamp, bornHost, body } = record;
  return {
    topic: record.topic,
    queueId: record.queueId,
    flag,
    sysFlag,
    bornTimestamp,
    bornHost,
    body,
    reconsumeTimes: record.reconsumeTimes + 1,
    properties: formatProperties(properties),
  };
}

function putBack(
  { append, stats }: RetryDeps,
  { group, originTopic }: SendBack,
  message: PutMessage,
  record: DecodedRecord,
  dead: boolean,
): Promise<Reply> {
  return new Promise((resolve) => {
    append.put(message, ({ status, bytes }) => {
      if (status !== 'PUT_OK') {
        return resolve({ code: ResponseCode.SYSTEM_ERROR, remark: status });
      }
      const topic = findProperty(record.properties, Property.RETRY_TOPIC) ?? record.topic;
      // a delayed message is counted here, a dead letter only where it goes
      if (message.topic === SystemTopic.SCHEDULE) {
        stats.topicPutBack(message.topic, message.queueId, bytes);
      }
      stats.add('SNDBCK_PUT_NUMS', `${topic}@${group}`, 1);
      if (dead) {
        stats.add('DLQ_PUT_NUMS', `${topic}@${group}`, 1);
        stats.add('SNDBCK2DLQ_TIMES', `null@${originTopic}@${group}@SEND_BACK_TO_DLQ`, 1);
      }
      resolve({});
    });
  });
}
