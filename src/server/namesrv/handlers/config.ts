// Configuration of the name server itself, and the key-value configuration it keeps for others.

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import type { Configuration } from '../../../config/configuration.js';
import { parseProperties } from '../../../config/properties.js';
import { encodeKvTable } from '../../../protocol/bodies/broker.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { KvConfig } from '../kv-config.js';

export interface ConfigHandlerParts {
  configuration: Configuration;
  kv: KvConfig;
  log: Logger;
}

/** Never changed by a request, whatever configBlackList says. */
const PROTECTED = ['configBlackList', 'configStorePath', 'kvConfigPath', 'rocketmqHome'];

export function configHandlers({ configuration, kv, log }: ConfigHandlerParts): Handlers {
  return {
    GET_NAMESRV_CONFIG: () => ({ body: Buffer.from(configuration.allConfigs()) }),
    UPDATE_NAMESRV_CONFIG: (_, call) => {
      log.info(`updateConfig called by ${call.connection.remote}`);
      const text = call.body.toString();
      if (parseProperties(text).entries.some(({ key }) => PROTECTED.includes(key))) {
        throw refuse(ResponseCode.NO_PERMISSION, 'Can not update config in black list.');
      }
      if (text !== '') configuration.update(text);
      return {};
    },
    PUT_KV_CONFIG: ({ namespace, key, value }) => {
      kv.put(namespace, key, value);
      return {};
    },
    GET_KV_CONFIG: ({ namespace, key }) => {
      const value = kv.get(namespace, key);
      if (value !== undefined) return { header: { value } };
      const text = `No config item, Namespace: ${namespace} Key: ${key}`;
      throw refuse(ResponseCode.QUERY_NOT_FOUND, text);
    },
    DELETE_KV_CONFIG: ({ namespace, key }) => {
      kv.delete(namespace, key);
      return {};
    },
    GET_KVLIST_BY_NAMESPACE: ({ namespace }) => {
      const entries = kv.list(namespace);
      if (entries) return { body: encodeKvTable(entries) };
      const text = `No config item, Namespace: ${namespace}`;
      throw refuse(ResponseCode.QUERY_NOT_FOUND, text);
    },
  };
}
