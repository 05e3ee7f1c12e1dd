// The name server: builds its parts and starts them in order.

import type { Clock, Timer } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import { lifecycle, type Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import { createClient } from '../../remoting/client.js';
import { createServer } from '../../remoting/server.js';
import type { NamesrvSettings } from './config.js';
import { brokerHandlers } from './handlers/broker.js';
import { configHandlers } from './handlers/config.js';
import { routeHandlers } from './handlers/route.js';
import { topicHandlers } from './handlers/topic.js';
import { KvConfig } from './kv-config.js';
import { minBrokerIdNotifier } from './min-broker-id.js';
import { RouteTable } from './route-table.js';
import { Settings } from './settings.js';

export interface NamesrvOptions {
  config: NamesrvSettings;
  clock: Clock;
  files: FileSystem;
  log: Logger;
}

export interface Namesrv extends Part {
  /** The port it listens on; only after start. */
  readonly port: number;
}

export function createNamesrv({ config, clock, files, log }: NamesrvOptions): Namesrv {
  const client = createClient({ clock, log });
  const onMinBrokerIdChange = minBrokerIdNotifier(client, log);
  const routes = new RouteTable({ config, clock, log, onMinBrokerIdChange });
  const kv = new KvConfig({ path: config.kvConfigPath, files, log });
  const settings = new Settings({ config, files, log });
  const server = createServer({
    host: config.bindAddress,
    ports: [config.listenPort],
    handlers: {
      ...brokerHandlers({ config, routes, kv, log }),
      ...routeHandlers({ config, routes, kv, clock, log }),
      ...topicHandlers({ config, routes, log }),
      ...configHandlers({ settings, kv, log }),
    },
    clock,
    log,
    limits: { idleMs: config.serverChannelMaxIdleTimeSeconds * 1000 },
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

function scan(clock: Clock, periodMs: number, work: () => void): Part {
  let timer: Timer | undefined;
  return {
    start: async () => {
      timer = clock.every(periodMs, work);
    },
    stop: async () => timer?.stop(),
  };
}
