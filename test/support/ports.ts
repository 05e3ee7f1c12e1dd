// Free TCP ports for servers that cannot choose one by themselves.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that systems give to outgoing connections. */
const FIRST = 12_000;
const SLICES = 100;
const SLICE = 200;

/** Apart from its neighbours by more than any offset. */
const STEP = 4;
let taken = Math.floor(Math.random() * (SLICE / STEP));
let slice: Promise<number> | undefined;

/**
 * A slice that no other test process uses while this one lives: a virtual machine listens seconds
 * after its port was chosen. Whoever listens at the slice's last port has it.
 */
async function claimSlice(): Promise<number> {
  for (let tries = 0; tries < SLICES; tries++) {
    const first = FIRST + ((process.pid + tries) % SLICES) * SLICE;
    const claim = await listen(first + SLICE - 1).catch(() => undefined);
    claim?.unref();
    if (claim) return first;
  }
  throw new Error('all ports are taken by other tests');
}

/** A port that is free together with those at `offsets` (-2 to 1) from it. */
export async function freePort(...offsets: number[]): Promise<number> {
  const first = await (slice ??= claimSlice());
  for (let tries = 0; tries < 1000; tries++) {
    const held: Server[] = [];
    taken = (taken + 1) % (SLICE / STEP);
    const port = first + taken * STEP;
    try {
      held.push(await listen(port));
      for (const offset of offsets) held.push(await listen(port + offset));
      return port;
    } catch {
      continue; // one of them is taken: another port
    } finally {
      for (const server of held) server.close();
    }
  }
  throw new Error('no free ports');
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return server;
}
