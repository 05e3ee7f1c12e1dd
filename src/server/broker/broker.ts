// The broker: builds its parts and starts them in order.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import { lifecycle, type Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import { vipPort } from '../../config/addresses.js';
import { Configuration } from '../../config/configuration.js';
import { BROKER_TABLES, type BrokerSettings } from '../../config/tables.js';
import type { TlsSettings } from '../../config/tls.js';
import type { Host } from '../../protocol/host.js';
import { signWith } from '../../protocol/sign.js';
import { createClient, type RemotingClient } from '../../remoting/client.js';
import { createServer } from '../../remoting/server.js';
import type { Tls } from '../../remoting/tls.js';
import { openMessageStore } from '../../store/open.js';
import { freePort, storeHostOf } from './addresses.js';
import { innerAccount } from './auth/accounts.js';
import { accessGate } from './auth/gate.js';
import { diskRefusal } from './disk-refusal.js';
import { escapingStore } from './escape.js';
import { ColdReads } from './pulling/cold-reads.js';
import { adminHandlers } from './handlers/admin.js';
import { batchAttributeOf } from './metadata/attributes.js';
import { createMembership } from './membership.js';
import { createMessaging } from './messaging.js';
import { Routes } from './clients/routes.js';
import { tellMissingFiles } from './metadata/missing-files.js';
import { KeptByMaster } from './compaction/kept-by-master.js';
import { RuntimeInfo } from './running/runtime-info.js';
import { SlowConsumers } from './running/slow-consumers.js';
import { createStaticTopics } from './static-topics/static-topics.js';
import { clientScan, createTables, keptTables, type Tables } from './tables.js';

export interface BrokerOptions {
  config: BrokerSettings;
  /** File in which updateBrokerConfig keeps changes. */
  storePath: string;
  /** Unknown keys of the configuration file. */
  extras?: Map<string, string>;
  tls?: TlsSettings;
  /** What stands between the directories of the log, if not a comma. */
  pathSplitter?: string | undefined;
  clock: Clock;
  files: FileSystem;
  log: Logger;
}

export interface Broker extends Part {
  /** The port it listens on; only after start. */
  readonly port: number;
}

const MASTER_ID = 0;

export function createBroker(options: BrokerOptions): Broker {
  const { brokerConfig, nettyServerConfig: server } = options.config;
  let parts: Part | undefined;
  const assembled: Part = {
    async start() {
      const anyPort = server.listenPort === 0;
      if (anyPort) server.listenPort = await freePort(server.bindAddress);
      if (anyPort) options.config.messageStoreConfig.haListenPort = 0;
      brokerConfig.listenPort = server.listenPort;
      const host = await storeHostOf(brokerConfig.brokerIP1, server.listenPort);
      parts = assemble(options, host, anyPort ? 0 : vipPort(server.listenPort));
      await parts.start().catch((error: unknown) => {
        throw diskRefusal(error);
      });
    },
    stop: async () => parts?.stop(),
  };
  return {
    ...lifecycle([assembled]),
    get port() {
      return server.listenPort;
    },
  };
}

function assemble(options: BrokerOptions, storeHost: Host, vip: number): Part {
  const { clock, files, log } = options;
  const { brokerConfig: config, messageStoreConfig: storeConfig, authConfig } = options.config;
  const own = { config, storePathRootDir: storeConfig.storePathRootDir, files, clock, log };
  const addresses = {
    brokerAddr: () => `${config.brokerIP1}:${config.listenPort}`,
    haServerAddr: () => `${config.brokerIP2}:${storeConfig.haListenPort}`,
  };

  const kept = new KeptByMaster({ client: () => client, topics: () => tables.topics });
  const store = openMessageStore({
    ...{ ...storeBase(options), storeHost, compaction: kept.wishes(storeConfig) },
    awaitsConfirm: config.enableControllerMode && !storeConfig.readUnCommitted,
    isBatchTopic: (name) => batchAttributeOf(tables.topics.get(name)),
    standing: () => [...tables.offsets.standing(), ...messaging.delayStanding()],
    filterBits: (message) => tables.consumerFilters.bitsOf(message),
  });
  const tables = createTables({ ...own, storeConfig, authConfig });
  const runtimeInfo = new RuntimeInfo({
    ...{ ...own, store, stats: tables.stats },
    active: () => config.brokerId === MASTER_ID,
    delayProgress: () => messaging.delayOffsets(),
    timerInfo: () => messaging.timerInfo(),
  });
  const client = clientOf(options);
  const routes = new Routes({ ...own, client });
  const shared = { ...own, ...tables, ...addresses, storeConfig, store, routes };
  const dueStore = escapingStore({ ...shared, client });
  const messaging = createMessaging({ ...shared, client, storeHost, dueStore });
  const membership = createMembership({
    ...{ ...own, ...addresses, settings: options.config, tables, messaging, store, client, kept },
  });
  const { registration, replication } = membership;
  const staticTopics = createStaticTopics({ ...own, ...tables, storeConfig, client, store });
  const admin = adminHandlers({
    ...shared,
    ...{ registration, replication, runtimeInfo },
    coldReads: new ColdReads(config),
    cleanLiteTopics: messaging.cleanLiteTopics,
    popServed: messaging.handlers.POP_MESSAGE !== undefined,
    configuration: configurationOf(options),
  });
  const handlers = staticTopics.wrap({ ...admin, ...messaging.handlers, ...membership.handlers });
  const server = serverOf(options, vip, handlers, tables);
  return lifecycle([
    topicsAhead(options, tables),
    // messages that are dispatched again get their bits again
    tables.consumerFilters,
    store,
    // when nothing is written any more
    { start: async () => {}, stop: () => replication.finish() },
    ...keptTables(tables),
    tables.stats,
    runtimeInfo,
    messaging.part,
    staticTopics.part,
    clientScan(tables, clock),
    new SlowConsumers({ ...own, ...tables, store }),
    { start: async () => {}, stop: async () => client.close() },
    server,
    ...membership.parts,
  ]);
}

/** The store has to know which topics have queues of batches. */
function topicsAhead({ config, files, log }: BrokerOptions, { topics }: Tables): Part {
  return {
    async start() {
      tellMissingFiles(config.messageStoreConfig.storePathRootDir, files, log);
      await topics.takeOver();
    },
    stop: async () => {},
  };
}

/** Asks other servers, in the name of the broker's own account if it has one. */
function clientOf(options: BrokerOptions): RemotingClient {
  const { clock, config, log } = options;
  const account = innerAccount(config.authConfig);
  const sign = account && { sign: signWith(account) };
  return createClient({ clock, log, tls: tlsOf(options), ...sign });
}

const storeBase = ({ config, files, clock, log, pathSplitter }: BrokerOptions) => ({
  ...{ files, clock, log, pathSplitter },
  config: config.messageStoreConfig,
});

function tlsOf({ tls, files }: BrokerOptions): Tls | undefined {
  return tls && { settings: tls, files };
}

function serverOf(
  options: BrokerOptions,
  vip: number,
  handlers: Parameters<typeof createServer>[0]['handlers'],
  { accessRules, consumers, producers, stats }: Tables,
): Part {
  const { config, clock, log } = options;
  const tls = tlsOf(options);
  const { bindAddress, listenPort, serverChannelMaxIdleTimeSeconds } = config.nettyServerConfig;
  const guard = accessGate({ authConfig: config.authConfig, accessRules, log });
  const ports = vip > 0 ? [listenPort, vip] : [listenPort];
  const limits = { idleMs: serverChannelMaxIdleTimeSeconds * 1000 };
  return createServer({
    ...{ host: bindAddress, ports, handlers, guard, clock, log, limits, tls },
    onConnect: () => stats.add('CHANNEL_ACTIVITY', 'CONNECT', 1),
    onClose: (connection) => {
      stats.add('CHANNEL_ACTIVITY', 'CLOSE', 1);
      consumers.closed(connection);
      producers.closed(connection);
    },
  });
}

function configurationOf({ config, storePath, extras, clock, files, log }: BrokerOptions) {
  const loaded = { config, storePath, extras: extras ?? new Map<string, string>() };
  // As in RocketMQ, requests see all sections but that of users and access rules.
  const { authConfig, ...tables } = BROKER_TABLES;
  return new Configuration({ tables, loaded, files, clock, log });
}
