// Messages with a time of their own (TIMER_DELIVER_MS, TIMER_DELAY_MS, TIMER_DELAY_SEC): how they
// wait and how they leave (HookUtils.transformTimerMessage, TimerMessageStore.convert).

import { Property, SystemTopic } from '../../../../protocol/flags.js';
import type { DecodedRecord } from '../../../../protocol/message.js';
import {
  formatProperties,
  parseProperties,
  type Properties,
} from '../../../../protocol/properties.js';
import type { PutMessage } from '../../../../store/message-store.js';

/** Marks a message that calls back another, by its unique key. */
export const DELETE_KEY = 'TIMER_DEL_UNIQKEY';
const ENQUEUED = 'TIMER_ENQUEUE_MS';
const DEQUEUED = 'TIMER_DEQUEUE_MS';
const ROLL_TIMES = 'TIMER_ROLL_TIMES';

/** When a message is due, ms; NaN for a property that is no whole number. */
export function deliverTime(properties: Readonly<Properties>, now: number): number {
  const seconds = properties[Property.TIMER_DELAY_SEC];
  if (seconds !== undefined) return now + whole(seconds) * 1000;
  const ms = properties[Property.TIMER_DELAY_MS];
  if (ms !== undefined) return now + whole(ms);
  return whole(properties[Property.TIMER_DELIVER_MS] ?? '');
}

const whole = (text: string): number => (/^[+-]?\d{1,18}$/.test(text) ? Number(text) : NaN);

/** The slot of a time: rounded down, one earlier when nothing is to be rounded. */
export function slotTimeOf(deliverMs: number, precisionMs: number): number {
  const over = deliverMs % precisionMs;
  return over === 0 ? deliverMs - precisionMs : deliverMs - over;
}

/** Rewrites a message so that it waits in the slot at `slotMs`. */
export function toTimer(message: PutMessage, properties: Properties, slotMs: number): void {
  properties[Property.TIMER_OUT_MS] = String(slotMs);
  properties[Property.REAL_TOPIC] = message.topic;
  properties[Property.REAL_QID] = String(message.queueId);
  message.properties = formatProperties(properties);
  message.topic = SystemTopic.TIMER_WHEEL;
  message.queueId = 0;
}

/** The message as it goes into its own topic; undefined when it names none. */
export function timeUp(
  record: DecodedRecord,
  enqueuedMs: number,
  now: number,
): PutMessage | undefined {
  const properties = parseProperties(record.properties);
  const topic = properties[Property.REAL_TOPIC];
  const queueId = Number(properties[Property.REAL_QID] ?? NaN);
  if (topic === undefined || !Number.isInteger(queueId)) return undefined;
  properties[ENQUEUED] = String(enqueuedMs);
  properties[DEQUEUED] = String(now);
  return { ...contentOf(record), topic, queueId, properties: formatProperties(properties) };
}

/** A message that has to wait longer than the wheel looks ahead goes through it again. */
export function rolled(record: DecodedRecord, enqueuedMs: number, now: number): PutMessage {
  const properties = parseProperties(record.properties);
  properties[ENQUEUED] = String(enqueuedMs);
  properties[DEQUEUED] = String(now);
  properties[ROLL_TIMES] = String(Number(properties[ROLL_TIMES] ?? 0) + 1);
  const { topic, queueId } = record;
  return { ...contentOf(record), topic, queueId, properties: formatProperties(properties) };
}

function contentOf(record: DecodedRecord) {
  const { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body } = record;
  return { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body };
}
