// What a broker knows: its topics and groups, who is connected, how far they have come.

import type { FileSystem } from '../../base/files.js';
import type { Clock, Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import { AccessRules } from './auth/access-rules.js';
import { firstUsers } from './auth/accounts.js';
import { takeOverPlainAcl } from './auth/plain-acl.js';
import type { TextFiles } from './metadata/config-file.js';
import { createConsumerOffsets } from './pulling/consumer-offsets.js';
import { ConsumerTable } from './clients/consumers.js';
import { ConsumerFilters } from './filter/consumer-filters.js';
import { GroupConfigs } from './metadata/groups.js';
import { RebalanceLocks } from './clients/locks.js';
import { ProducerTable } from './clients/producers.js';
import { RequestModes } from './metadata/request-modes.js';
import { createStats } from './running/stats.js';
import { TopicConfigs } from './metadata/topics.js';
import { QueueMappings } from './static-topics/queue-mappings.js';

export interface TablesOptions {
  config: BrokerSettings['brokerConfig'];
  storeConfig: BrokerSettings['messageStoreConfig'];
  authConfig: BrokerSettings['authConfig'];
  storePathRootDir: string;
  files: TextFiles & Pick<FileSystem, 'readdir'>;
  clock: Clock;
  log: Logger;
}

export type Tables = ReturnType<typeof createTables>;

const SCAN_PERIOD_MS = 10_000;

export function createTables(options: TablesOptions) {
  const { config, storeConfig, clock, log } = options;
  const { enableLmq, timerWheelEnable } = storeConfig;
  const consumers = new ConsumerTable(config, clock, log);
  const consumerFilters = new ConsumerFilters(options);
  consumers.onGroup(consumerFilters);
  // as the store is to keep them, and as getBrokerConfig shows it
  storeConfig.bitMapLengthConsumeQueueExt = consumerFilters.bloom.bits;
  return {
    topics: new TopicConfigs({ ...options, enableLmq, timerWheelEnable }),
    mappings: new QueueMappings(options),
    groups: new GroupConfigs({ ...options, enableLmq }),
    offsets: createConsumerOffsets({ ...options, enableLmq }),
    requestModes: new RequestModes(options),
    accessRules: accessRulesOf(options),
    consumers,
    consumerFilters,
    producers: new ProducerTable(config, clock, log),
    queueLocks: new RebalanceLocks(clock, log),
    stats: createStats({
      ...{ clock, clusterName: config.brokerClusterName },
      joinLight: () => enableLmq && !config.enableLmqStats,
    }),
  };
}

function accessRulesOf(options: TablesOptions): AccessRules {
  const { authConfig, config, files, log } = options;
  const home = config.rocketmqHome;
  const takeOver = authConfig.migrateAuthFromV1Enabled
    ? (rules: AccessRules) => takeOverPlainAcl({ home, files, rules, log })
    : undefined;
  return new AccessRules({ ...options, firstUsers: firstUsers(authConfig), takeOver });
}

/** Those that are kept in files, in the order of their start. */
export const keptTables = (tables: Tables): Part[] => [
  tables.offsets,
  tables.topics,
  tables.mappings,
  tables.groups,
  tables.requestModes,
  tables.accessRules,
];

/** Looks for clients that went silent (ClientHousekeepingService). */
export function clientScan({ consumers, producers }: Tables, clock: Clock): Part {
  let timer: Timer | undefined;
  return {
    start: async () => {
      timer = clock.every(SCAN_PERIOD_MS, () => {
        consumers.scan();
        producers.scan();
      });
    },
    stop: async () => timer?.stop(),
  };
}
