// A client that waits for servers on a machine that does many things at once: a server that has gone
// refuses or closes, so patience costs a test nothing.

import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import {
  type ClientOptions,
  createClient,
  type RemotingClient,
} from '../../src/remoting/client.js';

const PATIENCE_MS = 120_000;

export function patientClient(options: Partial<ClientOptions> = {}): RemotingClient {
  const own = { clock: systemClock, log: silentLogger, connectTimeoutMs: PATIENCE_MS };
  const client = createClient({ ...own, ...options });
  return {
    request: (address, name, header, request) =>
      client.request(address, name, header, { timeoutMs: PATIENCE_MS, ...request }),
    oneway: (...oneway) => client.oneway(...oneway),
    reach: (address) => client.reach(address),
    close: () => client.close(),
  };
}
