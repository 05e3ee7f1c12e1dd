// What POP handed out and nobody acknowledged comes back, through the group's retry topic
// (PopReviveService). Each revive queue is read from its last finished check point.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { Perm, Property, RETRY_PREFIX } from '../../../protocol/flags.js';
import { decodeRecord } from '../../../protocol/message.js';
import { formatProperties, parseProperties } from '../../../protocol/properties.js';
import type { Arrival, MessageStore, PutMessage } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../consumer-offsets.js';
import type { Groups, MessagingConfig, Topics } from '../parts.js';
import { normalTopicOf, retryTopicV1, retryTopicV2 } from './receipt.js';
import { type Ack, type CheckPoint, mergeKey, reviveEntryOf } from './revive-log.js';

export interface ReviveDeps {
  config: MessagingConfig;
  store: MessageStore;
  topics: Topics;
  groups: Groups;
  offsets: ConsumerOffsets;
  clock: Clock;
  log: Logger;
  reviveTopic: string;
  /** All that was due before this time has been delivered by the timer. */
  deliveredUpTo(): number;
}

/** The group under which the progress is kept. */
const GROUP = 'CID_RMQ_SYS_REVIVE_GROUP';
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;
const PERIOD_MS = 250;

interface Pending {
  point: CheckPoint;
  reviveTime: number;
  /** Place in the revive queue. */
  reviveOffset: number;
  acked: Set<number>;
}

interface ReviveQueue {
  queueId: number;
  /** Next offset to read. */
  offset: number;
  /** Check points in the order of the queue. */
  pending: Map<string, Pending>;
  /** Last offset that need not be read again. */
  finished: number;
}

export class Revive implements Part {
  private queues: ReviveQueue[] = [];
  private timer: Timer | undefined;
  private work: Promise<void> | undefined;
  private arrivals = false;

  constructor(private readonly deps: ReviveDeps) {}

  start(): Promise<void> {
    const { clock, config, offsets, reviveTopic } = this.deps;
    for (let queueId = 0; queueId < config.reviveQueueNum; queueId++) {
      const finished = offsets.query(GROUP, reviveTopic, queueId);
      this.queues.push({ queueId, offset: finished + 1, pending: new Map(), finished });
    }
    this.arrivals = true;
    this.timer = clock.every(PERIOD_MS, () => this.run());
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.timer?.stop();
    await this.work;
    this.queues = [];
  }

  arrived({ topic }: Arrival): void {
    if (topic === this.deps.reviveTopic) this.arrivals = true;
  }

  private run(): void {
    const waiting = this.queues.some(({ pending }) => pending.size > 0);
    if (this.work || (!waiting && !this.arrivals)) return;
    this.arrivals = false;
    this.work = this.runAll()
      .catch((error: unknown) => this.deps.log.error(`revive: ${describeError(error)}`, error))
      .finally(() => (this.work = undefined));
  }

  private async runAll(): Promise<void> {
    for (const queue of this.queues) {
      // What is delivered up to here is in the queue: then it can be read and judged.
      const until = this.deps.deliveredUpTo();
      await this.read(queue);
      await this.finish(queue, until);
    }
  }

  private async read(queue: ReviveQueue): Promise<void> {
    const { reviveTopic: topic, store } = this.deps;
    for (;;) {
      const { queueId, offset } = queue;
      const request = { topic, queueId, offset, maxMessages: PAGE, maxBytes: PAGE_BYTES };
      const result = await store.get(request);
      for (const bytes of result.records) {
        const record = decodeRecord(bytes);
        const entry = record && reviveEntryOf(record);
        if (!record || !entry) continue;
        if (entry.kind === 'ack') noteAck(queue, entry.ack);
        else {
          const { checkPoint: point, reviveTime } = entry;
          const reviveOffset = record.queueOffset;
          const pending = { point, reviveTime, reviveOffset, acked: new Set<number>() };
          queue.pending.set(mergeKey(point), pending);
        }
      }
      if (result.nextBeginOffset <= offset) return;
      queue.offset = result.nextBeginOffset;
    }
  }

  /** Brings back what was not acknowledged in time, in the order of the queue. */
  private async finish(queue: ReviveQueue, until: number): Promise<void> {
    const { offsets, reviveTopic } = this.deps;
    for (const [key, pending] of queue.pending) {
      if (pending.reviveTime >= until) break;
      if (!(await this.bringBack(pending))) break;
      queue.pending.delete(key);
    }
    const [first] = queue.pending.values();
    const finished = first ? first.reviveOffset - 1 : queue.offset - 1;
    if (finished <= queue.finished) return;
    queue.finished = finished;
    offsets.commit(GROUP, reviveTopic, queue.queueId, finished);
  }

  /** False when a message could not be stored: the check point is looked at again. */
  private async bringBack({ point, acked }: Pending): Promise<boolean> {
    const { groups, topics } = this.deps;
    const normal = normalTopicOf(point.topic, point.group);
    if (!topics.get(normal) || !groups.find(point.group)) return true;
    for (const difference of point.differences) {
      const offset = point.startOffset + difference;
      if (acked.has(offset)) continue;
      if (!(await this.retry(point, offset))) return false;
      acked.add(offset);
    }
    return true;
  }

  private async retry(point: CheckPoint, offset: number): Promise<boolean> {
    const { config, offsets, store, topics } = this.deps;
    const { topic, group, queueId } = point;
    const request = { topic, queueId, offset, maxMessages: 1, maxBytes: 1 };
    const { records } = await store.get(request);
    const record = records[0] && decodeRecord(records[0]);
    if (!record || record.queueOffset !== offset) return true; // the log no longer holds it
    const name = config.enableRetryTopicV2 ? retryTopicV2 : retryTopicV1;
    const retryTopic = topic.startsWith(RETRY_PREFIX) ? topic : name(topic, group);
    if (!topics.get(retryTopic)) {
      topics.createSendBack(retryTopic, 1, Perm.READ | Perm.WRITE, 0);
      if (offsets.query(group, retryTopic, 0) < 0) offsets.commit(group, retryTopic, 0, 0);
    }
    const properties = parseProperties(record.properties);
    properties[Property.FIRST_POP_TIME] ??= String(point.popTime);
    properties[Property.ORIGIN_GROUP] ??= group;
    return this.put({
      topic: retryTopic,
      queueId: 0,
      flag: record.flag,
      sysFlag: record.sysFlag,
      bornTimestamp: record.bornTimestamp,
      bornHost: record.bornHost,
      reconsumeTimes: record.reconsumeTimes + 1,
      body: record.body,
      properties: formatProperties(properties),
    });
  }

  private put(message: PutMessage): Promise<boolean> {
    return new Promise((resolve) => {
      this.deps.store.put(message, ({ physicalOffsets }) => resolve(physicalOffsets.length > 0));
    });
  }
}

function noteAck(queue: ReviveQueue, ack: Ack): void {
  const pending = queue.pending.get(mergeKey(ack));
  if (!pending) return; // it came after its check point was finished
  for (const offset of ack.offsets) pending.acked.add(offset);
}
