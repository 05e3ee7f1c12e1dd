// Moving a group to another place in a lite topic, as a subscription asks for it (OffsetOption,
// LiteSubscriptionRegistryImpl.resetOffset).

import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import { LITE_QUEUE_ID } from './lite-names.js';
import type { LiteOrder } from './lite-order.js';

export interface LitePlacesDeps {
  store: Pick<MessageStore, 'maxOffset'>;
  offsets: Pick<ConsumerOffsets, 'query' | 'assignReset'>;
  order: Pick<LiteOrder, 'remove'>;
}

/** Values of the type POLICY; 0 goes on where the group stands. */
const FIRST = 1;
const END = 2;

export class LitePlaces {
  constructor(private readonly deps: LitePlacesDeps) {}

  toStart(queue: string, group: string): void {
    this.set(queue, group, 0);
  }

  /** The type TIMESTAMP is taken and does nothing, as in RocketMQ. */
  move(queue: string, group: string, type: string, value: number): void {
    const { offsets, store } = this.deps;
    const current = offsets.query(group, queue, LITE_QUEUE_ID);
    if (type === 'POLICY' && value === FIRST) this.toStart(queue, group);
    if (type === 'POLICY' && value === END) {
      this.set(queue, group, store.maxOffset(queue, LITE_QUEUE_ID));
    }
    if (type === 'OFFSET') this.set(queue, group, value);
    if (type === 'TAIL_N' && current >= 0) this.set(queue, group, Math.max(0, current - value));
  }

  private set(queue: string, group: string, offset: number): void {
    const { offsets, order } = this.deps;
    if (offsets.query(group, queue, LITE_QUEUE_ID) === offset) return;
    offsets.assignReset(group, queue, LITE_QUEUE_ID, offset);
    order.remove(queue, group);
  }
}
