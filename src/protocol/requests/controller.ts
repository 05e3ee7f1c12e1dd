// Requests about the controller and its brokers.

import { requests } from './row.js';

export const controllerRequests = requests({
  CONTROLLER_ALTER_SYNC_STATE_SET: {
    code: 1001,
    body: 'SyncStateSet',
    replyBody: 'SyncStateSet',
    request: {
      brokerName: 'str?',
      masterBrokerId: 'i64?',
      masterEpoch: 'i32?',
      invokeTime: 'i64?',
    },
    response: { newSyncStateSetEpoch: 'i32?' },
  },
  CONTROLLER_ELECT_MASTER: {
    code: 1002,
    replyBody: 'ElectMasterResponseBody',
    request: {
      clusterName: 'str',
      brokerName: 'str',
      brokerId: 'i64',
      designateElect: 'bool',
      invokeTime: 'i64?',
    },
    response: {
      masterBrokerId: 'i64?',
      masterAddress: 'str?',
      masterEpoch: 'i32?',
      syncStateSetEpoch: 'i32?',
    },
  },
  CONTROLLER_REGISTER_BROKER: {
    code: 1003,
    replyBody: 'SyncStateSet',
    request: {
      clusterName: 'str?',
      brokerName: 'str?',
      brokerId: 'i64?',
      brokerAddress: 'str?',
      invokeTime: 'i64?',
    },
    response: {
      clusterName: 'str?',
      brokerName: 'str?',
      masterBrokerId: 'i64?',
      masterAddress: 'str?',
      masterEpoch: 'i32?',
      syncStateSetEpoch: 'i32?',
    },
  },
  CONTROLLER_GET_REPLICA_INFO: {
    code: 1004,
    replyBody: 'SyncStateSet',
    request: { brokerName: 'str?' },
    response: { masterBrokerId: 'i64?', masterAddress: 'str?', masterEpoch: 'i32?' },
  },
  CONTROLLER_GET_METADATA_INFO: {
    code: 1005,
    response: {
      group: 'str?',
      controllerLeaderId: 'str?',
      controllerLeaderAddress: 'str?',
      isLeader: 'bool?',
      peers: 'str?',
    },
  },
  CONTROLLER_GET_SYNC_STATE_DATA: {
    code: 1006,
    body: 'names of brokers',
    replyBody: 'BrokerReplicasInfo',
  },
  GET_BROKER_EPOCH_CACHE: { code: 1007, replyBody: 'EpochEntryCache' },
  NOTIFY_BROKER_ROLE_CHANGED: {
    code: 1008,
    body: 'SyncStateSet',
    request: {
      masterAddress: 'str?',
      masterEpoch: 'i32?',
      syncStateSetEpoch: 'i32?',
      masterBrokerId: 'i64?',
    },
  },
  UPDATE_CONTROLLER_CONFIG: { code: 1009, body: 'properties text' },
  GET_CONTROLLER_CONFIG: { code: 1010, replyBody: 'properties text' },
  CLEAN_BROKER_DATA: {
    code: 1011,
    request: {
      clusterName: 'str?',
      brokerName: 'str',
      brokerControllerIdsToClean: 'str?',
      isCleanLivingBroker: 'bool?',
      invokeTime: 'i64?',
    },
  },
  CONTROLLER_GET_NEXT_BROKER_ID: {
    code: 1012,
    request: { clusterName: 'str?', brokerName: 'str?' },
    response: { clusterName: 'str?', brokerName: 'str?', nextBrokerId: 'i64?' },
  },
  CONTROLLER_APPLY_BROKER_ID: {
    code: 1013,
    request: {
      clusterName: 'str?',
      brokerName: 'str?',
      appliedBrokerId: 'i64?',
      registerCheckCode: 'str?',
    },
    response: { clusterName: 'str?', brokerName: 'str?' },
  },
  BROKER_CLOSE_CHANNEL_REQUEST: { code: 1014 },
  CHECK_NOT_ACTIVE_BROKER_REQUEST: { code: 1015 },
  GET_BROKER_LIVE_INFO_REQUEST: { code: 1016 },
  GET_SYNC_STATE_DATA_REQUEST: { code: 1017 },
  RAFT_BROKER_HEART_BEAT_EVENT_REQUEST: { code: 1018 },
});
