// Requests about the name server: registration, routes, KV configuration.

import { requests } from './row.js';
import { topicRpc } from './shared.js';

export const routeRequests = requests({
  PUT_KV_CONFIG: { code: 100, request: { namespace: 'str', key: 'str', value: 'str' } },
  GET_KV_CONFIG: {
    code: 101,
    request: { namespace: 'str', key: 'str' },
    response: { value: 'str?' },
  },
  DELETE_KV_CONFIG: { code: 102, request: { namespace: 'str', key: 'str' } },
  REGISTER_BROKER: {
    code: 103,
    body: 'RegisterBrokerBody',
    replyBody: 'KVTable of ordered topics',
    request: {
      brokerName: 'str',
      brokerAddr: 'str',
      clusterName: 'str',
      haServerAddr: 'str',
      brokerId: 'i64',
      heartbeatTimeoutMillis: 'i64?',
      enableActingMaster: 'bool?',
      compressed: 'bool?',
      bodyCrc32: 'i32?',
      zoneName: 'str?',
    },
    wire: { zoneName: '__ZONE_NAME' },
    response: { haServerAddr: 'str?', masterAddr: 'str?' },
  },
  UNREGISTER_BROKER: {
    code: 104,
    request: { brokerName: 'str', brokerAddr: 'str', clusterName: 'str', brokerId: 'i64' },
  },
  GET_ROUTEINFO_BY_TOPIC: {
    code: 105,
    replyBody: 'TopicRouteData',
    request: {
      topic: 'str',
      acceptStandardJsonOnly: 'bool?',
      zoneName: 'str?',
      zoneMode: 'bool?',
      ...topicRpc,
    },
    wire: { zoneName: '__ZONE_NAME', zoneMode: '__ZONE_MODE' },
  },
  GET_BROKER_CLUSTER_INFO: { code: 106, replyBody: 'ClusterInfo' },
  WIPE_WRITE_PERM_OF_BROKER: {
    code: 205,
    request: { brokerName: 'str' },
    response: { wipeTopicCount: 'i32' },
  },
  GET_ALL_TOPIC_LIST_FROM_NAMESERVER: { code: 206, replyBody: 'TopicList' },
  DELETE_TOPIC_IN_NAMESRV: {
    code: 216,
    request: { topic: 'str', clusterName: 'str?', ...topicRpc },
  },
  REGISTER_TOPIC_IN_NAMESRV: {
    code: 217,
    body: 'TopicRouteData',
    request: { topic: 'str', ...topicRpc },
  },
  GET_KVLIST_BY_NAMESPACE: { code: 219, replyBody: 'KVTable', request: { namespace: 'str' } },
  GET_TOPICS_BY_CLUSTER: { code: 224, replyBody: 'TopicList', request: { cluster: 'str' } },
  GET_SYSTEM_TOPIC_LIST_FROM_NS: { code: 304, replyBody: 'TopicList' },
  GET_UNIT_TOPIC_LIST: { code: 311, replyBody: 'TopicList' },
  GET_HAS_UNIT_SUB_TOPIC_LIST: { code: 312, replyBody: 'TopicList' },
  GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST: { code: 313, replyBody: 'TopicList' },
  UPDATE_NAMESRV_CONFIG: { code: 318, body: 'properties text' },
  GET_NAMESRV_CONFIG: { code: 319, replyBody: 'properties text' },
  QUERY_DATA_VERSION: {
    code: 322,
    body: 'DataVersion',
    replyBody: 'DataVersion',
    request: { brokerName: 'str', brokerAddr: 'str', clusterName: 'str', brokerId: 'i64' },
    response: { changed: 'bool' },
  },
  ADD_WRITE_PERM_OF_BROKER: {
    code: 327,
    request: { brokerName: 'str' },
    response: { addTopicCount: 'i32' },
  },
});
