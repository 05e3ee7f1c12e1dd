// A slave's way of growing: bytes of the master's log are appended as they come, and the records in
// them are dispatched as soon as they are whole (DefaultHAClient, appendToCommitLog).

import { MqError } from '../../base/errors.js';
import { describeError, type Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { RecordScanner } from '../format/record-scan.js';
import { tagsCodeOf } from '../format/tags-code.js';
import type { Arrivals } from './arrivals.js';
import { type Dispatch, isQueued } from './dispatch.js';
import type { GroupCommit } from './group-commit.js';
import type { Health } from './health.js';
import { continueQueue } from './queue-order.js';

export interface FollowParts {
  config: { brokerRole: string };
  commitLog: CommitLog;
  queues: QueueTable;
  dispatch: Dispatch;
  groupCommit: GroupCommit;
  arrivals: Arrivals;
  health: Health;
  delayMs: readonly number[];
  log: Logger;
}

export class Follow {
  private readonly scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  /** The part of a record that has come so far, or nothing. */
  private carry: Buffer = Buffer.alloc(0);
  /** Log offset of the next record. */
  private next = -1;

  constructor(private readonly parts: FollowParts) {}

  /** Appends at the end of the log; a log without a byte begins at any offset. */
  append(offset: number, pieces: readonly Buffer[]): void {
    const { commitLog, arrivals } = this.parts;
    this.check(offset);
    for (const piece of pieces) commitLog.appendBytes(piece);
    this.write();
    this.carry = Buffer.concat([this.carry, ...pieces]);
    this.dispatchWhole();
    arrivals.logWritten();
  }

  /** The log was cut, or ends somewhere else. */
  reset(): void {
    this.next = -1;
    this.carry = Buffer.alloc(0);
  }

  /** Behind the last whole record, or behind the blank at the end of a file. */
  get wholeEnd(): number {
    return this.next < 0 ? this.parts.commitLog.end : this.next;
  }

  private check(offset: number): void {
    const { commitLog, config } = this.parts;
    if (config.brokerRole !== 'SLAVE') {
      throw new MqError('REPLICATION_FAILED', { reason: 'this broker is no slave' });
    }
    if (commitLog.end === 0 && offset > 0) commitLog.openAt(offset, offset);
    if (offset !== commitLog.end) {
      const reason = `the master sends from ${offset}, the log ends at ${commitLog.end}`;
      throw new MqError('REPLICATION_FAILED', { reason });
    }
    if (this.next >= 0 && this.next + this.carry.length >= offset) return;
    this.next = offset;
    this.carry = Buffer.alloc(0);
  }

  private write(): void {
    const { commitLog, health } = this.parts;
    try {
      commitLog.write();
    } catch (error) {
      const reason = `the log cannot be written: ${describeError(error)}`;
      health.raise('write', reason);
      commitLog.rollback();
      throw new MqError('REPLICATION_FAILED', { reason }, { cause: error });
    }
  }

  private dispatchWhole(): void {
    const { commitLog, log } = this.parts;
    const { fileBytes } = commitLog.list;
    const { scanner } = this;
    const begin = commitLog.end - this.carry.length;
    for (;;) {
      const at = this.next - begin;
      if (at >= this.carry.length) break;
      const fileRest = fileBytes - (this.next % fileBytes);
      const found = scanner.scan(this.carry, at, this.next, fileRest);
      if (found === 'more') break;
      if (found === 'bad') {
        log.error(`the master sent no record at ${this.next}: ${scanner.reason}; cut there`);
        commitLog.cutAt(this.next);
        this.carry = Buffer.alloc(0);
        throw new MqError('REPLICATION_FAILED', { reason: `no record at ${this.next}` });
      }
      if (found === 'record') this.dispatch();
      this.next += scanner.size;
    }
    // a blank ends behind what has come of it
    this.carry = this.carry.subarray(Math.min(this.next - begin, this.carry.length));
  }

  private dispatch(): void {
    const { queues, dispatch, delayMs, log, arrivals, groupCommit } = this.parts;
    const { scanner } = this;
    const { topic, queueId, sysFlag, properties, storeTimestamp } = scanner;
    groupCommit.writtenTimestamp = storeTimestamp;
    const queue = isQueued(sysFlag) ? queues.findOrCreate(topic, queueId, sysFlag) : undefined;
    const own = queue && continueQueue(queue, scanner, log) ? queue : undefined;
    const tagsCode = own ? tagsCodeOf(topic, properties, storeTimestamp, delayMs) : 0;
    dispatch.dispatch(scanner, own, tagsCode);
    if (!own) return;
    own.next = own.max;
    arrivals.announce(scanner, tagsCode);
  }
}
