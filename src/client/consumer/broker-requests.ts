// What brokers ask of a push consumer: member changes, its state, resets, single messages.

import { refuse } from '../../base/errors.js';
import { decodeResetOffsets } from '../../protocol/bodies/group.js';
import { encodeBody, type MessageQueue } from '../../protocol/bodies/json.js';
import {
  type ConsumerRunningInfo,
  encodeDirectResult,
  encodeRunningInfo,
} from '../../protocol/bodies/running.js';
import { decodeRecord } from '../../protocol/message.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { Handlers } from '../../remoting/handler.js';
import { type ReceivedMessage, receivedMessage } from '../message.js';
import type { ConsumeResult } from './listener.js';

export interface AskedConsumer {
  readonly group: string;
  readonly orderly: boolean;
  now(): number;
  membersChanged(): void;
  runningInfo(): ConsumerRunningInfo;
  /** Starts queues of a topic anew at these offsets. */
  reset(topic: string, offsets: ReadonlyMap<MessageQueue, number>): Promise<void>;
  /** Offsets of a topic's queues that this consumer has. */
  offsets(topic: string): Map<MessageQueue, number>;
  consumeNow(message: ReceivedMessage, queue: MessageQueue): Promise<ConsumeResult>;
}

export function brokerRequests(consumer: AskedConsumer): Handlers {
  const ours = (group: string): void => {
    if (group === consumer.group) return;
    throw refuse(ResponseCode.SYSTEM_ERROR, `The Consumer Group <${group}> not exist`);
  };
  return {
    NOTIFY_CONSUMER_IDS_CHANGED: ({ consumerGroup }) => {
      if (consumerGroup === consumer.group) consumer.membersChanged();
      return {};
    },
    GET_CONSUMER_RUNNING_INFO: ({ consumerGroup }) => {
      ours(consumerGroup);
      return { body: encodeRunningInfo(consumer.runningInfo()) };
    },
    RESET_CONSUMER_CLIENT_OFFSET: async ({ topic, group }, call) => {
      if (group === consumer.group) await consumer.reset(topic, decodeResetOffsets(call.body));
      return {};
    },
    GET_CONSUMER_STATUS_FROM_CLIENT: ({ topic, group }) => {
      ours(group);
      const messageQueueTable = consumer.offsets(topic);
      return { body: encodeBody({ messageQueueTable, consumerTable: {} }) };
    },
    CONSUME_MESSAGE_DIRECTLY: async ({ consumerGroup, brokerName }, call) => {
      ours(consumerGroup);
      const record = decodeRecord(call.body);
      if (!record) throw refuse(ResponseCode.SYSTEM_ERROR, 'the body is no message');
      const message = receivedMessage(record);
      if (brokerName !== undefined) message.brokerName = brokerName;
      const { topic, queueId } = message;
      const queue = { topic, queueId, brokerName: brokerName ?? '' };
      const start = consumer.now();
      const result = await consumer.consumeNow(message, queue);
      const body = encodeDirectResult({
        order: consumer.orderly,
        autoCommit: true,
        consumeResult: result === 'ok' ? 'CR_SUCCESS' : 'CR_LATER',
        spentTimeMills: consumer.now() - start,
      });
      return { body };
    },
  };
}
