// Senders that are told when enough slaves have their message, with SYNC_MASTER
// (CommitLog.handleHA, GroupTransferService). One list in the order of the log.

import type { Clock, Timer } from '../../base/clock.js';
import type { PutResult } from '../message-store.js';

export interface ReplicaConfig {
  brokerRole: string;
  /** Copies that an answer waits for, this one among them. */
  inSyncReplicas: number;
  /** How long it waits, ms. */
  slaveTimeout: number;
}

interface Waiter {
  /** Log offset behind the message. */
  end: number;
  deadline: number;
  result: PutResult;
  tell: () => void;
}

const LOOK_MS = 50;

export class ReplicaWaiters {
  private waiting: Waiter[] = [];
  private replicated = 0;
  private timer: Timer | undefined;

  constructor(
    private readonly config: ReplicaConfig,
    private readonly clock: Clock,
  ) {}

  /** Whether answers wait for slaves at all: with inSyncReplicas=1, as by default, they do not. */
  get wanted(): boolean {
    return this.config.brokerRole === 'SYNC_MASTER' && this.config.inSyncReplicas > 1;
  }

  hold(end: number, result: PutResult, tell: () => void): void {
    if (end <= this.replicated) return tell();
    const deadline = this.clock.monotonic() + this.config.slaveTimeout;
    this.waiting.push({ end, deadline, result, tell });
    this.timer ??= this.clock.every(LOOK_MS, () => this.expire());
  }

  /** Enough slaves have everything before `offset`; it never falls while they are connected. */
  replicatedTo(offset: number): void {
    this.replicated = offset;
    let count = 0;
    while (count < this.waiting.length && this.waiting[count].end <= offset) count++;
    if (count === 0) return;
    for (const waiter of this.waiting.splice(0, count)) waiter.tell();
  }

  giveUp(reason: string, now = Infinity): void {
    let count = 0;
    while (count < this.waiting.length && this.waiting[count].deadline <= now) count++;
    for (const { result, tell } of this.waiting.splice(0, count)) {
      result.status = 'FLUSH_SLAVE_TIMEOUT';
      result.reason = reason;
      tell();
    }
  }

  private expire(): void {
    const { slaveTimeout, inSyncReplicas } = this.config;
    const reason = `${inSyncReplicas} copies were not made within ${slaveTimeout} ms`;
    this.giveUp(reason, this.clock.monotonic());
    if (this.waiting.length > 0) return;
    this.timer?.stop();
    this.timer = undefined;
  }
}
