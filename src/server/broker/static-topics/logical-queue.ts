// The logical queue that a request means, as this broker knows it (buildTopicQueueMappingContext).

import { refuse } from '../../../base/errors.js';
import type { MappingItem, QueueMapping } from '../../../protocol/bodies/static-topic.js';
import { ResponseCode } from '../../../protocol/responses.js';

export interface LogicalQueue {
  id: number;
  mapping: QueueMapping;
  /** Oldest first; the last is written, by this broker. */
  items: readonly MappingItem[];
}

/** What requests about queues have in common; `lo=false` says that the queue is a physical one. */
export interface QueueHeader {
  topic: string;
  queueId: number;
  lo?: boolean | undefined;
}

interface Mappings {
  get(topic: string): QueueMapping | undefined;
}

type Remark = (topic: string, id: number, broker: string) => string;

const UNKNOWN: Remark = (topic, id, broker) =>
  `${topic}-${id} does not exit in request process of current broker ${broker}`;

/** Undefined for a physical queue; refuses when another broker leads the logical one. */
export function ledQueue(
  mappings: Mappings,
  { topic, queueId, lo }: QueueHeader,
  remark: Remark = UNKNOWN,
): LogicalQueue | undefined {
  const mapping = lo === false ? undefined : mappings.get(topic);
  if (!mapping) return undefined;
  const items = mapping.hostedQueues.get(queueId);
  if (items?.at(-1)?.bname === mapping.bname) return { id: queueId, mapping, items };
  const text = remark(topic, queueId, mapping.bname);
  throw refuse(ResponseCode.NOT_LEADER_FOR_QUEUE, text);
}

/** The first queue that this broker leads, for messages that may go to any. */
export function anyLedQueue(mapping: QueueMapping): number {
  for (const [id, items] of mapping.hostedQueues) {
    if (items.at(-1)?.bname === mapping.bname) return id;
  }
  return -1;
}
