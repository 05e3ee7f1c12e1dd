// All of POP, built from the broker's tables.

import { join } from 'node:path';
import type { Part } from '../../../base/lifecycle.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { Arrival } from '../../../store/message-store.js';
import type { Append } from '../sending/append.js';
import { peekHandlers } from '../handlers/peek.js';
import { popAckHandlers } from '../handlers/pop-ack.js';
import type { LiteAcks } from '../lite/lite-acks.js';
import { popHandlers } from '../handlers/pop.js';
import { popLookHandlers } from '../handlers/pop-looks.js';
import { escapes } from '../escape.js';
import type { MessagingDeps } from '../messaging-deps.js';
import { reviveTopicOf } from '../metadata/system-topics.js';
import type { TimedDelivery } from '../waiting/timer/timed-delivery.js';
import { Inflight } from './inflight.js';
import { OrderInfo } from './order-info.js';
import { PopPolling } from './pop-polling.js';
import { PopQueues } from './pop-queues.js';
import { RemoteRecords } from './remote-records.js';
import { Revive } from './revive.js';
import { ReviveLog } from './revive-log.js';

export interface Pop {
  handlers: Handlers;
  parts: Part[];
  /** What only a master does. */
  duties: Part[];
  arrived(arrival: Arrival): void;
}

export function createPop(
  deps: MessagingDeps,
  append: Append,
  timers: TimedDelivery,
  lite: LiteAcks,
): Pop {
  const { clock, config, dueStore, storeConfig } = deps;
  const reviveTopic = reviveTopicOf(config.brokerClusterName);
  const escaping: Pick<Append, 'put'> = {
    put: (message, done) => (escapes(deps) ? dueStore : append).put(message, done),
  };
  const reviveLog = new ReviveLog({ ...deps, append: escaping, reviveTopic });
  const { storePathRootDir } = storeConfig;
  const { flushConsumerOffsetInterval } = config;
  const orderInfo = new OrderInfo({ ...deps, storePathRootDir, flushConsumerOffsetInterval });
  const polling = new PopPolling(config, clock);
  const notices = new PopPolling(config, clock);
  const inflight = new Inflight(config, clock);
  const queues = new PopQueues({ ...deps, reviveLog, orderInfo, inflight });
  const deliveredUpTo = (): number => timers.deliveredUpTo();
  const remote = new RemoteRecords(deps);
  const escapingToo = { ...deps, store: dueStore, reviveLog, remote };
  const revive = new Revive({ ...escapingToo, reviveTopic, deliveredUpTo, inflight });
  return {
    handlers: {
      ...popHandlers({ ...deps, queues, polling, orderInfo }),
      ...popLookHandlers({ ...deps, polling, notices, orderInfo }),
      ...peekHandlers(deps),
      // What popConsumerKVServiceEnable keeps in RocksDB is in topics here, at all times.
      POP_ROLLBACK: () => ({}),
      ...popAckHandlers({ ...deps, reviveLog, orderInfo, polling, lite, inflight }),
    },
    parts: [polling, notices],
    // a slave hands out nothing: the check point would be missing in its master
    duties: [recordsElsewhere(deps), orderInfo, revive],
    arrived(arrival) {
      polling.arrived(arrival);
      notices.arrived(arrival);
      revive.arrived(arrival);
    },
  };
}

/** Says that what RocketMQ's popConsumerKVServiceEnable keeps in RocksDB is not read. */
function recordsElsewhere({ files, log, storeConfig }: MessagingDeps): Part {
  const folder = join(storeConfig.storePathRootDir, 'kvStore');
  const text =
    `${folder} is not read: what RocketMQ has handed out by POP with ` +
    'popConsumerKVServiceEnable does not come back, unless its broker has moved it into topics ' +
    'before (POP_ROLLBACK)';
  return {
    start() {
      if (files.exists(folder)) log.warn(text);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}
