// One question to a broker, or to every broker of a cluster, and how RocketMQ titles the answers.

import type { Session } from '../client/session.js';
import { brokersOf, type Where } from '../client/targets.js';

export interface BrokerResult<T> {
  /** The address, or what the broker is in its cluster. */
  title: string;
  address: string;
  result: T;
}

export async function perBroker<T>(
  session: Session,
  { brokerAddr, clusterName }: Where,
  ask: (address: string) => Promise<T>,
): Promise<BrokerResult<T>[]> {
  if (brokerAddr !== undefined) {
    return [{ title: brokerAddr, address: brokerAddr, result: await ask(brokerAddr) }];
  }
  const brokers = await brokersOf(session, clusterName);
  const found: BrokerResult<T>[] = [];
  for (const { brokerName, brokerId, address } of brokers) {
    const master = brokers.find((one) => one.brokerName === brokerName && one.brokerId === 0);
    const title =
      brokerId === 0
        ? `Master: ${address}`
        : `My Master: ${master?.address ?? 'NO_MASTER'}=====Slave: ${address}`;
    found.push({ title, address, result: await ask(address) });
  }
  return found;
}
