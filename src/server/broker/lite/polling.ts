// POP requests of lite clients that wait for news of their lite topics (PopLiteLongPollingService):
// news come by client, for each has lite topics of its own.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Connection } from '../../../remoting/connection.js';
import type { PollingResult } from '../pop/pop-polling.js';

export interface HeldLitePop {
  clientId: string;
  deadline: number;
  connection: Connection;
  /** Looks again; `last` when it must be answered whatever is there. */
  serve(last: boolean): void;
}

export interface LitePollingDeps {
  config: { popPollingSize: number; maxPopPollingSize: number; enableLitePopLog: boolean };
  clock: Clock;
  log: Logger;
}

const SCAN_PERIOD_MS = 20;
/** A request is answered so much before its time is up. */
const MARGIN_MS = 50;

export class LitePolling implements Part {
  /** By client, the one that is due first in front. */
  private readonly held = new Map<string, HeldLitePop[]>();
  private count = 0;
  private timer: Timer | undefined;

  constructor(private readonly deps: LitePollingDeps) {}

  start(): Promise<void> {
    this.timer = this.deps.clock.every(SCAN_PERIOD_MS, () => this.scan());
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.timer?.stop();
    return Promise.resolve();
  }

  hold(pop: HeldLitePop): PollingResult {
    const { clock, config } = this.deps;
    if (pop.deadline - MARGIN_MS <= clock.now()) return 'TIMEOUT';
    if (this.count >= config.maxPopPollingSize) return 'FULL';
    const list = this.held.get(pop.clientId);
    if (list && list.length > config.popPollingSize) return 'FULL';
    if (!list) this.held.set(pop.clientId, [pop]);
    else {
      const after = list.findIndex(({ deadline }) => deadline > pop.deadline);
      list.splice(after < 0 ? list.length : after, 0, pop);
    }
    this.count++;
    this.say(`the lite client ${pop.clientId} waits`);
    return 'HELD';
  }

  /** Lets one request of the client look again. */
  wake(clientId: string): void {
    for (let pop = this.take(clientId); pop; pop = this.take(clientId)) {
      if (pop.connection.closed) continue;
      this.say(`the lite client ${clientId} is woken`);
      pop.serve(false);
      return;
    }
  }

  private say(text: string): void {
    if (this.deps.config.enableLitePopLog) this.deps.log.info(text);
  }

  private take(clientId: string): HeldLitePop | undefined {
    const list = this.held.get(clientId);
    const pop = list?.shift();
    if (pop) this.count--;
    if (list?.length === 0) this.held.delete(clientId);
    return pop;
  }

  private scan(): void {
    if (this.count === 0) return;
    const due = this.deps.clock.now() + MARGIN_MS;
    for (const [clientId, list] of this.held) {
      while (list.length > 0 && (list[0].deadline <= due || list[0].connection.closed)) {
        const pop = this.take(clientId);
        if (pop && !pop.connection.closed) pop.serve(true);
      }
    }
  }
}
