// A broker that a name server believes in: nobody has to listen at its address.

import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { createSession } from '../../src/client/session.js';
import { freePort } from './ports.js';
import type { Ending } from './temp.js';

export interface FakeBroker {
  brokerName: string;
  clusterName?: string;
  /** Where nobody listens, if not given. */
  brokerAddr?: string;
}

/** Registers it; it is away when `ending` runs. Its address. */
export async function registerBroker(
  ending: Ending,
  namesrv: string,
  { brokerName, clusterName = 'DefaultCluster', brokerAddr }: FakeBroker,
): Promise<string> {
  const address = brokerAddr ?? `127.0.0.1:${await freePort()}`;
  const own = { clock: systemClock, log: silentLogger };
  const session = createSession({ namesrvAddrs: [namesrv], ...own });
  const broker = { brokerName, brokerAddr: address, clusterName, brokerId: 0 };
  const more = { haServerAddr: address, compressed: false, bodyCrc32: 0 };
  await session.request(namesrv, 'REGISTER_BROKER', { ...broker, ...more });
  ending.after(() => session.close());
  return address;
}
