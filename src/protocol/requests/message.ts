// Requests about sending, pulling and finding messages, transactions, replies.

import { requests } from './row.js';
import { rpc, topicRpc } from './shared.js';

const sendMessage = {
  producerGroup: 'str',
  topic: 'str',
  defaultTopic: 'str',
  defaultTopicQueueNums: 'i32',
  queueId: 'i32',
  sysFlag: 'i32',
  bornTimestamp: 'i64',
  flag: 'i32',
  properties: 'str?',
  reconsumeTimes: 'i32?',
  unitMode: 'bool?',
  batch: 'bool?',
  maxReconsumeTimes: 'i32?',
  ...topicRpc,
} as const;

const sendResult = {
  msgId: 'str',
  queueId: 'i32',
  queueOffset: 'i64',
  transactionId: 'str?',
  batchUniqId: 'str?',
  recallHandle: 'str?',
} as const;

const pullMessage = {
  consumerGroup: 'str',
  topic: 'str',
  liteTopic: 'str?',
  queueId: 'i32',
  queueOffset: 'i64',
  maxMsgNums: 'i32',
  sysFlag: 'i32',
  commitOffset: 'i64',
  suspendTimeoutMillis: 'i64',
  subscription: 'str?',
  subVersion: 'i64',
  expressionType: 'str?',
  maxMsgBytes: 'i32?',
  requestSource: 'i32?',
  proxyFrowardClientId: 'str?',
  ...topicRpc,
} as const;

const pullResult = {
  suggestWhichBrokerId: 'i64',
  nextBeginOffset: 'i64',
  minOffset: 'i64',
  maxOffset: 'i64',
  offsetDelta: 'i64?',
  topicSysFlag: 'i32?',
  groupSysFlag: 'i32?',
  forbiddenType: 'i32?',
} as const;

/** Short names of the send header (SendMessageRequestHeaderV2); `bname` travels as `n`. */
const shortNames = {
  producerGroup: 'a',
  topic: 'b',
  defaultTopic: 'c',
  defaultTopicQueueNums: 'd',
  queueId: 'e',
  sysFlag: 'f',
  bornTimestamp: 'g',
  flag: 'h',
  properties: 'i',
  reconsumeTimes: 'j',
  unitMode: 'k',
  maxReconsumeTimes: 'l',
  batch: 'm',
  bname: 'n',
} as const;

const shortSend = { request: sendMessage, response: sendResult, wire: shortNames } as const;

export const messageRequests = requests({
  SEND_MESSAGE: {
    code: 10,
    body: 'bytes of the message',
    request: sendMessage,
    response: sendResult,
  },
  PULL_MESSAGE: {
    code: 11,
    replyBody: 'message records',
    request: pullMessage,
    response: pullResult,
  },
  QUERY_MESSAGE: {
    code: 12,
    replyBody: 'message records',
    request: {
      topic: 'str',
      key: 'str',
      maxNum: 'i32',
      beginTimestamp: 'i64',
      endTimestamp: 'i64',
      indexType: 'str?',
      lastKey: 'str?',
      ...topicRpc,
    },
    response: { indexLastUpdateTimestamp: 'i64', indexLastUpdatePhyoffset: 'i64' },
  },
  VIEW_MESSAGE_BY_ID: {
    code: 33,
    replyBody: 'one message record',
    request: { topic: 'str?', offset: 'i64' },
  },
  CONSUMER_SEND_MSG_BACK: {
    code: 36,
    request: {
      offset: 'i64',
      group: 'str',
      delayLevel: 'i32',
      originMsgId: 'str?',
      originTopic: 'str?',
      unitMode: 'bool?',
      maxReconsumeTimes: 'i32?',
      ...rpc,
    },
  },
  END_TRANSACTION: {
    code: 37,
    request: {
      topic: 'str?',
      producerGroup: 'str',
      tranStateTableOffset: 'i64',
      commitLogOffset: 'i64',
      commitOrRollback: 'i32',
      fromTransactionCheck: 'bool?',
      msgId: 'str',
      transactionId: 'str?',
      ...rpc,
    },
  },
  CHECK_TRANSACTION_STATE: {
    code: 39,
    body: 'one message record',
    request: {
      topic: 'str?',
      tranStateTableOffset: 'i64',
      commitLogOffset: 'i64',
      msgId: 'str?',
      transactionId: 'str?',
      offsetMsgId: 'str?',
      ...rpc,
    },
    response: {
      producerGroup: 'str',
      tranStateTableOffset: 'i64',
      commitLogOffset: 'i64',
      commitOrRollback: 'i32',
    },
  },
  REGISTER_MESSAGE_FILTER_CLASS: { code: 302 },
  CONSUME_MESSAGE_DIRECTLY: {
    code: 309,
    body: 'one message record',
    replyBody: 'ConsumeMessageDirectlyResult',
    request: {
      consumerGroup: 'str',
      clientId: 'str?',
      msgId: 'str?',
      brokerName: 'str?',
      topic: 'str?',
      topicSysFlag: 'i32?',
      groupSysFlag: 'i32?',
      ...topicRpc,
    },
  },
  SEND_MESSAGE_V2: { code: 310, body: 'bytes of the message', ...shortSend },
  SEND_BATCH_MESSAGE: { code: 320, ...shortSend, body: 'messages of a batch' },
  RESUME_CHECK_HALF_MESSAGE: { code: 323, request: { topic: 'str?', msgId: 'str?' } },
  SEND_REPLY_MESSAGE: {
    code: 324,
    body: 'bytes of the message',
    request: sendMessage,
    response: sendResult,
  },
  SEND_REPLY_MESSAGE_V2: { code: 325, body: 'bytes of the message', ...shortSend },
  PUSH_REPLY_MESSAGE_TO_CLIENT: {
    code: 326,
    body: 'bytes of the message',
    request: {
      producerGroup: 'str',
      topic: 'str',
      defaultTopic: 'str',
      defaultTopicQueueNums: 'i32',
      queueId: 'i32',
      sysFlag: 'i32',
      bornTimestamp: 'i64',
      flag: 'i32',
      properties: 'str?',
      reconsumeTimes: 'i32?',
      unitMode: 'bool?',
      bornHost: 'str',
      storeHost: 'str',
      storeTimestamp: 'i64',
      ...topicRpc,
    },
  },
  LITE_PULL_MESSAGE: {
    code: 361,
    replyBody: 'message records',
    request: pullMessage,
    response: pullResult,
  },
  RECALL_MESSAGE: {
    code: 370,
    request: { producerGroup: 'str?', topic: 'str', recallHandle: 'str', ...topicRpc },
    response: { msgId: 'str' },
  },
});
