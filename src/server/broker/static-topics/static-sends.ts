// Messages to queues of static topics: stored in the physical queue, answered with the logical one.

import type { Req } from '../../../protocol/requests/index.js';
import type { Call, Handler, Reply } from '../../../remoting/handler.js';
import { anyLedQueue, ledQueue } from './logical-queue.js';
import { looseOffset } from './mapping-items.js';
import type { QueueMappings } from './queue-mappings.js';
import { fieldsOf, handleRewritten } from './rewritten-call.js';

type Send = 'SEND_MESSAGE' | 'SEND_MESSAGE_V2' | 'SEND_BATCH_MESSAGE';

export function staticSend(
  mappings: QueueMappings,
  next: Handler<'SEND_MESSAGE'>,
): Handler<'SEND_MESSAGE'> {
  return (header: Req<Send>, call: Call<Send>) => {
    const mapping = mappings.get(header.topic);
    if (!mapping) return next(header, call);
    const anywhere = header.queueId < 0 && header.lo !== false;
    const queueId = anywhere ? anyLedQueue(mapping) : header.queueId;
    const queue = ledQueue(mappings, { ...header, queueId });
    if (!queue) return next(header, call);
    const leader = queue.items.at(-1)!;
    const rewrite = (reply: Reply): Reply => {
      const { header: _, ...rest } = reply;
      const fields = fieldsOf(reply);
      const physical = fields.queueOffset;
      if (physical === undefined) return reply;
      const queueOffset = String(looseOffset(leader, Number(physical)));
      return { ...rest, ext: { ...fields, queueId: String(queue.id), queueOffset } };
    };
    return handleRewritten(next, { ...header, queueId: leader.queueId }, call, rewrite);
  };
}
