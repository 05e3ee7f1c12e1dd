// What both kinds of consume queues are to the rest of the store: a list of messages by their
// offset in the queue, over a list of entries by their number.

import type { Indexed } from '../format/record-scan.js';
import type { QueueExt } from './queue-ext.js';
import type { UnitLog, Units } from './unit-log.js';

export interface Queue {
  readonly topic: string;
  readonly queueId: number;
  /** One entry stands for all messages of its record (queue.type=BatchCQ). */
  readonly batch: boolean;
  readonly units: UnitLog;
  /** Where entries may keep more than they have room for. */
  readonly ext: QueueExt | undefined;
  /** The offset that the next message gets. */
  next: number;
  /** Behind the last message that readers see. */
  readonly max: number;
  /** The first message whose record is still in the log. */
  min: number;
  /** Behind the record of the last entry, or -1. */
  maxPhysical: number;

  /** Appends the entry of the messages that begin at `max`. */
  append(record: Indexed, tagsCode: number, filterBits?: Buffer): void;
  /** After recovery: the files hold exactly the entries before number `index`. */
  openAt(index: number): void;
  /** Log offset of the last entry's record, or -1. */
  lastRecord(): number;
  /** Drops the entries from number `index` on, which are all in the files. */
  truncate(index: number): void;
  /** An empty queue begins at `offset`. */
  beginAt(offset: number): void;
  /** Drops the messages from `offset` on, to append that one next. */
  restartAt(offset: number): void;
  /** Messages before `offset` are nowhere. */
  fillTo(offset: number): void;
  /** Offset of the first message of the entry with number `index`, at most `max`. */
  offsetOf(index: number): number;

  /** Entries from that of the message at `offset` on; undefined when they have to be loaded. */
  entries(offset: number): Units | undefined;
  /** As `entries`, from the files; undefined where no file is. */
  load(offset: number): Promise<Units | undefined>;
  /** As `load`, but one entry by a small read. */
  entry(offset: number): Promise<Units | undefined>;
  /** Messages of the entry at `at`. */
  messagesAt(units: Buffer, at: number): number;
  /** Offset of the first message of the entry at `at`, through which `offset` was reached. */
  baseAt(units: Buffer, at: number, offset: number): number;
  /** Where to go on when no file holds `offset`. */
  nextFile(offset: number): number;

  writePending(): void;
  flush(): Promise<void>;
  /** Gives memory back. */
  release(): void;
  /** Removes all files. */
  destroy(): void;
}
