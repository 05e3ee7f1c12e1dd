// A TCP server for frames: listens on one or more ports and hands requests to handlers.

import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import type { Clock, Timer } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import type { Part } from '../base/lifecycle.js';
import { describeError, type Logger } from '../base/log.js';
import { Serialize } from '../protocol/frame.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { createDispatch } from './dispatch.js';
import type { Guard, Handlers } from './handler.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { type Tls, TlsAcceptor } from './tls.js';

export interface ServerOptions {
  /** Address to bind; 0.0.0.0 for all. */
  host: string;
  /** Ports to listen on, 0 for any free one. */
  ports: readonly number[];
  handlers: Handlers;
  /** Sees every request first. */
  guard?: Guard | undefined;
  clock: Clock;
  log: Logger;
  limits?: Partial<Limits>;
  /** Absent: TLS beside plain connections, with a certificate of its own, as in RocketMQ. */
  tls?: Tls | undefined;
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
  return new TcpServer(options);
}

class TcpServer implements RemotingServer {
  readonly connections = new Set<Connection>();
  private readonly limits: Limits;
  private readonly connectionOptions: ConnectionOptions;
  private readonly acceptor: TlsAcceptor;
  private readonly listeners: Server[] = [];
  private idleScan: Timer | undefined;

  constructor(private readonly options: ServerOptions) {
    const { clock, log, tls, guard } = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const dispatch = createDispatch(options.handlers, log, guard);
    const serialize = Serialize.JSON;
    this.connectionOptions = { clock, log, limits: this.limits, serialize, ...dispatch };
    const onSocket = (socket: Socket): void => this.take(socket);
    this.acceptor = new TlsAcceptor({ tls, clock, log, onSocket });
  }

  port(i = 0): number {
    return (this.listeners[i]!.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await this.acceptor.check();
    try {
      for (const port of this.options.ports) await this.listen(port);
    } catch (error) {
      for (const server of this.listeners) server.close();
      throw error;
    }
    const { idleMs } = this.limits;
    if (idleMs === 0) return;
    this.idleScan = this.options.clock.every(IDLE_SCAN_MS, () => {
      closeIdle(this.connections, idleMs, this.options);
      this.acceptor.closeIdle(idleMs);
    });
  }

  async stop(): Promise<void> {
    this.idleScan?.stop();
    const closed = this.listeners
      .filter((server) => server.listening)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.acceptor.close();
    for (const connection of this.connections) {
      closed.push(new Promise((resolve) => connection.onClose(resolve)));
      connection.close(DRAIN_MS);
    }
    await Promise.all(closed);
  }

  private listen(port: number): Promise<void> {
    const { host, log } = this.options;
    const accept = (socket: Socket): void => this.acceptor.accept(socket);
    const server = createTcpServer({ noDelay: true }, accept);
    this.listeners.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(listenError(host, port, error)),
      );
      server.listen({ host, port, backlog: 1024 }, () => {
        server.on('error', (error) => log.warn(`accepting on ${port}: ${describeError(error)}`));
        resolve();
      });
    });
  }

  private take(socket: Socket): void {
    const connection = new Connection(socket, this.connectionOptions);
    this.connections.add(connection);
    connection.onClose(() => {
      this.connections.delete(connection);
      this.options.onClose?.(connection);
    });
    this.options.onConnect?.(connection);
  }
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
