// What producers and consumers share: one client id, heartbeats, fresh routes.

import type { Clock, Timer } from '../base/clock.js';
import { systemClock } from '../base/clock.js';
import { describeError, type Logger, silentLogger } from '../base/log.js';
import {
  type ConsumerData,
  encodeHeartbeat,
  type HeartbeatData,
} from '../protocol/bodies/client.js';
import type { ExtFields } from '../protocol/fields.js';
import type { SerializeType } from '../protocol/frame.js';
import { MASTER_ID } from '../protocol/flags.js';
import type { Handlers } from '../remoting/handler.js';
import type { Tls } from '../remoting/tls.js';
import { createSession, type Gate, parseNamesrvAddrs, type Session } from './session.js';
import { newClientId } from './unique-id.js';

export interface ClientOptions {
  /** `host:port`, several as an array or separated by `;`. */
  namesrvAddr: string | readonly string[];
  /** Part of the client id behind the address; a name that is unique by default. */
  instanceName?: string;
  clock?: Clock;
  log?: Logger;
  serialize?: SerializeType;
  /** How long one request may take, ms. */
  timeoutMs?: number;
  /** See SessionOptions. */
  maxTimeoutMs?: number | undefined;
  gate?: Gate | undefined;
  sign?: (ext: ExtFields, body: Buffer | undefined) => ExtFields;
  /** How to encrypt, when brokers want that. */
  tls?: Tls | undefined;
  /** Between two heartbeats to every broker, ms. */
  heartbeatIntervalMs?: number;
  /** Between two looks at the routes of the topics in use, ms. */
  pollNameServerIntervalMs?: number;
}

/** What the owner says of itself in a heartbeat. */
export interface Membership {
  producerGroup?: string;
  consumer?: ConsumerData;
}

export class ClientInstance {
  readonly clientId: string;
  readonly session: Session;
  readonly clock: Clock;
  readonly log: Logger;
  /** Topics whose routes are kept fresh, and whose brokers get heartbeats. */
  private readonly topics = new Set<string>();
  private timers: Timer[] = [];
  private stopped = false;

  constructor(
    private readonly options: ClientOptions,
    private readonly membership: () => Membership,
    private readonly events: { onRoutes?: () => void; handlers?: Handlers } = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLogger;
    this.clientId = newClientId(options.instanceName);
    const { namesrvAddr, timeoutMs, maxTimeoutMs, gate, serialize, sign, tls } = options;
    this.session = createSession({
      namesrvAddrs:
        typeof namesrvAddr === 'string' ? parseNamesrvAddrs(namesrvAddr) : [...namesrvAddr],
      clock: this.clock,
      log: this.log,
      maxTimeoutMs,
      gate,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(serialize === undefined ? {} : { serialize }),
      ...(sign === undefined ? {} : { sign }),
      ...(tls === undefined ? {} : { tls }),
      ...(events.handlers === undefined ? {} : { handlers: events.handlers }),
    });
  }

  start(): void {
    const { heartbeatIntervalMs = 30_000, pollNameServerIntervalMs = 30_000 } = this.options;
    this.timers = [
      this.clock.every(heartbeatIntervalMs, () => void this.heartbeat()),
      this.clock.every(pollNameServerIntervalMs, () => void this.refreshRoutes()),
    ];
  }

  /** Keeps the route of a topic fresh from now on; whether that is new. */
  use(topic: string): boolean {
    const known = this.topics.has(topic);
    this.topics.add(topic);
    return !known;
  }

  async refreshRoutes(): Promise<void> {
    for (const topic of this.topics) {
      try {
        await this.session.findRoute(topic, { fresh: true });
      } catch (error) {
        this.log.warn(`route of ${topic}: ${describeError(error)}`);
      }
      if (this.stopped) return;
    }
    this.events.onRoutes?.();
  }

  /** Says to every broker of the topics in use who is here. A broker that fails is logged. */
  async heartbeat(): Promise<void> {
    const { producerGroup, consumer } = this.membership();
    const heartbeat: HeartbeatData = {
      clientID: this.clientId,
      producerDataSet: producerGroup === undefined ? [] : [{ groupName: producerGroup }],
      consumerDataSet: consumer ? [consumer] : [],
      heartbeatFingerprint: 0,
      withoutSub: false,
    };
    const body = encodeHeartbeat(heartbeat);
    const addresses = await this.brokers({ slaves: consumer !== undefined });
    await Promise.all(
      addresses.map(async (address) => {
        try {
          await this.session.request(address, 'HEART_BEAT', {}, { body });
        } catch (error) {
          if (!this.stopped) this.log.warn(`heartbeat: ${describeError(error)}`);
        }
      }),
    );
  }

  /** Addresses of the brokers that have the topics in use; with `known` nobody is asked. */
  async brokers(options: { slaves?: boolean; known?: boolean } = {}): Promise<string[]> {
    const addresses = new Set<string>();
    for (const topic of this.topics) {
      if (options.known && !this.session.hasRoute(topic)) continue;
      const route = await this.session.findRoute(topic).catch(() => undefined);
      for (const { brokerAddrs } of route?.brokerDatas ?? []) {
        for (const [id, address] of brokerAddrs) {
          if (options.slaves || id === MASTER_ID) addresses.add(address);
        }
      }
    }
    return [...addresses];
  }

  /** Leaves the groups at every broker and closes the connections. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    for (const timer of this.timers) timer.stop();
    const { producerGroup, consumer } = this.membership();
    const header = {
      clientID: this.clientId,
      ...(producerGroup === undefined ? {} : { producerGroup }),
      ...(consumer ? { consumerGroup: consumer.groupName } : {}),
    };
    const addresses = await this.brokers({ slaves: consumer !== undefined, known: true });
    await Promise.all(
      addresses.map((address) =>
        this.session
          .request(address, 'UNREGISTER_CLIENT', header, { timeoutMs: 3000 })
          .catch((error: unknown) => this.log.debug(`leaving: ${describeError(error)}`)),
      ),
    );
    this.session.close();
  }
}
