// What POP handed out and nobody acknowledged comes back, through the group's retry topic
// (PopReviveService). Each revive queue is read from its last finished check point.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { Perm, Property, RETRY_PREFIX } from '../../../protocol/flags.js';
import type { Host } from '../../../protocol/host.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { formatProperties, parseProperties } from '../../../protocol/properties.js';
import type { Arrival, MessageStore, PutMessage } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import { deliveredBefore } from '../waiting/delivered-before.js';
import type { Groups, MessagingConfig, Topics } from '../parts.js';
import type { Stats } from '../running/stats.js';
import type { Inflight } from './inflight.js';
import { normalTopicOf, retryTopicV1, retryTopicV2 } from './receipt.js';
import type { RemoteRecords } from './remote-records.js';
import {
  type Ack,
  type CheckPoint,
  mergeKey,
  reviveEntryOf,
  type ReviveLog,
} from './revive-log.js';

export interface ReviveDeps {
  config: MessagingConfig;
  store: MessageStore;
  topics: Topics;
  groups: Groups;
  offsets: ConsumerOffsets;
  clock: Clock;
  log: Logger;
  storeHost: Host;
  reviveTopic: string;
  reviveLog: ReviveLog;
  remote: RemoteRecords;
  inflight: Inflight;
  stats: Stats;
  /** All that was due before this time has been delivered by the timer. */
  deliveredUpTo(): number;
}

/** The group under which the progress is kept. */
const GROUP = 'CID_RMQ_SYS_REVIVE_GROUP';
const PAGE = 64;
const PAGE_BYTES = 1024 * 1024;
const PERIOD_MS = 250;
/** What another broker has, and cannot be had now, is looked for again after so many seconds. */
const AGAIN_S = [
  10, 20, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200,
];

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
  /** Check points before it may have been finished by an earlier run that was cut off. */
  doubtful: number;
}

export class Revive implements Part {
  private queues: ReviveQueue[] = [];
  private timer: Timer | undefined;
  private work: Promise<void> | undefined;
  private arrivals = false;

  constructor(private readonly deps: ReviveDeps) {}

  start(): Promise<void> {
    const { clock, config, offsets, reviveTopic, store } = this.deps;
    for (let queueId = 0; queueId < config.reviveQueueNum; queueId++) {
      const doubtful = store.maxOffset(reviveTopic, queueId);
      // A store that lost its end must not have what comes next passed over.
      const finished = Math.min(offsets.query(GROUP, reviveTopic, queueId), doubtful - 1);
      const pending = new Map<string, Pending>();
      this.queues.push({ queueId, offset: finished + 1, pending, finished, doubtful });
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
      if (!(await this.bringBack(queue, pending))) break;
      queue.pending.delete(key);
    }
    const [first] = queue.pending.values();
    const finished = first ? first.reviveOffset - 1 : queue.offset - 1;
    if (finished <= queue.finished) return;
    queue.finished = finished;
    offsets.commit(GROUP, reviveTopic, queue.queueId, finished);
  }

  /** False when a message could not be stored: the check point is looked at again. */
  private async bringBack(queue: ReviveQueue, pending: Pending): Promise<boolean> {
    const { groups, topics } = this.deps;
    const doubtful = pending.reviveOffset < queue.doubtful;
    const { point, acked } = pending;
    const normal = normalTopicOf(point.topic, point.group);
    if (!topics.get(normal) || !groups.find(point.group)) return true;
    for (const difference of point.differences) {
      const offset = point.startOffset + difference;
      if (acked.has(offset)) continue;
      const record = await this.recordAt(point, offset);
      const done =
        record === 'LATER'
          ? await this.putAgain(point, offset, queue.queueId)
          : record === 'GONE' || (await this.retry(pending, record, doubtful));
      if (!done) return false;
      acked.add(offset);
    }
    return true;
  }

  /** `GONE` when the log no longer holds it. */
  private async recordAt(
    { brokerName, topic, queueId }: CheckPoint,
    offset: number,
  ): Promise<DecodedRecord | 'GONE' | 'LATER'> {
    const { config, remote, store } = this.deps;
    if (brokerName !== '' && brokerName !== config.brokerName) {
      return remote.get(brokerName, topic, queueId, offset);
    }
    const request = { topic, queueId, offset, maxMessages: 1, maxBytes: 1 };
    const { records } = await store.get(request);
    const record = records[0] && decodeRecord(records[0]);
    return record?.queueOffset === offset ? record : 'GONE';
  }

  /** One message of a check point is looked for later. */
  private async putAgain(
    point: CheckPoint,
    offset: number,
    reviveQueueId: number,
  ): Promise<boolean> {
    const { putAgain = 0, topic, group, queueId, brokerName } = point;
    const { config, log, reviveLog } = this.deps;
    if (putAgain >= AGAIN_S.length && config.skipWhenCKRePutReachMaxTimes) {
      const what = `${offset} of ${topic} ${queueId} in ${brokerName}`;
      log.warn(`message ${what} is given up for ${group}: ${putAgain} times it was not to be had`);
      return true;
    }
    const seconds = AGAIN_S[Math.min(putAgain, AGAIN_S.length - 1)]!;
    const later = {
      ...{ ...point, startOffset: offset, differences: [0], putAgain: putAgain + 1 },
      invisibleTime: point.invisibleTime + seconds * 1000,
    };
    return reviveLog.checkPoint(later, reviveQueueId);
  }

  private async retry(
    pending: Pending,
    record: DecodedRecord,
    doubtful: boolean,
  ): Promise<boolean> {
    const { clock, store } = this.deps;
    const { point, reviveTime } = pending;
    const { queueId } = point;
    const message = this.messageBack(point, record);
    const since = { ...record, storeTimestamp: reviveTime };
    if (doubtful && (await deliveredBefore(store, since, message, clock.now()))) return true;
    this.provideRetryTopic(message.topic, point.group);
    message.queueId = this.retryQueue(message.topic, queueId);
    const bytes = await this.put(message);
    if (bytes === undefined) return false;
    this.deps.inflight.settled(point, 1);
    this.deps.stats.topicRevived(message.topic, bytes);
    return true;
  }

  private messageBack(point: CheckPoint, record: DecodedRecord): PutMessage {
    const { config, storeHost } = this.deps;
    const { group, popTime, suspend, topic } = point;
    const name = config.enableRetryTopicV2 ? retryTopicV2 : retryTopicV1;
    const properties = parseProperties(record.properties);
    if (record.reconsumeTimes === 0) properties[Property.FIRST_POP_TIME] = String(popTime);
    else properties[Property.FIRST_POP_TIME] ??= String(popTime);
    properties[Property.ORIGIN_GROUP] = group;
    return {
      topic: topic.startsWith(RETRY_PREFIX) ? topic : name(topic, group),
      queueId: 0,
      flag: record.flag,
      sysFlag: record.sysFlag,
      bornTimestamp: record.bornTimestamp,
      bornHost: storeHost,
      reconsumeTimes: record.reconsumeTimes + (suspend ? 0 : 1),
      body: record.body,
      properties: formatProperties(properties),
    };
  }

  private provideRetryTopic(topic: string, group: string): void {
    const { config, offsets, topics } = this.deps;
    const existing = topics.get(topic);
    const separate = config.useSeparateRetryQueue;
    if (existing && !separate) return;
    const queues = separate ? (topics.get(normalTopicOf(topic, group))?.writeQueueNums ?? 1) : 1;
    if (existing?.writeQueueNums === queues) return;
    // the topic may have got more queues since its first message came back
    if (existing) topics.setQueueNums(topic, queues);
    else topics.createSendBack(topic, queues, Perm.READ | Perm.WRITE, 0);
    for (let id = 0; id < queues; id++) {
      if (offsets.query(group, topic, id) < 0) offsets.commit(group, topic, id, 0);
    }
  }

  /** With queues of their own retries keep their priority. */
  private retryQueue(topic: string, queueId: number): number {
    const { config, topics } = this.deps;
    if (!config.useSeparateRetryQueue) return 0;
    return queueId < (topics.get(topic)?.writeQueueNums ?? 0) ? queueId : 0;
  }

  /** Resolves with its size; undefined when it could not be stored. */
  private put(message: PutMessage): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.deps.store.put(message, ({ bytes, physicalOffsets }) =>
        resolve(physicalOffsets.length > 0 ? bytes : undefined),
      );
    });
  }
}

function noteAck(queue: ReviveQueue, ack: Ack): void {
  const pending = queue.pending.get(mergeKey(ack));
  if (!pending) return; // it came after its check point was finished
  for (const offset of ack.offsets) pending.acked.add(offset);
}
