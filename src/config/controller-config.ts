// ControllerConfig: the controller that may run inside a name server.

import { bool, choice, int, long, nullable, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

const EXPORTERS = ['DISABLE', 'OTLP_GRPC', 'PROM', 'LOG'] as const;

// prettier-ignore
export const CONTROLLER_CONFIG = {
  rocketmqHome: text('',
    '', { from: (host) => host.homeDir, fromText: 'ROCKETMQ_HOME, else <user home>/.pocketmq' }),
  configStorePath: text('',
    '',
    {
      from: (host) => `${host.userHome}/controller/controller.properties`,
      fromText: '<user home>/controller/controller.properties',
    }),
  controllerType: text('DLedger', ''),
  scanNotActiveBrokerInterval: long(5000, ''),
  controllerThreadPoolNums: int(16, ''),
  controllerRequestThreadPoolQueueCapacity: int(50000, ''),
  controllerDLegerGroup: text('', '', { nullable }),
  controllerDLegerPeers: text('', '', { nullable }),
  controllerDLegerSelfId: text('', '', { nullable }),
  mappedFileSize: int(1073741824, ''),
  controllerStorePath: text('', ''),
  electMasterMaxRetryCount: int(3, ''),
  enableElectUncleanMaster: bool(false, ''),
  isProcessReadEvent: bool(false, '', { aliases: ['processReadEvent'] }),
  notifyBrokerRoleChanged: bool(true, ''),
  scanInactiveMasterInterval: long(5000, ''),
  metricsExporterType: choice(EXPORTERS, 'DISABLE', ''),
  metricsGrpcExporterTarget: text('', ''),
  metricsGrpcExporterHeader: text('', ''),
  metricGrpcExporterTimeOutInMills: long(3000, ''),
  metricGrpcExporterIntervalInMills: long(60000, ''),
  metricLoggingExporterIntervalInMills: long(10000, ''),
  metricsPromExporterPort: int(5557, ''),
  metricsPromExporterHost: text('', ''),
  metricsLabel: text('', ''),
  metricsInDelta: bool(false, ''),
  configBlackList: text('configBlackList;configStorePath', ''),
} satisfies Table;

export type ControllerConfig = ConfigOf<typeof CONTROLLER_CONFIG>;
