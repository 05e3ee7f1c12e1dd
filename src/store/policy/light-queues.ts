// Messages that are in several queues: INNER_MULTI_DISPATCH names them, INNER_MULTI_QUEUE_OFFSET
// holds their offsets in the same order (LmqDispatch, ConsumeQueue.multiDispatchLmqQueue).

import type { Logger } from '../../base/log.js';
import { DLQ_PREFIX, LMQ_PREFIX, Property, RETRY_PREFIX } from '../../protocol/flags.js';
import { SYSTEM_TOPIC_PREFIX, SystemTopic } from '../../protocol/flags.js';
import { findProperty, formatProperties, parseProperties } from '../../protocol/properties.js';
import type { StoreConfig } from '../config.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import type { Indexed } from '../format/record-scan.js';
import type { PutMessage } from '../message-store.js';
import type { Refusal } from './admission.js';
import { continueQueue } from './queue-order.js';

const SEPARATOR = ',';

export interface LightPlace {
  queue: Queue;
  queueOffset: number;
}

export class LightQueues {
  private told = false;

  constructor(
    private readonly config: StoreConfig,
    private readonly queues: QueueTable,
    private readonly log: Logger,
  ) {}

  /** Whether messages are put into the queues they name. */
  get dispatching(): boolean {
    return this.config.enableMultiDispatch === true;
  }

  /** Whether the message would open a light queue beyond the quota (HookUtils.handleLmqQuota). */
  overQuota(message: PutMessage): Refusal | undefined {
    const { enableLmq, enableLmqQuota, maxLmqConsumeQueueNum = Infinity } = this.config;
    if (!enableLmqQuota || !enableLmq || !this.dispatching) return undefined;
    const names = namesIn(message);
    if (!names?.some((name) => isLight(name) && !this.queues.find(name, 0))) return undefined;
    if (this.queues.topicNames().filter(isLight).length < maxLmqConsumeQueueNum) return undefined;
    const reason = `there are ${maxLmqConsumeQueueNum} light queues`;
    return { status: 'LMQ_CONSUME_QUEUE_NUM_EXCEEDED', reason };
  }

  /** The message with offsets for the light queues it names; itself when it names none. */
  withOffsets(message: PutMessage): PutMessage {
    if (!this.config.enableLmq) return message;
    const names = namesIn(message);
    if (!names) return message;
    const offsets = names.map((name) =>
      isLight(name) ? this.queues.findOrCreate(name, 0).next : '',
    );
    const properties = parseProperties(message.properties);
    properties[Property.INNER_MULTI_QUEUE_OFFSET] = offsets.join(SEPARATOR);
    delete properties[Property.WAIT]; // MessageExtBrokerInner.removeWaitStorePropertyString
    return { ...message, properties: formatProperties(properties) };
  }

  /** The message was appended: the offsets it was given are taken. */
  take(properties: string): void {
    this.setNext(properties, 1);
  }

  /** The message could not be written. */
  giveBack(entry: Pick<PutMessage, 'topic' | 'properties'>): void {
    // a dead letter still names the places that it had as a message
    if (namesIn(entry)) this.setNext(entry.properties, 0);
  }

  /**
   * Where the record goes beside its own queue. When the log is read again while
   * enableMultiDispatch is off, light queues that are there get what they had before a crash;
   * RocketMQ loses it then.
   */
  places(record: Indexed): LightPlace[] {
    return lightPlaces(record).flatMap(({ topic, queueId, queueOffset }) => {
      const queue = this.dispatching
        ? this.queues.findOrCreate(topic, queueId)
        : this.queues.find(topic, queueId);
      if (!queue) this.passOver(topic);
      return queue ? [{ queue, queueOffset }] : [];
    });
  }

  /** Said once, where light queues are in use: who never dispatched has none. */
  private passOver(topic: string): void {
    if (this.told || !this.queues.topicNames().some(isLight)) return;
    this.told = true;
    this.log.warn(
      `enableMultiDispatch is off, and ${topic} has no files: messages that name it are not ` +
        `put into it. If it had some, stop the broker, remove checkpoint, make an empty file ` +
        `abort, and start with enableMultiDispatch=true`,
    );
  }

  /** Whether the record is the next of the queue, which is mended where it has to be. */
  continues({ queue, queueOffset }: LightPlace, { physicalOffset }: Indexed): boolean {
    return continueQueue(queue, { queueOffset, physicalOffset }, this.log);
  }

  private setNext(properties: string, step: number): void {
    if (!this.config.enableLmq) return;
    for (const { name, queueOffset } of named(properties)) {
      if (isLight(name)) this.queues.findOrCreate(name, 0).next = queueOffset + step;
    }
  }
}

export const isLight = (topic: string): boolean => topic.startsWith(LMQ_PREFIX);

/** Where the record is to be beside its own queue. */
export function lightPlaces(
  record: Indexed,
): { topic: string; queueId: number; queueOffset: number }[] {
  if (!dispatchable(record.topic)) return [];
  return named(record.properties).map(({ name, queueOffset }) => ({
    topic: name,
    queueId: isLight(name) ? 0 : record.queueId,
    queueOffset,
  }));
}

/** The queues that the message names; undefined when it goes into none but its own. */
function namesIn(message: Pick<PutMessage, 'topic' | 'properties'>): string[] | undefined {
  const { properties, topic } = message;
  const names = findProperty(properties, Property.INNER_MULTI_DISPATCH);
  const waits = topic === SystemTopic.TRANS_HALF || !dispatchable(topic);
  return waits ? undefined : names?.split(SEPARATOR);
}

/** MixAll.topicAllowsLMQ: a message that waits elsewhere gets its offsets when it is delivered. */
const dispatchable = (topic: string): boolean =>
  !topic.startsWith(RETRY_PREFIX) &&
  !topic.startsWith(DLQ_PREFIX) &&
  !topic.startsWith(SYSTEM_TOPIC_PREFIX) &&
  topic !== SystemTopic.SCHEDULE;

function named(properties: string): { name: string; queueOffset: number }[] {
  const names = findProperty(properties, Property.INNER_MULTI_DISPATCH)?.split(SEPARATOR);
  const offsets = findProperty(properties, Property.INNER_MULTI_QUEUE_OFFSET)?.split(SEPARATOR);
  if (!names || names.length !== offsets?.length) return [];
  return names.flatMap((name, i) =>
    // a name with a slash would leave the folder of the queues
    offsets[i] === '' || /[\\/]/.test(name) ? [] : [{ name, queueOffset: Number(offsets[i]) }],
  );
}
