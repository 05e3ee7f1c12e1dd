// How many copies a message wants before its sender is told (CommitLog.asyncPutMessage,
// calcNeedAckNums), and how far so many copies go.

import type { Copies, Copying } from '../../store/message-store.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface InSyncConfig {
  duplicationEnable: boolean;
  /** Copies wanted, this one among them. */
  inSyncReplicas: number;
  /** Fewest that must be in sync, where they are counted at all. */
  minInSyncReplicas: number;
  /** With acting masters: want no more copies than are in sync. */
  enableAutoInSyncReplicas: boolean;
  /** With a controller: want a copy of every member of the SyncStateSet. */
  allAckInSyncStateSet: boolean;
}

/** Properties of BrokerConfig, read at each use. */
export interface GroupModeConfig {
  enableControllerMode: boolean;
  enableSlaveActingMaster: boolean;
}

/** A slave as its master sees it. */
export interface Copy {
  /** End of its log; -1 before it has said so. */
  ackOffset: number;
}

export interface CopiesOptions {
  config: InSyncConfig;
  groupConfig: GroupModeConfig;
  /** Slaves that are connected. */
  slaves(): Iterable<Copy>;
  /** Slaves that are near enough to the master at `end`. */
  inSyncSlaves(end: number): number;
  /** Brokers of the group that the name servers know, this one among them. */
  aliveReplicas(): number;
}

/** Without a controller: counts slaves that are connected and near. */
export function copiesOfSlaves(options: CopiesOptions): Copying {
  const { config } = options;
  return {
    wanted: (end) => (config.duplicationEnable ? 1 : wantedCopies(options, end)),
    copiedTo: (copies) => copiedBy(options.slaves(), copies),
    readableTo: () => Infinity,
  };
}

/** Offset that `copies` of the log reach, this one among them. */
export function copiedBy(slaves: Iterable<Copy>, copies: Copies): number {
  if (copies === 'all') return 0;
  const wanted = copies - 1;
  if (wanted < 1) return Infinity;
  const acks = [...slaves].map(({ ackOffset }) => ackOffset).sort((a, b) => b - a);
  return Math.max(0, acks[wanted - 1] ?? 0);
}

/** Only groups with an acting master refuse messages because slaves are away. */
function wantedCopies(options: CopiesOptions, end: number): number | undefined {
  const { config, groupConfig } = options;
  if (!groupConfig.enableSlaveActingMaster) return config.inSyncReplicas;
  const inSync = Math.min(options.aliveReplicas(), 1 + options.inSyncSlaves(end));
  let wanted = config.inSyncReplicas;
  if (config.enableAutoInSyncReplicas) {
    wanted = Math.max(Math.min(wanted, inSync), config.minInSyncReplicas);
  }
  return wanted > inSync ? undefined : wanted;
}
