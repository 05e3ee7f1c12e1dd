// Our name server and broker in this process, on free ports, with a folder of their own.

import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import type { Logger } from '../../src/base/log.js';
import { loadBrokerConfig } from '../../src/config/load.js';
import type { BrokerSettings } from '../../src/config/tables.js';
import { createBroker } from '../../src/server/broker/broker.js';
import type { Cluster } from './cluster.js';
import { KeptLog } from './evidence.js';
import { startNamesrv } from './namesrv.js';
import { PATIENT_STORE } from './patient-settings.js';
import { type Ending, tempFolder } from './temp.js';

export interface ServerOptions {
  /** Where the store lives; a temporary folder by default. */
  folder?: string;
  broker?: Partial<BrokerSettings['brokerConfig']>;
  store?: Partial<BrokerSettings['messageStoreConfig']>;
  auth?: Partial<BrokerSettings['authConfig']>;
  /** Of the broker. */
  clock?: Clock;
  log?: Logger;
}

/** Small enough to be quick, large enough not to matter. */
const STORE = { mappedFileSizeCommitLog: 64 * 1024 * 1024, ...PATIENT_STORE };

/** Starts both; they stop, broker first, when `ending` runs. */
export async function startServers(ending: Ending, options: ServerOptions = {}): Promise<Cluster> {
  const folder = options.folder ?? tempFolder(ending);
  const namesrv = await startNamesrv(ending, folder);
  const { config } = loadBrokerConfig({ env: {}, host: { userHome: folder } });
  const brokerName = 'broker-a';
  Object.assign(config.brokerConfig, {
    brokerName,
    brokerIP1: '127.0.0.1',
    namesrvAddr: namesrv.address,
    ...options.broker,
  });
  Object.assign(config.messageStoreConfig, STORE, {
    storePathRootDir: join(folder, 'store'),
    storePathCommitLog: join(folder, 'store', 'commitlog'),
    ...options.store,
  });
  Object.assign(config.authConfig, options.auth);
  Object.assign(config.nettyServerConfig, { bindAddress: '0.0.0.0', listenPort: 0 });
  const kept = new KeptLog('the broker');
  ending.after(() => kept.end());
  const broker = createBroker({
    config,
    storePath: join(folder, 'broker.conf'),
    clock: options.clock ?? systemClock,
    files: realFiles,
    log: options.log ?? kept,
  });
  await broker.start();
  ending.after(() => broker.stop());
  return { namesrv: namesrv.address, broker: `127.0.0.1:${broker.port}`, brokerName };
}
