// Asking whether there is something to pop, and who waits (NotificationProcessor,
// PollingInfoProcessor).

import type { Clock } from '../../../base/clock.js';
import { MqError } from '../../../base/errors.js';
import { describeError } from '../../../base/log.js';
import type { Req } from '../../../protocol/requests/index.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import { filterOfPop, type MessageFilter } from '../filter/message-filter.js';
import type { TopicView } from '../parts.js';
import { checkPop, type PopCheckDeps, refusalWith } from '../pop/pop-checks.js';
import type { PopPolling } from '../pop/pop-polling.js';
import { hasMatch, type PopReachDeps, queuesOf } from '../pop/pop-reach.js';

export interface PopLookDeps extends PopCheckDeps, PopReachDeps {
  /** POP requests that wait. */
  polling: PopPolling;
  /** Notifications that wait: an arrival wakes one of these beside one of those. */
  notices: PopPolling;
  clock: Clock;
}

type NotifyHeader = Req<'NOTIFICATION'>;
type NotifyReply = Reply<'NOTIFICATION'>;

/** One request that asks whether there is something for it. */
interface Look {
  header: NotifyHeader;
  call: Call<'NOTIFICATION'>;
  topic: TopicView;
  filter: MessageFilter;
  deadline: number;
}

export function popLookHandlers(deps: PopLookDeps): Handlers {
  return {
    NOTIFICATION(header, call) {
      answerWith(call, notify(deps, header, call));
      return undefined;
    },
    POLLING_INFO(header, call) {
      const { topic, consumerGroup, queueId } = header;
      try {
        checkPop(deps, header, call.connection, 'peeking');
      } catch (error) {
        return refusalWith(error, { pollingNum: 0 });
      }
      return { header: { pollingNum: deps.polling.waiting(topic, consumerGroup, queueId) } };
    },
  };
}

function answerWith(call: Call<'NOTIFICATION'>, reply: Promise<NotifyReply | undefined>): void {
  reply.then(
    (found) => found && call.answer(found),
    (error: unknown) => call.fail(error),
  );
}

async function notify(
  deps: PopLookDeps,
  header: NotifyHeader,
  call: Call<'NOTIFICATION'>,
): Promise<NotifyReply | undefined> {
  try {
    const { topic } = checkPop(deps, header, call.connection, 'peeking');
    const { bornTime, expType, exp, pollTime } = header;
    const filtered = deps.config.useMessageFilterForNotification && expType && exp;
    const filter = filtered ? filterOfPop(header) : {};
    const born = bornTime !== 0 ? bornTime : deps.clock.now();
    const deadline = pollTime > 0 ? born + pollTime : 0;
    return await look(deps, { header, call, topic, filter, deadline });
  } catch (error) {
    if (!(error instanceof MqError)) throw error;
    const remark = describeError(error);
    return { code: error.responseCode, remark, header: { hasMsg: false, pollingFull: false } };
  }
}

/** An answer, or undefined when it waits. */
async function look(deps: PopLookDeps, one: Look): Promise<NotifyReply | undefined> {
  const { call, deadline, filter, header, topic } = one;
  const { matchTags } = filter;
  const before = newest(deps, header, topic);
  if (await hasMatch(deps, header, topic, matchTags)) {
    return { header: { hasMsg: true, pollingFull: false } };
  }
  const { consumerGroup: group, queueId } = header;
  const held = deps.notices.hold({
    topic: header.topic,
    ...{ group, queueId, deadline, connection: call.connection, matchTags },
    serve(last) {
      answerWith(call, last ? lastReply(deps, one) : look(deps, one));
    },
  });
  if (held !== 'HELD') return { header: { hasMsg: false, pollingFull: held === 'FULL' } };
  // something came while the queues were read
  if (newest(deps, header, topic) > before) deps.notices.wake(header.topic, group, queueId);
  return undefined;
}

async function lastReply(deps: PopLookDeps, { filter, header, topic }: Look): Promise<NotifyReply> {
  const hasMsg = await hasMatch(deps, header, topic, filter.matchTags);
  return { header: { hasMsg, pollingFull: false } };
}

const newest = ({ store }: PopLookDeps, { queueId }: NotifyHeader, topic: TopicView): number =>
  (queueId >= 0 ? [queueId] : queuesOf(topic, 0)).reduce(
    (sum, id) => sum + store.maxOffset(topic.topicName, id),
    0,
  );
