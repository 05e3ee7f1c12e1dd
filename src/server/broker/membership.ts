// A broker's place in its group: what it copies from or to whom, what it tells the name servers,
// and who decides about its role.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import { decodeSyncStateSet, encodeEpochCache } from '../../protocol/bodies/controller.js';
import { MASTER_ID } from '../../protocol/flags.js';
import type { Handlers } from '../../remoting/handler.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { MessageStore, StoreReplication, StoreRoles } from '../../store/message-store.js';
import { Replica } from '../ha/controller/replica.js';
import { createReplication, type Replication } from '../ha/replication.js';
import { Switching } from '../ha/switching.js';
import { ActingGroup } from './acting-group.js';
import { electedRole } from './elected-role.js';
import { lockHandlers } from './handlers/lock.js';
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
  const joined = [replication, registration];
  const handlers = groupHandlers(options, replication, () => acting?.peers.others() ?? []);
  const acting = config.enableSlaveActingMaster
    ? actingGroup(options, replication, registration)
    : undefined;
  if (!acting) return { replication, registration, handlers, parts: joined };
  const all = { ...handlers, ...acting.handlers() };
  return { replication, registration, handlers: all, parts: [...joined, acting] };
}

/** A slave stands in for a master that is away. */
function actingGroup(
  options: MembershipOptions,
  replication: Replication,
  registration: Registration,
): ActingGroup {
  const { store, tables } = options;
  const { offsets, topics } = tables;
  const logEnd = (): number => store.logRange().end;
  return new ActingGroup({ ...options, replication, registration, offsets, topics, logEnd });
}

/** What brokers of a group ask each other, whoever decides about their roles. */
function groupHandlers(
  options: MembershipOptions,
  replication: Replication,
  peers: () => string[],
): Handlers {
  const { brokerAddr, client, haServerAddr, settings, store, tables } = options;
  const { brokerConfig: config, messageStoreConfig: storeConfig } = settings;
  const { queueLocks } = tables;
  const isMaster = (): boolean => config.brokerId === MASTER_ID;
  return {
    ...lockHandlers({ queueLocks, config, storeConfig, client, peers }),
    EXCHANGE_BROKER_HA_INFO({ masterHaAddress: told, masterAddress: masterAddr }) {
      if (told) replication.onMaster({ haServerAddr: told, ...(masterAddr && { masterAddr }) });
      if (told || !isMaster()) return {};
      const masterFlushOffset = store.logRange().end;
      const masterHaAddress = haServerAddr();
      return { header: { masterAddress: brokerAddr(), masterHaAddress, masterFlushOffset } };
    },
    RESET_MASTER_FLUSH_OFFSET: ({ masterFlushOffset }) => {
      if (!isMaster()) replication.masterFlushOffset = masterFlushOffset;
      return {};
    },
    // only acting masters change what they do
    NOTIFY_MIN_BROKER_ID_CHANGE: () => ({}),
  };
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
    ...groupHandlers(options, replication, () => []),
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
