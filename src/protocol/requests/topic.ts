// Requests about topic configuration and statistics of a broker.

import { requests } from './row.js';
import { rpc, topicRpc } from './shared.js';

const createTopic = {
  topic: 'str',
  defaultTopic: 'str',
  readQueueNums: 'i32',
  writeQueueNums: 'i32',
  perm: 'i32',
  topicFilterType: 'str',
  topicSysFlag: 'i32?',
  order: 'bool',
  attributes: 'str?',
  force: 'bool?',
  ...topicRpc,
} as const;

export const topicRequests = requests({
  UPDATE_AND_CREATE_TOPIC: {
    code: 17,
    request: createTopic,
  },
  UPDATE_AND_CREATE_TOPIC_LIST: {
    code: 18,
    body: 'CreateTopicListRequestBody',
    request: { ...rpc },
  },
  GET_ALL_TOPIC_CONFIG: {
    code: 21,
    replyBody: 'TopicConfigAndMappingSerializeWrapper',
    // Slaves older than 5.4 send no header at all, which RocketMQ takes for page 0.
    request: { topicSeq: 'i32?', dataVersion: 'str?', maxTopicNum: 'i32?' },
    response: { totalTopicNum: 'i32?' },
  },
  GET_TOPIC_CONFIG_LIST: { code: 22 },
  GET_TOPIC_NAME_LIST: { code: 23 },
  GET_TOPIC_STATS_INFO: {
    code: 202,
    replyBody: 'TopicStatsTable',
    request: { topic: 'str', ...topicRpc },
  },
  DELETE_TOPIC_IN_BROKER: { code: 215, request: { topic: 'str', ...topicRpc } },
  QUERY_TOPIC_CONSUME_BY_WHO: {
    code: 300,
    replyBody: 'GroupList',
    request: { topic: 'str', ...topicRpc },
  },
  QUERY_TOPICS_BY_CONSUMER: {
    code: 343,
    replyBody: 'TopicList',
    request: { group: 'str', ...rpc },
  },
  GET_SYSTEM_TOPIC_LIST_FROM_BROKER: { code: 305, replyBody: 'TopicList' },
  CLEAN_UNUSED_TOPIC: { code: 316 },
  GET_TOPIC_CONFIG: {
    code: 351,
    replyBody: 'TopicConfigAndQueueMapping',
    request: { topic: 'str', ...topicRpc },
  },
  UPDATE_AND_CREATE_STATIC_TOPIC: {
    code: 513,
    body: 'TopicQueueMappingDetail',
    request: createTopic,
  },
});
