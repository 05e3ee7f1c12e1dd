// Check points and acknowledgements of POP are messages that the timer brings to the revive topic
// when the messages handed out become visible again (PopCheckPoint, AckMsg, BatchAckMsg).

import type { Clock } from '../../../base/clock.js';
import { numberOf, objectOf, textOf } from '../../../protocol/bodies/json.js';
import { type Json, type JsonObject, parseJson } from '../../../protocol/fastjson.js';
import { Property } from '../../../protocol/flags.js';
import type { Host } from '../../../protocol/host.js';
import type { DecodedRecord } from '../../../protocol/message.js';
import { findProperty, formatProperties } from '../../../protocol/properties.js';
import type { Append } from '../sending/append.js';
import type { MessagingConfig } from '../parts.js';

/** What one POP handed out of one queue. */
export interface CheckPoint {
  topic: string;
  group: string;
  queueId: number;
  startOffset: number;
  popTime: number;
  invisibleTime: number;
  brokerName: string;
  /** Offsets of the messages, from `startOffset`. */
  differences: number[];
  /** The consumer asked for more time before it tried: coming back does not count as a try. */
  suspend?: boolean;
  /** How often it was put again, for its message could not be had from another broker. */
  putAgain?: number;
}

export interface Ack {
  topic: string;
  group: string;
  queueId: number;
  startOffset: number;
  popTime: number;
  brokerName: string;
  offsets: number[];
  /** A list is written even of one. */
  batch?: boolean;
}

export type ReviveEntry =
  { kind: 'checkPoint'; checkPoint: CheckPoint; reviveTime: number } | { kind: 'ack'; ack: Ack };

export const Tag = { CHECK_POINT: 'ck', ACK: 'ack', BATCH_ACK: 'bAck' } as const;

/** A check point comes so much before its messages are visible: before its acknowledgements. */
const CHECK_POINT_LEAD_MS = 1000;

export interface ReviveLogDeps {
  config: MessagingConfig;
  append: Pick<Append, 'put'>;
  clock: Clock;
  storeHost: Host;
  reviveTopic: string;
}

export class ReviveLog {
  constructor(private readonly deps: ReviveLogDeps) {}

  get topic(): string {
    return this.deps.reviveTopic;
  }

  /** Resolves with whether it is stored. */
  async checkPoint(point: CheckPoint, reviveQueueId: number): Promise<boolean> {
    if (!this.deps.config.popConsumerKVServiceEnable) return this.putPoint(point, reviveQueueId);
    const stored = point.differences.map((difference) => {
      const startOffset = point.startOffset + difference;
      const single = { ...point, startOffset, differences: [0] };
      return this.putPoint(single, this.queueOf(startOffset));
    });
    return (await Promise.all(stored)).every(Boolean);
  }

  /**
   * With popConsumerKVServiceEnable each message has a record of its own, which an acknowledgement
   * finds by its offset alone: a check point of one message, where RocketMQ's POP_ROLLBACK puts it.
   */
  private queueOf(offset: number): number {
    return offset % this.deps.config.reviveQueueNum;
  }

  private putPoint(point: CheckPoint, reviveQueueId: number): Promise<boolean> {
    const { topic, group, queueId, startOffset, popTime, invisibleTime, brokerName } = point;
    const body = {
      bm: 0,
      bn: brokerName,
      c: group,
      d: point.differences,
      it: invisibleTime,
      n: point.differences.length,
      pt: popTime,
      q: queueId,
      reviveTime: popTime + invisibleTime,
      ro: 0,
      rp: point.putAgain === undefined ? undefined : String(point.putAgain),
      so: startOffset,
      sp: point.suspend ?? false,
      t: topic,
    };
    const key = [topic, queueId, startOffset, group, popTime, brokerName, Tag.CHECK_POINT];
    const deliverAt = popTime + invisibleTime - CHECK_POINT_LEAD_MS;
    return new Promise((stored) => {
      this.put(Tag.CHECK_POINT, key.join('@'), body, deliverAt, reviveQueueId, stored);
    });
  }

  /** Tells whether it is stored; without a promise, for every message has an acknowledgement. */
  ack(
    ack: Ack,
    invisibleTime: number,
    reviveQueueId: number,
    stored: (whether: boolean) => void,
  ): void {
    if (!this.deps.config.popConsumerKVServiceEnable) {
      return this.putAck(ack, invisibleTime, reviveQueueId, stored);
    }
    let left = ack.offsets.length;
    let all = true;
    for (const offset of ack.offsets) {
      const single = { ...ack, startOffset: offset, offsets: [offset], batch: false };
      this.putAck(single, invisibleTime, this.queueOf(offset), (one) => {
        all &&= one;
        if (--left === 0) stored(all);
      });
    }
  }

  private putAck(
    ack: Ack,
    invisibleTime: number,
    reviveQueueId: number,
    stored: (whether: boolean) => void,
  ): void {
    const { topic, group, queueId, startOffset, popTime, brokerName, offsets } = ack;
    const { batch = false } = ack;
    const body = {
      ao: batch ? -1 : offsets[0],
      aol: batch ? offsets : undefined,
      bn: brokerName,
      c: group,
      pt: popTime,
      q: queueId,
      so: startOffset,
      t: topic,
    };
    const tag = batch ? Tag.BATCH_ACK : Tag.ACK;
    const key = [topic, queueId, batch ? -1 : offsets[0], group, popTime, brokerName, Tag.ACK];
    this.put(tag, key.join('@'), body, popTime + invisibleTime, reviveQueueId, stored);
  }

  /** The fields of `body` are in the order of fastjson, which is that of the alphabet. */
  private put(
    tag: string,
    uniqueKey: string,
    body: object,
    deliverAt: number,
    queueId: number,
    stored: (whether: boolean) => void,
  ): void {
    const { append, clock, reviveTopic, storeHost } = this.deps;
    const message = {
      topic: reviveTopic,
      queueId,
      flag: 0,
      sysFlag: 0,
      bornTimestamp: clock.now(),
      bornHost: storeHost,
      reconsumeTimes: 0,
      body: Buffer.from(JSON.stringify(body)),
      properties: formatProperties({
        [Property.TAGS]: tag,
        [Property.UNIQ_KEY]: uniqueKey,
        [Property.TIMER_DELIVER_MS]: String(deliverAt),
      }),
    };
    append.put(message, ({ physicalOffsets }) => stored(physicalOffsets.length > 0));
  }
}

/** Reads a message of the revive topic; undefined for one that says nothing. */
export function reviveEntryOf(record: DecodedRecord): ReviveEntry | undefined {
  const tag = findProperty(record.properties, Property.TAGS);
  let fields: JsonObject;
  try {
    fields = objectOf(parseJson(record.body.toString()));
  } catch {
    return undefined;
  }
  const topic = textOf(fields.t ?? fields.topic);
  const group = textOf(fields.c ?? fields.consumerGroup);
  if (topic === '' || group === '') return undefined;
  const queueId = numberOf(fields.q);
  const startOffset = numberOf(fields.so);
  const popTime = numberOf(fields.pt);
  const brokerName = textOf(fields.bn);
  // field by field: what is spread gets a hidden class of its own
  if (tag === Tag.CHECK_POINT) {
    const invisibleTime = numberOf(fields.it);
    const known = numbersOf(fields.d);
    const count = numberOf(fields.n);
    const differences = known.length > 0 ? known : [...Array(count).keys()];
    const suspend = fields.sp === true;
    const checkPoint: CheckPoint = {
      topic,
      group,
      queueId,
      startOffset,
      popTime,
      invisibleTime,
      brokerName,
      differences,
      suspend,
      putAgain: numberOf(fields.rp),
    };
    return { kind: 'checkPoint', checkPoint, reviveTime: popTime + invisibleTime };
  }
  if (tag !== Tag.ACK && tag !== Tag.BATCH_ACK) return undefined;
  const offsets = tag === Tag.ACK ? [numberOf(fields.ao)] : numbersOf(fields.aol);
  const ack: Ack = { topic, group, queueId, startOffset, popTime, brokerName, offsets };
  return { kind: 'ack', ack };
}

/** Brings check points and their acknowledgements together. */
export function mergeKey(of: Omit<Ack, 'offsets'>): string {
  const { topic, group, queueId, startOffset, popTime, brokerName } = of;
  return [topic, group, queueId, startOffset, popTime, brokerName].join('@');
}

function numbersOf(value: Json | undefined): number[] {
  return Array.isArray(value) ? value.map((item) => numberOf(item)) : [];
}
