// Calling back a message that waits for its time (RecallMessageProcessor); how far the timer is.

import type { Clock } from '../../../base/clock.js';
import { MqError, refuse } from '../../../base/errors.js';
import { Property } from '../../../protocol/flags.js';
import { formatProperties } from '../../../protocol/properties.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { PutMessage } from '../../../store/message-store.js';
import type { Append } from '../sending/append.js';
import type { MessagingConfig, MessagingStoreConfig, Topics } from '../parts.js';
import { parseRecallHandle, type Recall } from '../waiting/recall.js';
import { writable } from '../remarks.js';
import type { Stats } from '../running/stats.js';
import type { TimedDelivery } from '../waiting/timer/timed-delivery.js';
import { DELETE_KEY } from '../waiting/timer/timed-message.js';

export interface TimerHandlerDeps {
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  append: Append;
  timers: TimedDelivery;
  topics: Topics;
  stats: Stats;
  clock: Clock;
}

type RecallRequest = Req<'RECALL_MESSAGE'>;

const RECALL_TAG = '_RECALL_TAG_';

export function timerHandlers(deps: TimerHandlerDeps): Handlers {
  return {
    GET_TIMER_CHECK_POINT: () => ({ body: deps.timers.encodeCheckpoint() }),
    GET_TIMER_METRICS: () => ({ body: Buffer.from(deps.timers.encodeMetrics()) }),
    async RECALL_MESSAGE(header, call) {
      const ext = { MSG_REGION: deps.config.regionId };
      try {
        checkBroker(deps);
        const recall = checkHandle(deps, header);
        const message = recallMessage(deps, header, recall, call);
        return { ...(await putRecall(deps, recall, message)), ext };
      } catch (error) {
        if (!(error instanceof MqError)) throw error;
        return { code: error.responseCode, remark: error.message, ext };
      }
    },
  };
}

function checkBroker({ clock, config, storeConfig }: TimerHandlerDeps): void {
  if (!config.recallMessageEnable) {
    throw refuse(ResponseCode.NO_PERMISSION, 'recall failed, operation is forbidden');
  }
  const text = 'recall failed, broker service not available';
  if (storeConfig.brokerRole === 'SLAVE') throw refuse(ResponseCode.SLAVE_NOT_AVAILABLE, text);
  const closed =
    clock.now() < config.startAcceptSendRequestTimeStamp ||
    (!writable(config.brokerPermission) && !config.allowRecallWhenBrokerNotWriteable);
  if (closed) throw refuse(ResponseCode.SERVICE_NOT_AVAILABLE, text);
}

function checkHandle(
  { clock, config, storeConfig, topics }: TimerHandlerDeps,
  { topic, recallHandle }: RecallRequest,
): Recall {
  if (!topics.get(topic)) {
    throw refuse(ResponseCode.TOPIC_NOT_EXIST, `recall failed, the topic[${topic}] not exist`);
  }
  const recall = parseRecallHandle(recallHandle);
  if (!recall) throw refuse(ResponseCode.ILLEGAL_OPERATION, 'recall handle is invalid');
  if (recall.topic !== topic) {
    throw refuse(ResponseCode.ILLEGAL_OPERATION, 'recall failed, topic not match');
  }
  if (recall.brokerName !== config.brokerName) {
    const text = 'recall failed, broker service not available';
    throw refuse(ResponseCode.ILLEGAL_OPERATION, text);
  }
  const left = Number(recall.timestamp) - clock.now();
  if (!(left > 0 && left < storeConfig.timerMaxDelaySec * 1000)) {
    throw refuse(ResponseCode.ILLEGAL_OPERATION, 'recall failed, timestamp invalid');
  }
  return recall;
}

function recallMessage(
  { clock, storeConfig }: TimerHandlerDeps,
  { producerGroup }: RecallRequest,
  { topic, messageId, timestamp }: Recall,
  call: Call,
): PutMessage {
  const now = clock.now();
  const { appendTopicForTimerDeleteKey: withTopic } = storeConfig;
  const properties: Record<string, string> = {
    [Property.TAGS]: RECALL_TAG,
    [DELETE_KEY]: withTopic ? `${topic}+${messageId}` : messageId,
    [Property.UNIQ_KEY]: messageId,
    [Property.TIMER_DELIVER_MS]: timestamp,
    BORN_TIMESTAMP: String(now),
    TRACE_CONTEXT: '',
  };
  if (producerGroup !== undefined) properties[Property.PGROUP] = producerGroup;
  return {
    topic,
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: now,
    bornHost: call.connection.host,
    reconsumeTimes: 0,
    body: Buffer.from('0'),
    properties: formatProperties(properties),
  };
}

function putRecall(
  { append, clock, stats }: TimerHandlerDeps,
  recall: Recall,
  message: PutMessage,
): Promise<Reply<'RECALL_MESSAGE'>> {
  const begin = clock.now();
  return new Promise((resolve) => {
    append.put(message, ({ physicalOffsets, bytes }) => {
      if (physicalOffsets.length === 0) {
        const remark = 'recall failed, execute error';
        return resolve({ code: ResponseCode.SYSTEM_ERROR, remark });
      }
      stats.topicPut(message.topic, 0, 1, bytes, clock.now() - begin);
      resolve({ header: { msgId: recall.messageId } });
    });
  });
}
