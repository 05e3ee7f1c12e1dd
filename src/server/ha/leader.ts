// A master's side of replication (DefaultHAService): listens for slaves, sends them the log, and
// tells the store how far enough of them are.

import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, sleep } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import type { StoreReplication } from '../../store/message-store.js';
import { Budget, type BudgetConfig } from './budget.js';
import { type MasterDialect, plainMaster } from './dialect.js';
import { type LinkConfig, SlaveLink } from './slave-link.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface LeaderConfig extends LinkConfig, BudgetConfig {
  /** 0 takes any free port and is replaced by it. */
  haListenPort: number;
  haMaxGapNotInSync: number;
}

export interface LeaderOptions {
  config: LeaderConfig;
  bindAddress: string;
  store: StoreReplication;
  clock: Clock;
  log: Logger;
}

/** What differs between groups with and without a controller. */
export interface LeaderHooks {
  /** Undefined when this broker is no master now. */
  dialect(send: (bytes: Buffer) => void, link: () => SlaveLink): MasterDialect | undefined;
  onReport(link: SlaveLink): void;
  onLevel?(link: SlaveLink): void;
  onClose(link: SlaveLink): void;
}

/** More slaves than anybody has: what comes beyond is something else. */
const MAX_SLAVES = 64;
/** How long a master that stops waits for slaves that are behind. */
const LEVEL_MS = 3000;
const LOOK_MS = 10;

export class Leader implements Part {
  readonly links = new Set<SlaveLink>();
  private server: Server | undefined;
  private readonly budget: Budget;

  constructor(
    private readonly options: LeaderOptions,
    private readonly hooks: LeaderHooks = plainHooks(options.store),
  ) {
    const { config, clock, store } = options;
    this.budget = new Budget(config, clock);
    store.onLogWritten(() => {
      for (const link of this.links) link.pump();
    });
  }

  start(): Promise<void> {
    const { config, bindAddress, log } = this.options;
    const server = createServer((socket) => this.accept(socket));
    server.maxConnections = MAX_SLAVES;
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const details = { host: bindAddress, port: config.haListenPort };
        const hint = 'the port for slaves is haListenPort, by default listenPort + 1';
        const code = error.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'LISTEN_FAILED';
        const reason = describeError(error);
        reject(new MqError(code, { ...details, reason }, { cause: error, hint }));
      });
      server.listen(config.haListenPort, bindAddress, () => {
        const address = server.address();
        if (address && typeof address === 'object') config.haListenPort = address.port;
        server.on('error', (error) => log.error('the port for slaves failed', error));
        resolve();
      });
    });
  }

  /** Slaves that are here get what they lack, for some seconds. */
  async stop(): Promise<void> {
    const { server } = this;
    const closed = new Promise<void>((resolve) => {
      if (server?.listening) server.close(() => resolve());
      else resolve();
    });
    await this.level();
    this.dismiss('the broker is stopping');
    await closed;
  }

  /** Whether a slave's log is near enough to count as a copy (isInSyncSlave). */
  inSync(link: SlaveLink, end = this.options.store.logRange().end): boolean {
    return end - link.ackOffset < this.options.config.haMaxGapNotInSync;
  }

  /** Whether a slave on this host is sent the log. */
  copiedBy(host: string): boolean {
    return [...this.links].some(({ address, next }) => next >= 0 && address.startsWith(`${host}:`));
  }

  /** Lets all slaves go: they will look for their master anew. */
  dismiss(reason: string): void {
    for (const link of [...this.links]) link.close(reason);
  }

  /** RocketMQ's masters wait for 3 s in any case (DefaultMessageStore.shutdown). */
  private async level(): Promise<void> {
    const { clock, log, store } = this.options;
    const { end } = store.logRange();
    const late = clock.monotonic() + LEVEL_MS;
    const behind = (): SlaveLink[] =>
      [...this.links].filter(({ next, ackOffset }) => next >= 0 && ackOffset < end);
    while (behind().length > 0 && clock.monotonic() < late) await sleep(clock, LOOK_MS);
    for (const { address, ackOffset } of behind()) {
      log.warn(`slave ${address} lacks ${end - ackOffset} bytes of the log, which ends at ${end}`);
    }
  }

  private accept(socket: Socket): void {
    const { config, store, clock, log } = this.options;
    const { hooks } = this;
    const dialect = hooks.dialect(
      (bytes) => socket.write(bytes),
      () => link,
    );
    if (!dialect) {
      socket.destroy();
      return;
    }
    const link: SlaveLink = new SlaveLink({
      ...{ socket, store, dialect, config, budget: this.budget, clock, log },
      onReport: (of) => hooks.onReport(of),
      onLevel: (of) => hooks.onLevel?.(of),
      onClose: () => {
        this.links.delete(link);
        hooks.onClose(link);
      },
    });
    this.links.add(link);
    log.info(`slave ${link.address} is connected`);
  }
}

function plainHooks(store: StoreReplication): LeaderHooks {
  return {
    dialect: () => plainMaster(store),
    onReport: () => store.copied(),
    onClose: () => store.copied(),
  };
}
