// The name server: builds its parts and starts them in order.

import type { Clock, Timer } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import { lifecycle, type Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import { Configuration } from '../../config/configuration.js';
import type { TlsSettings } from '../../config/tls.js';
import { NAMESRV_TABLES, type NamesrvSettings } from '../../config/tables.js';
import { createClient } from '../../remoting/client.js';
import { createServer } from '../../remoting/server.js';
import { brokerHandlers } from './handlers/broker.js';
import { configHandlers } from './handlers/config.js';
import { routeHandlers } from './handlers/route.js';
import { topicHandlers } from './handlers/topic.js';
import { KvConfig } from './kv-config.js';
import { minBrokerIdNotifier } from './min-broker-id.js';
import { RouteTable } from './route-table.js';

export interface NamesrvOptions {
  config: NamesrvSettings;
  /** Unknown keys of the configuration file. */
  extras?: Map<string, string>;
  tls?: TlsSettings;
  clock: Clock;
  files: FileSystem;
  log: Logger;
}

export interface Namesrv extends Part {
  /** The port it listens on; only after start. */
  readonly port: number;
}

export function createNamesrv(options: NamesrvOptions): Namesrv {
  const { clock, files, log } = options;
  const { namesrvConfig: config, nettyServerConfig } = options.config;
  const tls = options.tls && { settings: options.tls, files };
  const client = createClient({ clock, log, tls });
  const onMinBrokerIdChange = minBrokerIdNotifier(client, log);
  const routes = new RouteTable({ config, clock, log, onMinBrokerIdChange });
  const kv = new KvConfig({ path: config.kvConfigPath, files, log });
  const configuration = configurationOf(options);
  const server = createServer({
    host: nettyServerConfig.bindAddress,
    ports: [nettyServerConfig.listenPort],
    handlers: {
      ...brokerHandlers({ config, routes, kv, log }),
      ...routeHandlers({ config, routes, kv, clock, log }),
      ...topicHandlers({ config, routes, log }),
      ...configHandlers({ configuration, kv, log }),
    },
    clock,
    log,
    tls,
    limits: { idleMs: nettyServerConfig.serverChannelMaxIdleTimeSeconds * 1000 },
    onClose: (connection) => routes.connectionClosed(connection),
  });
  const parts = lifecycle([
    { start: async () => kv.load(), stop: async () => client.close() },
    scan(clock, config.scanNotActiveBrokerInterval, () => routes.removeExpired()),
    server,
  ]);
  return {
    ...parts,
    get port() {
      return server.port();
    },
  };
}

/** As in RocketMQ, requests see the settings of the name server and of its listener. */
function configurationOf({ config, extras, clock, files, log }: NamesrvOptions): Configuration {
  const { namesrvConfig, nettyServerConfig } = NAMESRV_TABLES;
  const storePath = config.namesrvConfig.configStorePath;
  const loaded = { config, storePath, extras: extras ?? new Map<string, string>() };
  return new Configuration({
    tables: { namesrvConfig, nettyServerConfig },
    loaded,
    files,
    clock,
    log,
  });
}

function scan(clock: Clock, periodMs: number, work: () => void): Part {
  let timer: Timer | undefined;
  return {
    start: async () => {
      timer = clock.every(periodMs, work);
    },
    stop: async () => timer?.stop(),
  };
}
