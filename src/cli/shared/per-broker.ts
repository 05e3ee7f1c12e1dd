// One question to a broker, or to every broker of a cluster, and how RocketMQ titles the answers.

import { atEach } from '../../client/each.js';
import type { Session } from '../../client/session.js';
import { brokersOf, type Where } from '../../client/targets.js';

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
  const titles = new Map(
    brokers.map(({ brokerName, brokerId, address }) => {
      const master = brokers.find((one) => one.brokerName === brokerName && one.brokerId === 0);
      const slave = `My Master: ${master?.address ?? 'NO_MASTER'}=====Slave: ${address}`;
      return [address, brokerId === 0 ? `Master: ${address}` : slave];
    }),
  );
  const found = await atEach(session, [...titles.keys()], ask);
  return found.map((one) => ({ ...one, title: titles.get(one.address)! }));
}
