// Addresses that a broker needs before it listens.

import { lookup } from 'node:dns/promises';
import { systemClock } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import { silentLogger } from '../../base/log.js';
import { addressBytes, type Host } from '../../protocol/host.js';
import { createServer } from '../../remoting/server.js';

/** The address that records carry: brokerIP1, looked up when it is a name. */
export async function storeHostOf(brokerIP1: string, port: number): Promise<Host> {
  const literal = addressBytes(brokerIP1);
  if (literal) return { address: literal, port };
  try {
    const { address } = await lookup(brokerIP1);
    return { address: addressBytes(address)!, port };
  } catch (cause) {
    const text = `brokerIP1 = ${brokerIP1} is neither an address nor a name that can be looked up`;
    throw new MqError('USAGE', { text }, { cause });
  }
}

/**
 * A port that is free now, for listenPort=0: the address of a broker is in its records, so it
 * must be known before the broker listens.
 */
export async function freePort(host: string): Promise<number> {
  const handlers = {};
  const server = createServer({
    host,
    ports: [0],
    handlers,
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  const port = server.port();
  await server.stop();
  return port;
}
