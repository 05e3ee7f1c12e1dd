// Broker names with their addresses, and the clusters they form (brokerAddrTable).

import type { BrokerAddrs, BrokerData, ClusterInfo } from '../../protocol/bodies/route.js';

export class Brokers {
  private readonly byName = new Map<string, BrokerData>();
  private readonly clusters = new Map<string, Set<string>>();

  get(brokerName: string): BrokerData | undefined {
    return this.byName.get(brokerName);
  }

  has(brokerName: string): boolean {
    return this.byName.has(brokerName);
  }

  /** The entry of a broker name, made when missing. */
  join(cluster: string, brokerName: string): BrokerData {
    const names = this.clusters.get(cluster) ?? new Set();
    this.clusters.set(cluster, names.add(brokerName));
    let data = this.byName.get(brokerName);
    if (!data) {
      data = { cluster, brokerName, brokerAddrs: new Map(), enableActingMaster: false };
      this.byName.set(brokerName, data);
    }
    return data;
  }

  /** Forgets a broker name, and its cluster when it was the last there. */
  leave(cluster: string, brokerName: string): void {
    this.byName.delete(brokerName);
    const names = this.clusters.get(cluster);
    names?.delete(brokerName);
    if (names?.size === 0) this.clusters.delete(cluster);
  }

  namesOf(cluster: string): ReadonlySet<string> {
    return this.clusters.get(cluster) ?? new Set();
  }

  /** Which name and id an address of a cluster has. */
  find(cluster: string, addr: string): { brokerName: string; brokerId: number } | undefined {
    for (const { cluster: other, brokerName, brokerAddrs } of this.byName.values()) {
      if (other !== cluster) continue;
      for (const [brokerId, known] of brokerAddrs) {
        if (known === addr) return { brokerName, brokerId };
      }
    }
    return undefined;
  }

  info(): ClusterInfo {
    const clusterAddrTable = new Map<string, string[]>();
    for (const [cluster, names] of this.clusters) clusterAddrTable.set(cluster, [...names]);
    return { brokerAddrTable: this.byName, clusterAddrTable };
  }
}

/** Smallest broker id that is there; undefined without any. */
export function minBrokerId(addrs: BrokerAddrs): number | undefined {
  return addrs.size === 0 ? undefined : Math.min(...addrs.keys());
}
