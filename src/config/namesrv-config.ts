// NamesrvConfig: what a name server answers and where it keeps its own files.

import { bool, effect, fixed, int, long, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const NAMESRV_CONFIG = {
  rocketmqHome: text('', 'Folder with conf/',
    {
      effect, fixed, from: (host) => host.homeDir,
      fromText: 'ROCKETMQ_HOME, else <user home>/.pocketmq',
    }),
  kvConfigPath: text('', 'File of the key-value configuration',
    {
      effect, fixed, from: (host) => `${host.userHome}/namesrv/kvConfig.json`,
      fromText: '<user home>/namesrv/kvConfig.json',
    }),
  configStorePath: text('', 'File that updateNamesrvConfig writes',
    {
      effect, fixed, from: (host) => `${host.userHome}/namesrv/namesrv.properties`,
      fromText: 'the -c file, else <user home>/namesrv/namesrv.properties',
    }),
  productEnvName: text('center', 'Name of the environment in cluster tests'),
  clusterTest: bool(false, 'Ask another name server for routes unknown here',
    { promise: 'unknown topics are not asked for elsewhere' }),
  orderMessageEnable: bool(false, 'Answer routes with the topic\'s order configuration',
    { effect }),
  returnOrderTopicConfigToBroker: bool(true, 'Answer registrations with the order configuration',
    { effect }),
  clientRequestThreadPoolNums: int(8, 'Threads that answer routes'),
  defaultThreadPoolNums: int(16, 'Threads that serve all else'),
  clientRequestThreadPoolQueueCapacity: int(50000, 'Route requests that may wait'),
  defaultThreadPoolQueueCapacity: int(10000, 'Other requests that may wait'),
  scanNotActiveBrokerInterval: long(5000, 'Time between looks for silent brokers, in ms',
    { effect, fixed, min: 1 }),
  unRegisterBrokerQueueCapacity: int(3000, 'Brokers that may wait to be forgotten'),
  supportActingMaster: bool(false, 'Name a slave in place of a gone master'),
  enableAllTopicList: bool(true, 'Answer the list of all topics', { effect }),
  enableTopicList: bool(true, 'Answer the lists of topics of a cluster, a unit, the system',
    { effect }),
  notifyMinBrokerIdChanged: bool(false, 'Tell brokers when the smallest id of their name changes',
    { effect }),
  enableControllerInNamesrv: bool(false, 'Run a controller in the same process',
    { promise: 'no controller runs' }),
  needWaitForService: bool(false, 'Answer no routes at first', { effect, fixed }),
  waitSecondsForService: int(45, 'How long needWaitForService waits, in s',
    { effect, fixed, min: 0 }),
  deleteTopicWithBrokerRegistration: bool(false,
    'Forget topics that a broker\'s registration no longer names', { effect }),
  configBlackList: text('configBlackList;configStorePath;kvConfigPath',
    'Keys that updateNamesrvConfig may not change, separated by ;', { effect }),
} satisfies Table;

export type NamesrvConfig = ConfigOf<typeof NAMESRV_CONFIG>;
