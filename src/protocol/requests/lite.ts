// Requests about lite topics.

import { requests } from './row.js';
import { rpc } from './shared.js';

export const liteRequests = requests({
  POP_LITE_MESSAGE: {
    code: 200070,
    replyBody: 'message records',
    request: {
      clientId: 'str',
      consumerGroup: 'str',
      topic: 'str',
      maxMsgNum: 'i32',
      invisibleTime: 'i64',
      pollTime: 'i64',
      bornTime: 'i64',
      attemptId: 'str?',
      ...rpc,
    },
    response: {
      popTime: 'i64',
      invisibleTime: 'i64',
      reviveQid: 'i32',
      startOffsetInfo: 'str?',
      msgOffsetInfo: 'str?',
      orderCountInfo: 'str?',
    },
  },
  LITE_SUBSCRIPTION_CTL: {
    code: 200071,
    body: 'LiteSubscriptionCtlRequestBody',
    request: { ...rpc },
  },
  ACK_LITE_MESSAGE: { code: 200072 },
  NOTIFY_UNSUBSCRIBE_LITE: {
    code: 200073,
    request: { liteTopic: 'str', consumerGroup: 'str', clientId: 'str', ...rpc },
  },
  GET_BROKER_LITE_INFO: { code: 200074, replyBody: 'GetBrokerLiteInfoResponseBody' },
  GET_PARENT_TOPIC_INFO: {
    code: 200075,
    replyBody: 'GetParentTopicInfoResponseBody',
    request: { topic: 'str' },
  },
  GET_LITE_TOPIC_INFO: {
    code: 200076,
    replyBody: 'GetLiteTopicInfoResponseBody',
    request: { parentTopic: 'str?', liteTopic: 'str?' },
  },
  GET_LITE_CLIENT_INFO: {
    code: 200077,
    replyBody: 'GetLiteClientInfoResponseBody',
    request: { parentTopic: 'str?', group: 'str?', clientId: 'str?', maxCount: 'i32?' },
  },
  GET_LITE_GROUP_INFO: {
    code: 200078,
    replyBody: 'GetLiteGroupInfoResponseBody',
    request: { group: 'str', liteTopic: 'str?', topK: 'i32?' },
  },
  TRIGGER_LITE_DISPATCH: { code: 200079, request: { group: 'str', clientId: 'str?' } },
});
