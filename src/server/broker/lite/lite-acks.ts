// Acknowledging what was popped from a lite topic, or asking for more time (ackLite of
// AckMessageProcessor, processChangeInvisibleTimeForLite of ChangeInvisibleTimeProcessor).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import { ORDER_REVIVE_QUEUE, type Receipt } from '../pop/receipt.js';
import type { Turns } from '../pop/turns.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { Stats } from '../running/stats.js';
import type { LiteEvents } from './events.js';
import { LITE_QUEUE_ID, liteQueue } from './lite-names.js';
import type { LiteOrder } from './lite-order.js';
import type { LiteMetadata } from './metadata.js';

export interface LiteAcksDeps {
  config: { brokerClusterName: string };
  metadata: LiteMetadata;
  events: LiteEvents;
  order: LiteOrder;
  turns: Turns;
  store: MessageStore;
  offsets: ConsumerOffsets;
  stats: Stats;
  clock: Clock;
}

/** RocketMQ's answer to what needs no change: the fields of the header are there, but not set. */
const UNCHANGED = { popTime: 0, invisibleTime: 0, reviveQid: 0 };

export class LiteAcks {
  constructor(private readonly deps: LiteAcksDeps) {}

  async ack(header: Req<'ACK_MESSAGE'>, liteTopic: string, receipt: Receipt): Promise<Reply> {
    const { metadata, store, turns } = this.deps;
    const { consumerGroup: group, offset, topic } = header;
    const { INVALID_PARAMETER, NO_MESSAGE } = ResponseCode;
    if (metadata.bindTopic(group) !== topic) {
      throw refuse(INVALID_PARAMETER, 'group type or bind topic not match.');
    }
    const queue = liteQueue(topic, liteTopic);
    if (offset > store.maxOffset(queue, LITE_QUEUE_ID)) {
      throw refuse(NO_MESSAGE, 'ack offset illegal.');
    }
    if (header.queueId !== LITE_QUEUE_ID || receipt.reviveQueueId !== ORDER_REVIVE_QUEUE) {
      throw refuse(INVALID_PARAMETER, 'ack queue illegal.');
    }
    return turns.run(`${group}@${queue}`, () => this.ackInTurn(header, queue, receipt));
  }

  async changeTime(
    header: Req<'CHANGE_MESSAGE_INVISIBLETIME'>,
    liteTopic: string,
    receipt: Receipt,
  ): Promise<Reply<'CHANGE_MESSAGE_INVISIBLETIME'>> {
    const { store, turns } = this.deps;
    const queue = liteQueue(header.topic, liteTopic);
    if (header.offset > store.maxOffset(queue, LITE_QUEUE_ID)) {
      return { code: ResponseCode.NO_MESSAGE, header: UNCHANGED };
    }
    const key = `${header.consumerGroup}@${queue}`;
    return turns.run(key, () => this.changeInTurn(header, queue, receipt));
  }

  private ackInTurn(
    { consumerGroup: group, offset, topic }: Req<'ACK_MESSAGE'>,
    queue: string,
    { popTime }: Receipt,
  ): Reply {
    const { events, offsets, order, stats } = this.deps;
    if (offset < offsets.query(group, queue, LITE_QUEUE_ID)) return {};
    const next = order.ack(queue, group, offset, popTime);
    if (next === -1) throw refuse(ResponseCode.MESSAGE_ILLEGAL, 'ack offset illegal.');
    if (next >= 0) {
      if (!offsets.hasReset(group, queue, LITE_QUEUE_ID)) {
        offsets.commit(group, queue, LITE_QUEUE_ID, next);
      }
      if (!order.blocked(queue, group)) events.dispatch(queue, group);
    }
    stats.popAck(group, topic, 1);
    return {};
  }

  private changeInTurn(
    header: Req<'CHANGE_MESSAGE_INVISIBLETIME'>,
    queue: string,
    { popTime, reviveQueueId: reviveQid }: Receipt,
  ): Reply<'CHANGE_MESSAGE_INVISIBLETIME'> {
    const { clock, offsets, order } = this.deps;
    const { consumerGroup: group, invisibleTime, offset } = header;
    if (offset < offsets.query(group, queue, LITE_QUEUE_ID)) return { header: UNCHANGED };
    const visibleAt = clock.now() + invisibleTime;
    if (header.suspend) order.suspend(queue, group, popTime, visibleAt);
    else order.setVisibleAt(queue, group, offset, popTime, visibleAt);
    return { header: { popTime, invisibleTime: visibleAt - popTime, reviveQid } };
  }
}
