// Requests about clients, consumer and producer groups.

import { requests } from './row.js';
import { rpc, topicRpc } from './shared.js';

export const groupRequests = requests({
  HEART_BEAT: { code: 34, body: 'HeartbeatData', request: { ...rpc } },
  UNREGISTER_CLIENT: {
    code: 35,
    request: { clientID: 'str', producerGroup: 'str?', consumerGroup: 'str?', ...rpc },
  },
  GET_CONSUMER_LIST_BY_GROUP: {
    code: 38,
    replyBody: 'GetConsumerListByGroupResponseBody',
    request: { consumerGroup: 'str', ...rpc },
  },
  NOTIFY_CONSUMER_IDS_CHANGED: { code: 40, request: { consumerGroup: 'str', ...rpc } },
  LOCK_BATCH_MQ: {
    code: 41,
    body: 'LockBatchRequestBody',
    replyBody: 'LockBatchResponseBody',
    request: { ...rpc },
  },
  UNLOCK_BATCH_MQ: { code: 42, body: 'UnlockBatchRequestBody', request: { ...rpc } },
  CHECK_CLIENT_CONFIG: { code: 46, body: 'CheckClientRequestBody' },
  GET_CLIENT_CONFIG: { code: 47 },
  UPDATE_AND_CREATE_SUBSCRIPTIONGROUP: { code: 200, body: 'SubscriptionGroupConfig' },
  GET_ALL_SUBSCRIPTIONGROUP_CONFIG: {
    code: 201,
    replyBody: 'SubscriptionGroupWrapper',
    // Slaves older than 5.4 send no header at all, which RocketMQ takes for page 0.
    request: { groupSeq: 'i32?', dataVersion: 'str?', maxGroupNum: 'i32?' },
    response: { totalGroupNum: 'i32' },
  },
  GET_CONSUMER_CONNECTION_LIST: {
    code: 203,
    replyBody: 'ConsumerConnection',
    request: { consumerGroup: 'str', ...rpc },
  },
  GET_PRODUCER_CONNECTION_LIST: {
    code: 204,
    replyBody: 'ProducerConnection',
    request: { producerGroup: 'str', ...rpc },
  },
  DELETE_SUBSCRIPTIONGROUP: {
    code: 207,
    request: { groupName: 'str', cleanOffset: 'bool?', ...rpc },
  },
  GET_CONSUME_STATS: {
    code: 208,
    replyBody: 'ConsumeStats',
    request: { consumerGroup: 'str', topic: 'str?', topicList: 'str?', ...topicRpc },
  },
  SUSPEND_CONSUMER: { code: 209 },
  RESUME_CONSUMER: { code: 210 },
  ADJUST_CONSUMER_THREAD_POOL: { code: 213 },
  WHO_CONSUME_THE_MESSAGE: { code: 214 },
  UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST: { code: 225, body: 'SubscriptionGroupList' },
  QUERY_SUBSCRIPTION_BY_CONSUMER: {
    code: 345,
    replyBody: 'QuerySubscriptionResponseBody',
    request: { group: 'str', topic: 'str?', ...topicRpc },
  },
  GET_CONSUMER_RUNNING_INFO: {
    code: 307,
    replyBody: 'ConsumerRunningInfo',
    request: { consumerGroup: 'str', clientId: 'str', jstackEnable: 'bool?', ...rpc },
  },
  GET_BROKER_CONSUME_STATS: {
    code: 317,
    replyBody: 'ConsumeStatsList',
    request: { isOrder: 'bool' },
  },
  GET_ALL_PRODUCER_INFO: { code: 328, replyBody: 'ProducerTableInfo' },
  GET_SUBSCRIPTIONGROUP_CONFIG: {
    code: 352,
    replyBody: 'SubscriptionGroupConfig',
    request: { group: 'str', ...rpc },
  },
  UPDATE_AND_GET_GROUP_FORBIDDEN: {
    code: 353,
    replyBody: 'GroupForbidden',
    request: { group: 'str', topic: 'str', readable: 'bool?', ...topicRpc },
  },
});
