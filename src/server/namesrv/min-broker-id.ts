// Tells the brokers of a group when their smallest id has changed (notifyMinBrokerIdChanged).

import { describeError, type Logger } from '../../base/log.js';
import type { RemotingClient } from '../../remoting/client.js';
import { minBrokerId } from './brokers.js';
import type { MinBrokerIdChange } from './route-table.js';

export function minBrokerIdNotifier(
  client: RemotingClient,
  log: Logger,
): (change: MinBrokerIdChange) => void {
  return ({ brokerAddrs, offlineBrokerAddr, haBrokerAddr }) => {
    const minId = minBrokerId(brokerAddrs);
    if (minId === undefined) return;
    const minBrokerAddr = brokerAddrs.get(minId)!;
    // A new broker knows its own id; those that stay after one has left are all told.
    const told = [...brokerAddrs]
      .filter(([id]) => offlineBrokerAddr !== undefined || brokerAddrs.size === 1 || id !== minId)
      .map(([, addr]) => addr);
    log.info(
      `min broker id changed to ${minId}, notify ${told.join()}, ` +
        `offline broker addr ${offlineBrokerAddr ?? 'none'}`,
    );
    const header = { minBrokerId: minId, minBrokerAddr, offlineBrokerAddr, haBrokerAddr };
    for (const addr of told) {
      client
        .oneway(addr, 'NOTIFY_MIN_BROKER_ID_CHANGE', header)
        .catch((error: unknown) => log.warn(`cannot notify ${addr}: ${describeError(error)}`));
    }
  };
}
