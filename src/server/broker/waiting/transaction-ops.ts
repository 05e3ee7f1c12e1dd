// Which halves are decided: op messages name their queue offsets, many to one message
// (TransactionalOpBatchService); RMQ_SYS_TRANS_OP_HALF_TOPIC holds them.

import type { Clock, Timer } from '../../../base/clock.js';
import { Property, SystemTopic } from '../../../protocol/flags.js';
import type { Host } from '../../../protocol/host.js';
import { decodeRecord } from '../../../protocol/message.js';
import { findProperty, formatProperties } from '../../../protocol/properties.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { MessagingConfig } from '../parts.js';

const REMOVE_TAG = 'd';
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;

export interface TransactionOpsDeps {
  config: MessagingConfig;
  store: MessageStore;
  clock: Clock;
  storeHost: Host;
}

/** One op message: the offsets in the half queue that it ends. */
export interface TransactionOp {
  opOffset: number;
  ended: number[];
}

export class TransactionOps {
  private waiting: number[] = [];
  private waitingBytes = 0;
  private timer: Timer | undefined;

  constructor(private readonly deps: TransactionOpsDeps) {}

  /** Notes that a half is decided; written with others, after transactionOpBatchInterval. */
  end(halfOffset: number): void {
    const { clock, config } = this.deps;
    this.waiting.push(halfOffset);
    this.waitingBytes += String(halfOffset).length + 1;
    if (this.waitingBytes >= config.transactionOpMsgMaxSize) void this.flush();
    else this.timer ??= clock.after(config.transactionOpBatchInterval, () => void this.flush());
  }

  /** Writes what waits; it waits on when it cannot be stored. */
  async flush(): Promise<void> {
    this.timer?.stop();
    this.timer = undefined;
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    this.waitingBytes = 0;
    if (!(await this.write(batch))) for (const offset of batch) this.end(offset);
  }

  /** What cannot be written now is decided again: its producer is asked by whoever leads then. */
  async stop(): Promise<void> {
    await this.flush();
    this.timer?.stop();
    this.timer = undefined;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** All op messages from `from` on. */
  async read(from: number): Promise<TransactionOp[]> {
    const ops: TransactionOp[] = [];
    let offset = from;
    for (;;) {
      const result = await this.deps.store.get({
        topic: SystemTopic.TRANS_OP_HALF,
        queueId: 0,
        offset,
        maxMessages: PAGE,
        maxBytes: PAGE_BYTES,
      });
      for (const bytes of result.records) {
        const record = decodeRecord(bytes);
        if (!record) continue;
        const removes = findProperty(record.properties, Property.TAGS) === REMOVE_TAG;
        ops.push({
          opOffset: record.queueOffset,
          ended: removes ? offsetsOf(record.body.toString('latin1')) : [],
        });
      }
      if (result.nextBeginOffset <= offset || result.nextBeginOffset > result.maxOffset) return ops;
      offset = result.nextBeginOffset;
    }
  }

  private write(batch: readonly number[]): Promise<boolean> {
    const { clock, store, storeHost } = this.deps;
    const message = {
      topic: SystemTopic.TRANS_OP_HALF,
      queueId: 0,
      flag: 0,
      sysFlag: 0,
      bornTimestamp: clock.now(),
      bornHost: storeHost,
      reconsumeTimes: 0,
      body: Buffer.from(batch.map((offset) => `${offset},`).join('')),
      properties: formatProperties({ [Property.WAIT]: 'true', [Property.TAGS]: REMOVE_TAG }),
    };
    return new Promise((resolve) => {
      store.put(message, ({ physicalOffsets }) => resolve(physicalOffsets.length > 0));
    });
  }
}

function offsetsOf(text: string): number[] {
  return text
    .split(',')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
}
