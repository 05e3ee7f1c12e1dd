// One slave as its master sees it: what it has, and what it is being sent (DefaultHAConnection).

import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.js';
import { describeError, type Logger } from '../../base/log.js';
import type { StoreReplication } from '../../store/message-store.js';
import type { Budget } from './budget.js';
import type { MasterDialect } from './dialect.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface LinkConfig {
  haSendHeartbeatInterval: number;
  haHousekeepingInterval: number;
  /** Bytes in one piece. */
  haTransferBatchSize: number;
}

export interface SlaveLinkOptions {
  socket: Socket;
  store: StoreReplication;
  dialect: MasterDialect;
  config: LinkConfig;
  budget: Budget;
  clock: Clock;
  log: Logger;
  /** The slave has told what it has. */
  onReport(link: SlaveLink): void;
  /** All that is written has been sent. */
  onLevel?(link: SlaveLink): void;
  onClose(): void;
}

/** Written in one go before the socket is asked whether it keeps up. */
const BURST_BYTES = 512 * 1024;
const LOOK_MS = 1000;

export class SlaveLink {
  readonly address: string;
  /** End of the slave's log; -1 before its first report. */
  ackOffset = -1;
  /** Bytes sent in the last whole second. */
  transferredInSecond = 0;
  /** Next offset to send; -1 before the first report. */
  next = -1;
  private readonly ticker: Timer;
  private lastRead: number;
  private lastWrite: number;
  private sentInSecond = 0;
  private busy = false;
  private closed = false;

  constructor(private readonly options: SlaveLinkOptions) {
    const { socket, clock, config } = options;
    this.address = `${socket.remoteAddress?.replace('::ffff:', '')}:${socket.remotePort}`;
    this.lastRead = this.lastWrite = clock.monotonic();
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.received(chunk));
    socket.on('drain', () => this.pump());
    socket.on('error', (error) => this.close(describeError(error)));
    socket.on('close', () => this.close('it closed the connection'));
    this.ticker = clock.every(Math.min(LOOK_MS, config.haSendHeartbeatInterval), () => this.look());
  }

  /** Sends what the log has and the slave has not. */
  pump(): void {
    if (this.busy || this.closed || this.next < 0) return;
    this.busy = true;
    this.send()
      .catch((error) => this.close(describeError(error)))
      .finally(() => {
        this.busy = false;
      });
  }

  /** Says what is new, if nothing is being sent that says it. */
  tell(): void {
    const { dialect } = this.options;
    if (this.busy || this.closed || this.next < 0 || !dialect.news?.()) return;
    this.beat();
  }

  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.ticker.stop();
    this.options.socket.destroy();
    this.options.log.info(`slave ${this.address} is gone: ${reason}`);
    this.options.onClose();
  }

  private async send(): Promise<void> {
    const { socket, store } = this.options;
    while (!this.closed && !socket.writableNeedDrain && this.next < store.logRange().end) {
      if (!(await this.burst())) return;
    }
    if (!this.closed && this.next >= store.logRange().end) this.options.onLevel?.(this);
  }

  /** False when nothing may be sent now. */
  private async burst(): Promise<boolean> {
    const { socket, store, dialect, config, budget } = this.options;
    let sent = 0;
    socket.cork();
    try {
      while (sent < BURST_BYTES && this.next < store.logRange().end) {
        const allowed = budget.available(config.haTransferBatchSize);
        if (allowed === 0) return false;
        const read = store.readLog(this.next, dialect.room(this.next, allowed));
        const data = Buffer.isBuffer(read) ? read : await read;
        if (this.closed) return false;
        if (!data || data.length === 0) throw new Error(`the log has nothing at ${this.next}`);
        const header = dialect.header(this.next, data.length);
        socket.write(header);
        socket.write(data);
        budget.take(data.length);
        this.next += data.length;
        sent += data.length + header.length;
      }
      return true;
    } finally {
      socket.uncork();
      this.sentInSecond += sent;
      if (sent > 0) this.lastWrite = this.options.clock.monotonic();
    }
  }

  private received(chunk: Buffer): void {
    this.lastRead = this.options.clock.monotonic();
    const offset = this.options.dialect.received(chunk);
    if (offset === undefined) return;
    if (this.next < 0 && !this.begin(offset)) return;
    this.ackOffset = offset;
    this.options.onReport(this);
    this.pump();
  }

  private begin(offset: number): boolean {
    const { dialect, store, log } = this.options;
    const begin = dialect.begin(offset);
    if (typeof begin !== 'number') {
      const { min, end } = store.logRange();
      const range = `the log here holds ${min} to ${end}`;
      log.error(`slave ${this.address} is at ${offset}, but ${range}: ${begin.advice}`);
      this.close(begin.reason);
      return false;
    }
    this.next = begin;
    log.info(`slave ${this.address} is at ${offset}, it is sent the log from ${begin} on`);
    return true;
  }

  private look(): void {
    const { clock, config } = this.options;
    const now = clock.monotonic();
    this.transferredInSecond = this.sentInSecond;
    this.sentInSecond = 0;
    if (now - this.lastRead > config.haHousekeepingInterval) {
      return this.close(`nothing came from it in ${config.haHousekeepingInterval} ms`);
    }
    if (this.next < 0) return;
    if (!this.busy && now - this.lastWrite >= config.haSendHeartbeatInterval) {
      this.beat();
    }
    this.pump();
  }

  private beat(): void {
    const { clock, dialect, socket } = this.options;
    this.lastWrite = clock.monotonic();
    socket.write(dialect.header(this.next, 0));
  }
}
