// A slave's side of replication (DefaultHAClient): connects to its master, says where its log ends,
// appends what comes, and says so again.

import { connect, type Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import type { StoreReplication } from '../../store/message-store.js';
import { plainSlave, type SlaveDialect, type SlaveLine } from './dialect.js';
import type { Piece } from './wire.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface FollowerConfig {
  haSendHeartbeatInterval: number;
  haHousekeepingInterval: number;
}

export interface FollowerOptions {
  config: FollowerConfig;
  store: StoreReplication;
  /** Of a new connection; by default that of a log that only grows. */
  dialect?(line: SlaveLine): SlaveDialect;
  clock: Clock;
  log: Logger;
}

const [FIRST_RETRY_MS, LONGEST_RETRY_MS] = [500, 5000];
const CONNECT_TIMEOUT_MS = 5000;
const LOOK_MS = 500;

export class Follower implements Part {
  /** `host:port` of the master's HA port, when it is known. */
  master: string | undefined;
  connected = false;
  private heard = false;
  lastRead = 0;
  lastWrite = 0;
  /** Bytes received in the last whole second. */
  transferredInSecond = 0;
  private receivedSince = 0;
  private lastSample = 0;
  private socket: Socket | undefined;
  private dialect: SlaveDialect | undefined;
  private ticker: Timer | undefined;
  private retry: Timer | undefined;
  private retryMs = FIRST_RETRY_MS;
  private lastFailure = '';
  private running = false;

  constructor(private readonly options: FollowerOptions) {}

  start(): Promise<void> {
    this.running = true;
    this.ticker = this.options.clock.every(LOOK_MS, () => this.look());
    this.connect();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.running = false;
    this.ticker?.stop();
    this.retry?.stop();
    this.socket?.destroy();
    this.socket = undefined;
    return Promise.resolve();
  }

  /** Its master has sent something. */
  get follows(): boolean {
    return this.connected && this.heard;
  }

  /** Follows the master at `address` from now on; nobody without one. */
  follow(address: string | undefined): void {
    if (address === this.master) return;
    this.options.log.info(`the master's log comes from ${address ?? 'nobody'}`);
    this.master = address;
    this.retryMs = FIRST_RETRY_MS;
    this.drop('it has a new address');
    this.connect();
  }

  private connect(): void {
    this.retry?.stop();
    if (!this.running || !this.master || this.socket) return;
    const at = this.master.lastIndexOf(':');
    const host = this.master.slice(0, at).replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(this.master.slice(at + 1)) });
    this.socket = socket;
    const dialect = this.dialectFor(socket);
    this.dialect = dialect;
    this.lastRead = this.options.clock.now();
    socket.setNoDelay(true);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => this.drop('no connection in time', socket));
    socket.on('connect', () => {
      socket.setTimeout(0);
      this.connected = true;
      this.lastRead = this.options.clock.now();
      this.options.log.info(`connected to the master's log at ${this.master}`);
      this.lastWrite = this.options.clock.now();
      socket.write(dialect.greeting());
    });
    socket.on('data', (chunk) => {
      if (socket === this.socket) this.received(chunk);
    });
    socket.on('error', (error) => this.drop(describeError(error), socket));
    socket.on('close', () => this.drop('the master closed the connection', socket));
  }

  private dialectFor(socket: Socket): SlaveDialect {
    const { dialect, store } = this.options;
    if (!dialect) return plainSlave(store);
    const current = (): boolean => socket === this.socket;
    return dialect({
      get open() {
        return current();
      },
      report: () => current() && this.report(),
      drop: (reason) => this.drop(reason, socket),
    });
  }

  private received(chunk: Buffer): void {
    this.lastRead = this.options.clock.now();
    this.receivedSince += chunk.length;
    const pieces = this.dialect?.received(chunk);
    if (!pieces) return this.drop('what comes from there is no log');
    this.heard = true;
    this.retryMs = FIRST_RETRY_MS;
    this.lastFailure = '';
    const withData = pieces.filter(({ data }) => data.length > 0);
    try {
      if (withData.length > 0) {
        this.append(withData);
        // senders wait for this, readers can wait a little
        this.report();
      }
      this.options.store.revealLog();
    } catch (error) {
      this.drop(describeError(error));
    }
  }

  private append(pieces: readonly Piece[]): void {
    const { store } = this.options;
    let from = 0;
    for (let i = 1; i <= pieces.length; i++) {
      const { offset, data } = pieces[i - 1];
      if (i < pieces.length && pieces[i].offset === offset + data.length) continue;
      const run = pieces.slice(from, i);
      store.appendLog(
        run[0].offset,
        run.map((piece) => piece.data),
      );
      from = i;
    }
  }

  private report(): void {
    if (!this.dialect?.ready) return;
    this.lastWrite = this.options.clock.now();
    this.socket?.write(this.dialect.report(this.options.store.logRange().end));
  }

  private look(): void {
    const { clock, config } = this.options;
    const now = clock.now();
    if (now - this.lastSample >= 1000) {
      this.lastSample = now;
      this.transferredInSecond = this.receivedSince;
      this.receivedSince = 0;
    }
    if (!this.socket || !this.connected) return;
    if (now - this.lastRead > config.haHousekeepingInterval) {
      this.drop(`nothing came in ${config.haHousekeepingInterval} ms`);
    } else if (now - this.lastWrite >= config.haSendHeartbeatInterval) {
      this.report();
    }
  }

  private drop(reason: string, socket = this.socket): void {
    if (!socket || socket !== this.socket) return;
    this.socket = undefined;
    this.connected = this.heard = false;
    socket.destroy();
    if (!this.running) return;
    // the same failure is told once, not every few seconds
    if (reason !== this.lastFailure) {
      this.options.log.warn(`the master's log at ${this.master}: ${reason}`);
    }
    this.lastFailure = reason;
    this.retry = this.options.clock.after(this.retryMs, () => this.connect());
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }
}
