// Requests about a broker's configuration, state and housekeeping.

import { requests } from './row.js';

export const brokerRequests = requests({
  UPDATE_BROKER_CONFIG: { code: 25, body: 'properties text' },
  GET_BROKER_CONFIG: { code: 26, replyBody: 'properties text', response: { version: 'str' } },
  TRIGGER_DELETE_FILES: { code: 27 },
  GET_BROKER_RUNTIME_INFO: { code: 28, replyBody: 'KVTable' },
  GET_TIMER_CHECK_POINT: { code: 60, replyBody: 'timer check point' },
  GET_TIMER_METRICS: { code: 61, replyBody: 'TimerMetrics.TimerMetricsSerializeWrapper' },
  REGISTER_FILTER_SERVER: { code: 301 },
  CLEAN_EXPIRED_CONSUMEQUEUE: { code: 306 },
  VIEW_BROKER_STATS_DATA: {
    code: 315,
    replyBody: 'BrokerStatsData',
    request: { statsName: 'str', statsKey: 'str' },
  },
  DELETE_EXPIRED_COMMITLOG: { code: 329 },
  CHECK_ROCKSDB_CQ_WRITE_PROGRESS: { code: 354, request: { topic: 'str', checkStoreTime: 'i64?' } },
  EXPORT_ROCKSDB_CONFIG_TO_JSON: { code: 355, request: { configType: 'str' } },
  UPDATE_COLD_DATA_FLOW_CTR_CONFIG: { code: 2001, body: 'properties text' },
  REMOVE_COLD_DATA_FLOW_CTR_CONFIG: { code: 2002, body: 'name of a group' },
  GET_COLD_DATA_FLOW_CTR_INFO: { code: 2003, replyBody: 'JSON' },
  SET_COMMITLOG_READ_MODE: {
    code: 2004,
    request: { readAheadMode: 'str?' },
    wire: { readAheadMode: 'READ_AHEAD_MODE' },
  },
  SWITCH_TIMER_ENGINE: { code: 5001, request: { engine: 'str?' }, wire: { engine: 'E_T' } },
});
