// Transactions (TransactionalMessageServiceImpl): ends halves as their producers say, and asks the
// producers of those that stay undecided, up to transactionCheckMax times.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { Perm, Property, SystemTopic } from '../../../protocol/flags.js';
import { type Host, offsetMessageId } from '../../../protocol/host.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty } from '../../../protocol/properties.js';
import type { MessageStore, PutMessage, PutResult } from '../../../store/message-store.js';
import { TopicCounts } from '../metadata/topic-counts.js';
import type { TextFiles } from '../metadata/config-file.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import {
  CHECK_TIMES,
  checkBody,
  discardedHalf,
  IMMUNITY_SECONDS,
  immuneSeconds,
  PREPARED_QUEUE_OFFSET,
  renewedHalf,
} from './half-messages.js';
import type { MessagingConfig, MessagingStoreConfig, Producers, Topics } from '../parts.js';
import { TransactionOps } from './transaction-ops.js';

export interface TransactionDeps {
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  topics: Topics;
  producers: Producers;
  offsets: ConsumerOffsets;
  files: TextFiles;
  clock: Clock;
  log: Logger;
  storeHost: Host;
}

/** The group under which the progress of the checks is kept. */
const GROUP = 'CID_RMQ_SYS_TRANS';
const HALF = SystemTopic.TRANS_HALF;
const OP = SystemTopic.TRANS_OP_HALF;
const PAGE = 32;
const PAGE_BYTES = 4 * 1024 * 1024;
const HOUR_MS = 60 * 60 * 1000;

type Verdict = 'next' | 'stop';

export class Transactions implements Part {
  /** Halves that are not decided, by the topics that they are for. */
  readonly undecided: TopicCounts;
  private readonly ops: TransactionOps;
  /** Halves decided since the start whose op message may not be written yet. */
  private readonly ended = new Set<number>();
  private timer: Timer | undefined;
  private running = false;
  private checking: Promise<void> | undefined;

  constructor(private readonly deps: TransactionDeps) {
    this.ops = new TransactionOps(deps);
    const { config, files, storeConfig } = deps;
    this.undecided = new TopicCounts(
      { ...deps, files, storePathRootDir: storeConfig.storePathRootDir },
      {
        name: 'transactionMetrics',
        table: 'transactionCount',
        periodMs: config.transactionMetricFlushInterval,
      },
    );
  }

  async start(): Promise<void> {
    this.running = true;
    await this.undecided.start();
    this.schedule();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.timer?.stop();
    await this.checking;
    await this.ops.stop();
    await this.undecided.stop();
    this.ended.clear();
  }

  /** False when the half has been ended before: a second decision changes nothing. */
  end(half: DecodedRecord): boolean {
    if (this.ended.has(half.queueOffset)) return false;
    this.ended.add(half.queueOffset);
    return true;
  }

  /** The decision could not be carried out. */
  undo(half: DecodedRecord): void {
    this.ended.delete(half.queueOffset);
  }

  /** The decision is carried out: the half is not asked about again. */
  done(half: DecodedRecord): void {
    this.undecided.add(findProperty(half.properties, Property.REAL_TOPIC), -1);
    this.ops.end(half.queueOffset);
  }

  /** Checks a half that was put aside anew; false when it cannot be stored. */
  async resume(half: DecodedRecord): Promise<boolean> {
    const anew = { ...half, topic: HALF, queueId: 0 };
    return (await this.put(renewedHalf(anew, { [CHECK_TIMES]: '0' }))) !== undefined;
  }

  /** Looks at all halves that are due; called every transactionCheckInterval. */
  async check(): Promise<void> {
    const { offsets, store, topics } = this.deps;
    for (const topic of [HALF, OP]) {
      if (!topics.get(topic)) topics.createSendBack(topic, 1, Perm.WRITE | Perm.READ, 0);
    }
    const started = this.deps.clock.now();
    const halfOffset = this.progressOf(HALF);
    const opOffset = this.progressOf(OP);
    const end = store.maxOffset(HALF, 0);
    const ops = await this.ops.read(opOffset);
    const removed = new Set(this.ended);
    for (const { ended } of ops) for (const offset of ended) removed.add(offset);
    const next = await this.walk(halfOffset, end, removed, started);
    for (const offset of this.ended) if (offset < next) this.ended.delete(offset);
    if (next !== halfOffset) offsets.commit(GROUP, HALF, 0, next);
    let newOpOffset = opOffset;
    for (const op of ops) {
      if (!op.ended.every((offset) => offset < next)) break;
      newOpOffset = op.opOffset + 1;
    }
    if (newOpOffset !== opOffset) offsets.commit(GROUP, OP, 0, newOpOffset);
  }

  private schedule(): void {
    const { clock, config, log } = this.deps;
    this.timer = clock.after(config.transactionCheckInterval, () => {
      this.checking = this.check()
        .catch((error: unknown) => log.error(`checking transactions: ${describeError(error)}`))
        .finally(() => {
          this.checking = undefined;
          if (this.running) this.schedule();
        });
    });
  }

  private progressOf(topic: string): number {
    const offset = this.deps.offsets.query(GROUP, topic, 0);
    return offset >= 0 ? offset : this.deps.store.minOffset(topic, 0);
  }

  /** Looks at the halves one after the other; the offset of the first that must wait. */
  private async walk(
    from: number,
    end: number,
    removed: ReadonlySet<number>,
    started: number,
  ): Promise<number> {
    let offset = from;
    while (this.running && offset < end) {
      if (removed.has(offset)) {
        offset++;
        continue;
      }
      const result = await this.deps.store.get({
        topic: HALF,
        queueId: 0,
        offset,
        maxMessages: PAGE,
        maxBytes: PAGE_BYTES,
      });
      if (result.records.length === 0) {
        if (result.nextBeginOffset <= offset) return offset;
        offset = result.nextBeginOffset;
        continue;
      }
      for (const bytes of result.records) {
        const half = decodeRecord(bytes);
        if (!half || half.queueOffset >= end) return offset;
        if (!removed.has(half.queueOffset) && !this.ended.has(half.queueOffset)) {
          if ((await this.consider(half, removed, started)) === 'stop') return offset;
        }
        offset = half.queueOffset + 1;
      }
    }
    return offset;
  }

  private async consider(
    half: DecodedRecord,
    removed: ReadonlySet<number>,
    started: number,
  ): Promise<Verdict> {
    const { clock, config, storeConfig } = this.deps;
    const times = Number(findProperty(half.properties, CHECK_TIMES) ?? 0);
    const age = clock.now() - half.bornTimestamp;
    if (times >= config.transactionCheckMax || age > storeConfig.fileReservedTime * HOUR_MS) {
      return this.discard(half);
    }
    if (half.storeTimestamp >= started) return 'stop';
    const immunity = findProperty(half.properties, IMMUNITY_SECONDS);
    if (immunity !== undefined) {
      const first = findProperty(half.properties, PREPARED_QUEUE_OFFSET);
      if (first !== undefined && removed.has(Number(first))) return 'next';
      const seconds = immuneSeconds(immunity, -1);
      const immuneMs = seconds === -1 ? config.transactionTimeOut : seconds * 1000;
      if (age <= immuneMs) return this.putBackImmune(half, first);
    } else if (age >= 0 && age <= config.transactionTimeOut) {
      return 'stop';
    }
    return this.ask(half, times + 1);
  }

  private async discard(half: DecodedRecord): Promise<Verdict> {
    const { log, topics } = this.deps;
    const topic = SystemTopic.TRANS_CHECK_MAX_TIME;
    topics.createSendBack(topic, 1, Perm.WRITE | Perm.READ, 0);
    log.warn(`the transaction at ${half.physicalOffset} stays undecided: it goes to ${topic}`);
    if (!(await this.put(discardedHalf(half)))) return 'stop';
    this.undecided.add(findProperty(half.properties, Property.REAL_TOPIC), -1);
    return 'next';
  }

  /** A half that asked not to be checked yet makes room for those behind it. */
  private async putBackImmune(half: DecodedRecord, first: string | undefined): Promise<Verdict> {
    const offset = first ?? String(half.queueOffset);
    const changes = { [PREPARED_QUEUE_OFFSET]: offset, [Property.WAIT]: 'false' };
    return (await this.put(renewedHalf(half, changes))) ? 'next' : 'stop';
  }

  private async ask(half: DecodedRecord, times: number): Promise<Verdict> {
    const renewed = renewedHalf(half, { [CHECK_TIMES]: String(times) });
    const at = await this.put(renewed);
    if (!at) return 'stop';
    const group = findProperty(half.properties, Property.PGROUP) ?? '';
    const connection = this.deps.producers.connectionOf(group);
    if (!connection) {
      this.deps.log.warn(`no producer of ${group} can be asked about its transaction`);
      return 'next';
    }
    const msgId = findProperty(half.properties, Property.UNIQ_KEY);
    const header = {
      topic: half.topic,
      tranStateTableOffset: at.queueOffset,
      commitLogOffset: at.physicalOffsets[0],
      msgId,
      transactionId: msgId,
      offsetMsgId: offsetMessageId(this.deps.storeHost, at.physicalOffsets[0]),
      bname: this.deps.config.brokerName,
    };
    connection.oneway('CHECK_TRANSACTION_STATE', header, checkBody(half, renewed, at));
    return 'next';
  }

  /** The result when the message is in the log. */
  private put(message: PutMessage): Promise<PutResult | undefined> {
    return new Promise((resolve) => {
      this.deps.store.put(message, (result) =>
        resolve(result.physicalOffsets.length > 0 ? result : undefined),
      );
    });
  }
}
