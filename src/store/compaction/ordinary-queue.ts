// The ordinary queue that a compaction log follows, read in large pieces.

import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { GetResult } from '../message-store.js';
import { Pull } from '../reading/pull.js';

export interface OrdinaryParts {
  config: StoreConfig;
  commitLog: CommitLog;
  queues: QueueTable;
}

const MESSAGES_AT_ONCE = 1024;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
const NO_LIMITS = {
  maxFilterMessageSize: Number.MAX_SAFE_INTEGER,
  maxTransferBytesOnMessageInMemory: BYTES_AT_ONCE,
  maxTransferCountOnMessageInMemory: MESSAGES_AT_ONCE,
  maxTransferBytesOnMessageInDisk: BYTES_AT_ONCE,
  maxTransferCountOnMessageInDisk: MESSAGES_AT_ONCE,
};

export class OrdinaryQueue {
  private readonly config: StoreConfig;

  constructor(
    private readonly topic: string,
    private readonly queueId: number,
    private readonly parts: OrdinaryParts,
  ) {
    this.config = { ...parts.config, ...NO_LIMITS };
  }

  /** Undefined when there is none. */
  get found(): Queue | undefined {
    return this.parts.queues.find(this.topic, this.queueId);
  }

  /** Messages from `offset` on: at once when they are in memory. */
  read(queue: Queue, offset: number): GetResult | Promise<GetResult> {
    const { topic, queueId, parts, config } = this;
    const limits = { maxMessages: MESSAGES_AT_ONCE, maxBytes: BYTES_AT_ONCE };
    const pull = new Pull({ topic, queueId, offset, ...limits }, queue, parts.commitLog, config);
    const waiting = pull.run();
    return waiting ? finish(pull, waiting) : pull.result;
  }
}

async function finish(pull: Pull, first: Promise<void>): Promise<GetResult> {
  for (let waiting: Promise<void> | undefined = first; waiting; waiting = pull.run()) {
    await waiting;
  }
  return pull.result;
}
