// What a push consumer answers when a broker asks for it (mqadmin consumerStatus, resets, …).

import type { MessageQueue } from '../../protocol/bodies/json.js';
import { type ConsumerRunningInfo, RunningProperty } from '../../protocol/bodies/running.js';
import { CURRENT_VERSION } from '../../protocol/flags.js';
import { versionName } from '../../protocol/versions.js';
import { sameQueue } from '../queues.js';
import type { SubscriptionData } from '../../protocol/bodies/client.js';
import type { ClientInstance } from '../instance.js';
import type { Assignment } from './assignment.js';
import type { AskedConsumer } from './broker-requests.js';
import type { OffsetStore } from './offset-store.js';
import type { ConsumerSettings } from './options.js';
import type { Reading } from './reading.js';

/** What of a consumer the answers are made of. */
interface Answering {
  settings: ConsumerSettings;
  instance: ClientInstance;
  assignment: Assignment;
  subscriptions: ReadonlyMap<string, SubscriptionData>;
  startedAt: number;
  store: OffsetStore | undefined;
  reading: Reading | undefined;
}

export function answersOf(consumer: Answering): AskedConsumer {
  const { group, orderly } = consumer.settings;
  return {
    group,
    orderly,
    now: () => consumer.instance.clock.now(),
    membersChanged: () => void consumer.assignment.rebalance(),
    runningInfo: () => runningInfoOf(consumer),
    reset: (topic, offsets) => reset(consumer, topic, offsets),
    offsets: (topic) => offsetsOf(consumer, topic),
    consumeNow: (message, queue) => consumer.reading!.consumeNow(message, queue),
  };
}

function offsetsOf(consumer: Answering, topic: string): Map<MessageQueue, number> {
  const offsets = new Map<MessageQueue, number>();
  for (const { queue } of consumer.assignment.readers.values()) {
    const offset = queue.topic === topic ? consumer.store?.peek(queue) : undefined;
    if (offset !== undefined) offsets.set(queue, offset);
  }
  return offsets;
}

/** Drops the queues, stores the new offsets, takes the queues anew. */
async function reset(
  { assignment, store, instance }: Answering,
  topic: string,
  offsets: ReadonlyMap<MessageQueue, number>,
): Promise<void> {
  for (const reader of [...assignment.readers.values()]) {
    if (reader.queue.topic !== topic) continue;
    const entry = [...offsets].find(([queue]) => sameQueue(queue, reader.queue));
    if (!entry) continue;
    instance.log.info(`${topic} queue ${reader.queue.queueId} is reset to ${entry[1]}`);
    reader.drop();
    store?.update(reader.queue, entry[1]);
    await assignment.drop(reader);
  }
  await assignment.rebalance();
}

function runningInfoOf(consumer: Answering): ConsumerRunningInfo {
  const { settings, assignment, instance, store, reading, subscriptions } = consumer;
  const readers = [...assignment.readers.values()];
  const topics = [...subscriptions.keys()];
  return {
    properties: {
      consumerGroup: settings.group,
      messageModel: settings.messageModel,
      consumeFromWhere: settings.consumeFromWhere,
      pullBatchSize: String(settings.pullBatchSize),
      consumeMessageBatchMaxSize: String(settings.consumeMessageBatchMaxSize),
      maxReconsumeTimes: String(settings.maxReconsumeTimes),
      pullThresholdForQueue: String(settings.pullThresholdForQueue),
      [RunningProperty.NAMESERVER_ADDR]: `${instance.session.namesrvAddrs.join(';')};`,
      [RunningProperty.CONSUME_TYPE]: 'CONSUME_PASSIVELY',
      [RunningProperty.CONSUME_ORDERLY]: String(settings.orderly),
      [RunningProperty.THREADPOOL_CORE_SIZE]: String(settings.consumeThreadMax),
      [RunningProperty.CONSUMER_START_TIMESTAMP]: String(consumer.startedAt),
      [RunningProperty.CLIENT_VERSION]: versionName(CURRENT_VERSION),
    },
    subscriptionSet: [...subscriptions.values()],
    mqTable: new Map(
      readers.map((reader) => [reader.queue, reader.info(store?.peek(reader.queue) ?? -1)]),
    ),
    mqPopTable: new Map(),
    statusTable: new Map(
      reading ? topics.map((topic) => [topic, reading.rates.status(topic)]) : [],
    ),
    userConsumerInfo: {},
  };
}
