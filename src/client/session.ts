// One conversation with a cluster: which name server answers, routes, cluster info, requests.

import type { Clock } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import { describeError, type Logger } from '../base/log.js';
import {
  type ClusterInfo,
  decodeClusterInfo,
  decodeTopicRoute,
  type TopicRoute,
} from '../protocol/bodies/route.js';
import type { ExtFields } from '../protocol/fields.js';
import type { SerializeType } from '../protocol/frame.js';
import type { Req, RequestName } from '../protocol/requests/index.js';
import { ResponseCode } from '../protocol/responses.js';
import {
  type Answer,
  createClient,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  type RemotingClient,
  type RequestOptions,
} from '../remoting/client.js';
import type { Handlers } from '../remoting/handler.js';
import type { Tls } from '../remoting/tls.js';
import type { Connections } from './connections.js';
import { atEach } from './each.js';

/** A request that is about to leave. */
export interface Outgoing {
  address: string;
  name: RequestName;
  header: object;
  body: Buffer | undefined;
}

/** Sees every request before it leaves; what it gives is taken for the server's answer. */
export type Gate = (request: Outgoing) => { header: object; body: Buffer } | undefined;

export interface SessionOptions {
  /** `host:port` of every name server; none is fine for requests to brokers by address. */
  namesrvAddrs: readonly string[];
  clock: Clock;
  log: Logger;
  /** How long one request may take, but where a request asks for longer. */
  timeoutMs?: number;
  /** How long any request, and any connecting, may take: nothing asks for longer. */
  maxTimeoutMs?: number | undefined;
  gate?: Gate | undefined;
  /** Connections that stay open when the session is closed. */
  kept?: { connections: Connections; key: string } | undefined;
  serialize?: SerializeType;
  /** Requests that brokers send to this client. */
  handlers?: Handlers;
  tls?: Tls | undefined;
  /** Adds fields to every request (sign.ts). */
  sign?: (ext: ExtFields, body: Buffer | undefined) => ExtFields;
}

/** Name servers as users write them: separated by `;` (or `,`), spaces allowed. */
export function parseNamesrvAddrs(text: string): string[] {
  return text
    .split(/[;,]/)
    .map((part) => part.trim().replace(/^https?:\/\//, ''))
    .filter((part) => part !== '');
}

export function createSession(options: SessionOptions): Session {
  return new Session(options);
}

export class Session {
  readonly namesrvAddrs: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly timeoutMs: number;
  /** What failed at one of several servers while the others did what was asked (each.ts). */
  readonly failures: unknown[] = [];
  private readonly maxTimeoutMs: number;
  private readonly gate: Gate | undefined;
  private readonly client: RemotingClient;
  private readonly keepsClient: boolean;
  private readonly routes = new Map<string, TopicRoute>();
  private cluster: Promise<ClusterInfo> | undefined;
  /** Index of the name server that answered last; the next question goes there first. */
  private chosen = 0;

  constructor(options: SessionOptions) {
    this.namesrvAddrs = options.namesrvAddrs;
    this.clock = options.clock;
    this.log = options.log;
    this.timeoutMs = options.maxTimeoutMs ?? options.timeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.maxTimeoutMs = options.maxTimeoutMs ?? Infinity;
    this.gate = options.gate;
    const connectTimeoutMs = Math.min(DEFAULT_CONNECT_TIMEOUT_MS, this.maxTimeoutMs);
    const make = (): RemotingClient => createClient({ ...options, connectTimeoutMs });
    const { kept } = options;
    this.keepsClient = kept !== undefined;
    this.client = kept ? kept.connections.clientFor(kept.key, make) : make();
  }

  /** Sends a request to `address`; see RemotingClient.request for what it throws. */
  request<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    options: RequestOptions = {},
  ): Promise<Answer<N>> {
    const instead = this.gate?.({ address, name, header, body: options.body });
    if (instead) return Promise.resolve(answerOf<N>(instead));
    const timeoutMs = Math.min(options.timeoutMs ?? this.timeoutMs, this.maxTimeoutMs);
    return this.client.request(address, name, header, { ...options, timeoutMs });
  }

  oneway<N extends RequestName>(
    address: string,
    name: N,
    header: Req<N>,
    body?: Buffer,
  ): Promise<void> {
    if (this.gate?.({ address, name, header, body })) return Promise.resolve();
    return this.client.oneway(address, name, header, body);
  }

  /** Whether somebody listens at `address`: connects and sends nothing. Throws CONNECT_FAILED. */
  reach(address: string): Promise<void> {
    return this.client.reach(address);
  }

  /** Asks one name server, the next one when it cannot be reached. */
  async askNamesrv<N extends RequestName>(
    name: N,
    header: Req<N>,
    options?: RequestOptions,
  ): Promise<Answer<N>> {
    const count = this.namesrvAddrs.length;
    if (count === 0) throw new MqError('NO_NAMESRV');
    const failures: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const index = (this.chosen + i) % count;
      try {
        const answer = await this.request(this.namesrvAddrs[index]!, name, header, options);
        this.chosen = index;
        return answer;
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        this.log.warn(`name server: ${describeError(error)}`);
        failures.push(error);
      }
    }
    throw unreachable(this.namesrvAddrs, failures);
  }

  /** Sends the same request to every name server, as changes of their state need; see atEach. */
  tellNamesrvs<N extends RequestName>(
    name: N,
    header: Req<N>,
    options?: RequestOptions,
  ): Promise<{ address: string; result: Answer<N> }[]> {
    if (this.namesrvAddrs.length === 0) return Promise.reject(new MqError('NO_NAMESRV'));
    return atEach(this, this.namesrvAddrs, async (address) => {
      try {
        return await this.request(address, name, header, options);
      } catch (error) {
        throw isUnreachable(error) ? unreachable([address], [error]) : error;
      }
    });
  }

  /** Route of a topic, from the cache unless `fresh`. Throws TOPIC_NOT_FOUND. */
  async route(topic: string, options: { fresh?: boolean } = {}): Promise<TopicRoute> {
    const cached = options.fresh ? undefined : this.routes.get(topic);
    if (cached) return cached;
    const header = { topic, acceptStandardJsonOnly: true };
    const allow = [ResponseCode.TOPIC_NOT_EXIST];
    const answer = await this.askNamesrv('GET_ROUTEINFO_BY_TOPIC', header, { allow });
    // What was known stays: a name server that has just started knows no routes for a while.
    if (answer.code !== ResponseCode.SUCCESS || answer.body.length === 0) {
      throw new MqError('TOPIC_NOT_FOUND', { topic });
    }
    const route = decodeTopicRoute(answer.body);
    this.routes.set(topic, route);
    return route;
  }

  /** Route of a topic, undefined where it does not exist. */
  async findRoute(topic: string, options?: { fresh?: boolean }): Promise<TopicRoute | undefined> {
    try {
      return await this.route(topic, options);
    } catch (error) {
      if (error instanceof MqError && error.code === 'TOPIC_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Whether the route of a topic is known, without asking. */
  hasRoute(topic: string): boolean {
    return this.routes.has(topic);
  }

  /** All brokers that the name server knows; asked once unless `fresh`. */
  clusterInfo(options: { fresh?: boolean } = {}): Promise<ClusterInfo> {
    if (!this.cluster || options.fresh) {
      this.cluster = this.askNamesrv('GET_BROKER_CLUSTER_INFO', {}).then((answer) =>
        decodeClusterInfo(answer.body),
      );
      this.cluster.catch(() => {
        this.cluster = undefined;
      });
    }
    return this.cluster;
  }

  /** Routes and cluster are asked for anew when they are needed next. */
  forget(): void {
    this.routes.clear();
    this.cluster = undefined;
  }

  close(): void {
    if (!this.keepsClient) this.client.close();
  }
}

function answerOf<N extends RequestName>({ header, body }: { header: object; body: Buffer }) {
  const code = ResponseCode.SUCCESS;
  return { code, remark: undefined, version: 0, header, ext: {}, body } as Answer<N>;
}

function unreachable(tried: readonly string[], failures: readonly unknown[]): MqError {
  const reasons = failures.map((failure) =>
    failure instanceof MqError && typeof failure.details.reason === 'string'
      ? failure.details.reason
      : describeError(failure),
  );
  const addresses = tried.join(', ');
  const reason = [...new Set(reasons)].join('; ');
  return new MqError('NAMESRV_UNREACHABLE', { addresses, reason }, { cause: failures[0] });
}

/** Whether an error says that nobody answered, so that another server may be asked. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof MqError &&
    (error.code === 'CONNECT_FAILED' ||
      error.code === 'REQUEST_TIMEOUT' ||
      error.code === 'CONNECTION_CLOSED')
  );
}
