// A broker's place in its group: what it copies from or to whom, and what it tells the name servers.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { MessageStore, StoreReplication } from '../../store/message-store.js';
import { createReplication, type Replication } from '../ha/replication.js';
import type { Messaging } from './messaging.js';
import { Registration } from './registration.js';
import type { Tables } from './tables.js';

export interface MembershipOptions {
  settings: BrokerSettings;
  tables: Tables;
  messaging: Messaging;
  store: MessageStore & StoreReplication;
  client: RemotingClient;
  files: FileSystem;
  clock: Clock;
  log: Logger;
  /** `ip:port` that clients and slaves are told. */
  brokerAddr(): string;
  haServerAddr(): string;
}

export interface Membership {
  replication: Replication;
  registration: Registration;
  /** In the order of their start. */
  parts: Part[];
}

export function createMembership(options: MembershipOptions): Membership {
  const { settings, tables, messaging } = options;
  const { brokerConfig: config, messageStoreConfig, nettyServerConfig } = settings;
  const replication = createReplication({
    ...options,
    ...tables,
    config: messageStoreConfig,
    groupConfig: config,
    bindAddress: nettyServerConfig.bindAddress,
    waiting: messaging.waiting,
  });
  const { onMaster } = replication;
  const registration = new Registration({ ...options, ...tables, config, onMaster });
  return { replication, registration, parts: [replication, registration] };
}
