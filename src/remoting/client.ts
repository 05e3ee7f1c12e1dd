// Requests to servers by address: one connection each, opened on first use and shared.

import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import { type Logger } from '../base/log.js';
import type { ExtFields } from '../protocol/fields.js';
import { Serialize, type SerializeType } from '../protocol/frame.js';
import { type Req, type RequestName, type Res, responseCodec } from '../protocol/requests/index.js';
import { ResponseCode, responseName } from '../protocol/responses.js';
import { Connection } from './connection.js';
import { createDispatch } from './dispatch.js';
import type { Handlers } from './handler.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { Tls } from './tls.js';

export interface ClientOptions {
  clock: Clock;
  log: Logger;
  /** Requests that servers send to clients (NOTIFY_CONSUMER_IDS_CHANGED, …). */
  handlers?: Handlers;
  serialize?: SerializeType;
  connectTimeoutMs?: number;
  /** Used when its `clientEnabled` is set. */
  tls?: Tls | undefined;
  /** Adds fields to every request, as ACL signing does. */
  sign?: (ext: ExtFields, body: Buffer | undefined) => ExtFields;
}

export interface RequestOptions {
  body?: Buffer;
  /** Fields beside those that the request table declares. */
  ext?: ExtFields;
  timeoutMs?: number;
  /** Response codes beside SUCCESS that the caller handles. */
  allow?: readonly number[];
}

export interface Answer<N extends RequestName> {
  code: number;
  remark: string | undefined;
  /** Of the server, as a number (MQVersion). */
  version: number;
  /** Empty when the code is not SUCCESS and the fields are missing. */
  header: Res<N>;
  ext: ExtFields;
  body: Buffer;
}

export const DEFAULT_REQUEST_TIMEOUT_MS = 5000;
export const DEFAULT_CONNECT_TIMEOUT_MS = 3000;

export interface RemotingClient {
  /**
   * Sends a request to `address` (`host:port`). Throws CONNECT_FAILED, REQUEST_TIMEOUT,
   * CONNECTION_CLOSED, or REMOTE_ERROR for a code that is neither SUCCESS nor allowed.
   */
  request<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    options?: RequestOptions,
  ): Promise<Answer<N>>;
  oneway<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    body?: Buffer,
  ): Promise<void>;
  /** Only connects. Throws CONNECT_FAILED. */
  reach(address: string): Promise<void>;
  /** Closes all connections; requests under way fail. */
  close(): void;
}

export function createClient(options: ClientOptions): RemotingClient {
  return new TcpClient(options);
}

class TcpClient implements RemotingClient {
  private readonly dispatch: ReturnType<typeof createDispatch>;
  private readonly connections = new Map<string, Promise<Connection>>();
  private closed = false;

  constructor(private readonly options: ClientOptions) {
    this.dispatch = createDispatch(options.handlers ?? {}, options.log);
  }

  async request<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    options: RequestOptions = {},
  ): Promise<Answer<N>> {
    const connection = await this.connectionTo(address);
    const timeoutMs = options.timeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    const sentAt = this.options.clock.monotonic();
    const asked = connection.request(name, header, { ...options, timeoutMs });
    asked.catch((error) => abandonSilent(connection, error, sentAt));
    const { code, remark, version, ext, body } = await asked;
    const ok = code === ResponseCode.SUCCESS;
    if (!ok && !options.allow?.includes(code)) throw remoteError(address, name, code, remark);
    const decoded = ok || ext ? tryDecode(name, ext, ok) : undefined;
    return { code, remark, version, header: (decoded ?? {}) as Res<N>, ext: ext ?? {}, body };
  }

  async oneway<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    body?: Buffer,
  ): Promise<void> {
    (await this.connectionTo(address)).oneway(name, header, body);
  }

  async reach(address: string): Promise<void> {
    await this.connectionTo(address);
  }

  close(): void {
    this.closed = true;
    for (const opening of this.connections.values()) {
      opening.then(
        (connection) => connection.close(),
        () => undefined,
      );
    }
  }

  private connectionTo(address: string): Promise<Connection> {
    const existing = this.connections.get(address);
    if (existing) return existing;
    const opening = open(address, this.options, this.dispatch);
    this.connections.set(address, opening);
    const forget = (): void => {
      if (this.connections.get(address) === opening) this.connections.delete(address);
    };
    opening.then((connection) => {
      connection.onClose(forget);
      if (this.closed) connection.close();
    }, forget);
    return opening;
  }
}

/** No byte came while a request waited: the connection may lead nowhere (closeSocketIfTimeout). */
function abandonSilent(connection: Connection, error: unknown, sentAt: number): void {
  const late = error instanceof MqError && error.code === 'REQUEST_TIMEOUT';
  if (late && connection.lastActive < sentAt) connection.abandon();
}

/** A refusal may leave out required fields of the header; a success may not. */
function tryDecode(name: RequestName, ext: ExtFields | undefined, strict: boolean): unknown {
  try {
    return responseCodec(name).decode(ext, name);
  } catch (error) {
    if (strict) throw error;
    return undefined;
  }
}

function remoteError(
  address: string,
  request: RequestName,
  responseCode: number,
  remark: string | undefined,
): MqError {
  const name = responseName(responseCode);
  const details = { address, request, responseCode, name, remark: remark ?? '' };
  return new MqError('REMOTE_ERROR', details, { responseCode });
}

async function open(
  address: string,
  options: ClientOptions,
  dispatch: ReturnType<typeof createDispatch>,
): Promise<Connection> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  if (colon <= 0 || !Number.isInteger(port) || port < 1 || port > 65535) {
    const reason = 'expected host:port, for example 127.0.0.1:9876';
    throw new MqError('CONNECT_FAILED', { address, reason });
  }
  const socket = await connected(address, options, await socketTo(host, port, options));
  const { clock, log, sign, serialize = Serialize.JSON } = options;
  const limits = DEFAULT_LIMITS;
  return new Connection(socket, { clock, log, limits, serialize, sign, ...dispatch });
}

interface Opening {
  socket: Socket;
  /** Event of the socket that can be used. */
  ready: 'connect' | 'secureConnect';
}

async function socketTo(host: string, port: number, { tls }: ClientOptions): Promise<Opening> {
  if (!tls?.settings.clientEnabled) return { socket: connect({ host, port }), ready: 'connect' };
  const { connectSecurely } = await import('./tls-context.js');
  return { socket: connectSecurely(host, port, tls), ready: 'secureConnect' };
}

function connected(
  address: string,
  options: ClientOptions,
  { socket, ready }: Opening,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
    const fail = (reason: string, cause?: unknown): void => {
      timer.stop();
      socket.destroy();
      reject(new MqError('CONNECT_FAILED', { address, reason }, { cause }));
    };
    const late = `no connection within ${timeoutMs} ms`;
    const timer = options.clock.after(timeoutMs, () => fail(late));
    const onError = (error: NodeJS.ErrnoException): void => fail(connectReason(error), error);
    socket.once('error', onError);
    socket.once(ready, () => {
      timer.stop();
      socket.removeListener('error', onError);
      resolve(socket);
    });
  });
}

function connectReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is unknown';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to the host';
    default:
      return error.message;
  }
}
