// What a request needs of whoever asks, where access is checked: an action on each resource that it
// names (the RocketMQAction and RocketMQResource annotations of RocketMQ 5.5.0, and the cases that
// DefaultAuthorizationContextBuilder knows by itself). Requests that stand in neither need an
// account, but no permission.

import type { Req, RequestName } from './index.js';

export type Action =
  'All' | 'Any' | 'Pub' | 'Sub' | 'Create' | 'Update' | 'Delete' | 'Get' | 'List';
export type ResourceType = 'Cluster' | 'Topic' | 'Group';

/** One field of the header, or several names in one field with something between them. */
export type Resource = ResourceType | { type: ResourceType; between: string };

export interface Access<N extends RequestName = RequestName> {
  /** One of them is enough. */
  actions: readonly Action[];
  /** Fields that name resources, in the order in which they are checked. */
  fields?: { readonly [F in keyof Req<N>]?: Resource };
  /** The broker's own cluster, unless a field names one. */
  cluster?: true;
  /** A retry topic stands for its group: asked for with these actions, or not at all. */
  retryTopics?: readonly Action[];
  /** Asks only for the group that the request names, if it names one. */
  skipBlank?: true;
  /** The resources stand in the body. */
  body?: 'heartbeat' | 'queues';
}

const group = { consumerGroup: 'Group' } as const;
const topic = { topic: 'Topic' } as const;
const cluster = { clusterName: 'Cluster' } as const;
const groupAndTopic = { ...group, ...topic } as const;
const on = <const F>(fields: F, ...actions: Action[]) => ({ actions, fields });
const onCluster = (...actions: Action[]) => ({ actions, cluster: true }) as const;
const sending = { ...on(topic, 'Pub'), retryTopics: ['Sub'] } as const;
const byGroup = { retryTopics: [] } as const;
const queues = { actions: ['Sub'], body: 'queues' } as const;

export const ACCESS: { readonly [N in RequestName]?: Access<N> } = {
  SEND_MESSAGE: sending,
  SEND_MESSAGE_V2: sending,
  SEND_BATCH_MESSAGE: sending,
  RECALL_MESSAGE: on(topic, 'Pub'),
  END_TRANSACTION: { ...on(topic, 'Pub'), skipBlank: true },
  CONSUMER_SEND_MSG_BACK: on({ group: 'Group' }, 'Sub'),
  PULL_MESSAGE: { ...on({ ...topic, ...group }, 'Sub'), ...byGroup },
  QUERY_MESSAGE: on(topic, 'Sub', 'Get'),
  VIEW_MESSAGE_BY_ID: on(topic, 'Get'),
  PUSH_REPLY_MESSAGE_TO_CLIENT: on({ producerGroup: 'Group', ...topic }, 'Sub'),
  CONSUME_MESSAGE_DIRECTLY: on(groupAndTopic, 'Sub'),
  CHECK_TRANSACTION_STATE: on(topic, 'Pub'),
  RESUME_CHECK_HALF_MESSAGE: on(topic, 'Update'),

  HEART_BEAT: { actions: ['Sub'], body: 'heartbeat' },
  UNREGISTER_CLIENT: { ...on(group, 'Sub'), skipBlank: true },
  GET_CONSUMER_LIST_BY_GROUP: on(group, 'Sub', 'Get'),
  LOCK_BATCH_MQ: queues,
  UNLOCK_BATCH_MQ: queues,
  NOTIFY_CONSUMER_IDS_CHANGED: on(group, 'Sub'),
  NOTIFY_UNSUBSCRIBE_LITE: on(group, 'Sub'),
  GET_CONSUMER_CONNECTION_LIST: on(group, 'Get'),
  GET_CONSUMER_RUNNING_INFO: on(group, 'Get'),
  GET_PRODUCER_CONNECTION_LIST: onCluster('Get'),
  GET_ALL_PRODUCER_INFO: onCluster('Get'),

  POP_MESSAGE: on(groupAndTopic, 'Sub'),
  PEEK_MESSAGE: on({ ...topic, ...group }, 'Sub'),
  ACK_MESSAGE: on(groupAndTopic, 'Sub'),
  CHANGE_MESSAGE_INVISIBLETIME: on(groupAndTopic, 'Sub'),
  NOTIFICATION: on(groupAndTopic, 'Sub'),
  POLLING_INFO: on(groupAndTopic, 'Get'),

  QUERY_CONSUMER_OFFSET: { ...on({ ...topic, ...group }, 'Sub', 'Get'), ...byGroup },
  UPDATE_CONSUMER_OFFSET: { ...on({ ...topic, ...group }, 'Sub', 'Update'), ...byGroup },
  GET_MAX_OFFSET: on(topic, 'Get'),
  GET_MIN_OFFSET: on(topic, 'Get'),
  SEARCH_OFFSET_BY_TIMESTAMP: on(topic, 'Get'),
  GET_EARLIEST_MSG_STORETIME: on(topic, 'Get'),
  INVOKE_BROKER_TO_RESET_OFFSET: on({ group: 'Group', ...topic }, 'Update'),
  INVOKE_BROKER_TO_GET_CONSUMER_STATUS: on({ ...topic, group: 'Group' }, 'Get'),
  QUERY_CORRECTION_OFFSET: on(
    { filterGroups: { type: 'Group', between: ',' }, compareGroup: 'Group', ...topic },
    'Get',
  ),
  CLONE_GROUP_OFFSET: on({ destGroup: 'Group', ...topic }, 'Update'),
  QUERY_CONSUME_QUEUE: on({ ...topic, ...group }, 'Get'),
  QUERY_CONSUME_TIME_SPAN: on({ ...topic, group: 'Group' }, 'Get'),

  GET_ROUTEINFO_BY_TOPIC: on(topic, 'Pub', 'Sub', 'Get'),
  UPDATE_AND_CREATE_TOPIC: on(topic, 'Create'),
  DELETE_TOPIC_IN_BROKER: on(topic, 'Delete'),
  GET_TOPIC_CONFIG: on(topic, 'Get'),
  GET_TOPIC_STATS_INFO: on(topic, 'Get'),
  QUERY_TOPIC_CONSUME_BY_WHO: on(topic, 'Get'),
  QUERY_TOPICS_BY_CONSUMER: on({ group: 'Group' }, 'Get'),
  QUERY_SUBSCRIPTION_BY_CONSUMER: on({ group: 'Group', ...topic }, 'Get'),
  DELETE_SUBSCRIPTIONGROUP: on({ groupName: 'Group' }, 'Delete'),
  GET_SUBSCRIPTIONGROUP_CONFIG: on({ group: 'Group' }, 'Get'),
  UPDATE_AND_GET_GROUP_FORBIDDEN: on({ group: 'Group', ...topic }, 'Update'),
  GET_CONSUME_STATS: on({ ...group, ...topic, topicList: { type: 'Topic', between: ';' } }, 'Get'),
  CHECK_ROCKSDB_CQ_WRITE_PROGRESS: on(topic, 'Get'),

  GET_BROKER_CONSUME_STATS: onCluster('Get'),
  VIEW_BROKER_STATS_DATA: onCluster('Get'),
  EXPORT_ROCKSDB_CONFIG_TO_JSON: onCluster('Get'),
  RESET_MASTER_FLUSH_OFFSET: onCluster('Update'),
  EXCHANGE_BROKER_HA_INFO: onCluster('Update'),
  NOTIFY_BROKER_ROLE_CHANGED: onCluster('Update'),
  NOTIFY_MIN_BROKER_ID_CHANGE: onCluster('Update'),
  ADD_BROKER: onCluster('Update'),
  REMOVE_BROKER: { ...on({ brokerClusterName: 'Cluster' }, 'Update'), cluster: true },
  GET_BROKER_MEMBER_GROUP: on(cluster, 'Get'),

  AUTH_CREATE_USER: onCluster('Update'),
  AUTH_UPDATE_USER: onCluster('Update'),
  AUTH_DELETE_USER: onCluster('Update'),
  AUTH_GET_USER: onCluster('Get'),
  AUTH_LIST_USER: onCluster('Get'),
  AUTH_CREATE_ACL: onCluster('Update'),
  AUTH_UPDATE_ACL: onCluster('Update'),
  AUTH_DELETE_ACL: onCluster('Update'),
  AUTH_GET_ACL: onCluster('Get'),
  AUTH_LIST_ACL: onCluster('Get'),
};
