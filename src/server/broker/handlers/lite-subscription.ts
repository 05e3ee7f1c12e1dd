// What clients, or their proxy, tell of the lite topics they want (LiteSubscriptionCtlProcessor).

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import {
  decodeBody,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
} from '../../../protocol/bodies/json.js';
import type { JsonObject } from '../../../protocol/fastjson.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import { LITE_QUEUE_ID, liteQueue } from '../lite/lite-names.js';
import type { LiteMetadata } from '../lite/metadata.js';
import type { LitePlaces } from '../lite/places.js';
import type { LiteSharding } from '../lite/sharding.js';
import type { LiteSubscriptions, LiteWish } from '../lite/subscriptions.js';

export interface LiteSubscriptionDeps {
  metadata: LiteMetadata;
  sharding: LiteSharding;
  subscriptions: LiteSubscriptions;
  places: LitePlaces;
  store: Pick<MessageStore, 'maxOffset'>;
  log: Logger;
}

type CtlCall = Call<'LITE_SUBSCRIPTION_CTL'>;
type Action = (
  deps: LiteSubscriptionDeps,
  wish: LiteWish,
  entry: JsonObject,
  call: CtlCall,
) => void;

/** Those that add are asked first whether the group may consume, and which queues are here. */
const ADDING: Readonly<Record<string, Action>> = {
  PARTIAL_ADD({ places, subscriptions }, wish, entry) {
    const { offsetOption } = entry;
    const { type, value } = objectOf(offsetOption);
    subscriptions.add(wish, (queue) => {
      if (offsetOption) places.move(queue, wish.group, textOf(type), numberOf(value));
    });
  },
  COMPLETE_ADD: ({ subscriptions }, wish) => subscriptions.replace(wish),
};

const REMOVING: Readonly<Record<string, Action>> = {
  PARTIAL_REMOVE: ({ subscriptions }, wish) => subscriptions.remove(wish),
  COMPLETE_REMOVE: ({ subscriptions }, { clientId }) => subscriptions.removeClient(clientId),
};

export function liteSubscriptionHandlers(deps: LiteSubscriptionDeps): Handlers {
  return {
    LITE_SUBSCRIPTION_CTL: async (_header, call) => {
      if (call.body.length === 0) {
        throw refuse(ResponseCode.ILLEGAL_OPERATION, 'Request body is null.');
      }
      const body = decodeBody(call.body, 'LiteSubscriptionCtlRequestBody');
      const entries = objectsOf(body.subscriptionSet);
      if (entries.length === 0) {
        const text = 'LiteSubscriptionCtlRequestBody is empty.';
        throw refuse(ResponseCode.ILLEGAL_OPERATION, text);
      }
      for (const entry of entries) await apply(deps, entry, call);
      return {};
    },
  };
}

async function apply(deps: LiteSubscriptionDeps, entry: JsonObject, call: CtlCall) {
  const [clientId, group, topic] = [entry.clientId, entry.group, entry.topic].map((value) =>
    textOf(value).trim(),
  );
  if (clientId === '' || group === '' || topic === '') {
    return deps.log.warn('a lite subscription names no client, group or topic');
  }
  const lites = textsOf(entry.liteTopicSet).filter((lite) => lite !== '');
  const queues = lites.map((lite) => liteQueue(topic, lite));
  const action = textOf(entry.action);
  if (Object.hasOwn(REMOVING, action)) {
    return REMOVING[action](deps, { clientId, group, topic, queues }, entry, call);
  }
  if (!Object.hasOwn(ADDING, action)) {
    throw refuse(
      ResponseCode.ILLEGAL_OPERATION,
      `unknown action of a lite subscription: ${action}`,
    );
  }
  if (!deps.metadata.consumeEnabled(group)) {
    throw refuse(ResponseCode.ILLEGAL_OPERATION, 'Consumer group is not allowed to consume.');
  }
  deps.subscriptions.connected(clientId, call.connection);
  const here = await deps.sharding.ownership(topic);
  const wanted = queues.filter(
    (queue) => here(queue) || deps.store.maxOffset(queue, LITE_QUEUE_ID) > 0,
  );
  ADDING[action](deps, { clientId, group, topic, queues: wanted }, entry, call);
}
