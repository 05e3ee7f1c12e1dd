// The controllers of a cluster: which of them leads, and what a broker asks it (BrokerOuterAPI).

import { lookup } from 'node:dns/promises';
import { MqError } from '../../../base/errors.js';
import { describeError, type Logger } from '../../../base/log.js';
import {
  decodeSyncStateSet,
  encodeSyncStateSet,
  type SyncStateSet,
} from '../../../protocol/bodies/controller.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { RemotingClient } from '../../../remoting/client.js';

/** Properties of BrokerConfig, read at each use. */
export interface ControllersConfig {
  /** `host:port;host:port`, or one host name with fetchControllerAddrByDnsLookup. */
  controllerAddr: string;
  fetchControllerAddrByDnsLookup: boolean;
  brokerClusterName: string;
  brokerName: string;
}

export interface ControllersOptions {
  config: ControllersConfig;
  client: RemotingClient;
  log: Logger;
}

/** Who is the master, as far as the controller knows. */
export interface Elected {
  masterBrokerId?: number | undefined;
  masterAddress?: string | undefined;
  masterEpoch?: number | undefined;
  set: SyncStateSet;
}

const TIMEOUT_MS = 3000;
const OPTIONS = { timeoutMs: TIMEOUT_MS };

export class Controllers {
  private leader = '';
  private failure = '';

  constructor(private readonly options: ControllersOptions) {}

  /** All that are configured. */
  async addresses(): Promise<string[]> {
    const { controllerAddr, fetchControllerAddrByDnsLookup: byDns } = this.options.config;
    const all = controllerAddr.split(';').map((text) => text.trim());
    const known = all.filter((address) => address !== '');
    return byDns ? (await Promise.all(known.map(hostsOf))).flat() : known;
  }

  /** Asks which controller leads; false when none says so. */
  async findLeader(): Promise<boolean> {
    const { client, log } = this.options;
    const failures: string[] = [];
    for (const address of await this.addresses()) {
      try {
        const answer = await client.request(address, 'CONTROLLER_GET_METADATA_INFO', {}, OPTIONS);
        const { controllerLeaderAddress: leader } = answer.header;
        if (!leader) continue;
        if (leader !== this.leader) log.info(`the controller that leads is ${leader}`);
        this.leader = leader;
        this.failure = '';
        return true;
      } catch (error) {
        failures.push(`${address}: ${describeError(error)}`);
      }
    }
    const failure = failures.join('; ') || 'controllerAddr names none that knows a leader';
    if (failure !== this.failure) log.warn(`no controller: ${failure}`);
    this.failure = failure;
    return false;
  }

  async nextBrokerId(): Promise<number> {
    const name = 'CONTROLLER_GET_NEXT_BROKER_ID';
    const { header } = await this.options.client.request(this.at(), name, this.group(), OPTIONS);
    return header.nextBrokerId ?? 1;
  }

  async applyBrokerId(appliedBrokerId: number, registerCheckCode: string): Promise<void> {
    const header = { ...this.group(), appliedBrokerId, registerCheckCode };
    await this.options.client.request(this.at(), 'CONTROLLER_APPLY_BROKER_ID', header, OPTIONS);
  }

  async register(brokerId: number, brokerAddress: string): Promise<Elected> {
    const header = { ...this.group(), brokerId, brokerAddress };
    const name = 'CONTROLLER_REGISTER_BROKER';
    const answer = await this.options.client.request(this.at(), name, header, OPTIONS);
    const set = decodeSyncStateSet(answer.body);
    return { ...answer.header, set: this.numbered(set, answer.header.syncStateSetEpoch) };
  }

  /** Asks for an election, which does not mean to win it; a master that is there stays. */
  async elect(brokerId: number): Promise<Elected> {
    const header = { ...this.group(), brokerId, designateElect: false };
    const allow = [ResponseCode.CONTROLLER_MASTER_STILL_EXIST];
    const answer = await this.options.client.request(this.at(), 'CONTROLLER_ELECT_MASTER', header, {
      ...OPTIONS,
      allow,
    });
    const set = decodeSyncStateSet(answer.body);
    return { ...answer.header, set: this.numbered(set, answer.header.syncStateSetEpoch) };
  }

  async replicaInfo(): Promise<Elected> {
    const { brokerName } = this.options.config;
    const name = 'CONTROLLER_GET_REPLICA_INFO';
    const answer = await this.options.client.request(this.at(), name, { brokerName }, OPTIONS);
    return { ...answer.header, set: decodeSyncStateSet(answer.body) };
  }

  /** Asks for another SyncStateSet; the one that counts from now on. */
  async alter(master: { id: number; epoch: number }, wanted: SyncStateSet): Promise<SyncStateSet> {
    const { brokerName } = this.options.config;
    const header = { brokerName, masterBrokerId: master.id, masterEpoch: master.epoch };
    const name = 'CONTROLLER_ALTER_SYNC_STATE_SET';
    const body = encodeSyncStateSet(wanted);
    const answer = await this.options.client.request(this.at(), name, header, { ...OPTIONS, body });
    return decodeSyncStateSet(answer.body);
  }

  /** Every controller hears that this broker lives: any of them may lead next. */
  async heartbeat(header: Req<'BROKER_HEARTBEAT'>): Promise<void> {
    const { client } = this.options;
    const all = (await this.addresses()).map((address) =>
      client.oneway(address, 'BROKER_HEARTBEAT', header).catch(() => undefined),
    );
    await Promise.all(all);
  }

  private at(): string {
    if (this.leader) return this.leader;
    throw new MqError('REPLICATION_FAILED', { reason: 'no controller leads' });
  }

  private group() {
    const { brokerClusterName: clusterName, brokerName } = this.options.config;
    return { clusterName, brokerName };
  }

  private numbered(set: SyncStateSet, syncStateSetEpoch: number | undefined): SyncStateSet {
    return { ...set, syncStateSetEpoch: syncStateSetEpoch ?? set.syncStateSetEpoch };
  }
}

/** `host:port` of every address that a name stands for; of none when it cannot be looked up. */
async function hostsOf(address: string): Promise<string[]> {
  const at = address.lastIndexOf(':');
  const found = await lookup(address.slice(0, at), { all: true }).catch(() => []);
  return found.map(({ address: ip, family }) => {
    return `${family === 6 ? `[${ip}]` : ip}${address.slice(at)}`;
  });
}
