// Messages with a time of their own (TIMER_DELIVER_MS, TIMER_DELAY_MS, TIMER_DELAY_SEC): how they
// wait and how they leave (HookUtils.transformTimerMessage, TimerMessageStore.convert).

import { Property, SystemTopic } from '../../../../protocol/flags.js';
import type { DecodedRecord } from '../../../../protocol/message.js';
import {
  findProperty,
  formatProperties,
  parseProperties,
  type Properties,
} from '../../../../protocol/properties.js';
import type { PutMessage } from '../../../../store/message-store.js';
import { dueMessage } from '../due-message.js';

/** Marks a message that calls back another, by its unique key. */
export const DELETE_KEY = 'TIMER_DEL_UNIQKEY';
const ENQUEUED = 'TIMER_ENQUEUE_MS';
const DEQUEUED = 'TIMER_DEQUEUE_MS';
export const ROLL_TIMES = 'TIMER_ROLL_TIMES';
const ENTRY_END = '\u0002';

/** When a message that is sent at `now` is due, ms; NaN for a property that is no whole number. */
function deliverTime(properties: string, now: number): number {
  const seconds = findProperty(properties, Property.TIMER_DELAY_SEC);
  if (seconds !== undefined) return now + whole(seconds) * 1000;
  const ms = findProperty(properties, Property.TIMER_DELAY_MS);
  if (ms !== undefined) return now + whole(ms);
  return whole(findProperty(properties, Property.TIMER_DELIVER_MS) ?? '');
}

/** Until when a message that is sent at `now` has to wait (HookUtils.transformTimerMessage). */
export function waitsUntil(
  properties: string,
  now: number,
  maxDelaySec: number,
): number | 'now' | 'illegal' {
  const deliverMs = deliverTime(properties, now);
  if (!Number.isSafeInteger(deliverMs)) return 'illegal';
  if (deliverMs > now) return deliverMs - now > maxDelaySec * 1000 ? 'illegal' : deliverMs;
  return findProperty(properties, DELETE_KEY) === undefined ? 'now' : 'illegal';
}

/** Beyond `few` messages of a slot some are refused, beyond twice as many all (isReject). */
export function isRejected(messages: number, few: number): boolean {
  return messages >= 2 * few || Math.random() > (messages - few) / (few + 0.1);
}

/** When a message that waits is due. */
export const dueTimeOf = ({ properties, storeTimestamp }: DecodedRecord): number =>
  deliverTime(properties, storeTimestamp);

const whole = (text: string): number => (/^[+-]?\d{1,18}$/.test(text) ? Number(text) : NaN);

/** The slot of a time: rounded down, one earlier when nothing is to be rounded. */
export function slotTimeOf(deliverMs: number, precisionMs: number): number {
  const over = deliverMs % precisionMs;
  return over === 0 ? deliverMs - precisionMs : deliverMs - over;
}

/** Rewrites a message so that it waits in the slot at `slotMs`. */
export function toTimer(message: PutMessage, slotMs: number): void {
  message.properties = withProperties(message.properties, {
    [Property.TIMER_OUT_MS]: String(slotMs),
    [Property.REAL_TOPIC]: message.topic,
    [Property.REAL_QID]: String(message.queueId),
  });
  message.topic = SystemTopic.TIMER_WHEEL;
  message.queueId = 0;
}

/** The message as it goes into its own topic; undefined when it names none. */
export function timeUp(
  record: DecodedRecord,
  enqueuedMs: number,
  now: number,
): PutMessage | undefined {
  const topic = findProperty(record.properties, Property.REAL_TOPIC);
  const queueId = Number(findProperty(record.properties, Property.REAL_QID) ?? NaN);
  if (topic === undefined || !Number.isInteger(queueId)) return undefined;
  const times = { [ENQUEUED]: String(enqueuedMs), [DEQUEUED]: String(now) };
  return dueMessage(record, topic, queueId, withProperties(record.properties, times));
}

/** A message that has to wait longer than the wheel looks ahead goes through it again. */
export function rolled(record: DecodedRecord, enqueuedMs: number, now: number): PutMessage {
  const times = Number(findProperty(record.properties, ROLL_TIMES) ?? 0);
  const properties = withProperties(record.properties, {
    [ENQUEUED]: String(enqueuedMs),
    [DEQUEUED]: String(now),
    [ROLL_TIMES]: String(times + 1),
  });
  return dueMessage(record, record.topic, record.queueId, properties);
}

/** Most messages have none of `more` yet: theirs are not parsed. */
function withProperties(text: string, more: Properties): string {
  for (const name in more) {
    if (text.includes(name)) return formatProperties({ ...parseProperties(text), ...more });
  }
  return text + (text === '' || text.endsWith(ENTRY_END) ? '' : ENTRY_END) + formatProperties(more);
}
