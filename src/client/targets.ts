// Which brokers a task is for: by address, by broker name, by cluster (CommandUtil).

import { MqError } from '../base/errors.js';
import { nearest } from '../config/nearest.js';
import type { BrokerData } from '../protocol/bodies/route.js';
import { MASTER_ID } from '../protocol/flags.js';
import type { Session } from './session.js';

/** One broker process. */
export interface Broker {
  clusterName: string;
  brokerName: string;
  /** 0 is the master. */
  brokerId: number;
  address: string;
}

/** Where a task goes: one address, or a cluster. */
export interface Where {
  brokerAddr?: string | undefined;
  clusterName?: string | undefined;
}

/** Every broker, or those of one cluster, by cluster, name and id. Throws CLUSTER_NOT_FOUND. */
export async function brokersOf(session: Session, clusterName?: string): Promise<Broker[]> {
  const info = await session.clusterInfo();
  const clusters = [...info.clusterAddrTable.keys()].sort();
  if (clusterName !== undefined && !info.clusterAddrTable.has(clusterName)) {
    throw clusterNotFound(clusterName, clusters);
  }
  const brokers: Broker[] = [];
  for (const cluster of clusterName === undefined ? clusters : [clusterName]) {
    for (const brokerName of [...info.clusterAddrTable.get(cluster)!].sort()) {
      const data = info.brokerAddrTable.get(brokerName);
      if (data) brokers.push(...brokersIn(data, cluster));
    }
  }
  return brokers;
}

/** The masters of a cluster. Throws CLUSTER_NOT_FOUND. */
export async function mastersOf(session: Session, clusterName?: string): Promise<Broker[]> {
  const brokers = await brokersOf(session, clusterName);
  return brokers.filter((broker) => broker.brokerId === MASTER_ID);
}

/** Addresses that `where` means: the given one, else the masters (or all brokers) of a cluster. */
export async function addressesOf(
  session: Session,
  where: Where,
  options: { slaves?: boolean } = {},
): Promise<string[]> {
  if (where.brokerAddr !== undefined) return [where.brokerAddr];
  const { clusterName } = where;
  const list = options.slaves
    ? await brokersOf(session, clusterName)
    : await mastersOf(session, clusterName);
  return list.map((broker) => broker.address);
}

/** All brokers of a broker name. Throws BROKER_NOT_FOUND. */
export async function brokersNamed(session: Session, brokerName: string): Promise<Broker[]> {
  const info = await session.clusterInfo();
  const data = info.brokerAddrTable.get(brokerName);
  if (!data) {
    const known = [...info.brokerAddrTable.keys()].sort();
    const near = nearest(brokerName, known);
    const hint =
      near === undefined
        ? `brokers that the name server knows: ${known.join(', ') || 'none'}`
        : `did you mean ${near}?`;
    throw new MqError('BROKER_NOT_FOUND', { broker: brokerName }, { hint });
  }
  return brokersIn(data, data.cluster);
}

/** Address of a broker name's master. Throws BROKER_NOT_FOUND. */
export async function masterNamed(session: Session, brokerName: string): Promise<string> {
  const brokers = await brokersNamed(session, brokerName);
  const master = brokers.find((broker) => broker.brokerId === MASTER_ID);
  if (!master) throw new MqError('BROKER_NOT_FOUND', { broker: `${brokerName} (its master)` });
  return master.address;
}

/** Name of the broker at an address. Throws BROKER_NOT_FOUND. */
export async function brokerNameAt(session: Session, address: string): Promise<string> {
  const brokers = await brokersOf(session);
  const broker = brokers.find((one) => one.address === address);
  if (!broker) {
    const hint = `addresses in use: ${brokers.map((one) => one.address).join(', ') || 'none'}`;
    throw new MqError('BROKER_NOT_FOUND', { broker: address }, { hint });
  }
  return broker.brokerName;
}

/** The master's address, else that of the slave with the lowest id (selectBrokerAddr). */
export function readAddressOf(data: BrokerData): string | undefined {
  const master = data.brokerAddrs.get(MASTER_ID);
  if (master !== undefined) return master;
  const ids = [...data.brokerAddrs.keys()].sort((a, b) => a - b);
  return ids.length > 0 ? data.brokerAddrs.get(ids[0]!) : undefined;
}

function brokersIn(data: BrokerData, clusterName: string): Broker[] {
  return [...data.brokerAddrs]
    .sort(([a], [b]) => a - b)
    .map(([brokerId, address]) => ({
      clusterName,
      brokerName: data.brokerName,
      brokerId,
      address,
    }));
}

function clusterNotFound(cluster: string, known: readonly string[]): MqError {
  const near = nearest(cluster, known);
  const hint =
    known.length === 0
      ? 'the name server knows no cluster yet: is a broker registered?'
      : near === undefined
        ? `clusters that the name server knows: ${known.join(', ')}`
        : `did you mean ${near}?`;
  return new MqError('CLUSTER_NOT_FOUND', { cluster }, { hint });
}
