// Who counts as having everything: the SyncStateSet of a master (AutoSwitchHAService). It decides
// who may lead next, so it only changes when the controller has agreed.

import type { Clock } from '../../base/clock.js';
import type { Copies, Copying } from '../../store/message-store.js';
import type { Epochs } from './epochs.js';
import { copiedBy, type InSyncConfig } from './in-sync.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface SyncStateConfig extends InSyncConfig {
  /** A slave that was not level for so long leaves the set, ms. */
  haMaxTimeSlaveNotCatchup: number;
  /** Readers need not wait until all in sync have a message. */
  readUnCommitted: boolean;
}

/** A slave that has said who it is. */
export interface Member {
  brokerId: number;
  ackOffset: number;
}

export interface SyncStateOptions {
  config: SyncStateConfig;
  epochs: Epochs;
  clock: Clock;
  members(): Member[];
  logEnd(): number;
  /** The controller is to be asked for this set. */
  onWanted(brokerIds: number[]): void;
}

export class SyncState implements Copying {
  /** Of this broker, once a controller has given one. */
  brokerId = -1;
  private agreed = new Set<number>();
  /** What the controller was asked for and has not answered. */
  private wantedSet: Set<number> | undefined;
  private readonly levelAt = new Map<number, number>();
  private confirmed = -1;
  /** In a slave: what its master has said, which may be more than is here. */
  private told = -1;
  private isMaster = false;

  constructor(private readonly options: SyncStateOptions) {}

  get size(): number {
    return this.agreed.size;
  }

  has(brokerId: number): boolean {
    return this.agreed.has(brokerId);
  }

  /** The controller has agreed. */
  set(brokerIds: Iterable<number>): void {
    this.agreed = new Set(brokerIds);
    this.wantedSet = undefined;
    this.confirm();
  }

  wanted(): Copies | undefined {
    const { config } = this.options;
    if (config.duplicationEnable) return 1;
    const inSync = Math.max(this.agreed.size, this.wantedSet?.size ?? 0);
    if (inSync < config.minInSyncReplicas) return undefined;
    return config.allAckInSyncStateSet ? 'all' : config.inSyncReplicas;
  }

  copiedTo(copies: Copies): number {
    const members = this.options.members();
    if (copies !== 'all') return copiedBy(members, copies);
    const all = this.all();
    return copiedBy(
      members.filter(({ brokerId }) => all.has(brokerId)),
      all.size,
    );
  }

  readableTo(): number {
    if (this.options.config.readUnCommitted) return Infinity;
    return this.isMaster ? this.confirmOffset : this.told;
  }

  get leading(): boolean {
    return this.isMaster;
  }

  /** It is the master from now on, or a slave that has yet to hear what is confirmed. */
  lead(leading: boolean): void {
    this.isMaster = leading;
    this.told = -1;
  }

  /** All that are in sync have everything before it. */
  get confirmOffset(): number {
    const { config, logEnd } = this.options;
    if (this.agreed.size <= 1 || !config.allAckInSyncStateSet) return logEnd();
    if (this.confirmed < 0) this.confirm();
    return this.confirmed;
  }

  /** In a slave: what its master says. */
  learnConfirmed(offset: number): void {
    this.told = offset;
  }

  get learned(): number {
    return Math.min(this.told, this.options.logEnd());
  }

  /** A slave's log reaches to `end`; one that never counts is no member. */
  reported({ brokerId, ackOffset }: Member, counts: boolean): void {
    const { clock, epochs, logEnd } = this.options;
    if (this.agreed.has(brokerId)) this.confirm();
    if (!counts) return;
    if (ackOffset >= logEnd()) this.levelAt.set(brokerId, clock.monotonic());
    if (this.agreed.has(brokerId) || this.wantedSet?.has(brokerId)) return;
    const epochStart = epochs.all.at(-1)?.start ?? Infinity;
    if (ackOffset < this.confirmOffset || ackOffset < epochStart) return;
    if (!this.levelAt.has(brokerId)) this.levelAt.set(brokerId, clock.monotonic());
    this.want(new Set(this.agreed).add(brokerId));
  }

  /** Everything was sent to a slave. */
  level(brokerId: number): void {
    this.levelAt.set(brokerId, this.options.clock.monotonic());
  }

  /**
   * A slave's connection is gone. It counts until the controller has agreed: as long as it may be
   * elected, nothing is acknowledged that it does not have. (RocketMQ stops waiting at once.)
   */
  left(brokerId: number): void {
    this.levelAt.delete(brokerId);
    if (!this.agreed.has(brokerId)) return;
    const wanted = new Set(this.agreed);
    wanted.delete(brokerId);
    this.want(wanted);
  }

  /** Asks for a smaller set when a member was not level for too long. */
  shrink(): void {
    const { clock, config } = this.options;
    const oldest = clock.monotonic() - config.haMaxTimeSlaveNotCatchup;
    const kept = [...this.agreed].filter(
      (id) => id === this.brokerId || (this.levelAt.get(id) ?? -Infinity) >= oldest,
    );
    const wanted = new Set(kept).add(this.brokerId);
    const same = wanted.size === this.agreed.size && kept.length === this.agreed.size;
    if (!same) this.want(wanted);
  }

  /** The controller did not agree. */
  refused(): void {
    this.wantedSet = undefined;
  }

  private want(brokerIds: Set<number>): void {
    this.wantedSet = brokerIds;
    this.options.onWanted([...brokerIds]);
  }

  /** As long as the controller has not answered, both sets count. */
  private all(): Set<number> {
    return new Set([...this.agreed, ...(this.wantedSet ?? [])]);
  }

  /** computeConfirmOffset; it stays while a member has lost its connection. */
  private confirm(): void {
    const { logEnd, members } = this.options;
    const acks = new Map(members().map((member) => [member.brokerId, member.ackOffset]));
    let confirmed = logEnd();
    for (const brokerId of this.all()) {
      if (brokerId === this.brokerId) continue;
      const ack = acks.get(brokerId);
      if (ack === undefined) return;
      if (ack > 0) confirmed = Math.min(confirmed, ack);
    }
    this.confirmed = confirmed;
  }
}
