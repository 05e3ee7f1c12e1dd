// Requests about POP consumption.

import { requests } from './row.js';
import { topicRpc } from './shared.js';

const popResult = {
  popTime: 'i64',
  invisibleTime: 'i64',
  reviveQid: 'i32',
  restNum: 'i64',
  startOffsetInfo: 'str?',
  msgOffsetInfo: 'str?',
  orderCountInfo: 'str?',
} as const;

export const popRequests = requests({
  POP_MESSAGE: {
    code: 200050,
    replyBody: 'message records',
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      maxMsgNums: 'i32',
      invisibleTime: 'i64',
      pollTime: 'i64',
      bornTime: 'i64',
      initMode: 'i32',
      expType: 'str?',
      exp: 'str?',
      order: 'bool?',
      attemptId: 'str?',
      ...topicRpc,
    },
    response: popResult,
  },
  ACK_MESSAGE: {
    code: 200051,
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      extraInfo: 'str',
      offset: 'i64',
      liteTopic: 'str?',
      ...topicRpc,
    },
  },
  BATCH_ACK_MESSAGE: { code: 200151, body: 'BatchAckMessageRequestBody' },
  PEEK_MESSAGE: {
    code: 200052,
    replyBody: 'message records',
    request: { topic: 'str', queueId: 'i32', maxMsgNums: 'i32', consumerGroup: 'str', ...topicRpc },
    response: popResult,
  },
  CHANGE_MESSAGE_INVISIBLETIME: {
    code: 200053,
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      extraInfo: 'str',
      offset: 'i64',
      invisibleTime: 'i64',
      liteTopic: 'str?',
      suspend: 'bool?',
      ...topicRpc,
    },
    response: { popTime: 'i64', invisibleTime: 'i64', reviveQid: 'i32' },
  },
  NOTIFICATION: {
    code: 200054,
    request: {
      consumerGroup: 'str',
      topic: 'str',
      queueId: 'i32',
      pollTime: 'i64',
      bornTime: 'i64',
      order: 'bool?',
      attemptId: 'str?',
      expType: 'str?',
      exp: 'str?',
      ...topicRpc,
    },
    response: { hasMsg: 'bool', pollingFull: 'bool?' },
  },
  POLLING_INFO: {
    code: 200055,
    request: { consumerGroup: 'str', topic: 'str', queueId: 'i32', ...topicRpc },
    response: { pollingNum: 'i32' },
  },
  POP_ROLLBACK: { code: 200056 },
  QUERY_ASSIGNMENT: {
    code: 400,
    body: 'QueryAssignmentRequestBody',
    replyBody: 'QueryAssignmentResponseBody',
  },
  SET_MESSAGE_REQUEST_MODE: { code: 401, body: 'SetMessageRequestModeRequestBody' },
  GET_ALL_MESSAGE_REQUEST_MODE: { code: 402, replyBody: 'MessageRequestModeSerializeWrapper' },
});
