// All of lite topics, built from the broker's tables.

import { lifecycle, type Part } from '../../../base/lifecycle.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { Arrival } from '../../../store/message-store.js';
import type { Routes } from '../clients/routes.js';
import { liteHandlers } from '../handlers/lite.js';
import { litePopHandlers } from '../handlers/lite-pop.js';
import { liteSubscriptionHandlers } from '../handlers/lite-subscription.js';
import type { MessagingDeps } from '../messaging-deps.js';
import { OrderInfo } from '../pop/order-info.js';
import { Turns } from '../pop/turns.js';
import { LiteEvents } from './events.js';
import { LiteExpiry } from './expiry.js';
import { LiteLag } from './lag.js';
import { LITE_QUEUE_ID } from './lite-names.js';
import { LiteAcks } from './lite-acks.js';
import { LiteOrder } from './lite-order.js';
import { LiteMetadata } from './metadata.js';
import { LitePlaces } from './places.js';
import { LitePolling } from './polling.js';
import { Rounds } from './rounds.js';
import { LiteSharding } from './sharding.js';
import { LiteSubscriptions } from './subscriptions.js';

export interface Lite {
  handlers: Handlers;
  acks: LiteAcks;
  part: Part;
  arrived(arrival: Arrival): void;
  /** Removes the lite topics of a parent topic that is being deleted. */
  cleanParent(parent: string): Promise<void>;
}

const CLEAN_ORDER_MS = 5 * 60_000;

export function createLite(deps: MessagingDeps & { routes: Routes }): Lite {
  const { config, storeConfig } = deps;
  const metadata = new LiteMetadata(deps);
  const subscriptions = new LiteSubscriptions({ ...deps, metadata });
  const polling = new LitePolling(deps);
  const order = createOrder(deps, (queue, group) => events.dispatch(queue, group));
  const lag = new LiteLag(deps);
  const expiry = new LiteExpiry({ ...deps, metadata, subscriptions, order, lag });
  const liteQueues = (parent: string): string[] => expiry.queuesOf(parent);
  const news = { ...deps, metadata, subscriptions, polling, liteQueues };
  const events: LiteEvents = new LiteEvents(news);
  const places = new LitePlaces({ ...deps, order });
  subscriptions.listener = {
    added: (client, queue) => events.added(client, queue),
    gone: (client) => events.gone(client),
    reset: (queue, group) => places.toStart(queue, group),
  };
  const sharding = new LiteSharding(config, deps.routes);
  const turns = new Turns();
  const own = { ...deps, metadata, subscriptions, polling, order, lag, expiry, events, turns };
  return {
    handlers: {
      ...liteHandlers({ ...own, sharding, storeConfig }),
      ...liteSubscriptionHandlers({ ...own, sharding, places }),
      ...litePopHandlers(own),
    },
    acks: new LiteAcks(own),
    part: lifecycle([polling, ...roundsOf(deps, { events, expiry, order, subscriptions })]),
    arrived({ topic, queueId }) {
      if (queueId === LITE_QUEUE_ID) events.dispatch(topic);
    },
    cleanParent: (parent) => expiry.cleanParent(parent),
  };
}

/** What is handed out is not kept in a file: the part that would do that is never started. */
function createOrder(deps: MessagingDeps, freed: (queue: string, group: string) => void) {
  const { storePathRootDir } = deps.storeConfig;
  const { flushConsumerOffsetInterval } = deps.config;
  const orderInfo = new OrderInfo({ ...deps, storePathRootDir, flushConsumerOffsetInterval });
  return new LiteOrder({ ...deps, orderInfo, freed });
}

interface Recurring {
  events: LiteEvents;
  expiry: LiteExpiry;
  order: LiteOrder;
  subscriptions: LiteSubscriptions;
}

function roundsOf(deps: MessagingDeps, { events, expiry, order, subscriptions }: Recurring) {
  const { clock, config, log } = deps;
  const rounds = (what: string, periodMs: () => number, work: () => void | Promise<void>): Part =>
    new Rounds({ what, clock, log, periodMs, work });
  return [
    rounds(
      'telling news of lite topics',
      () => config.liteEventCheckInterval,
      () => events.scan(),
    ),
    rounds(
      'forgetting silent lite clients',
      () => config.liteSubscriptionCheckInterval,
      () => subscriptions.removeSilent(),
    ),
    { start: async () => expiry.started(), stop: async () => order.stop() },
    rounds(
      'removing old lite topics',
      () => expiry.periodMs,
      () => expiry.clean(),
    ),
    rounds(
      'tidying the order of lite topics',
      () => CLEAN_ORDER_MS,
      () => order.clean(),
    ),
  ];
}
