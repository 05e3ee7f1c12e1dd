// Free TCP ports for servers that cannot choose one by themselves.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** A port that is free together with those at `offsets` from it. */
export async function freePort(...offsets: number[]): Promise<number> {
  for (;;) {
    const held: Server[] = [];
    try {
      held.push(await listen(0));
      const port = (held[0]!.address() as AddressInfo).port;
      for (const offset of offsets) held.push(await listen(port + offset));
      return port;
    } catch {
      continue; // a neighbour is taken: another port
    } finally {
      for (const server of held) server.close();
    }
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return server;
}
