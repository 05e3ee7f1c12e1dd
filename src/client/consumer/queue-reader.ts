// One assigned queue: pulls ahead, hands messages over, knows the lowest offset still in work.

import { type Clock, sleep } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import { describeError, type Logger } from '../../base/log.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import type { ProcessQueueInfo } from '../../protocol/bodies/running.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { ReceivedMessage } from '../message.js';
import type { PullResult } from '../pull.js';

/** What a reader needs of its consumer. */
export interface ReaderOwner {
  readonly clock: Clock;
  readonly log: Logger;
  /** Pulls from the queue; the broker may hold the request. */
  pull(reader: QueueReader, offset: number): Promise<PullResult>;
  /** Gives messages to the listener; they are `reader.done` later. */
  consume(reader: QueueReader, messages: ReceivedMessage[]): void;
  /** Notes how far the queue is consumed. */
  note(reader: QueueReader, offset: number): void;
  /** The offset that was asked for is not there; the reader is dropped and starts anew. */
  offsetMoved(reader: QueueReader, offset: number): void;
}

/** Bounds of what a reader holds; beyond them it pulls no more until some is consumed. */
export interface ReaderLimits {
  messages: number;
  bytes: number;
  /** Distance between the lowest and the highest offset in work. */
  span: number;
}

export const DEFAULT_READER_LIMITS: ReaderLimits = {
  messages: 1000,
  bytes: 100 * 1024 * 1024,
  span: 2000,
};

const AFTER_ERROR_MS = 3000;
const AFTER_FLOW_CONTROL_MS = 20;
/** The broker has not seen our newest heartbeat yet; the consumer sends one at once. */
const AFTER_STALE_MS = 200;
const STALE: ReadonlySet<number> = new Set([
  ResponseCode.SUBSCRIPTION_NOT_LATEST,
  ResponseCode.SUBSCRIPTION_NOT_EXIST,
]);

export class QueueReader {
  /** No longer ours: nothing is pulled, handed over or committed any more. */
  dropped = false;
  /** Held by the broker for us; orderly consumption only. */
  locked = false;
  lastLockTime = 0;
  lastPullTime = 0;
  lastConsumeTime = 0;
  private readonly held = new Map<number, ReceivedMessage>();
  private heldBytes = 0;
  private highest = -1;
  private wakeUp: (() => void) | undefined;
  private paused = false;

  constructor(
    readonly queue: MessageQueue,
    private nextOffset: number,
    private readonly owner: ReaderOwner,
    private readonly limits: ReaderLimits,
  ) {}

  /** Pulls until dropped. */
  async run(): Promise<void> {
    while (!this.dropped) {
      if (this.paused || this.full()) {
        await this.rest();
        continue;
      }
      try {
        this.lastPullTime = this.owner.clock.now();
        const result = await this.owner.pull(this, this.nextOffset);
        if (!this.dropped) this.take(result);
      } catch (error) {
        if (this.dropped) return;
        await sleep(this.owner.clock, this.delayAfter(error));
      }
    }
  }

  drop(): void {
    this.dropped = true;
    this.wake();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.wake();
  }

  /** The listener is done with these messages; notes how far all before are done. */
  done(messages: readonly ReceivedMessage[]): void {
    this.lastConsumeTime = this.owner.clock.now();
    for (const message of messages) {
      if (this.held.delete(message.queueOffset)) this.heldBytes -= message.body.length;
    }
    if (this.dropped) return;
    this.owner.note(this, this.committable());
    this.wake();
  }

  get heldMessages(): number {
    return this.held.size;
  }

  info(commitOffset: number): ProcessQueueInfo {
    return {
      commitOffset,
      cachedMsgMinOffset: this.held.size === 0 ? 0 : this.lowest(),
      cachedMsgMaxOffset: this.held.size === 0 ? 0 : this.highest,
      cachedMsgCount: this.held.size,
      cachedMsgSizeInMiB: Math.floor(this.heldBytes / (1024 * 1024)),
      transactionMsgMinOffset: 0,
      transactionMsgMaxOffset: 0,
      transactionMsgCount: 0,
      locked: this.locked,
      tryUnlockTimes: 0,
      lastLockTimestamp: this.lastLockTime,
      droped: this.dropped,
      lastPullTimestamp: this.lastPullTime,
      lastConsumeTimestamp: this.lastConsumeTime,
    };
  }

  private take(result: PullResult): void {
    if (result.status === 'OFFSET_ILLEGAL') {
      this.drop();
      this.owner.offsetMoved(this, result.nextBeginOffset);
      return;
    }
    this.nextOffset = result.nextBeginOffset;
    const { messages } = result;
    if (messages.length === 0) {
      // Nothing here matches: what lies before the next offset counts as consumed.
      if (this.held.size === 0) this.owner.note(this, this.nextOffset);
      return;
    }
    for (const message of messages) {
      this.held.set(message.queueOffset, message);
      this.heldBytes += message.body.length;
    }
    this.highest = messages.at(-1)!.queueOffset;
    this.owner.consume(this, messages);
  }

  private committable(): number {
    return this.held.size === 0 ? this.highest + 1 : this.lowest();
  }

  /** Messages are held in the order of their offsets. */
  private lowest(): number {
    return this.held.keys().next().value ?? this.highest + 1;
  }

  private full(): boolean {
    const { messages, bytes, span } = this.limits;
    return (
      this.held.size >= messages ||
      this.heldBytes >= bytes ||
      (this.held.size > 0 && this.highest - this.lowest() > span)
    );
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      this.wakeUp = resolve;
    });
  }

  private wake(): void {
    this.wakeUp?.();
    this.wakeUp = undefined;
  }

  private delayAfter(error: unknown): number {
    const code = error instanceof MqError && error.code === 'REMOTE_ERROR' ? error.responseCode : 0;
    if (STALE.has(code)) return AFTER_STALE_MS;
    if (code === ResponseCode.FLOW_CONTROL) return AFTER_FLOW_CONTROL_MS;
    this.owner.log.warn(`pull from ${this.queue.brokerName}: ${describeError(error)}`);
    return AFTER_ERROR_MS;
  }
}
