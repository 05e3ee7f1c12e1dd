// A broker as the controller knows it (ReplicasManager): gets an id, registers, is elected or
// learns who was, and keeps the controller and itself of one mind.

import { join } from 'node:path';
import { type Clock, sleep, type Timer } from '../../../base/clock.js';
import type { FileSystem } from '../../../base/files.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import type { SyncStateSet } from '../../../protocol/bodies/controller.js';
import type { RemotingClient } from '../../../remoting/client.js';
import { Controllers, type ControllersConfig, type Elected } from './controllers.js';
import { IdentityFiles } from './identity.js';

/** Properties of BrokerConfig, read at each use. */
export interface ReplicaConfig extends ControllersConfig {
  brokerHeartbeatInterval: number;
  controllerHeartBeatTimeoutMills: number;
  brokerElectionPriority: number;
  syncBrokerMetadataPeriod: number;
  syncControllerMetadataPeriod: number;
  checkSyncStateSetPeriod: number;
}

/** Properties of MessageStoreConfig. */
export interface ReplicaStoreConfig {
  storePathRootDir: string;
  storePathBrokerIdentity?: string | null;
}

/** What the broker does when the controller says so. */
export interface RoleTaker {
  /** The controller has given this id. */
  known(brokerId: number): void;
  /** `before`: it was the master already. False when its log is newer than the epoch. */
  lead(epoch: number, before: boolean): Promise<boolean>;
  /** `before`: it followed this master already. */
  follow(master: string, epoch: number, before: boolean): Promise<boolean>;
  syncStateSet(brokerIds: readonly number[]): void;
  /** The controller did not agree to a set. */
  setRefused(): void;
  /** Looks who is still in sync. */
  check(): void;
  progress(): { epoch: number; maxOffset: number; confirmOffset: number };
}

export interface ReplicaOptions {
  config: ReplicaConfig;
  storeConfig: ReplicaStoreConfig;
  role: RoleTaker;
  client: RemotingClient;
  files: Pick<FileSystem, 'readText' | 'writeTextAtomic' | 'unlink' | 'exists'>;
  clock: Clock;
  log: Logger;
  brokerAddr(): string;
}

const RETRY_MS = 1000;
/** How long the broker's start waits for a role. */
const START_WAIT_MS = 5000;

export class Replica implements Part {
  private readonly controllers: Controllers;
  private readonly identity: IdentityFiles;
  private id = -1;
  private masterId: number | undefined;
  private masterEpoch = 0;
  private set: SyncStateSet = { syncStateSet: [], syncStateSetEpoch: 0 };
  private wish: readonly number[] | undefined;
  private settled = false;
  private stopped = false;
  private failure = '';
  private timers: Timer[] = [];
  private readonly under = new Map<string, Promise<void>>();
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReplicaOptions) {
    const { storePathRootDir, storePathBrokerIdentity } = options.storeConfig;
    const path = storePathBrokerIdentity || join(storePathRootDir, 'brokerIdentity');
    this.controllers = new Controllers(options);
    this.identity = new IdentityFiles({ ...options, path });
  }

  async start(): Promise<void> {
    const { clock, config, role } = this.options;
    const every = (name: string, periodMs: number, work: () => Promise<void>): Timer =>
      clock.every(Math.max(100, periodMs), () => this.guard(name, work));
    this.timers = [
      every('role', RETRY_MS, () => this.settle()),
      every('heartbeat', config.brokerHeartbeatInterval, () => this.heartbeat()),
      every('master', config.syncBrokerMetadataPeriod, () => this.compare()),
      every('in sync', config.checkSyncStateSetPeriod, async () => {
        if (this.leads) role.check();
      }),
      every('leader', config.syncControllerMetadataPeriod, async () => {
        await this.controllers.findLeader();
      }),
    ];
    const first = this.guard('role', () => this.settle());
    await Promise.race([first, sleep(clock, START_WAIT_MS)]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) timer.stop();
    await Promise.all(this.under.values());
    await this.turn;
  }

  get leads(): boolean {
    return this.masterId === this.id && this.id >= 0;
  }

  /** The controller has told who leads from now on (NOTIFY_BROKER_ROLE_CHANGED). */
  changed(elected: Elected): Promise<void> {
    return this.take(elected);
  }

  /** The master wants another set of replicas that count; the newest wish counts. */
  want(brokerIds: readonly number[]): void {
    this.wish = brokerIds;
    void this.guard('set', async () => {
      for (let wish = this.wish; wish && !this.stopped; wish = this.wish) {
        this.wish = undefined;
        await this.ask(wish);
      }
    });
  }

  private async ask(brokerIds: readonly number[]): Promise<void> {
    const { syncStateSetEpoch } = this.set;
    const master = { id: this.id, epoch: this.masterEpoch };
    const syncStateSet = [...brokerIds].sort((a, b) => a - b);
    try {
      this.agree(await this.controllers.alter(master, { syncStateSet, syncStateSetEpoch }));
    } catch (error) {
      if (!this.wish) this.options.role.setRefused();
      throw error;
    }
  }

  /** From the first word to a role: everything that has not been done yet. */
  private async settle(): Promise<void> {
    if (this.settled || this.stopped) return;
    if (!(await this.controllers.findLeader())) return;
    if (this.id < 0) await this.obtainId();
    await this.take(await this.controllers.register(this.id, this.options.brokerAddr()));
    await this.heartbeat();
    if (this.masterId === undefined) await this.take(await this.controllers.elect(this.id));
    if (this.masterId === undefined) return;
    this.settled = true;
    this.failure = '';
  }

  private async obtainId(): Promise<void> {
    const { config, brokerAddr, clock, role } = this.options;
    const { brokerClusterName: clusterName, brokerName } = config;
    const known = this.identity.given();
    const here = known ?? this.identity.applied();
    if (here && (here.clusterName !== clusterName || here.brokerName !== brokerName)) {
      const other = `${here.brokerName} of ${here.clusterName}`;
      throw new Error(`the store was that of ${other}, the configuration says otherwise`);
    }
    if (!known) {
      let applied = this.identity.applied();
      if (!applied) {
        const brokerId = await this.controllers.nextBrokerId();
        const checkCode = `${brokerAddr()};${clock.now()}`;
        applied = { clusterName, brokerName, brokerId, checkCode };
        this.identity.apply(applied);
      }
      await this.controllers.applyBrokerId(applied.brokerId, applied.checkCode).catch((error) => {
        this.identity.dropApplied(); // somebody was faster: the next try asks for another
        throw error;
      });
      this.identity.give(applied);
    }
    this.id = (known ?? this.identity.given())!.brokerId;
    this.options.log.info(`the controller knows this broker as ${this.id} of ${brokerName}`);
    role.known(this.id);
  }

  private async heartbeat(): Promise<void> {
    if (this.id < 0) return;
    const { config, role, brokerAddr } = this.options;
    const { epoch, maxOffset, confirmOffset } = role.progress();
    await this.controllers.heartbeat({
      clusterName: config.brokerClusterName,
      brokerAddr: brokerAddr(),
      brokerName: config.brokerName,
      brokerId: this.id,
      epoch,
      maxOffset,
      confirmOffset,
      heartbeatTimeoutMills: config.controllerHeartBeatTimeoutMills,
      electionPriority: config.brokerElectionPriority,
    });
  }

  /** Compares with the controller: a notice may have been lost (syncBrokerMetadata). */
  private async compare(): Promise<void> {
    if (!this.settled) return;
    let elected = await this.controllers.replicaInfo();
    const masterless = !elected.masterAddress || elected.masterBrokerId === undefined;
    if ((elected.masterEpoch ?? 0) > this.masterEpoch && masterless) {
      elected = await this.controllers.elect(this.id);
    }
    await this.take(elected);
    if (this.leads && elected.masterEpoch === this.masterEpoch) this.agree(elected.set);
  }

  /** One after the other, whoever brings the news. */
  private take(elected: Elected): Promise<void> {
    const taken = this.turn.then(() => this.takeNow(elected));
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  private async takeNow({ masterBrokerId, masterAddress, ...rest }: Elected): Promise<void> {
    const { role } = this.options;
    const { masterEpoch: epoch = 0, set } = rest;
    if (this.stopped || masterBrokerId === undefined || masterBrokerId < 0) return;
    if (epoch <= this.masterEpoch || this.id < 0) return;
    const before = masterBrokerId === this.masterId;
    this.masterEpoch = epoch;
    this.masterId = masterBrokerId;
    if (masterBrokerId === this.id) {
      this.set = { syncStateSet: [], syncStateSetEpoch: 0 };
      this.agree(set);
      await role.lead(epoch, before);
    } else if (masterAddress) {
      await role.follow(masterAddress, epoch, before);
    }
  }

  private agree(set: SyncStateSet): void {
    if (!this.leads || set.syncStateSetEpoch <= this.set.syncStateSetEpoch) return;
    this.options.log.info(`replicas in sync are ${set.syncStateSet.join()}`);
    this.set = set;
    this.options.role.syncStateSet(set.syncStateSet);
  }

  /** Never two of a kind at once; a failure is told once. */
  private guard(name: string, work: () => Promise<void>): Promise<void> {
    const running = this.under.get(name);
    if (running || this.stopped) return running ?? Promise.resolve();
    const done = work()
      .catch((error: unknown) => {
        const failure = `${name}: ${describeError(error)}`;
        if (failure !== this.failure) this.options.log.warn(`the controller, ${failure}`);
        this.failure = failure;
      })
      .finally(() => this.under.delete(name));
    this.under.set(name, done);
    return done;
  }
}
