// What changes in a broker whose master a controller chooses (ReplicasManager.changeToMaster and
// changeToSlave): its role and id, its duties, its registrations.

import type { Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import { MASTER_ID } from '../../protocol/flags.js';
import type { StoreReplication, StoreRoles } from '../../store/message-store.js';
import type { RoleTaker } from '../ha/controller/replica.js';
import type { Switching } from '../ha/switching.js';
import type { Messaging } from './messaging.js';
import type { TopicConfigs } from './metadata/topics.js';
import type { Registration } from './registration.js';

export interface ElectedRoleOptions {
  settings: BrokerSettings;
  replication: Switching;
  registration: Registration;
  messaging: Pick<Messaging, 'lead'>;
  topics: TopicConfigs;
  store: StoreReplication & { roles: StoreRoles };
  log: Logger;
}

export function electedRole(options: ElectedRoleOptions): RoleTaker {
  const { replication, registration, messaging, store, topics } = options;
  const { brokerConfig, messageStoreConfig } = options.settings;
  const { syncState } = replication;

  /** Name servers believe the newest epoch. */
  function announce(epoch: number): void {
    topics.newVersion(epoch);
    registration.isolated = false;
    void registration.registerAll({ force: true });
  }

  return {
    known(brokerId) {
      syncState.brokerId = brokerId;
    },
    async lead(epoch, before) {
      if (!(await replication.lead(epoch, before))) return false;
      brokerConfig.brokerId = MASTER_ID;
      messageStoreConfig.brokerRole = 'SYNC_MASTER';
      store.roles.fence(false);
      await messaging.lead(true);
      announce(epoch);
      return true;
    },
    async follow(master, epoch, before) {
      if (!before) {
        messageStoreConfig.brokerRole = 'SLAVE';
        await messaging.lead(false);
        brokerConfig.brokerId = syncState.brokerId;
        if (!replication.follow(master, epoch)) return false;
        store.roles.fence(false);
      }
      announce(epoch);
      return true;
    },
    syncStateSet(brokerIds) {
      syncState.set(brokerIds);
      store.copied();
    },
    setRefused: () => syncState.refused(),
    check: () => replication.tidy(),
    progress: () => ({
      epoch: replication.epochs.last,
      maxOffset: store.logRange().end,
      confirmOffset: replication.confirmOffset,
    }),
  };
}
