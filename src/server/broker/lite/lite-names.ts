// Names of lite topics: each is a light queue `%LMQ%$parent$lite` (LiteUtil).

import { LMQ_PREFIX } from '../../../protocol/flags.js';

const SEPARATOR = '$';
const PREFIX = LMQ_PREFIX + SEPARATOR;

/** The queue of all messages of lite topics: light queues have but one. */
export const LITE_QUEUE_ID = 0;

export const liteQueue = (parent: string, lite: string): string =>
  PREFIX + parent + SEPARATOR + lite;

/** Where the messages are that a request means: those of a lite topic are in its light queue. */
export const storedTopic = (topic: string, lite: string | undefined): string =>
  lite?.trim() ? liteQueue(topic, lite) : topic;

export const isLiteQueue = (queue: string): boolean => queue.startsWith(PREFIX);

export const belongsTo = (queue: string, parent: string): boolean =>
  queue.startsWith(PREFIX + parent + SEPARATOR);

/** Parent and lite topic; undefined for any other queue. */
export function parseLiteQueue(queue: string): { parent: string; lite: string } | undefined {
  if (!isLiteQueue(queue)) return undefined;
  const [parent, lite, more] = queue.slice(PREFIX.length).split(SEPARATOR);
  return parent && lite && more === undefined ? { parent, lite } : undefined;
}

/** A lite topic names a folder of the store, and its queue stands in lists. */
export const liteTopicFault = (lite: string): string | undefined =>
  /[\\/,$\0]/.test(lite) || lite === '..'
    ? 'the lite topic may not contain slashes, commas or $'
    : undefined;
