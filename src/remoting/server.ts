// A TCP server for frames: listens on one or more ports and hands requests to handlers.

import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { Clock, Timer } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import type { Part } from '../base/lifecycle.js';
import { describeError, type Logger } from '../base/log.js';
import { Serialize } from '../protocol/frame.js';
import { Connection } from './connection.js';
import { createDispatch } from './dispatch.js';
import type { Handlers } from './handler.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';

export interface ServerOptions {
  /** Address to bind; 0.0.0.0 for all. */
  host: string;
  /** Ports to listen on, 0 for any free one. */
  ports: readonly number[];
  handlers: Handlers;
  clock: Clock;
  log: Logger;
  limits?: Partial<Limits>;
  onConnect?: (connection: Connection) => void;
  onClose?: (connection: Connection) => void;
}

export interface RemotingServer extends Part {
  /** The port that the i-th of `ports` became; only after start. */
  port(i?: number): number;
  readonly connections: ReadonlySet<Connection>;
}

/** How long answers that are under way may take when the server stops, ms. */
const DRAIN_MS = 2000;
const IDLE_SCAN_MS = 10_000;

export function createServer(options: ServerOptions): RemotingServer {
  const { clock, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const dispatch = createDispatch(options.handlers, log);
  const serialize = Serialize.JSON;
  const connectionOptions = { clock, log, limits, serialize, onRequest: dispatch };
  const connections = new Set<Connection>();
  const listeners: Server[] = [];
  let idleScan: Timer | undefined;

  function listen(port: number): Promise<void> {
    const server = createTcpServer({ noDelay: true }, (socket) => {
      const connection = new Connection(socket, connectionOptions);
      connections.add(connection);
      connection.onClose(() => {
        connections.delete(connection);
        options.onClose?.(connection);
      });
      options.onConnect?.(connection);
    });
    listeners.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(listenError(options.host, port, error)),
      );
      server.listen({ host: options.host, port, backlog: 1024 }, () => {
        server.on('error', (error) => log.warn(`accepting on ${port}: ${describeError(error)}`));
        resolve();
      });
    });
  }

  return {
    connections,
    port: (i = 0) => (listeners[i]!.address() as AddressInfo).port,
    async start() {
      try {
        for (const port of options.ports) await listen(port);
      } catch (error) {
        for (const server of listeners) server.close();
        throw error;
      }
      if (limits.idleMs > 0) {
        const scan = (): void => closeIdle(connections, limits.idleMs, options);
        idleScan = clock.every(IDLE_SCAN_MS, scan);
      }
    },
    async stop() {
      idleScan?.stop();
      const closed = listeners
        .filter((server) => server.listening)
        .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const connection of connections) {
        closed.push(new Promise((resolve) => connection.onClose(resolve)));
        connection.close(DRAIN_MS);
      }
      await Promise.all(closed);
    },
  };
}

function closeIdle(
  connections: ReadonlySet<Connection>,
  idleMs: number,
  { clock, log }: ServerOptions,
): void {
  const now = clock.monotonic();
  for (const connection of connections) {
    if (now - connection.lastActive < idleMs || connection.callsUnderWay > 0) continue;
    log.info(`closing ${connection.remote}: idle for ${idleMs} ms`);
    connection.close();
  }
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): MqError {
  if (cause.code === 'EADDRINUSE') return new MqError('PORT_TAKEN', { host, port }, { cause });
  return new MqError('LISTEN_FAILED', { host, port, reason: cause.message }, { cause });
}
