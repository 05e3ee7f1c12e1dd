// A name server in this process, on any free port, with RocketMQ's defaults.

import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { silentLogger } from '../../src/base/log.js';
import type { NamesrvSettings } from '../../src/server/namesrv/config.js';
import { createNamesrv, type Namesrv } from '../../src/server/namesrv/namesrv.js';
import type { Ending } from './temp.js';

export function namesrvSettings(
  folder: string,
  changes: Partial<NamesrvSettings> = {},
): NamesrvSettings {
  return {
    bindAddress: '127.0.0.1',
    listenPort: 0,
    serverChannelMaxIdleTimeSeconds: 120,
    kvConfigPath: join(folder, 'kvConfig.json'),
    configStorePath: join(folder, 'namesrv.properties'),
    configBlackList: 'configBlackList;configStorePath;kvConfigPath',
    orderMessageEnable: false,
    returnOrderTopicConfigToBroker: true,
    scanNotActiveBrokerInterval: 5000,
    supportActingMaster: false,
    enableAllTopicList: true,
    enableTopicList: true,
    notifyMinBrokerIdChanged: false,
    needWaitForService: false,
    waitSecondsForService: 45,
    deleteTopicWithBrokerRegistration: false,
    ...changes,
  };
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
  options: { config?: Partial<NamesrvSettings>; clock?: Clock } = {},
): Promise<StartedNamesrv> {
  const config = namesrvSettings(folder, options.config);
  const clock = options.clock ?? systemClock;
  const namesrv = createNamesrv({ config, clock, files: realFiles, log: silentLogger });
  await namesrv.start();
  ending.after(() => namesrv.stop());
  return { namesrv, config, address: `127.0.0.1:${namesrv.port}` };
}
