// NamesrvConfig: what a name server answers and where it keeps its own files.

import { bool, effect, fixed, int, long, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const NAMESRV_CONFIG = {
  rocketmqHome: text('',
    '',
    {
      effect, fixed, from: (host) => host.homeDir,
      fromText: 'ROCKETMQ_HOME, else <user home>/.pocketmq',
    }),
  kvConfigPath: text('',
    '',
    {
      effect, fixed, from: (host) => `${host.userHome}/namesrv/kvConfig.json`,
      fromText: '<user home>/namesrv/kvConfig.json',
    }),
  configStorePath: text('',
    '',
    {
      effect, fixed, from: (host) => `${host.userHome}/namesrv/namesrv.properties`,
      fromText: 'the -c file, else <user home>/namesrv/namesrv.properties',
    }),
  productEnvName: text('center', ''),
  clusterTest: bool(false, ''),
  orderMessageEnable: bool(false, '', { effect }),
  returnOrderTopicConfigToBroker: bool(true, '', { effect }),
  clientRequestThreadPoolNums: int(8, ''),
  defaultThreadPoolNums: int(16, ''),
  clientRequestThreadPoolQueueCapacity: int(50000, ''),
  defaultThreadPoolQueueCapacity: int(10000, ''),
  scanNotActiveBrokerInterval: long(5000, '', { effect, fixed, min: 1 }),
  unRegisterBrokerQueueCapacity: int(3000, ''),
  supportActingMaster: bool(false, '', { effect }),
  enableAllTopicList: bool(true, '', { effect }),
  enableTopicList: bool(true, '', { effect }),
  notifyMinBrokerIdChanged: bool(false, '', { effect }),
  enableControllerInNamesrv: bool(false, ''),
  needWaitForService: bool(false, '', { effect }),
  waitSecondsForService: int(45, '', { effect, min: 0 }),
  deleteTopicWithBrokerRegistration: bool(false, '', { effect }),
  configBlackList: text('configBlackList;configStorePath;kvConfigPath', '', { effect }),
} satisfies Table;

export type NamesrvConfig = ConfigOf<typeof NAMESRV_CONFIG>;
