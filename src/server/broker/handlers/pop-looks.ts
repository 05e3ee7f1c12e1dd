// Asking whether there is something to pop, and who waits (NotificationProcessor,
// PollingInfoProcessor).

import type { Clock } from '../../../base/clock.js';
import { MqError } from '../../../base/errors.js';
import { describeError } from '../../../base/log.js';
import type { Req } from '../../../protocol/requests/index.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { TopicView } from '../parts.js';
import { checkPop, type PopCheckDeps } from '../pop/pop-checks.js';
import type { PopPolling } from '../pop/pop-polling.js';
import { hasMessage, type PopReachDeps } from '../pop/pop-reach.js';

export interface PopLookDeps extends PopCheckDeps, PopReachDeps {
  /** POP requests that wait. */
  polling: PopPolling;
  /** Notifications that wait: an arrival wakes one of these beside one of those. */
  notices: PopPolling;
  clock: Clock;
}

type NotifyHeader = Req<'NOTIFICATION'>;
type NotifyReply = Reply<'NOTIFICATION'>;

export function popLookHandlers(deps: PopLookDeps): Handlers {
  return {
    NOTIFICATION: (header, call) => notify(deps, header, call),
    POLLING_INFO(header, call) {
      const { topic, consumerGroup, queueId } = header;
      checkPop(deps, header, call.connection, 'peeking');
      return { header: { pollingNum: deps.polling.waiting(topic, consumerGroup, queueId) } };
    },
  };
}

function notify(
  deps: PopLookDeps,
  header: NotifyHeader,
  call: Call<'NOTIFICATION'>,
): NotifyReply | undefined {
  try {
    const { topic } = checkPop(deps, header, call.connection, 'peeking');
    const born = header.bornTime > 0 ? header.bornTime : deps.clock.now();
    return look(deps, header, call, topic, header.pollTime > 0 ? born + header.pollTime : 0);
  } catch (error) {
    if (!(error instanceof MqError)) throw error;
    const remark = describeError(error);
    return { code: error.responseCode, remark, header: { hasMsg: false, pollingFull: false } };
  }
}

/** An answer, or undefined when it waits. */
function look(
  deps: PopLookDeps,
  header: NotifyHeader,
  call: Call<'NOTIFICATION'>,
  topic: TopicView,
  deadline: number,
): NotifyReply | undefined {
  if (hasMessage(deps, header, topic)) return { header: { hasMsg: true, pollingFull: false } };
  const { queueId, consumerGroup: group } = header;
  const held = deps.notices.hold({
    topic: header.topic,
    group,
    queueId,
    deadline,
    connection: call.connection,
    serve(last) {
      const none = { header: { hasMsg: hasMessage(deps, header, topic), pollingFull: false } };
      const reply = last ? none : look(deps, header, call, topic, deadline);
      if (reply) call.answer(reply);
    },
  });
  if (held === 'HELD') return undefined;
  return { header: { hasMsg: false, pollingFull: held === 'FULL' } };
}
