// Static topics: requests about logical queues are served with the physical ones that hold them.

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import type { RemotingClient } from '../../../remoting/client.js';
import type { Handlers } from '../../../remoting/handler.js';
import { cleanMappings } from './mapping-cleaner.js';
import { Peers, type PeersOptions } from './peers.js';
import { staticOffsets, type StaticOffsetsDeps } from './static-offsets.js';
import { StaticPulls } from './static-pulls.js';
import { staticSend } from './static-sends.js';

export interface StaticTopicsDeps extends Omit<StaticOffsetsDeps, 'peers'> {
  config: PeersOptions['config'] & { brokerName: string };
  storeConfig: { deleteWhen: string };
  client: RemotingClient;
  clock: Clock;
  log: Logger;
}

/** So often RocketMQ looks whether it is the hour of deleteWhen. */
const CLEAN_PERIOD_MS = 5 * 60_000;

export interface StaticTopics {
  /** The handlers of physical queues, made to understand logical ones. */
  wrap(handlers: Handlers): Handlers;
  part: Part;
}

export function createStaticTopics(deps: StaticTopicsDeps): StaticTopics {
  const { clock, mappings } = deps;
  const peers = new Peers(deps);
  let timer: Timer | undefined;
  return {
    wrap(handlers) {
      const all = handlers as Required<Handlers>;
      const pulls = new StaticPulls(mappings, peers);
      return {
        ...handlers,
        ...staticOffsets({ ...deps, peers }, all),
        SEND_MESSAGE: staticSend(mappings, all.SEND_MESSAGE),
        SEND_MESSAGE_V2: staticSend(mappings, all.SEND_MESSAGE_V2),
        SEND_BATCH_MESSAGE: staticSend(mappings, all.SEND_BATCH_MESSAGE),
        PULL_MESSAGE: pulls.wrap(all.PULL_MESSAGE),
        LITE_PULL_MESSAGE: pulls.wrap(all.LITE_PULL_MESSAGE),
      };
    },
    part: {
      start: async () => {
        timer = clock.every(CLEAN_PERIOD_MS, () => void cleanMappings({ ...deps, peers }));
      },
      stop: async () => timer?.stop(),
    },
  };
}
