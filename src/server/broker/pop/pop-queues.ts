// Handing messages of queues to POP consumers (PopMessageProcessor.popMsgFromQueue): one request at
// a time per group and queue; the offset moves on when the check point is stored.

import type { Clock } from '../../../base/clock.js';
import { Property, RETRY_PREFIX } from '../../../protocol/flags.js';
import { decodeRecord, encodedRecord, readInt64, RecordAt } from '../../../protocol/message.js';
import { formatProperties, parseProperties } from '../../../protocol/properties.js';
import type { GetResult, GetStatus, MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { MessageFilter } from '../filter/message-filter.js';
import { isYoungQueue } from '../pulling/young-queue.js';
import type { MessagingConfig } from '../parts.js';
import type { Stats } from '../running/stats.js';
import type { Inflight } from './inflight.js';
import type { OrderInfo } from './order-info.js';
import { formatReceipt, ORDER_REVIVE_QUEUE, RetryKind, retryKindOf } from './receipt.js';
import type { ReviveLog } from './revive-log.js';
import { Turns } from './turns.js';

export interface PopQueuesDeps {
  config: MessagingConfig;
  store: MessageStore;
  offsets: ConsumerOffsets;
  reviveLog: ReviveLog;
  orderInfo: OrderInfo;
  inflight: Inflight;
  stats: Stats;
  clock: Clock;
}

/** What one request asks of every queue it reaches. */
export interface PopWish {
  group: string;
  /** The topic that the client named; retry topics are read beside it. */
  topic: string;
  maxMessages: number;
  invisibleTime: number;
  popTime: number;
  reviveQueueId: number;
  /** Where a new group starts: the end of the queue, else its beginning. */
  fromEnd: boolean;
  order: boolean;
  attemptId: string | undefined;
  filter: MessageFilter;
}

/** What a request has found so far. */
export class PopHarvest {
  readonly records: Buffer[] = [];
  readonly startOffsets: string[] = [];
  readonly messageOffsets: string[] = [];
  readonly orderCounts: string[] = [];
  /** Messages that are left in the queues. */
  rest = 0;
  /** The group's offset went on, whether or not something was found. */
  moved = false;
}

const MAX_BYTES = 4 * 1024 * 1024;
/** The group's offset is put right, and the queue is read again from there. */
const CORRECTED = new Set<GetStatus>([
  'OFFSET_TOO_SMALL',
  'OFFSET_OVERFLOW_BADLY',
  'OFFSET_FOUND_NULL',
]);
/** Nothing to hand out here, but the queue goes on. */
const SKIPPED = new Set<GetStatus>([
  'NO_MATCHED_MESSAGE',
  'OFFSET_FOUND_NULL',
  'MESSAGE_WAS_REMOVING',
]);

const keyOf = ({ group }: PopWish, topic: string, queueId: number): string =>
  `${topic}@${group}@${queueId}`;

export class PopQueues {
  private readonly turns = new Turns();

  constructor(private readonly deps: PopQueuesDeps) {}

  /** Adds what the queues have; one that is in use is waited for only when all others lack. */
  async popAll(
    wish: PopWish,
    topic: string,
    queueIds: readonly number[],
    harvest: PopHarvest,
  ): Promise<void> {
    const before = harvest.records.length;
    const busy: number[] = [];
    for (const queueId of queueIds) {
      if (harvest.records.length >= wish.maxMessages && this.started(wish, topic, queueId)) {
        harvest.rest += this.left(wish, topic, queueId);
      } else if (this.turns.busy(keyOf(wish, topic, queueId))) {
        busy.push(queueId);
      } else {
        await this.pop(wish, topic, queueId, harvest);
      }
    }
    const lacking = harvest.records.length === before;
    for (const queueId of busy) {
      if (lacking) await this.pop(wish, topic, queueId, harvest);
      else harvest.rest += this.left(wish, topic, queueId);
    }
  }

  private pop(wish: PopWish, topic: string, queueId: number, harvest: PopHarvest): Promise<void> {
    const key = keyOf(wish, topic, queueId);
    return this.turns.run(key, () => this.popLocked(wish, topic, queueId, harvest));
  }

  /** Whether the group has its place in the queue, and keeps it. */
  private started({ group }: PopWish, topic: string, queueId: number): boolean {
    const { offsets } = this.deps;
    return offsets.query(group, topic, queueId) >= 0 && !offsets.hasReset(group, topic, queueId);
  }

  /** Messages that the group has not got; none while they are held back for their order. */
  private left(wish: PopWish, topic: string, queueId: number): number {
    const { offsets, orderInfo, store } = this.deps;
    const { attemptId, group, order } = wish;
    if (order && orderInfo.blocked(topic, group, queueId, attemptId)) return 0;
    const from = Math.max(0, offsets.query(group, topic, queueId));
    return Math.max(0, store.maxOffset(topic, queueId) - from);
  }

  private async popLocked(
    wish: PopWish,
    topic: string,
    queueId: number,
    harvest: PopHarvest,
  ): Promise<void> {
    const { clock, inflight, offsets, orderInfo, store } = this.deps;
    const { group } = wish;
    const from = await this.startOffset(wish, topic, queueId);
    const wanted = wish.maxMessages - harvest.records.length;
    const full = inflight.isFull(topic, group, queueId);
    if (!full && wish.order && orderInfo.blocked(topic, group, queueId, wish.attemptId)) return;
    if (full || wanted <= 0) {
      harvest.rest += Math.max(0, store.maxOffset(topic, queueId) - from);
      return;
    }
    let offset = from;
    let result = await this.read(wish, topic, queueId, offset, wanted);
    if (CORRECTED.has(result.status)) {
      offset = result.nextBeginOffset;
      offsets.commit(group, topic, queueId, offset);
      result = await this.read(wish, topic, queueId, offset, wanted);
    }
    if (result.records.length === 0) {
      if (SKIPPED.has(result.status) && result.nextBeginOffset > offset) {
        this.advance(wish, topic, queueId, offset, result.nextBeginOffset);
        harvest.moved = true;
      } else {
        this.advance(wish, topic, queueId, offset, offset);
      }
    } else if (!(await this.handOut(wish, topic, queueId, offset, result, harvest))) {
      harvest.rest += result.records.length;
      return;
    }
    harvest.rest += Math.max(0, result.maxOffset - result.nextBeginOffset);
    if (wish.order) inflight.clear(topic, group, queueId);
    inflight.handedOut(topic, group, queueId, result.records.length);
    if (result.records.length > 0) {
      const { stats } = this.deps;
      const ms = clock.now() - wish.popTime;
      stats.groupGet(group, topic, queueId, result.records.length, result.bytes, ms, 0);
    }
  }

  /** With popConsumerKVServiceEnable the group's offset follows one POP behind. */
  private advance(
    { group, order }: PopWish,
    topic: string,
    queueId: number,
    from: number,
    to: number,
  ): void {
    const { config, offsets } = this.deps;
    const behind = config.popConsumerKVServiceEnable && !order;
    if (behind) offsets.commitPulled(group, topic, queueId, to);
    if (behind || to !== from) offsets.commit(group, topic, queueId, behind ? from : to);
  }

  private read(
    { filter }: PopWish,
    topic: string,
    queueId: number,
    offset: number,
    maxMessages: number,
  ): GetResult | Promise<GetResult> {
    const { matchTags, matchRecord } = filter;
    const request = { topic, queueId, offset, maxMessages, maxBytes: MAX_BYTES };
    return this.deps.store.get({ ...request, matchTags, matchRecord });
  }

  private async handOut(
    wish: PopWish,
    topic: string,
    queueId: number,
    startOffset: number,
    result: GetResult,
    harvest: PopHarvest,
  ): Promise<boolean> {
    const { config, offsets, orderInfo, reviveLog } = this.deps;
    const { group, invisibleTime, popTime } = wish;
    const queueOffsets = result.records.map((record) => readInt64(record, RecordAt.queueOffset));
    if (wish.order) {
      const update = { attemptId: wish.attemptId, popTime, invisibleTime, queueOffsets };
      harvest.orderCounts.push(orderInfo.update(topic, group, queueId, update));
      offsets.commit(group, topic, queueId, startOffset);
    } else {
      const { brokerName } = config;
      const differences = queueOffsets.map((offset) => offset - startOffset);
      const point = {
        topic,
        group,
        queueId,
        startOffset,
        popTime,
        invisibleTime,
        brokerName,
        differences,
      };
      if (!(await reviveLog.checkPoint(point, wish.reviveQueueId))) return false;
      this.deps.stats.popCheckPoint(group, wish.topic);
      this.advance(wish, topic, queueId, startOffset, result.nextBeginOffset);
    }
    const kind = retryKindOf(topic);
    harvest.startOffsets.push(`${kind} ${queueId} ${startOffset}`);
    harvest.messageOffsets.push(`${kind} ${queueId} ${queueOffsets.join(',')}`);
    // RocketMQ has it the other way round where it keeps records in its KV service
    const { popConsumerKVServiceEnable, popResponseReturnActualRetryTopic } = config;
    const asRetries = popResponseReturnActualRetryTopic !== popConsumerKVServiceEnable;
    const asIs = kind === RetryKind.NORMAL || asRetries;
    for (const record of result.records) {
      harvest.records.push(asIs ? record : this.disguised(record, wish, startOffset));
    }
    return true;
  }

  /** A retry under its normal topic, with its receipt: its offsets are those of another topic. */
  private disguised(bytes: Buffer, wish: PopWish, startOffset: number): Buffer {
    const record = decodeRecord(bytes);
    if (!record) return bytes;
    const properties = parseProperties(record.properties);
    properties[Property.POP_CK] ??= formatReceipt({
      startOffset,
      popTime: wish.popTime,
      invisibleTime: wish.invisibleTime,
      reviveQueueId: wish.order ? ORDER_REVIVE_QUEUE : wish.reviveQueueId,
      retry: retryKindOf(record.topic),
      brokerName: this.deps.config.brokerName,
      queueId: record.queueId,
      queueOffset: record.queueOffset,
    });
    const changed = { ...record, topic: wish.topic, properties: formatProperties(properties) };
    return encodedRecord(changed);
  }

  /** Where the group stands; a new one starts as it wishes and is noted. */
  private async startOffset(wish: PopWish, topic: string, queueId: number): Promise<number> {
    const { config, offsets, orderInfo, store } = this.deps;
    const { group } = wish;
    const reset = offsets.takeReset(group, topic, queueId);
    if (reset !== undefined) {
      orderInfo.clear(topic, group, queueId);
      offsets.commit(group, topic, queueId, reset);
      return reset;
    }
    const ahead = config.popConsumerKVServiceEnable && !wish.order;
    const known = ahead
      ? offsets.queryPulled(group, topic, queueId)
      : offsets.query(group, topic, queueId);
    if (known >= 0) return known;
    let offset = store.minOffset(topic, queueId);
    if (wish.fromEnd && !topic.startsWith(RETRY_PREFIX)) {
      const young =
        config.initPopOffsetByCheckMsgInMem && (await isYoungQueue(store, topic, queueId));
      offset = young ? 0 : Math.max(0, store.maxOffset(topic, queueId) - 1);
    }
    offsets.commit(group, topic, queueId, offset);
    return offset;
  }
}
