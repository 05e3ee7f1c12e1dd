// How the broker is, and its housekeeping on request.

import {
  encodeHaRuntimeInfo,
  encodeKvTable,
  NO_HA_CLIENT,
} from '../../../protocol/bodies/broker.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { RuntimeInfo } from '../runtime-info.js';

export interface RuntimeHandlersParts {
  runtimeInfo: RuntimeInfo;
  store: MessageStore;
}

export function runtimeHandlers({ runtimeInfo, store }: RuntimeHandlersParts): Handlers {
  return {
    GET_BROKER_RUNTIME_INFO: () => ({ body: encodeKvTable(runtimeInfo.all()) }),
    GET_BROKER_HA_STATUS: () => ({
      body: encodeHaRuntimeInfo({
        master: true,
        masterCommitLogMaxOffset: Number(store.runtimeInfo().commitLogMaxOffset ?? 0),
        inSyncSlaveNums: 0,
        haConnectionInfo: [],
        haClientRuntimeInfo: NO_HA_CLIENT,
      }),
    }),
  };
}
