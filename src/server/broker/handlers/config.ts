// The broker's own settings, read and changed while it runs.

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import type { Configuration } from '../../../config/configuration.js';
import { parseProperties } from '../../../config/properties.js';
import { writeJson } from '../../../protocol/fastjson.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { Registration } from '../registration.js';
import type { TopicConfigs } from '../metadata/topics.js';

export interface ConfigHandlersParts {
  configuration: Configuration;
  topics: TopicConfigs;
  registration: Registration;
  log: Logger;
}

/** Never changed by a request, whatever configBlackList says. */
const PROTECTED = ['brokerConfigPath', 'rocketmqHome', 'configBlackList'];

export function configHandlers(parts: ConfigHandlersParts): Handlers {
  const { configuration, topics, registration, log } = parts;
  return {
    GET_BROKER_CONFIG: () => ({
      header: { version: writeJson({ ...configuration.dataVersion }) },
      body: Buffer.from(configuration.allConfigs()),
    }),
    UPDATE_BROKER_CONFIG: (_header, call) => {
      log.info(`updateBrokerConfig called by ${call.connection.remote}`);
      const text = call.body.toString();
      if (parseProperties(text).entries.some(({ key }) => PROTECTED.includes(key))) {
        throw refuse(ResponseCode.NO_PERMISSION, 'Can not update config in black list.');
      }
      if (text === '') return {};
      const changed = configuration.update(text);
      if (changed.includes('brokerPermission')) {
        topics.newVersion();
        void registration.registerAll({ force: true });
      } else if (changed.includes('namesrvAddr')) {
        void registration.registerAll({ force: true });
      }
      return {};
    },
  };
}
