// A name server in this process, on any free port, with RocketMQ's defaults.

import { type Clock, systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { loadNamesrvConfig } from '../../src/config/load.js';
import type { NamesrvSettings } from '../../src/config/tables.js';
import { createNamesrv, type Namesrv } from '../../src/server/namesrv/namesrv.js';
import { KeptLog } from './evidence.js';
import type { Ending } from './temp.js';

export type NamesrvChanges = Partial<NamesrvSettings['namesrvConfig']>;

export function namesrvSettings(folder: string, changes: NamesrvChanges = {}): NamesrvSettings {
  const { config } = loadNamesrvConfig({ env: {}, host: { userHome: folder } });
  Object.assign(config.namesrvConfig, changes);
  Object.assign(config.nettyServerConfig, { bindAddress: '127.0.0.1', listenPort: 0 });
  return config;
}

export interface StartedNamesrv {
  namesrv: Namesrv;
  config: NamesrvSettings;
  /** `host:port`. */
  address: string;
}

export async function startNamesrv(
  ending: Ending,
  folder: string,
  options: { config?: NamesrvChanges; clock?: Clock } = {},
): Promise<StartedNamesrv> {
  const config = namesrvSettings(folder, options.config);
  const clock = options.clock ?? systemClock;
  const log = new KeptLog('the name server');
  ending.after(() => log.end());
  const namesrv = createNamesrv({ config, clock, files: realFiles, log });
  await namesrv.start();
  ending.after(() => namesrv.stop());
  return { namesrv, config, address: `127.0.0.1:${namesrv.port}` };
}
