// ControllerConfig: the controller that may run inside a name server.

import { bool, choice, int, long, nullable, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

const EXPORTERS = ['DISABLE', 'OTLP_GRPC', 'PROM', 'LOG'] as const;

// prettier-ignore
export const CONTROLLER_CONFIG = {
  rocketmqHome: text('', 'Folder with conf/',
    { from: (host) => host.homeDir, fromText: 'ROCKETMQ_HOME, else <user home>/.pocketmq' }),
  configStorePath: text('', 'File that updateControllerConfig writes',
    {
      from: (host) => `${host.userHome}/controller/controller.properties`,
      fromText: '<user home>/controller/controller.properties',
    }),
  controllerType: text('DLedger', 'How controllers agree: DLedger or jRaft'),
  scanNotActiveBrokerInterval: long(5000, 'Time between looks for silent brokers, in ms'),
  controllerThreadPoolNums: int(16, 'Threads that serve requests'),
  controllerRequestThreadPoolQueueCapacity: int(50000, 'Requests that may wait'),
  controllerDLegerGroup: text('', 'Group of the controllers', { nullable }),
  controllerDLegerPeers: text('', 'Controllers, id-host:port separated by ;', { nullable }),
  controllerDLegerSelfId: text('', 'Id of this controller', { nullable }),
  mappedFileSize: int(1073741824, 'Size of a file of the controllers\' log, in bytes'),
  controllerStorePath: text('', 'Folder of the controllers\' log'),
  electMasterMaxRetryCount: int(3, 'Attempts to choose a master'),
  enableElectUncleanMaster: bool(false,
    'Choose a master that lacks messages when no other is left'),
  isProcessReadEvent: bool(false, 'Write reads into the log too',
    { aliases: ['processReadEvent'] }),
  notifyBrokerRoleChanged: bool(true, 'Tell brokers of a new role at once'),
  scanInactiveMasterInterval: long(5000, 'Time between looks for names without a master, in ms'),
  metricsExporterType: choice(EXPORTERS, 'DISABLE', 'Where metrics go'),
  metricsGrpcExporterTarget: text('', 'Address of an OTLP collector'),
  metricsGrpcExporterHeader: text('', 'Headers for the collector, key:value separated by commas'),
  metricGrpcExporterTimeOutInMills: long(3000, 'Time the collector has to answer, in ms'),
  metricGrpcExporterIntervalInMills: long(60000, 'Time between deliveries to the collector, in ms'),
  metricLoggingExporterIntervalInMills: long(10000, 'Time between metrics in the log, in ms'),
  metricsPromExporterPort: int(5557, 'Port where Prometheus finds the metrics'),
  metricsPromExporterHost: text('', 'Address where Prometheus finds the metrics'),
  metricsLabel: text('', 'Labels of every metric, key:value separated by commas'),
  metricsInDelta: bool(false, 'Deliver differences, not totals'),
  configBlackList: text('configBlackList;configStorePath',
    'Keys that updateControllerConfig may not change, separated by ;'),
} satisfies Table;

export type ControllerConfig = ConfigOf<typeof CONTROLLER_CONFIG>;
