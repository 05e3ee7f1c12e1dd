// What all that handles messages is built from: the broker's tables, its store and its settings.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { Host } from '../../protocol/host.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { MessageStore } from '../../store/message-store.js';
import type { ConsumerFilters } from './filter/consumer-filters.js';
import type { ConsumerOffsets } from './pulling/consumer-offsets.js';
import type { Routes } from './clients/routes.js';
import type {
  Consumers,
  Groups,
  GroupView,
  Listed,
  MessagingConfig,
  MessagingStoreConfig,
  Producers,
  QueueLocks,
  Topics,
  TopicView,
} from './parts.js';
import type { Stats } from './running/stats.js';

export interface MessagingDeps {
  /** Both are read at each use, so that changed settings take effect. */
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  /** The store of those who put what has become due: it may go to another broker. */
  dueStore: MessageStore;
  topics: Topics & Listed<TopicView>;
  groups: Groups & Listed<GroupView>;
  consumers: Consumers;
  consumerFilters: ConsumerFilters;
  producers: Producers;
  queueLocks: QueueLocks;
  routes: Routes;
  /** Asks other brokers. */
  client: RemotingClient;
  stats: Stats;
  offsets: ConsumerOffsets;
  files: FileSystem;
  clock: Clock;
  log: Logger;
  storeHost: Host;
}
