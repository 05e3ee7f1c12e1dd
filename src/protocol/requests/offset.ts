// Requests about queue offsets, consumer offsets and their reset.

import { requests } from './row.js';
import { rpc, topicRpc } from './shared.js';

const resetOffset = {
  group: 'str',
  topic: 'str',
  queueId: 'i32?',
  offset: 'i64?',
  timestamp: 'i64',
  isForce: 'bool',
  ...topicRpc,
} as const;

const consumerStatus = { topic: 'str', group: 'str', clientAddr: 'str?', ...topicRpc } as const;

export const offsetRequests = requests({
  QUERY_BROKER_OFFSET: { code: 13 },
  QUERY_CONSUMER_OFFSET: {
    code: 14,
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      setZeroIfNotFound: 'bool?',
      ...topicRpc,
    },
    response: { offset: 'i64' },
  },
  UPDATE_CONSUMER_OFFSET: {
    code: 15,
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      commitOffset: 'i64',
      ...topicRpc,
    },
  },
  SEARCH_OFFSET_BY_TIMESTAMP: {
    code: 29,
    request: {
      topic: 'str',
      liteTopic: 'str?',
      queueId: 'i32',
      timestamp: 'i64',
      boundaryType: 'str?',
      ...topicRpc,
    },
    response: { offset: 'i64' },
  },
  GET_MAX_OFFSET: {
    code: 30,
    request: { topic: 'str', queueId: 'i32', committed: 'bool?', ...topicRpc },
    response: { offset: 'i64' },
  },
  GET_MIN_OFFSET: {
    code: 31,
    request: { topic: 'str', queueId: 'i32', ...topicRpc },
    response: { offset: 'i64' },
  },
  GET_EARLIEST_MSG_STORETIME: {
    code: 32,
    request: { topic: 'str', queueId: 'i32', ...topicRpc },
    response: { timestamp: 'i64' },
  },
  GET_ALL_CONSUMER_OFFSET: { code: 43, replyBody: 'ConsumerOffsetSerializeWrapper' },
  GET_ALL_DELAY_OFFSET: { code: 45, replyBody: 'DelayOffsetSerializeWrapper' },
  RESET_CONSUMER_OFFSET_IN_CONSUMER: { code: 211 },
  RESET_CONSUMER_OFFSET_IN_BROKER: { code: 212 },
  RESET_CONSUMER_CLIENT_OFFSET: { code: 220, body: 'ResetOffsetBody', request: resetOffset },
  GET_CONSUMER_STATUS_FROM_CLIENT: {
    code: 221,
    replyBody: 'GetConsumerStatusBody',
    request: consumerStatus,
  },
  INVOKE_BROKER_TO_RESET_OFFSET: {
    code: 222,
    replyBody: 'ResetOffsetBody',
    request: resetOffset,
  },
  INVOKE_BROKER_TO_GET_CONSUMER_STATUS: {
    code: 223,
    replyBody: 'GetConsumerStatusBody',
    request: consumerStatus,
  },
  QUERY_CONSUME_TIME_SPAN: {
    code: 303,
    replyBody: 'QueryConsumeTimeSpanBody',
    request: { topic: 'str', group: 'str', ...topicRpc },
  },
  QUERY_CORRECTION_OFFSET: {
    code: 308,
    replyBody: 'QueryCorrectionOffsetBody',
    request: { filterGroups: 'str?', compareGroup: 'str', topic: 'str', ...topicRpc },
  },
  CLONE_GROUP_OFFSET: {
    code: 314,
    request: { srcGroup: 'str', destGroup: 'str', topic: 'str?', offline: 'bool?', ...rpc },
  },
  QUERY_CONSUME_QUEUE: {
    code: 321,
    replyBody: 'QueryConsumeQueueResponseBody',
    request: {
      topic: 'str?',
      queueId: 'i32?',
      index: 'i64?',
      count: 'i32?',
      consumerGroup: 'str?',
      ...topicRpc,
    },
  },
});
