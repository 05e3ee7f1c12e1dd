// Replication of a broker whose role changes while it runs (AutoSwitchHAService): it leads or it
// follows, as the controller says.

import { join } from 'node:path';
import type { Timer } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import { lifecycle, type Part } from '../../base/lifecycle.js';
import type { Logger } from '../../base/log.js';
import { type HaRuntimeInfo, NO_HA_CLIENT } from '../../protocol/bodies/broker.js';
import { type EpochEntry, OPEN_END } from '../../protocol/bodies/controller.js';
import { EpochMaster, EpochSlave } from './epoch-dialect.js';
import type { SlaveGreeting } from './epoch-wire.js';
import { Epochs } from './epochs.js';
import { Follower } from './follower.js';
import { Leader, type LeaderHooks } from './leader.js';
import { type MasterFinder, masterFinder } from './master-finder.js';
import { followerStatus, type Replication, type ReplicationOptions } from './replication.js';
import type { SlaveLink } from './slave-link.js';
import { SlaveSync } from './slave-sync.js';
import { type Member, SyncState, type SyncStateConfig } from './sync-state.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface SwitchingConfig extends SyncStateConfig {
  storePathRootDir: string;
  storePathEpochFile?: string | null;
  syncFromLastFile: boolean;
  asyncLearner: boolean;
}

export type SwitchingOptions = ReplicationOptions & {
  config: SwitchingConfig;
  files: Pick<FileSystem, 'readText' | 'writeTextAtomic'>;
};

/** What is confirmed comes with the data; without any, so much later. */
const CONFIRM_DELAY_MS = 20;

export class Switching implements Replication {
  readonly epochs: Epochs;
  readonly syncState: SyncState;
  /** Set by whoever talks to the controller. */
  onSyncStateWanted: (brokerIds: number[]) => void = () => undefined;
  aliveReplicas = 1;
  private readonly leader: Leader;
  private readonly follower: Follower;
  private readonly sync: SlaveSync;
  private readonly finder: MasterFinder;
  private readonly part: Part;
  private readonly greetings = new Map<SlaveLink, SlaveGreeting>();
  private telling: Timer | undefined;
  private turn: Promise<void> = Promise.resolve();
  private readonly log: Logger;

  constructor(private readonly options: SwitchingOptions) {
    const { clock, config, files, log, store } = options;
    this.log = log;
    const path = config.storePathEpochFile || join(config.storePathRootDir, 'epochFileCheckpoint');
    this.epochs = new Epochs({ path, files, log });
    this.leader = new Leader(options, this.hooks());
    this.syncState = new SyncState({
      config,
      epochs: this.epochs,
      clock,
      members: () => this.members(),
      logEnd: () => store.logRange().end,
      onWanted: (brokerIds) => this.onSyncStateWanted(brokerIds),
    });
    store.copyWith(this.syncState);
    this.follower = new Follower({ ...options, dialect: (line) => this.dialect(line) });
    this.sync = new SlaveSync({ ...options, timerWheelEnable: () => config.timerWheelEnable });
    store.onArrival(({ topic }) => !this.leading && this.sync.arrived(topic));
    this.finder = masterFinder({
      ...options,
      found: (haAddress) => this.follower.follow(haAddress),
    });
    this.part = lifecycle([this.follower, this.sync, this.finder]);
  }

  async start(): Promise<void> {
    this.epochs.load();
    await this.leader.start();
    await this.part.start();
  }

  async stop(): Promise<void> {
    await this.turn;
    await this.part.stop();
  }

  async finish(): Promise<void> {
    await this.leader.stop();
    this.telling?.stop();
  }

  /** Where the master is says the controller, not a name server. */
  onMaster(): void {}

  masterAway(): void {}

  follows(): boolean {
    return this.follower.follows;
  }

  copiedBy(host: string): boolean {
    return this.leader.copiedBy(host);
  }

  get masterFlushOffset(): number {
    return this.options.store.roles.masterFlushOffset;
  }

  set masterFlushOffset(offset: number) {
    this.options.store.roles.masterFlushOffset = offset;
  }

  /** Becomes the master of `epoch`; one that was it before keeps its slaves. False when too old. */
  async lead(epoch: number, before: boolean): Promise<boolean> {
    if (!this.isNew(epoch)) return false;
    const { store } = this.options;
    if (!before) {
      this.syncState.lead(false);
      this.leader.dismiss('the master changes');
      this.followNobody();
    }
    await this.inTurn(async () => {
      const end = before ? store.logRange().end : await store.roles.dropTorn();
      this.epochs.dropFrom(epoch);
      this.epochs.append({ epoch, start: end });
    });
    this.syncState.lead(true);
    store.roles.hold();
    this.log.info(`this broker is the master of epoch ${epoch}`);
    return true;
  }

  /** Follows a master, whose address is that for clients. */
  follow(masterAddress: string, epoch: number): boolean {
    if (!this.isNew(epoch)) return false;
    this.syncState.lead(false);
    this.options.store.roles.release('this broker is a slave now');
    this.leader.dismiss('this broker is a slave now');
    this.followNobody();
    this.finder.look(masterAddress);
    this.sync.follow(masterAddress);
    this.log.info(`this broker follows ${masterAddress}, the master of epoch ${epoch}`);
    return true;
  }

  /** Forgets epochs of which nothing is left, and members that lag. */
  tidy(): void {
    this.epochs.dropBefore(this.options.store.logRange().min);
    if (this.leading) this.syncState.shrink();
  }

  get confirmOffset(): number {
    return this.leading ? this.syncState.confirmOffset : this.syncState.learned;
  }

  epochEntries(): EpochEntry[] {
    return this.epochs.all.map(({ epoch, start }, i, all) => {
      const endOffset = all[i + 1]?.start ?? OPEN_END;
      return { epoch, startOffset: start, endOffset };
    });
  }

  status(): HaRuntimeInfo {
    const { store } = this.options;
    if (!this.leading) return followerStatus(this.follower, store);
    const { end } = store.logRange();
    return {
      master: true,
      masterCommitLogMaxOffset: end,
      inSyncSlaveNums: Math.max(0, this.syncState.size - 1),
      haConnectionInfo: [...this.leader.links].map((link) => ({
        addr: link.address,
        diff: end - link.ackOffset,
        inSync: this.syncState.has(this.idOf(link)),
        slaveAckOffset: link.ackOffset,
        transferFromWhere: link.next,
        transferredByteInSecond: link.transferredInSecond,
      })),
      haClientRuntimeInfo: NO_HA_CLIENT,
    };
  }

  private get leading(): boolean {
    return this.syncState.leading;
  }

  /** Slaves that have everything hear soon what their readers may have. */
  private tellConfirmed(): void {
    this.telling ??= this.options.clock.after(CONFIRM_DELAY_MS, () => {
      this.telling = undefined;
      for (const link of this.leader.links) link.tell();
    });
  }

  private isNew(epoch: number): boolean {
    if (epoch >= this.epochs.last) return true;
    this.log.warn(`a master of epoch ${epoch} is too old, the log has epoch ${this.epochs.last}`);
    return false;
  }

  private followNobody(): void {
    this.finder.look(undefined);
    this.follower.follow(undefined);
    this.sync.follow(undefined);
  }

  private idOf(link: SlaveLink): number {
    return this.greetings.get(link)?.brokerId ?? -1;
  }

  private members(): Member[] {
    const links = [...this.leader.links].filter((link) => this.greetings.has(link));
    return links.map((link) => ({ brokerId: this.idOf(link), ackOffset: link.ackOffset }));
  }

  private hooks(): LeaderHooks {
    const { store } = this.options;
    return {
      dialect: (send, link) => {
        if (!this.leading) return undefined;
        const { epochs } = this;
        const confirmOffset = (): number => this.syncState.confirmOffset;
        const onGreeting = (greeting: SlaveGreeting): void => {
          this.greetings.set(link(), greeting);
        };
        return new EpochMaster({ store, epochs, confirmOffset, send, onGreeting });
      },
      onReport: (link) => {
        const greeting = this.greetings.get(link);
        if (!greeting) return;
        const { brokerId, learner } = greeting;
        this.syncState.reported({ brokerId, ackOffset: link.ackOffset }, !learner);
        store.copied();
        this.tellConfirmed();
      },
      onLevel: (link) => this.syncState.level(this.idOf(link)),
      onClose: (link) => {
        const brokerId = this.idOf(link);
        this.greetings.delete(link);
        if (this.leading && !this.members().some((member) => member.brokerId === brokerId)) {
          this.syncState.left(brokerId);
        }
        store.copied();
      },
    };
  }

  private dialect(line: EpochSlave['options']['line']): EpochSlave {
    const { config, store, log } = this.options;
    const { asyncLearner: learner, syncFromLastFile: fromLastFile } = config;
    return new EpochSlave({
      ...{ store, epochs: this.epochs, line, log, roles: store.roles },
      greeting: { fromLastFile, learner, brokerId: this.syncState.brokerId },
      inTurn: (work) => void this.inTurn(work),
      onConfirm: (offset) => this.syncState.learnConfirmed(offset),
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
