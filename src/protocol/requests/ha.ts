// Requests about replication and container brokers.

import { requests } from './row.js';

export const haRequests = requests({
  GET_BROKER_MEMBER_GROUP: {
    code: 901,
    replyBody: 'GetBrokerMemberGroupResponseBody',
    request: { clusterName: 'str', brokerName: 'str' },
  },
  ADD_BROKER: { code: 902, request: { configPath: 'str?' } },
  REMOVE_BROKER: {
    code: 903,
    request: { brokerName: 'str', brokerClusterName: 'str', brokerId: 'i64' },
  },
  BROKER_HEARTBEAT: {
    code: 904,
    request: {
      clusterName: 'str',
      brokerAddr: 'str',
      brokerName: 'str',
      brokerId: 'i64?',
      epoch: 'i32?',
      maxOffset: 'i64?',
      confirmOffset: 'i64?',
      heartbeatTimeoutMills: 'i64?',
      electionPriority: 'i32?',
    },
  },
  NOTIFY_MIN_BROKER_ID_CHANGE: {
    code: 905,
    request: {
      minBrokerId: 'i64?',
      brokerName: 'str?',
      minBrokerAddr: 'str?',
      offlineBrokerAddr: 'str?',
      haBrokerAddr: 'str?',
    },
  },
  EXCHANGE_BROKER_HA_INFO: {
    code: 906,
    request: { masterHaAddress: 'str?', masterFlushOffset: 'i64?', masterAddress: 'str?' },
    response: { masterHaAddress: 'str?', masterFlushOffset: 'i64?', masterAddress: 'str?' },
  },
  GET_BROKER_HA_STATUS: { code: 907, replyBody: 'HARuntimeInfo' },
  RESET_MASTER_FLUSH_OFFSET: { code: 908, request: { masterFlushOffset: 'i64' } },
});
