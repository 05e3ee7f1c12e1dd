// POP: messages are handed out for a time, not assigned with their queues (PopMessageProcessor).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import { filterOfPop, type MessageFilter } from '../filter/message-filter.js';
import type { MessagingStoreConfig, TopicView } from '../parts.js';
import { checkPop, type PopCheckDeps, refusalWith } from '../pop/pop-checks.js';
import type { PopPolling } from '../pop/pop-polling.js';
import { PopHarvest, type PopQueues, type PopWish } from '../pop/pop-queues.js';
import {
  hasMessage,
  type PopReachDeps,
  queuesByPriority,
  queuesOf,
  retriesOf,
} from '../pop/pop-reach.js';
import { ORDER_REVIVE_QUEUE } from '../pop/receipt.js';

export interface PopDeps extends PopCheckDeps, PopReachDeps {
  storeConfig: MessagingStoreConfig;
  queues: PopQueues;
  polling: PopPolling;
  clock: Clock;
}

type PopHeader = Req<'POP_MESSAGE'>;
type PopCall = Call<'POP_MESSAGE'>;
type QueueOrder = (topic: TopicView) => number[];

const MAX_MESSAGES = 32;
/** A request that was so long under way is not served any more. */
const TOO_LATE_MS = 500;
/** initMode of a group that starts at the end. */
const FROM_END = 1;
/** A queue whose messages could not be handed out is tried again after this time. */
const AGAIN_MS = 100;

export function popHandlers(deps: PopDeps): Handlers {
  const popper = new Popper(deps);
  return {
    POP_MESSAGE(header, call) {
      try {
        return popper.start(header, call);
      } catch (error) {
        return refusalWith(error, { popTime: 0, invisibleTime: 0, reviveQid: 0, restNum: 0 });
      }
    },
  };
}

class Popper {
  private checkPoints = 0;

  constructor(private readonly deps: PopDeps) {}

  start(header: PopHeader, call: PopCall): undefined {
    const { clock, config, storeConfig } = this.deps;
    const born = header.bornTime !== 0 ? header.bornTime : clock.now();
    if (clock.now() - born - header.pollTime > TOO_LATE_MS) {
      const text = `the broker[${config.brokerIP1}] pop message is timeout too much`;
      throw refuse(ResponseCode.POLLING_TIMEOUT, text);
    }
    if (header.maxMsgNums > MAX_MESSAGES) {
      const text = `the broker[${config.brokerIP1}] pop message's num is greater than 32`;
      throw refuse(ResponseCode.INVALID_PARAMETER, text);
    }
    if (!storeConfig.timerWheelEnable) {
      const text =
        `the broker[${config.brokerIP1}] pop message is forbidden ` +
        'because timerWheelEnable is false';
      throw refuse(ResponseCode.SYSTEM_ERROR, text);
    }
    const { topic } = checkPop(this.deps, header, call.connection, 'pop');
    const filter = filterOfPop(header);
    const deadline = header.pollTime > 0 ? born + header.pollTime : 0;
    this.pop(header, call, topic, filter, deadline).catch((error: unknown) => call.fail(error));
    return undefined;
  }

  private async pop(
    header: PopHeader,
    call: PopCall,
    topic: TopicView,
    filter: MessageFilter,
    deadline: number,
    last = false,
  ): Promise<void> {
    const { polling } = this.deps;
    const wish = this.wishOf(header, filter);
    const harvest = await this.harvest(wish, topic, header.queueId);
    const { consumerGroup: group, queueId } = header;
    if (harvest.records.length > 0) {
      call.answer(this.replyOf(wish, harvest));
      if (harvest.rest > 0) polling.wake(header.topic, group, queueId);
      return;
    }
    if (wish.order && !last) this.wakeWhenFree(wish, topic, queueId, deadline);
    const held = last
      ? 'TIMEOUT'
      : polling.hold({
          topic: header.topic,
          group,
          queueId,
          deadline,
          connection: call.connection,
          matchTags: filter.matchTags,
          serve: (isLast) => {
            this.pop(header, call, topic, filter, deadline, isLast).catch((error: unknown) =>
              call.fail(error),
            );
          },
        });
    if (held === 'HELD') return this.lookAgain(header, topic, harvest);
    const code = held === 'FULL' ? ResponseCode.POLLING_FULL : ResponseCode.POLLING_TIMEOUT;
    call.answer({ ...this.replyOf(wish, harvest), code, remark: 'NO_MESSAGE_IN_QUEUE' });
  }

  /** Something came while the queues were read, or there is more to look through. */
  private lookAgain(header: PopHeader, topic: TopicView, { moved }: PopHarvest): void {
    if (!hasMessage(this.deps, header, topic)) return;
    const { clock, polling } = this.deps;
    const { consumerGroup, queueId } = header;
    const wake = (): void => polling.wake(header.topic, consumerGroup, queueId);
    clock.after(moved ? 0 : AGAIN_MS, wake);
  }

  /** What was handed out in order and not acknowledged is visible again without any arrival. */
  private wakeWhenFree(wish: PopWish, topic: TopicView, queueId: number, deadline: number): void {
    const { config, orderInfo, polling } = this.deps;
    if (!config.enableNotifyAfterPopOrderLockRelease) return;
    const queueIds = queueId >= 0 ? [queueId] : queuesOf(topic, 0);
    const free = queueIds.map((id) => orderInfo.freeTime(wish.topic, wish.group, id) ?? Infinity);
    const first = Math.min(...free);
    if (first < deadline) polling.wakeAt(first, wish.topic, wish.group, queueId);
  }

  private wishOf(header: PopHeader, filter: MessageFilter): PopWish {
    const { clock, config } = this.deps;
    const order = header.order ?? false;
    const queues = config.popConsumerKVServiceEnable ? 1 : config.reviveQueueNum;
    return {
      group: header.consumerGroup,
      topic: header.topic,
      maxMessages: header.maxMsgNums,
      invisibleTime: header.invisibleTime,
      popTime: clock.now(),
      reviveQueueId: order ? ORDER_REVIVE_QUEUE : this.checkPoints++ % queues,
      fromEnd: header.initMode === FROM_END,
      order,
      attemptId: header.attemptId,
      filter,
    };
  }

  /** Now and then the retries first, so that neither they nor the others starve. */
  private async harvest(wish: PopWish, topic: TopicView, queueId: number): Promise<PopHarvest> {
    const harvest = new PopHarvest();
    const { config, queues } = this.deps;
    const turn = Math.floor(Math.random() * 100);
    const byPriority = this.isByPriority(wish, topic, turn);
    const { popFromRetryProbability, popFromRetryProbabilityForPriority } = config;
    const chance = byPriority ? popFromRetryProbabilityForPriority : popFromRetryProbability;
    const retryFirst = turn < chance;
    const order: QueueOrder = (view) =>
      byPriority ? queuesByPriority(view, config.priorityOrderAsc) : queuesOf(view, turn);
    if (retryFirst && !wish.order) await this.popRetries(wish, order, harvest);
    const queueIds = queueId >= 0 ? [queueId] : order(topic);
    await queues.popAll(wish, topic.topicName, queueIds, harvest);
    const room = harvest.records.length < wish.maxMessages;
    if (!retryFirst && !wish.order && room) await this.popRetries(wish, order, harvest);
    return harvest;
  }

  /** Of a group's requests for such a topic so many of a hundred read by priority. */
  private isByPriority({ group, order }: PopWish, topic: TopicView, turn: number): boolean {
    if (order || topic.attributes?.['message.type'] !== 'PRIORITY') return false;
    const factor = this.deps.groups.find(group)?.attributes?.['priority.factor'];
    return turn < Number(factor ?? 100);
  }

  private async popRetries(wish: PopWish, order: QueueOrder, harvest: PopHarvest): Promise<void> {
    for (const topic of retriesOf(this.deps, wish.topic, wish.group)) {
      await this.deps.queues.popAll(wish, topic.topicName, order(topic), harvest);
    }
  }

  private replyOf(wish: PopWish, harvest: PopHarvest): Reply<'POP_MESSAGE'> {
    const { orderCounts } = harvest;
    const counted = orderCounts.length > 0 || !this.deps.config.popConsumerKVServiceEnable;
    return {
      remark: 'FOUND',
      header: {
        popTime: wish.popTime,
        invisibleTime: wish.invisibleTime,
        reviveQid: wish.reviveQueueId,
        restNum: harvest.rest,
        startOffsetInfo: harvest.startOffsets.join(';'),
        msgOffsetInfo: harvest.messageOffsets.join(';'),
        ...(wish.order && counted && { orderCountInfo: orderCounts.join(';') }),
      },
      body: harvest.records,
    };
  }
}
