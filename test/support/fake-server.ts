// A server that answers what a test has it answer.

import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { createServer } from '../../src/remoting/server.js';
import type { Ending } from './temp.js';

/** Its address; it stops when `ending` runs. */
export async function startFake(ending: Ending, handlers: Handlers): Promise<string> {
  const own = { clock: systemClock, log: silentLogger };
  const server = createServer({ host: '127.0.0.1', ports: [0], handlers, ...own });
  await server.start();
  ending.after(() => server.stop());
  return `127.0.0.1:${server.port()}`;
}
