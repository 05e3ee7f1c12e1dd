// PEEK_MESSAGE: what POP would hand out, left where it is (PeekMessageProcessor).

import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { TopicView } from '../parts.js';
import { checkPop, type PopCheckDeps, refusalWith } from '../pop/pop-checks.js';
import { queuesOf } from '../pop/pop-reach.js';
import { retryTopicV1, retryTopicV2 } from '../pop/receipt.js';

export interface PeekDeps extends PopCheckDeps {
  store: MessageStore;
  offsets: ConsumerOffsets;
}

interface Peeked {
  records: Buffer[];
  rest: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

export function peekHandlers(deps: PeekDeps): Handlers {
  return {
    async PEEK_MESSAGE(header, call) {
      let topic: TopicView;
      try {
        topic = checkPop(deps, header, call.connection, 'peeking').topic;
      } catch (error) {
        return refusalWith(error, { popTime: 0, invisibleTime: 0, reviveQid: 0, restNum: 0 });
      }
      const { consumerGroup: group, maxMsgNums, queueId } = header;
      const peeked: Peeked = { records: [], rest: 0 };
      const some = queueId >= 0 ? [queueId] : queuesOf(topic, 0);
      for (const id of some) await peek(deps, group, topic, id, maxMsgNums, peeked);
      const retryName = deps.config.enableRetryTopicV2 ? retryTopicV2 : retryTopicV1;
      const full = peeked.records.length >= maxMsgNums;
      const retries = full ? undefined : deps.topics.get(retryName(header.topic, group));
      for (const id of retries ? queuesOf(retries, 0) : []) {
        await peek(deps, group, retries!, id, maxMsgNums, peeked);
      }
      const found = peeked.records.length > 0;
      return {
        code: found ? ResponseCode.SUCCESS : ResponseCode.PULL_NOT_FOUND,
        remark: found ? 'FOUND' : 'NO_MESSAGE_IN_QUEUE',
        header: { popTime: 0, invisibleTime: 0, reviveQid: 0, restNum: peeked.rest },
        body: peeked.records,
      };
    },
  };
}

async function peek(
  { offsets, store }: PeekDeps,
  group: string,
  { topicName: topic }: TopicView,
  queueId: number,
  maxMessages: number,
  peeked: Peeked,
): Promise<void> {
  const known = offsets.query(group, topic, queueId);
  const offset = known >= 0 ? known : store.minOffset(topic, queueId);
  peeked.rest += Math.max(0, store.maxOffset(topic, queueId) - offset);
  const room = maxMessages - peeked.records.length;
  if (room <= 0) return;
  const request = { topic, queueId, maxMessages: room, maxBytes: MAX_BYTES };
  let result = await store.get({ ...request, offset });
  if (result.status === 'OFFSET_TOO_SMALL' || result.status === 'OFFSET_OVERFLOW_BADLY') {
    result = await store.get({ ...request, offset: result.nextBeginOffset });
  }
  peeked.records.push(...result.records);
}
