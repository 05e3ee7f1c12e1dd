// A broker's place in its group: what it copies from or to whom, what it tells the name servers,
// and who decides about its role.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import { decodeSyncStateSet, encodeEpochCache } from '../../protocol/bodies/controller.js';
import type { Handlers } from '../../remoting/handler.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { MessageStore, StoreReplication, StoreRoles } from '../../store/message-store.js';
import { Replica } from '../ha/controller/replica.js';
import { createReplication, type Replication } from '../ha/replication.js';
import { Switching } from '../ha/switching.js';
import { electedRole } from './elected-role.js';
import type { Messaging } from './messaging.js';
import { Registration } from './registration.js';
import type { Tables } from './tables.js';

export interface MembershipOptions {
  settings: BrokerSettings;
  tables: Tables;
  messaging: Messaging;
  store: MessageStore & StoreReplication & { roles: StoreRoles };
  client: RemotingClient;
  /** Asks a slave's master, too. */
  kept: Pick<Replication, 'onMaster'>;
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
  handlers: Handlers;
  /** In the order of their start. */
  parts: Part[];
}

export function createMembership(options: MembershipOptions): Membership {
  const { settings, tables, messaging } = options;
  const { brokerConfig: config, messageStoreConfig, nettyServerConfig } = settings;
  const replicated = {
    ...options,
    ...tables,
    config: messageStoreConfig,
    groupConfig: config,
    bindAddress: nettyServerConfig.bindAddress,
    waiting: messaging.waiting,
  };
  if (config.enableControllerMode) return elected(options, new Switching(replicated));
  const replication = createReplication(replicated);
  const registration = registrationOf(options, replication);
  return { replication, registration, handlers: {}, parts: [replication, registration] };
}

function registrationOf(options: MembershipOptions, replication: Replication): Registration {
  const { brokerConfig: config } = options.settings;
  const onMaster: Replication['onMaster'] = (master) => {
    replication.onMaster(master);
    options.kept.onMaster(master);
  };
  return new Registration({ ...options, ...options.tables, config, onMaster });
}

/** A controller chooses the master. */
function elected(options: MembershipOptions, replication: Switching): Membership {
  const { settings, store, tables } = options;
  const { brokerConfig: config, messageStoreConfig: storeConfig } = settings;
  const registration = registrationOf(options, replication);
  // nobody hears of this broker before it has a role, and it takes nothing
  registration.isolated = true;
  store.roles.fence(true);
  const { topics } = tables;
  const role = electedRole({ ...options, replication, registration, topics });
  const replica = new Replica({ ...options, config, storeConfig, role });
  replication.onSyncStateWanted = (brokerIds) => replica.want(brokerIds);
  const handlers: Handlers = {
    async NOTIFY_BROKER_ROLE_CHANGED(header, call) {
      const { syncStateSet, ...numbered } = decodeSyncStateSet(call.body);
      const { syncStateSetEpoch = numbered.syncStateSetEpoch } = header;
      await replica.changed({ ...header, set: { syncStateSet, syncStateSetEpoch } });
      return {};
    },
    GET_BROKER_EPOCH_CACHE: () => ({
      body: encodeEpochCache({
        clusterName: config.brokerClusterName,
        brokerName: config.brokerName,
        brokerId: config.brokerId,
        epochList: replication.epochEntries(),
        maxOffset: store.logRange().end,
      }),
    }),
  };
  return { replication, registration, handlers, parts: [replication, registration, replica] };
}
