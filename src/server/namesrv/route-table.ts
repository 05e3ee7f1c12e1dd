// Who is there and which topics they have: registrations in, routes out (RouteInfoManager).

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import type { RegisteredTopics } from '../../protocol/bodies/register.js';
import type {
  BrokerAddrs,
  BrokerData,
  BrokerMemberGroup,
  ClusterInfo,
  QueueData,
  QueueMappingInfo,
} from '../../protocol/bodies/route.js';
import { type DataVersion, sameDataVersion } from '../../protocol/bodies/topic.js';
import { MASTER_ID, Perm } from '../../protocol/flags.js';
import type { Connection } from '../../remoting/connection.js';
import { Brokers, minBrokerId } from './brokers.js';
import type { NamesrvConfig } from '../../config/namesrv-config.js';
import { type LiveBroker, LiveBrokers } from './live-brokers.js';
import { TopicQueues } from './topic-queues.js';

/** One broker process as it names itself. */
export interface BrokerIdentity {
  clusterName: string;
  brokerName: string;
  brokerAddr: string;
  brokerId: number;
}

export interface Registration extends BrokerIdentity {
  haServerAddr: string;
  zoneName?: string | undefined;
  heartbeatTimeoutMillis?: number | undefined;
  /** Absent from brokers that do not know acting masters. */
  enableActingMaster?: boolean | undefined;
  topics: RegisteredTopics;
  filterServers: string[];
  connection: Connection;
}

/** What a slave is told of its master. */
export interface RegistrationResult {
  haServerAddr?: string;
  masterAddr?: string;
}

/** Addresses of a broker name whose smallest id has changed. */
export interface MinBrokerIdChange {
  brokerAddrs: BrokerAddrs;
  offlineBrokerAddr?: string;
  haBrokerAddr?: string;
}

export interface RouteTableOptions {
  config: NamesrvConfig;
  clock: Clock;
  log: Logger;
  onMinBrokerIdChange: (change: MinBrokerIdChange) => void;
}

const DEFAULT_HEARTBEAT_TIMEOUT_MS = 120_000;

export class RouteTable {
  readonly brokers = new Brokers();
  readonly topics: TopicQueues;
  private readonly live: LiveBrokers;
  private readonly mappings = new Map<string, Map<string, QueueMappingInfo>>();
  private readonly log: Logger;

  constructor(private readonly options: RouteTableOptions) {
    this.log = options.log;
    this.topics = new TopicQueues(options.log);
    this.live = new LiveBrokers(options.clock);
  }

  /** Undefined when one topic comes from a broker that has not registered as a whole yet. */
  register(from: Registration): RegistrationResult | undefined {
    const { clusterName, brokerName, brokerAddr, brokerId, topics } = from;
    const known = this.brokers.get(brokerName)?.brokerAddrs.has(brokerId) ?? false;
    if (!known && topics.topicConfigTable.size === 1) {
      this.log.warn(
        `Can't register ${[...topics.topicConfigTable.keys()].join()} because ` +
          `broker[${brokerId}]=${brokerAddr} has not registered.`,
      );
      return undefined;
    }
    const data = this.brokers.join(clusterName, brokerName);
    data.enableActingMaster = from.enableActingMaster ?? false;
    if (from.zoneName === undefined) delete data.zoneName;
    else data.zoneName = from.zoneName;
    const previousMinId = minBrokerId(data.brokerAddrs) ?? 0;
    this.releaseOtherIds(data, brokerId, brokerAddr);
    if (this.isOutdated(from, data)) return {};
    const first = !data.brokerAddrs.has(brokerId);
    data.brokerAddrs.set(brokerId, brokerAddr);
    this.takeTopics(from, data, first);
    this.noteAlive(from);
    if (brokerId < previousMinId && this.options.config.notifyMinBrokerIdChanged) {
      const { brokerAddrs } = data;
      this.options.onMinBrokerIdChange({ brokerAddrs, haBrokerAddr: from.haServerAddr });
    }
    return brokerId === MASTER_ID ? {} : this.masterOf(clusterName, data);
  }

  /** A slave that became master keeps its address: it must have one id only. */
  private releaseOtherIds(data: BrokerData, brokerId: number, brokerAddr: string): void {
    for (const [id, addr] of data.brokerAddrs) {
      if (addr === brokerAddr && id !== brokerId) data.brokerAddrs.delete(id);
    }
  }

  /** Another process with the same id, of an older epoch than the one that is here. */
  private isOutdated(from: Registration, data: BrokerData): boolean {
    const { clusterName, brokerName, brokerAddr, brokerId, topics } = from;
    const oldAddr = data.brokerAddrs.get(brokerId);
    if (oldAddr === undefined || oldAddr === brokerAddr) return false;
    const old = this.live.get(clusterName, oldAddr);
    const { stateVersion } = topics.dataVersion;
    if (!old || old.dataVersion.stateVersion <= stateVersion) return false;
    this.log.warn(
      'Registering Broker conflicts with the existed one, just ignore.: ' +
        `Cluster:${clusterName}, BrokerName:${brokerName}, BrokerId:${brokerId}, ` +
        `Old BrokerAddr:${oldAddr}, Old Version:${old.dataVersion.stateVersion}, ` +
        `New BrokerAddr:${brokerAddr}, New Version:${stateVersion}.`,
    );
    this.live.delete(clusterName, brokerAddr);
    return true;
  }

  private takeTopics(from: Registration, data: BrokerData, first: boolean): void {
    const { clusterName, brokerName, brokerAddr, brokerId, topics } = from;
    const primeSlave =
      from.enableActingMaster !== undefined &&
      brokerId !== MASTER_ID &&
      brokerId === minBrokerId(data.brokerAddrs);
    if (brokerId !== MASTER_ID && !primeSlave) return;
    const { topicConfigTable, topicQueueMappingInfoMap: mappings, dataVersion } = topics;
    if (this.options.config.deleteTopicWithBrokerRegistration && mappings.size === 0) {
      for (const topic of this.topics.namesOf([brokerName])) {
        if (!topicConfigTable.has(topic)) this.topics.delete(topic, brokerName);
      }
    }
    const changed = first || this.isChanged(clusterName, brokerAddr, dataVersion);
    for (const { topicName, perm, ...config } of topicConfigTable.values()) {
      if (!changed && this.topics.has(topicName, brokerName)) continue;
      const { readQueueNums, writeQueueNums, topicSysFlag } = config;
      // The prime slave acts for its master, which is away: it takes no messages.
      const actsForMaster = primeSlave && data.enableActingMaster;
      this.topics.put(topicName, {
        brokerName,
        readQueueNums,
        writeQueueNums,
        perm: actsForMaster ? perm & ~Perm.WRITE : perm,
        topicSysFlag,
      });
    }
    if (!changed) return;
    for (const [topic, info] of mappings) {
      const byBroker = this.mappings.get(topic) ?? new Map<string, QueueMappingInfo>();
      this.mappings.set(topic, byBroker.set(info.bname, info));
    }
  }

  private noteAlive(from: Registration): void {
    const { clusterName: cluster, brokerAddr: addr, haServerAddr } = from;
    const fresh = this.live.put({
      cluster,
      addr,
      timeoutMs: from.heartbeatTimeoutMillis ?? DEFAULT_HEARTBEAT_TIMEOUT_MS,
      dataVersion: from.topics.dataVersion,
      connection: from.connection,
      haServerAddr,
      filterServers: from.filterServers,
    });
    if (fresh) {
      this.log.info(`new broker registered, ${addr} of ${cluster} HAService: ${haServerAddr}`);
    }
  }

  private masterOf(cluster: string, data: BrokerData): RegistrationResult {
    const masterAddr = data.brokerAddrs.get(MASTER_ID);
    const master = masterAddr === undefined ? undefined : this.live.get(cluster, masterAddr);
    return master ? { haServerAddr: master.haServerAddr, masterAddr: master.addr } : {};
  }

  unregister(broker: BrokerIdentity): void {
    const { clusterName, brokerName, brokerAddr, brokerId } = broker;
    const wasAlive = this.live.delete(clusterName, brokerAddr);
    this.log.info(
      `unregisterBroker, remove from brokerLiveTable ${wasAlive ? 'OK' : 'Failed'}, ` +
        `${brokerName} ${brokerId} ${brokerAddr} of ${clusterName}`,
    );
    const data = this.brokers.get(brokerName);
    if (!data) return;
    const { brokerAddrs } = data;
    const wasMin = brokerId === minBrokerId(brokerAddrs);
    for (const [id, addr] of brokerAddrs) if (addr === brokerAddr) brokerAddrs.delete(id);
    if (brokerAddrs.size === 0) {
      this.brokers.leave(clusterName, brokerName);
      this.topics.deleteBroker(brokerName);
      return;
    }
    if (!data.enableActingMaster) return;
    if (!brokerAddrs.has(MASTER_ID)) {
      this.topics.changePerm(brokerName, (perm) => perm & ~Perm.WRITE);
    }
    if (wasMin && this.options.config.notifyMinBrokerIdChanged) {
      this.options.onMinBrokerIdChange({ brokerAddrs, offlineBrokerAddr: brokerAddr });
    }
  }

  touch(cluster: string, addr: string): void {
    this.live.touch(cluster, addr);
  }

  dataVersion(cluster: string, addr: string): DataVersion | undefined {
    return this.live.get(cluster, addr)?.dataVersion;
  }

  isChanged(cluster: string, addr: string, version: DataVersion): boolean {
    const known = this.dataVersion(cluster, addr);
    return !known || !sameDataVersion(known, version);
  }

  filterServers(cluster: string, addr: string): readonly string[] {
    return this.live.get(cluster, addr)?.filterServers ?? [];
  }

  /** Forgets a topic, or its queues on one broker name; what was static about it, too. */
  deleteTopic(topic: string, brokerName?: string): void {
    this.topics.delete(topic, brokerName);
    const mappings = this.mappings.get(topic);
    if (brokerName !== undefined) mappings?.delete(brokerName);
    if (brokerName === undefined || mappings?.size === 0) this.mappings.delete(topic);
  }

  mappingsOf(topic: string): Map<string, QueueMappingInfo> | undefined {
    return this.mappings.get(topic);
  }

  clusterInfo(): ClusterInfo {
    return this.brokers.info();
  }

  memberGroup(cluster: string, brokerName: string): BrokerMemberGroup {
    const brokerAddrs = new Map(this.brokers.get(brokerName)?.brokerAddrs);
    return { cluster, brokerName, brokerAddrs };
  }

  /** Queues that an administrator declares; brokers must be known. */
  registerTopic(topic: string, queues: readonly QueueData[]): void {
    for (const queue of queues) {
      if (!this.brokers.has(queue.brokerName)) {
        this.log.warn(`Register topic contains illegal broker, ${topic}, ${queue.brokerName}`);
        return;
      }
      this.topics.put(topic, queue);
    }
  }

  /** Removes brokers that were silent for their heartbeat time-out, and their connections. */
  removeExpired(): void {
    for (const broker of this.live.expired()) {
      this.log.warn(`The broker channel expired, ${broker.addr} ${broker.timeoutMs}ms`);
      this.removeDead(broker);
      broker.connection.close();
    }
  }

  connectionClosed(connection: Connection): void {
    for (const broker of this.live.of(connection)) this.removeDead(broker);
  }

  private removeDead({ cluster, addr }: LiveBroker): void {
    const found = this.brokers.find(cluster, addr);
    if (!found) {
      this.live.delete(cluster, addr);
      return;
    }
    this.log.info(`the broker's channel destroyed, ${found.brokerName} ${addr}`);
    this.unregister({ clusterName: cluster, brokerAddr: addr, ...found });
  }
}
