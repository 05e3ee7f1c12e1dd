// The door of the store: what a server sees of it. Everything else in this folder is behind it.

import type { Part } from '../base/lifecycle.js';
import type { BatchPart } from '../protocol/batch.js';
import type { Host } from '../protocol/host.js';

/** A message to be appended; the store adds offsets, store time and its own address. */
export interface PutMessage {
  topic: string;
  queueId: number;
  flag: number;
  sysFlag: number;
  bornTimestamp: number;
  bornHost: Host;
  reconsumeTimes: number;
  body: Buffer;
  /** Properties as text (protocol/properties.ts). */
  properties: string;
  preparedTransactionOffset?: number;
  /** Goes into the consume queue in place of the hash of TAGS. */
  tagsCode?: number;
}

/** Names of RocketMQ's PutMessageStatus. */
export type PutStatus =
  | 'PUT_OK'
  | 'FLUSH_DISK_TIMEOUT'
  | 'FLUSH_SLAVE_TIMEOUT'
  | 'SLAVE_NOT_AVAILABLE'
  | 'SERVICE_NOT_AVAILABLE'
  | 'IN_SYNC_REPLICAS_NOT_ENOUGH'
  | 'MESSAGE_ILLEGAL'
  | 'LMQ_CONSUME_QUEUE_NUM_EXCEEDED'
  | 'PROPERTIES_SIZE_EXCEEDED';

export interface PutResult {
  status: PutStatus;
  /** Why, for every status but PUT_OK. */
  reason?: string;
  /** Of the first message; a batch takes consecutive queue offsets. */
  queueOffset: number;
  /** Commitlog offsets, one per message of a batch. */
  physicalOffsets: number[];
  /** Bytes appended. */
  bytes: number;
  storeTimestamp: number;
}

/** Names of RocketMQ's GetMessageStatus. */
export type GetStatus =
  | 'FOUND'
  | 'NO_MATCHED_MESSAGE'
  | 'MESSAGE_WAS_REMOVING'
  | 'OFFSET_FOUND_NULL'
  | 'OFFSET_OVERFLOW_BADLY'
  | 'OFFSET_OVERFLOW_ONE'
  | 'OFFSET_TOO_SMALL'
  | 'NO_MATCHED_LOGIC_QUEUE'
  | 'NO_MESSAGE_IN_QUEUE'
  | 'OFFSET_RESET';

export interface GetRequest {
  topic: string;
  queueId: number;
  offset: number;
  maxMessages: number;
  /** Bound on the answer in bytes; one message is always given, however large. */
  maxBytes: number;
  /**
   * Decides by the entry's tags code, and by the bits that enableConsumeQueueExt keeps beside it;
   * absent takes every message.
   */
  matchTags?: (tagsCode: bigint, filterBits?: Buffer, storeTimestamp?: number) => boolean;
  /** Decides by the whole record, which stands from `at` to `end`, after `matchTags`. */
  matchRecord?: (bytes: Buffer, at: number, end: number) => boolean;
  /** The records may come joined, several in one buffer. */
  joined?: boolean;
}

export interface GetResult {
  status: GetStatus;
  nextBeginOffset: number;
  minOffset: number;
  maxOffset: number;
  /** Whole records that stay valid, each for itself unless `joined` was asked for. */
  records: Buffer[];
  /** Of joined records: whoever does not need them any more may say so, once. */
  release?: () => void;
  /** Where the last record begins in the last buffer, if not at its begin. */
  lastAt?: number;
  /** Messages in them, if not one in each: a record of a queue of batches may hold several. */
  messages?: number;
  bytes: number;
  suggestPullingFromSlave: boolean;
}

export interface QueryRequest {
  topic: string;
  key: string;
  maxMessages: number;
  /** Bounds on the store time, ms, inclusive. */
  begin: number;
  end: number;
  /** 'T' looks a tag up, 'U' and 'K' keys; absent both kinds of keys. */
  indexType?: string;
}

export interface QueryResult {
  records: Buffer[];
  indexLastUpdateTimestamp: number;
  indexLastUpdatePhyoffset: number;
}

/** Where a record is in the log. */
export interface RecordPlace {
  physicalOffset: number;
  size: number;
}

/** One message has become readable. */
export interface Arrival {
  topic: string;
  queueId: number;
  /** Queue offset of the message. */
  queueOffset: number;
  tagsCode: bigint;
  storeTimestamp: number;
  physicalOffset: number;
  size: number;
}

export type Boundary = 'LOWER' | 'UPPER';

export interface MessageStore extends Part {
  /**
   * Appends; `done` is called once, in order of the log, when the message is as safe as the
   * configuration asks (write(2), or fdatasync). `put` itself never throws for what a client sent.
   */
  put(message: PutMessage, done: (result: PutResult) => void): void;
  /**
   * Appends messages as one piece, which are parts of the body of `batch` and share the rest of it;
   * `done` as for `put`.
   */
  putBatch(batch: PutMessage, parts: readonly BatchPart[], done: (result: PutResult) => void): void;
  /**
   * How long the last write has kept everything waiting, ms, when that was longer than
   * osPageCacheBusyTimeOutMills; 0 again once those who waited have been heard.
   */
  stalledMs(): number;
  /** At once when the answer is in memory, else a promise: no read waits on the event loop. */
  get(request: GetRequest): GetResult | Promise<GetResult>;
  /** One record by its commitlog offset; undefined when there is none. */
  recordAt(physicalOffset: number): Promise<Buffer | undefined>;
  /** Copies of records by their places, which are in the order of the log. */
  recordsAt(places: readonly RecordPlace[]): Promise<(Buffer | undefined)[]>;
  query(request: QueryRequest): Promise<QueryResult>;
  /** First readable and next free queue offset; 0 for a queue that does not exist. */
  minOffset(topic: string, queueId: number): number;
  maxOffset(topic: string, queueId: number): number;
  /** Offset of the first (LOWER) or last (UPPER) message at `timestamp`, as RocketMQ rounds it. */
  offsetByTime(
    topic: string,
    queueId: number,
    timestamp: number,
    boundary?: Boundary,
  ): Promise<number>;
  /** Store time of a queue's message, or -1. */
  storeTimestamp(topic: string, queueId: number, offset: number): Promise<number>;
  /** Store time of the queue's earliest message, or -1. */
  earliestTimestamp(topic: string, queueId: number): Promise<number>;
  /** Queues that have a consume queue, by topic. */
  queues(): Map<string, number[]>;
  /** Drops the consume queues of topics; their messages stay in the log until it is cut. */
  deleteTopics(topics: readonly string[]): Promise<void>;
  /** Calls `listener` for every message from now on, after it has become readable. */
  onArrival(listener: (arrival: Arrival) => void): void;
  /** The store's part of brokerStatus, in RocketMQ's keys (commitLogMaxOffset, …). */
  runtimeInfo(): Record<string, string>;
}

/** What keeps the store small; asked for by operators and by the broker. */
export interface StoreMaintenance {
  /** Removes log files that are over their time, as at the hour of deleteWhen. */
  deleteExpiredFiles(): void;
  /** Removes consume queues whose messages are all gone from the log; how many. */
  cleanExpiredConsumeQueues(): number;
  /** Removes the consume queues of topics that are not in `retained`; how many topics. */
  cleanUnusedTopics(retained: ReadonlySet<string>): Promise<number>;
}

/** Copies of a message that its sender waits for, this one among them; or all that are in sync. */
export type Copies = number | 'all';

/** What a store with brokerRole=SYNC_MASTER asks of those who copy its log. */
export interface Copying {
  /** Copies wanted of a message that begins at `end`; undefined when too few are in sync. */
  wanted(end: number): Copies | undefined;
  /** So many have everything before this offset. */
  copiedTo(copies: Copies): number;
  /** Messages that end at or before this offset may be read. */
  readableTo(): number;
}

/** What replication needs of a store: its log as bytes. */
export interface StoreReplication {
  readonly logFileBytes: number;
  /** Offset of the first byte there is, and behind the last that is written. */
  logRange(): { min: number; end: number };
  /** Bytes from `offset` on, at most `maxBytes` and not beyond a file; undefined where none are. */
  readLog(offset: number, maxBytes: number): Buffer | Promise<Buffer | undefined>;
  /**
   * In a slave: appends what its master has at `offset`, which must be the end of the log unless
   * that is empty. Throws REPLICATION_FAILED, also when the disk does not take it.
   */
  appendLog(offset: number, pieces: readonly Buffer[]): void;
  /** In a slave: makes readable what was appended, as far as the master has confirmed it. */
  revealLog(): void;
  /** Calls `listener` whenever the log has grown. */
  onLogWritten(listener: () => void): void;
  /** In a master: whom senders wait for. */
  copyWith(copying: Copying): void;
  /** In a master: slaves have more than before, or other slaves count. */
  copied(): void;
}

/** What is needed of a store by one whose role changes while it runs. */
export interface StoreRoles {
  /** In a slave: what its master had on the disk, kept in the checkpoint. */
  masterFlushOffset: number;
  /** While true no message is taken. */
  fence(closed: boolean): void;
  /** Nobody waits for copies any more: what is written can be read, senders are told. */
  release(reason: string): void;
  /** Takes all that has come as its own, and waits for copies again. */
  hold(): void;
  /** Drops a record that has come in part: the log ends behind a whole one. Where it ends. */
  dropTorn(): Promise<number>;
  /** Drops everything from `offset` on. */
  truncateLog(offset: number): Promise<void>;
}
