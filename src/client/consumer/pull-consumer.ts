// A consumer that only does what it is told: pull here, commit there (DefaultMQPullConsumer).

import type { MessageQueue } from '../../protocol/bodies/json.js';
import { ClientInstance, type ClientOptions } from '../instance.js';
import { pull, type PullResult } from '../pull.js';
import {
  commitOffset,
  consumerOffset,
  maxOffset,
  minOffset,
  searchOffset,
} from '../queue-offsets.js';
import { topicQueues } from '../queues.js';

export interface PullConsumerOptions extends ClientOptions {
  group: string;
}

export function createPullConsumer(options: PullConsumerOptions): PullConsumer {
  return new PullConsumer(options);
}

export class PullConsumer {
  readonly instance: ClientInstance;
  readonly group: string;

  constructor(options: PullConsumerOptions) {
    this.group = options.group;
    this.instance = new ClientInstance(options, () => ({
      consumer: {
        groupName: this.group,
        consumeType: 'CONSUME_ACTIVELY',
        messageModel: 'CLUSTERING',
        consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
        subscriptionDataSet: [],
        unitMode: false,
      },
    }));
  }

  start(): Promise<void> {
    this.instance.start();
    return Promise.resolve();
  }

  /** All queues of a topic that can be read. Throws TOPIC_NOT_FOUND. */
  async fetchSubscribeMessageQueues(topic: string): Promise<MessageQueue[]> {
    this.instance.use(topic);
    return topicQueues(this.instance.session, topic);
  }

  /** Pulls once; with `suspendMs` the broker waits so long for a message. */
  pull(
    queue: MessageQueue,
    offset: number,
    options: { expression?: string; maxNums?: number; suspendMs?: number } = {},
  ): Promise<PullResult> {
    return pull(this.instance.session, { group: this.group, queue, offset, ...options });
  }

  minOffset(queue: MessageQueue): Promise<number> {
    return minOffset(this.instance.session, queue);
  }

  maxOffset(queue: MessageQueue): Promise<number> {
    return maxOffset(this.instance.session, queue);
  }

  searchOffset(queue: MessageQueue, timestamp: number): Promise<number> {
    return searchOffset(this.instance.session, queue, timestamp);
  }

  /** How far the group has consumed a queue, undefined when it never has. */
  fetchConsumeOffset(queue: MessageQueue): Promise<number | undefined> {
    return consumerOffset(this.instance.session, this.group, queue);
  }

  updateConsumeOffset(queue: MessageQueue, offset: number): Promise<void> {
    return commitOffset(this.instance.session, this.group, queue, offset);
  }

  async stop(): Promise<void> {
    await this.instance.stop();
  }
}
