// Messages with a priority: its number is that of their queue, which POP reads before the others
// (SendMessageProcessor, TopicMessageType.parseFromMessageProperty).

import { Property } from '../../../protocol/flags.js';
import {
  formatProperties,
  parseProperties,
  type Properties,
} from '../../../protocol/properties.js';
import type { PutMessage } from '../../../store/message-store.js';
import type { TopicView } from '../parts.js';

/** Of each of these a message that has a priority is something else. */
const OTHER_TYPES = [
  Property.DELAY,
  Property.TIMER_DELIVER_MS,
  Property.TIMER_DELAY_SEC,
  Property.TIMER_DELAY_MS,
  Property.SHARDING_KEY,
];

const isOther = (properties: Properties): boolean =>
  properties[Property.TRAN_MSG]?.toLowerCase() === 'true' ||
  OTHER_TYPES.some((name) => properties[name] !== undefined);

/** Puts the message into the queue of its priority; of another type, it loses the priority. */
export function intoPriorityQueue(message: PutMessage, { writeQueueNums }: TopicView): void {
  if (!message.properties.includes(Property.PRIORITY)) return;
  const properties = parseProperties(message.properties);
  const text = properties[Property.PRIORITY];
  if (text === undefined || !/^\d{1,9}$/.test(text)) return;
  if (isOther(properties)) {
    delete properties[Property.PRIORITY];
    message.properties = formatProperties(properties);
  } else {
    message.queueId = Math.max(0, Math.min(Number(text), writeQueueNums - 1));
  }
}
