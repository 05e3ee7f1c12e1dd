// A slave's way of growing: bytes of the master's log are appended as they come, and the records in
// them are dispatched when they are whole (DefaultHAClient, appendToCommitLog); in a group with a
// controller not before the master has confirmed them, for they may be cut again.

import { MqError } from '../../base/errors.js';
import { describeError, type Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { LogReader } from '../commitlog/log-reader.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { RecordScanner } from '../format/record-scan.js';
import { tagsCodeOf } from '../format/tags-code.js';
import type { Arrivals } from './arrivals.js';
import { type Dispatch, isQueued } from './dispatch.js';
import type { GroupCommit } from './group-commit.js';
import type { Health } from './health.js';
import { continueQueue } from './queue-order.js';
import type { ReplicaWaiters } from './replica-waiters.js';

export interface FollowParts {
  config: { brokerRole: string };
  commitLog: CommitLog;
  queues: QueueTable;
  dispatch: Dispatch;
  groupCommit: GroupCommit;
  arrivals: Arrivals;
  health: Health;
  delayMs: readonly number[];
  /** Knows how far the master has confirmed. */
  replicas: ReplicaWaiters;
  log: Logger;
}

const NOTHING = Buffer.alloc(0);
/** With more than this to wait for a word of the master, it is read from the log again. */
const MAX_HELD_BYTES = 1024 * 1024;
/** Of what has waited, dispatched in one turn of the event loop. */
const MAX_TURN_BYTES = 4 * 1024 * 1024;

export class Follow {
  private readonly scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  /** What the log has from `next` on; only the begin of it when `short`. */
  private carry: Buffer = NOTHING;
  private short = false;
  /** Log offset of the next record to be dispatched. */
  private next = -1;
  private scheduled = false;

  constructor(private readonly parts: FollowParts) {}

  /**
   * Appends at the end of the log; a log without a byte begins at any offset. What is whole can be
   * read after `dispatch`.
   */
  append(offset: number, pieces: readonly Buffer[]): void {
    const { commitLog, arrivals } = this.parts;
    this.check(offset);
    for (const piece of pieces) commitLog.appendBytes(piece);
    this.write();
    this.carryOn(pieces);
    arrivals.logWritten();
  }

  /** Dispatches what is whole and confirmed; what had to wait for long, part by part. */
  dispatch(): void {
    const readable = this.parts.replicas.readableTo();
    if (!this.short) return this.dispatchCarry(readable);
    if (!this.catchUp(readable) || this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      try {
        this.dispatch();
      } catch (error) {
        this.parts.log.error('the master has to send it again', error);
      }
    });
  }

  /** Dispatches all that is whole: there is nobody to wait for. */
  dispatchAll(): void {
    if (!this.short) return this.dispatchCarry(Infinity);
    while (this.catchUp(Infinity));
  }

  /** What the log has from `offset` on was not confirmed when the store was open before. */
  waitFrom(offset: number): void {
    this.next = offset;
    this.reset();
  }

  /** The log was cut, or ends somewhere else; what waits before its end still waits. */
  reset(): void {
    this.carry = NOTHING;
    this.short = this.next >= 0 && this.next < this.parts.commitLog.end;
    if (!this.short) this.next = -1;
  }

  /** Behind the last whole record, or behind the blank at the end of a file. */
  get wholeEnd(): number {
    const { commitLog } = this.parts;
    if (this.next < 0) return commitLog.end;
    const scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
    const reader = new LogReader(commitLog.list, scanner, this.next);
    while (reader.next() && reader.offset + scanner.size <= commitLog.end);
    return reader.offset;
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
    if (this.next >= 0 && (this.short || this.next + this.carry.length >= offset)) return;
    this.next = offset;
    this.carry = NOTHING;
    this.short = false;
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

  private carryOn(pieces: readonly Buffer[]): void {
    if (this.short) return;
    const bytes = Buffer.concat([this.carry, ...pieces]);
    const begin = this.parts.commitLog.end - bytes.length;
    // a blank ends behind what has come of it
    this.carry = bytes.subarray(Math.min(Math.max(0, this.next - begin), bytes.length));
  }

  private dispatchCarry(readable: number): void {
    const { carry, scanner } = this;
    const { commitLog } = this.parts;
    const { fileBytes } = commitLog.list;
    const begin = this.next;
    for (let at = 0; at < carry.length; at = this.next - begin) {
      const fileRest = fileBytes - (this.next % fileBytes);
      const found = scanner.scan(carry, at, this.next, fileRest);
      if (found === 'more') break;
      if (found === 'bad') this.refuse();
      if (found === 'record') {
        if (this.next + scanner.size > readable) {
          this.short = carry.length - at > MAX_HELD_BYTES;
          break;
        }
        this.dispatchRecord();
      }
      this.next += scanner.size;
    }
    this.carry = this.short ? NOTHING : carry.subarray(Math.min(this.next - begin, carry.length));
  }

  /** Dispatches from the log again; whether more is to come. */
  private catchUp(readable: number): boolean {
    const { commitLog } = this.parts;
    const { scanner } = this;
    const reader = new LogReader(commitLog.list, scanner, this.next);
    const enough = this.next + MAX_TURN_BYTES;
    for (;;) {
      const found = reader.next();
      this.next = reader.offset;
      const end = reader.offset + scanner.size;
      if (found && end > readable) return false;
      if (!found || end > commitLog.end) break;
      this.dispatchRecord();
      this.next = end;
      if (end > enough) return true;
    }
    const rest = Math.max(0, commitLog.end - this.next);
    this.carry = rest > 0 ? commitLog.list.readSync(this.next, rest) : NOTHING;
    this.short = false;
    // tells a record that has not come whole from bytes that are none
    this.dispatchCarry(readable);
    return false;
  }

  private refuse(): never {
    const { commitLog, log } = this.parts;
    log.error(`the master sent no record at ${this.next}: ${this.scanner.reason}; cut there`);
    commitLog.cutAt(this.next);
    this.carry = NOTHING;
    this.short = false;
    throw new MqError('REPLICATION_FAILED', { reason: `no record at ${this.next}` });
  }

  private dispatchRecord(): void {
    const { queues, dispatch, delayMs, log, arrivals, groupCommit } = this.parts;
    const { scanner } = this;
    const { topic, queueId, sysFlag, storeTimestamp } = scanner;
    groupCommit.writtenTimestamp = storeTimestamp;
    const queue = isQueued(sysFlag) ? queues.findOrCreate(topic, queueId, sysFlag) : undefined;
    const own = queue && continueQueue(queue, scanner, log) ? queue : undefined;
    const tagsCode = own ? tagsCodeOf(scanner, delayMs) : 0;
    dispatch.dispatch(scanner, own, tagsCode);
    if (!own) return;
    own.next = own.max;
    arrivals.announce(scanner, tagsCode);
  }
}
