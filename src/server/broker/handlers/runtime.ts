// How the broker is, and its housekeeping on request.

import { refuse } from '../../../base/errors.js';
import type { Configuration } from '../../../config/configuration.js';
import { parseProperties } from '../../../config/properties.js';
import {
  encodeHaRuntimeInfo,
  type HaRuntimeInfo,
  encodeKvTable,
} from '../../../protocol/bodies/broker.js';
import { encodeBody } from '../../../protocol/bodies/json.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers } from '../../../remoting/handler.js';
import type { MessageStore, StoreMaintenance } from '../../../store/message-store.js';
import type { ColdReads } from '../pulling/cold-reads.js';
import type { RuntimeInfo } from '../running/runtime-info.js';

export interface RuntimeHandlersParts {
  configuration: Configuration;
  /** Of it `dataReadAheadEnable` is changed by a request. */
  storeConfig: { dataReadAheadEnable: boolean; timerWheelEnable: boolean };
  runtimeInfo: RuntimeInfo;
  replication: { status(): HaRuntimeInfo };
  coldReads: ColdReads;
  store: MessageStore & StoreMaintenance;
  brokerAddr(): string;
  haServerAddr(): string;
}

const { INVALID_PARAMETER, SYSTEM_ERROR } = ResponseCode;
/** CheckRocksdbCqWriteResult.CheckStatus.CHECK_IN_PROGRESS. */
const CHECK_IN_PROGRESS = 2;
const CONFIG_TYPES = ['topics', 'subscriptionGroups', 'consumerOffsets'];
/** MADV_NORMAL and MADV_RANDOM. */
const READ_MODES = ['0', '1'];

export function runtimeHandlers(parts: RuntimeHandlersParts): Handlers {
  return { ...stateHandlers(parts), ...engineHandlers(parts), ...coldReadHandlers(parts) };
}

function stateHandlers(parts: RuntimeHandlersParts): Handlers {
  const { runtimeInfo } = parts;
  return {
    GET_BROKER_RUNTIME_INFO: async () => ({ body: encodeKvTable(await runtimeInfo.all()) }),
    GET_BROKER_HA_STATUS: () => ({
      body: encodeHaRuntimeInfo(parts.replication.status()),
    }),
    // What POP keeps elsewhere is to be moved into files: here it is nowhere else.
    POP_ROLLBACK: () => ({}),
    GET_BROKER_EPOCH_CACHE: () => {
      throw refuse(SYSTEM_ERROR, 'this request only for controllerMode ');
    },
  };
}

function engineHandlers(parts: RuntimeHandlersParts): Handlers {
  const { configuration, storeConfig, store } = parts;
  return {
    CLEAN_EXPIRED_CONSUMEQUEUE: () => {
      store.cleanExpiredConsumeQueues();
      return {};
    },
    DELETE_EXPIRED_COMMITLOG: () => {
      store.deleteExpiredFiles();
      return {};
    },
    SET_COMMITLOG_READ_MODE: ({ readAheadMode }) => {
      if (readAheadMode === undefined || !/^-?\d+$/.test(readAheadMode)) {
        throw refuse(SYSTEM_ERROR, 'set commitlog readahead mode failed');
      }
      if (!READ_MODES.includes(readAheadMode)) {
        throw refuse(INVALID_PARAMETER, 'set commitlog readahead mode param value error');
      }
      storeConfig.dataReadAheadEnable = readAheadMode === READ_MODES[0];
      return { remark: `set commitlog readahead mode success, mode: ${readAheadMode}` };
    },
    SWITCH_TIMER_ENGINE: ({ engine }, call) => {
      if (!storeConfig.timerWheelEnable) {
        throw refuse(INVALID_PARAMETER, 'broker timerWheelEnable is false');
      }
      if (engine === 'F') {
        configuration.update('timerRocksDBStopScan=true\ntimerStopEnqueue=false');
        return { remark: 'switch timer engine success' };
      }
      throw refuse(INVALID_PARAMETER, notSwitched(engine, call));
    },
    // Topics, groups and offsets are kept as JSON already.
    EXPORT_ROCKSDB_CONFIG_TO_JSON: ({ configType }) => {
      const types = configType.split(';').filter((type) => type !== '');
      const unknown = types.find((type) => !CONFIG_TYPES.includes(type));
      if (unknown === undefined) return { remark: 'export done.' };
      throw refuse(INVALID_PARAMETER, `Unknown config type: ${unknown}`);
    },
    CHECK_ROCKSDB_CQ_WRITE_PROGRESS: () => ({
      body: encodeBody({ checkStatus: CHECK_IN_PROGRESS }),
    }),
  };
}

function notSwitched(engine: string | undefined, { frame }: Call): string {
  if (engine === 'R') return 'timerRocksDBEnable must be configured true when broker start';
  return frame.ext ? 'param error' : 'param error, extFields is null';
}

function coldReadHandlers({ coldReads }: RuntimeHandlersParts): Handlers {
  return {
    UPDATE_COLD_DATA_FLOW_CTR_CONFIG: (_header, call) => {
      for (const { key, value } of parseProperties(call.body.toString()).entries) {
        if (!/^-?\d+$/.test(value)) {
          throw refuse(INVALID_PARAMETER, `the threshold ${value} of ${key} is no number`);
        }
        coldReads.set(key, Number(value));
      }
      return {};
    },
    REMOVE_COLD_DATA_FLOW_CTR_CONFIG: (_header, call) => {
      coldReads.remove(call.body.toString());
      return {};
    },
    GET_COLD_DATA_FLOW_CTR_INFO: () => ({ body: Buffer.from(coldReads.info()) }),
  };
}
