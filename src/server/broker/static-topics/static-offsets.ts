// Offsets of queues of static topics, and of groups in them (AdminBrokerProcessor and
// ConsumerManageProcessor, rewriteRequestForStaticTopic): logical outside, physical inside.

import { ResponseCode } from '../../../protocol/responses.js';
import type { Handler, Handlers, Reply } from '../../../remoting/handler.js';
import { boundaryOf } from '../pulling/boundary.js';
import { ledQueue, type QueueHeader } from './logical-queue.js';
import {
  itemAt,
  logicalOffset,
  looseOffset,
  newestItem,
  oldestItem,
  physicalOffset,
} from './mapping-items.js';
import { QueueParts, type QueuePartsDeps } from './queue-parts.js';
import type { QueueMappings } from './queue-mappings.js';

export interface StaticOffsetsDeps extends QueuePartsDeps {
  mappings: QueueMappings;
}

const offsetReply = (offset: number) => ({ header: { offset } });

/** Each handler of `next` for physical queues; for logical ones their parts are asked. */
export function staticOffsets(deps: StaticOffsetsDeps, next: Required<Handlers>): Handlers {
  const led = (header: QueueHeader) => {
    const queue = ledQueue(deps.mappings, header);
    return queue && { items: queue.items, parts: new QueueParts(deps, queue) };
  };
  return {
    GET_MAX_OFFSET(header, call) {
      const queue = led(header);
      if (!queue) return next.GET_MAX_OFFSET(header, call);
      const item = queue.parts.known(newestItem(queue.items));
      return queue.parts.maxOffset(item).then((at) => offsetReply(logicalOffset(item, at)));
    },
    GET_MIN_OFFSET(header, call) {
      const queue = led(header);
      if (!queue) return next.GET_MIN_OFFSET(header, call);
      const item = queue.parts.known(oldestItem(queue.items));
      return queue.parts.minOffset(item).then((at) => offsetReply(looseOffset(item, at)));
    },
    SEARCH_OFFSET_BY_TIMESTAMP(header, call) {
      const queue = led(header);
      if (!queue) return next.SEARCH_OFFSET_BY_TIMESTAMP(header, call);
      return queue.parts.search(header, boundaryOf(header.boundaryType)).then(offsetReply);
    },
    GET_EARLIEST_MSG_STORETIME(header, call) {
      const queue = led(header);
      if (!queue) return next.GET_EARLIEST_MSG_STORETIME(header, call);
      const item = queue.parts.known(oldestItem(queue.items));
      return queue.parts.earliestTime(item).then((timestamp) => ({ header: { timestamp } }));
    },
    QUERY_CONSUMER_OFFSET: groupQuery(led, next.QUERY_CONSUMER_OFFSET),
    UPDATE_CONSUMER_OFFSET(header, call) {
      const queue = led(header);
      if (!queue) return next.UPDATE_CONSUMER_OFFSET(header, call);
      const { items, parts } = queue;
      const item = parts.known(itemAt(items, header.commitOffset));
      const commitOffset = physicalOffset(item, header.commitOffset);
      const there = { ...header, ...parts.placed(item), commitOffset };
      if (parts.isHere(item)) return next.UPDATE_CONSUMER_OFFSET(there, call);
      return parts.commit(item, there);
    },
  };
}

type Query = Handler<'QUERY_CONSUMER_OFFSET'>;
type Led = (
  header: QueueHeader,
) => { items: readonly { logicOffset: number; queueId: number }[]; parts: QueueParts } | undefined;

function groupQuery(led: Led, next: Query): Query {
  return (header, call) => {
    const queue = led(header);
    if (!queue) return next(header, call);
    const [only, ...others] = queue.items;
    // A queue that never moved has its own offsets: a new group is answered as anywhere.
    if (only && others.length === 0 && only.logicOffset === 0) {
      return next({ ...header, queueId: only.queueId }, call);
    }
    return queue.parts.groupOffset(header).then((offset): Reply<'QUERY_CONSUMER_OFFSET'> => {
      if (offset >= 0) return offsetReply(offset);
      const remark = 'Not found, maybe this group consumer boot first';
      return { code: ResponseCode.QUERY_NOT_FOUND, remark };
    });
  };
}
