// Senders that are told when enough slaves have their message, with SYNC_MASTER
// (CommitLog.handleHA, GroupTransferService). One list in the order of the log.

import type { Clock, Timer } from '../../base/clock.js';
import { Property } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import type { Copies, Copying, PutResult } from '../message-store.js';

export interface ReplicaConfig {
  brokerRole: string;
  /** Copies that an answer waits for, this one among them. */
  inSyncReplicas: number;
  /** How long it waits, ms. */
  slaveTimeout: number;
}

interface Waiter {
  copies: Copies;
  /** Log offset behind the message. */
  end: number;
  deadline: number;
  result: PutResult;
  tell: () => void;
}

const LOOK_MS = 50;
const ONE: Copies = 1;

export class ReplicaWaiters {
  private waiting: Waiter[] = [];
  private timer: Timer | undefined;
  /** Without replication a message that wants copies waits in vain. */
  private copying: Copying;

  constructor(
    private readonly config: ReplicaConfig,
    private readonly clock: Clock,
  ) {
    this.copying = {
      wanted: () => config.inSyncReplicas,
      copiedTo: () => 0,
      readableTo: () => Infinity,
    };
  }

  copyWith(copying: Copying): void {
    this.copying = copying;
  }

  /** Copies that a message at `end` of the log wants; undefined when too few are in sync. */
  wanted(properties: string, end: number): Copies | undefined {
    if (this.config.brokerRole !== 'SYNC_MASTER') return ONE;
    if (findProperty(properties, Property.WAIT) === 'false') return ONE;
    return this.copying.wanted(end);
  }

  /** Messages that end at or before this offset may be read. */
  readableTo(): number {
    return this.copying.readableTo();
  }

  /** Tells at once, or when `copies` have everything before `end`. */
  hold(copies: Copies, end: number, result: PutResult, tell: () => void): void {
    if (copies !== 'all' && copies <= 1) return tell();
    if (this.waiting.length === 0 && end <= this.copying.copiedTo(copies)) return tell();
    const deadline = this.clock.monotonic() + this.config.slaveTimeout;
    this.waiting.push({ copies, end, deadline, result, tell });
    this.timer ??= this.clock.every(LOOK_MS, () => this.expire());
  }

  /** Slaves have more than before, or other slaves count. */
  copied(): void {
    if (this.waiting.length === 0) return;
    const reached = new Map<Copies, number>();
    let count = 0;
    for (; count < this.waiting.length; count++) {
      const { copies, end } = this.waiting[count];
      const offset = reached.get(copies) ?? this.copying.copiedTo(copies);
      reached.set(copies, offset);
      if (end > offset) break;
    }
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
    // a set of slaves that shrinks tells nobody
    this.copied();
    const reason = `the copies were not made within ${this.config.slaveTimeout} ms`;
    this.giveUp(reason, this.clock.monotonic());
    if (this.waiting.length > 0) return;
    this.timer?.stop();
    this.timer = undefined;
  }
}
