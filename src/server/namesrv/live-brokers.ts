// Broker addresses that are alive: last sign of life, connection, data version (brokerLiveTable).

import type { Clock } from '../../base/clock.js';
import type { DataVersion } from '../../protocol/bodies/topic.js';
import type { Connection } from '../../remoting/connection.js';

export interface LiveBroker {
  readonly cluster: string;
  readonly addr: string;
  lastUpdate: number;
  readonly timeoutMs: number;
  readonly dataVersion: DataVersion;
  readonly connection: Connection;
  readonly haServerAddr: string;
  readonly filterServers: string[];
}

export class LiveBrokers {
  private readonly table = new Map<string, LiveBroker>();
  constructor(private readonly clock: Clock) {}

  get(cluster: string, addr: string): LiveBroker | undefined {
    return this.table.get(key(cluster, addr));
  }

  /** True when the address was not known before. */
  put(broker: Omit<LiveBroker, 'lastUpdate'>): boolean {
    const at = key(broker.cluster, broker.addr);
    const fresh = !this.table.has(at);
    this.table.set(at, { ...broker, lastUpdate: this.clock.now() });
    return fresh;
  }

  delete(cluster: string, addr: string): boolean {
    return this.table.delete(key(cluster, addr));
  }

  /** A sign of life. */
  touch(cluster: string, addr: string): void {
    const broker = this.get(cluster, addr);
    if (broker) broker.lastUpdate = this.clock.now();
  }

  of(connection: Connection): LiveBroker[] {
    return [...this.table.values()].filter((broker) => broker.connection === connection);
  }

  expired(): LiveBroker[] {
    const now = this.clock.now();
    return [...this.table.values()].filter((b) => b.lastUpdate + b.timeoutMs < now);
  }
}

const key = (cluster: string, addr: string): string => `${cluster}\n${addr}`;
