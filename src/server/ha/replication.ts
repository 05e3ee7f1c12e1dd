// Replication of a broker: it leads or it follows, by brokerRole.

import { lifecycle, type Part } from '../../base/lifecycle.js';
import { type HaRuntimeInfo, NO_HA_CLIENT } from '../../protocol/bodies/broker.js';
import type { MessageStore, StoreReplication, StoreRoles } from '../../store/message-store.js';
import { Follower, type FollowerOptions } from './follower.js';
import { copiesOfSlaves, type GroupModeConfig, type InSyncConfig } from './in-sync.js';
import { Leader, type LeaderConfig, type LeaderOptions } from './leader.js';
import { SlaveSync, type SlaveSyncOptions } from './slave-sync.js';

export interface ReplicationConfig extends LeaderConfig, InSyncConfig {
  brokerRole: string;
  /** Brokers of the group as long as no name server has told how many are there. */
  totalReplicas: number;
  timerWheelEnable: boolean;
  /** In a slave: its master's HA address, in place of what the name server says. */
  haMasterAddress?: string | null;
}

/** What a name server says to a slave about its master. */
export interface MasterAddresses {
  masterAddr?: string;
  haServerAddr?: string;
}

export interface Replication extends Part {
  /** Follows nobody any more; its own slaves are still sent the log. */
  stop(): Promise<void>;
  /** After everything that writes has stopped: slaves get what they lack, then they are let go. */
  finish(): Promise<void>;
  /** Brokers of the group that the name servers know, this one among them. */
  aliveReplicas: number;
  /** In a slave: what its master had on the disk when it was told. */
  masterFlushOffset: number;
  status(): HaRuntimeInfo;
  onMaster(master: MasterAddresses): void;
  /** In a slave: nothing is to be had from its master. */
  masterAway(): void;
  /** In a slave: its master sends the log. */
  follows(): boolean;
  /** In a master: a slave on this host copies. */
  copiedBy(host: string): boolean;
}

export type ReplicationOptions = Omit<LeaderOptions, 'config'> &
  FollowerOptions &
  Omit<SlaveSyncOptions, 'timerWheelEnable'> & {
    config: ReplicationConfig;
    groupConfig: GroupModeConfig;
    store: StoreReplication & Pick<MessageStore, 'onArrival'> & { roles: StoreRoles };
  };

export function createReplication(options: ReplicationOptions): Replication {
  return options.config.brokerRole === 'SLAVE' ? following(options) : leading(options);
}

function leading(options: ReplicationOptions): Replication {
  const leader = new Leader(options);
  const { config, groupConfig, store } = options;
  const replication: Replication = {
    aliveReplicas: config.totalReplicas,
    masterFlushOffset: 0,
    masterAway: () => undefined,
    follows: () => false,
    copiedBy: (host) => leader.copiedBy(host),
    start: () => leader.start(),
    stop: () => Promise.resolve(),
    finish: () => leader.stop(),
    onMaster: () => undefined,
    status: () => {
      const { end } = options.store.logRange();
      const links = [...leader.links].filter((link) => link.next >= 0);
      return {
        master: true,
        masterCommitLogMaxOffset: end,
        inSyncSlaveNums: links.filter((link) => leader.inSync(link)).length,
        haConnectionInfo: links.map((link) => ({
          addr: link.address,
          diff: end - link.ackOffset,
          inSync: leader.inSync(link),
          slaveAckOffset: link.ackOffset,
          transferFromWhere: link.next,
          transferredByteInSecond: link.transferredInSecond,
        })),
        haClientRuntimeInfo: NO_HA_CLIENT,
      };
    },
  };
  store.copyWith(
    copiesOfSlaves({
      config,
      groupConfig,
      slaves: () => leader.links,
      inSyncSlaves: (end) => [...leader.links].filter((link) => leader.inSync(link, end)).length,
      aliveReplicas: () => replication.aliveReplicas,
    }),
  );
  return replication;
}

function following(options: ReplicationOptions): Replication {
  const { config, store } = options;
  const follower = new Follower(options);
  const sync = new SlaveSync({ ...options, timerWheelEnable: () => config.timerWheelEnable });
  store.onArrival(({ topic }) => sync.arrived(topic));
  if (config.haMasterAddress) follower.follow(config.haMasterAddress);
  return {
    ...lifecycle([follower, sync]),
    finish: () => Promise.resolve(),
    aliveReplicas: config.totalReplicas,
    get masterFlushOffset() {
      return store.roles.masterFlushOffset;
    },
    set masterFlushOffset(offset) {
      store.roles.masterFlushOffset = offset;
    },
    masterAway() {
      follower.follow(undefined);
      sync.follow(undefined);
    },
    follows: () => follower.follows,
    copiedBy: () => false,
    onMaster({ masterAddr, haServerAddr }) {
      if (haServerAddr && !config.haMasterAddress) follower.follow(haServerAddr);
      if (masterAddr) sync.follow(masterAddr);
    },
    status: () => followerStatus(follower, store),
  };
}

/** HARuntimeInfo of a slave. */
export function followerStatus(
  follower: Follower,
  store: StoreReplication & { roles: StoreRoles },
): HaRuntimeInfo {
  return {
    master: false,
    masterCommitLogMaxOffset: 0,
    inSyncSlaveNums: 0,
    haConnectionInfo: [],
    haClientRuntimeInfo: {
      lastReadTimestamp: follower.lastRead,
      lastWriteTimestamp: follower.lastWrite,
      masterAddr: follower.master ?? '',
      masterFlushOffset: store.roles.masterFlushOffset,
      maxOffset: store.logRange().end,
      transferredByteInSecond: follower.transferredInSecond,
    },
  };
}
