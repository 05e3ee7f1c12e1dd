// All that handles messages, built from the broker's tables: sending, pulling, waiting, delaying.

import { lifecycle, type Part } from '../../base/lifecycle.js';
import type { Handlers } from '../../remoting/handler.js';
import { Append } from './sending/append.js';
import { Duties } from './duties.js';
import { DelayedDelivery } from './waiting/delay.js';
import { messageHandlers } from './handlers/message.js';
import { offsetHandlers } from './handlers/offset.js';
import { offsetResetHandlers } from './handlers/offset-reset.js';
import { pullHandlers } from './handlers/pull.js';
import { queueEntryHandlers } from './handlers/queue-entries.js';
import { replyHandlers } from './handlers/reply.js';
import { retryHandlers } from './handlers/retry.js';
import { sendHandlers } from './handlers/send.js';
import { timerHandlers } from './handlers/timer.js';
import { transactionHandlers } from './handlers/transaction.js';
import { prepareHalf } from './waiting/half-messages.js';
import { LongPolling } from './pulling/long-polling.js';
import { createLite } from './lite/lite.js';
import { createPop } from './pop/pop.js';
import { refuseInSlave } from './slave-refusals.js';
import { TimedDelivery } from './waiting/timer/timed-delivery.js';
import { Transactions } from './waiting/transactions.js';
import type { MessagingDeps } from './messaging-deps.js';

export interface Waiting {
  delay: Pick<DelayedDelivery, 'takeOver' | 'dataVersion'>;
  timers: Pick<TimedDelivery, 'follow' | 'takeOverMetrics'>;
}

export interface Messaging {
  handlers: Handlers;
  /** To be started when the store and the tables are there. */
  part: Part;
  /** The broker has become master or slave, or acts for its master. */
  lead(leading: boolean): Promise<void>;
  /** What a slave takes over from its master. */
  waiting: Waiting;
  /** Before a topic is deleted: its lite topics go with it. */
  cleanLiteTopics(parent: string): Promise<void>;
  /** Pulls that wait for a message. */
  heldPulls(): number;
  /** How far each delay level is delivered. */
  delayOffsets(): [level: number, offset: number, maxOffset: number][];
  /** Where the delays go on, before the start. */
  delayStanding(): Iterable<{ topic: string; queueId: number; queueOffset: number }>;
  /** The timer's part of brokerStatus. */
  timerInfo(): Record<string, string>;
}

export function createMessaging(deps: MessagingDeps): Messaging {
  const { store, clock } = deps;
  const due = { ...deps, store: deps.dueStore };
  const timers = new TimedDelivery(due);
  const append = new Append({ ...deps, timers });
  const longPolling = new LongPolling(clock);
  const delay = new DelayedDelivery({ ...due, delays: append.delays });
  const transactions = new Transactions(due);
  const lite = createLite(deps);
  const pop = createPop(deps, append, timers, lite.acks);
  const arrivals: Part = {
    start() {
      store.onArrival((arrival) => {
        longPolling.arrived(arrival);
        delay.arrived(arrival);
        timers.arrived(arrival);
        pop.arrived(arrival);
        lite.arrived(arrival);
      });
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
  const parts = [arrivals, longPolling];
  const duties = new Duties({
    ...deps,
    parts: [delay, transactions, ...pop.duties],
    timers,
    leading: leadsAtOnce(deps),
  });
  const handlers: Handlers = {
    ...sendHandlers({ ...deps, append, prepareHalf, undecided: transactions.undecided }),
    ...retryHandlers({ ...deps, append }),
    ...pullHandlers({ ...deps, longPolling }),
    ...transactionHandlers({ ...deps, append, transactions }),
    ...replyHandlers({ ...deps, append }),
    ...timerHandlers({ ...deps, append, timers }),
    ...messageHandlers(deps),
    ...offsetHandlers({ ...deps, delayOffsets: () => delay.encode() }),
    ...offsetResetHandlers(deps),
    ...queueEntryHandlers(deps),
    ...pop.handlers,
    ...lite.handlers,
  };
  return {
    handlers: refuseInSlave(handlers, deps.config, deps.storeConfig),
    part: lifecycle([...parts, timers, ...pop.parts, lite.part, duties]),
    lead: (leading) => duties.lead(leading),
    waiting: { delay, timers },
    cleanLiteTopics: (parent) => lite.cleanParent(parent),
    heldPulls: () => longPolling.held,
    delayOffsets: () => delay.progress(),
    delayStanding: () => delay.standing(),
    timerInfo: () => timers.runtimeInfo(),
  };
}

/** A controller, or the others of the group, may say later that this broker leads. */
function leadsAtOnce({ config, storeConfig }: MessagingDeps): boolean {
  const { enableControllerMode, enableSlaveActingMaster } = config;
  return storeConfig.brokerRole !== 'SLAVE' && !enableControllerMode && !enableSlaveActingMaster;
}
