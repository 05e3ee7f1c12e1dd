// A group in which the slave with the smallest id acts for a master that is away
// (enableSlaveActingMaster): who is there, who acts, and coming back without losing what the acting
// slave has done (BrokerController.updateMinBroker, BrokerPreOnlineService).

import { type Clock, sleep, type Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import type { BrokerSettings } from '../../config/tables.js';
import { MASTER_ID } from '../../protocol/flags.js';
import type { Handlers } from '../../remoting/handler.js';
import type { Replication } from '../ha/replication.js';
import { GroupPeers, type PeersOptions } from './group-peers.js';
import type { Messaging } from './messaging.js';
import type { Registration } from './registration.js';

export interface ActingGroupOptions extends PeersOptions {
  settings: BrokerSettings;
  replication: Replication;
  registration: Registration;
  messaging: Pick<Messaging, 'lead' | 'waiting'>;
  clock: Clock;
  log: Logger;
  haServerAddr(): string;
}

export interface MinBroker {
  id: number;
  addr?: string | undefined;
  offlineAddr?: string | undefined;
  haAddr?: string | undefined;
}

const RETRY_MS = 1000;
const JOIN_MS = 10_000;
const LOOK_MS = 50;
/** How long the broker's start waits to be one of the group. */
const START_WAIT_MS = 3000;

export class ActingGroup implements Part {
  readonly peers: GroupPeers;
  private min: MinBroker = { id: -1 };
  private masterAddr: string | undefined;
  private readonly startLogEnd: () => number;
  private timers: Timer[] = [];
  private stopped = false;
  private failure = '';
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ActingGroupOptions) {
    const { messageStoreConfig, brokerConfig } = options.settings;
    this.peers = new GroupPeers(options);
    this.startLogEnd = () => options.logEnd();
    const alone = messageStoreConfig.totalReplicas <= 1;
    options.registration.isolated = !alone && !brokerConfig.skipPreOnline;
  }

  async start(): Promise<void> {
    const { clock, registration, settings } = this.options;
    const { brokerConfig: config } = settings;
    this.timers = [
      clock.every(Math.max(100, config.brokerHeartbeatInterval), () => {
        if (!registration.isolated) void this.peers.heartbeat();
      }),
      clock.every(Math.max(100, config.syncBrokerMemberGroupPeriod), () => void this.look()),
    ];
    if (!registration.isolated) {
      // as a master or slave of its own until it has looked around
      await this.options.messaging.lead(config.brokerId === MASTER_ID);
      return;
    }
    const online = this.comeOnline(this.startLogEnd());
    await Promise.race([online, sleep(clock, START_WAIT_MS)]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) timer.stop();
    await this.turn;
  }

  handlers(): Handlers {
    const { brokerAddr, haServerAddr, replication, settings } = this.options;
    return {
      NOTIFY_MIN_BROKER_ID_CHANGE: async (header) => {
        const { minBrokerId, minBrokerAddr, offlineBrokerAddr, haBrokerAddr } = header;
        if (minBrokerId === undefined) return {};
        await this.minBroker({
          id: minBrokerId,
          addr: minBrokerAddr,
          offlineAddr: offlineBrokerAddr,
          haAddr: haBrokerAddr,
        });
        return {};
      },
      EXCHANGE_BROKER_HA_INFO: ({ masterHaAddress, masterAddress, masterFlushOffset }) => {
        if (masterHaAddress) {
          this.masterAddr = masterAddress;
          replication.onMaster({ haServerAddr: masterHaAddress, masterAddr: masterAddress });
          this.takeFlushOffset(masterFlushOffset);
          return {};
        }
        if (settings.brokerConfig.brokerId !== MASTER_ID) return {};
        return {
          header: {
            masterAddress: brokerAddr(),
            masterHaAddress: haServerAddr(),
            masterFlushOffset: this.options.logEnd(),
          },
        };
      },
    };
  }

  /** Asks a name server who is there. */
  private async look(): Promise<void> {
    const { registration, replication, settings } = this.options;
    const { brokerId } = settings.brokerConfig;
    const members = await this.peers.look();
    if (members.size === 0 || this.stopped) return;
    replication.aliveReplicas = members.size + (members.has(brokerId) ? 0 : 1);
    if (registration.isolated) return;
    const id = Math.min(...members.keys());
    const offlineAddr = id > this.min.id ? this.min.addr : undefined;
    await this.minBroker({ id, addr: members.get(id), offlineAddr });
  }

  /** Another broker has the smallest id; a master has it anyway. */
  private minBroker(min: MinBroker): Promise<void> {
    const { brokerId } = this.options.settings.brokerConfig;
    const { log, messaging, registration } = this.options;
    if (brokerId === MASTER_ID || registration.isolated) return Promise.resolve();
    this.turn = this.turn
      .then(async () => {
        if (min.id === this.min.id || this.stopped) return;
        log.info(`the smallest broker id is ${min.id}, it was ${this.min.id}`);
        this.min = min;
        await messaging.lead(brokerId === min.id);
        if (min.offlineAddr && min.offlineAddr === this.masterAddr) this.masterIsAway();
        if (min.id === MASTER_ID && min.addr) await this.masterIsThere(min.addr, min.haAddr);
      })
      .catch((error: unknown) => log.error(`acting for a master: ${describeError(error)}`, error));
    return this.turn;
  }

  private masterIsAway(): void {
    this.options.log.warn(`the master ${this.masterAddr} is away`);
    this.masterAddr = undefined;
    this.options.replication.masterAway();
  }

  private async masterIsThere(masterAddr: string, known?: string): Promise<void> {
    const { replication } = this.options;
    const info = await this.peers.haInfo(masterAddr).catch(() => undefined);
    this.takeFlushOffset(info?.masterFlushOffset);
    const haServerAddr = known || info?.masterHaAddress;
    this.masterAddr = masterAddr;
    replication.onMaster({ masterAddr, ...(haServerAddr && { haServerAddr }) });
  }

  /** Tries until it is one of the group; nobody hears of it before. */
  private async comeOnline(logEnd: number): Promise<void> {
    const { clock, log, registration, settings } = this.options;
    const { brokerId } = settings.brokerConfig;
    while (registration.isolated && !this.stopped) {
      try {
        const members = await this.peers.look();
        if (members.size > 0 && brokerId === MASTER_ID) await this.masterOnline(members, logEnd);
        else if (members.has(MASTER_ID)) await this.slaveOnline(members.get(MASTER_ID)!);
        await this.serve(members);
        return;
      } catch (error) {
        const failure = describeError(error);
        if (failure !== this.failure) log.warn(`not one of the group yet: ${failure}`);
        this.failure = failure;
        await sleep(clock, RETRY_MS);
      }
    }
  }

  /** All others follow first, and what the acting slave has done is taken over. */
  private async masterOnline(members: ReadonlyMap<number, string>, logEnd: number): Promise<void> {
    const { messaging, offsets, replication } = this.options;
    const others = [...members].filter(([id]) => id !== MASTER_ID).sort(([a], [b]) => a - b);
    for (const [, addr] of others) {
      await this.peers.tellMaster(addr, this.options.haServerAddr(), logEnd);
      const host = addr.slice(0, addr.lastIndexOf(':'));
      await this.until(() => replication.copiedBy(host), `${addr} copies from here`);
      await this.peers.takeBack(addr, { ...messaging.waiting, offsets });
    }
  }

  private async slaveOnline(masterAddr: string): Promise<void> {
    const { replication } = this.options;
    const info = await this.peers.haInfo(masterAddr);
    this.takeFlushOffset(info.masterFlushOffset);
    this.masterAddr = masterAddr;
    if (!info.masterHaAddress) return;
    replication.onMaster({ masterAddr, haServerAddr: info.masterHaAddress });
    await this.until(() => replication.follows(), 'the master sends its log');
  }

  private async serve(members: ReadonlyMap<number, string>): Promise<void> {
    const { brokerAddr, log, messaging, registration, settings } = this.options;
    const { brokerId } = settings.brokerConfig;
    const others = [...members.keys()].filter((id) => id !== brokerId);
    const id = brokerId === MASTER_ID || others.length === 0 ? brokerId : Math.min(...others);
    this.min = { id, addr: members.get(id) ?? brokerAddr() };
    log.info(`one of the group; the smallest broker id is ${id}`);
    await messaging.lead(brokerId === id);
    registration.isolated = false;
    await registration.registerAll({ force: true });
  }

  private takeFlushOffset(offset: number | undefined): void {
    const { replication, settings } = this.options;
    const { messageStoreConfig: storeConfig } = settings;
    if (!storeConfig.syncMasterFlushOffsetWhenStartup || offset === undefined) return;
    if (replication.masterFlushOffset !== 0) return;
    replication.masterFlushOffset = offset;
  }

  private async until(reached: () => boolean, what: string): Promise<void> {
    const { clock } = this.options;
    const end = clock.monotonic() + JOIN_MS;
    while (!reached()) {
      if (this.stopped || clock.monotonic() > end) throw new Error(`waiting: ${what}`);
      await sleep(clock, LOOK_MS);
    }
  }
}
