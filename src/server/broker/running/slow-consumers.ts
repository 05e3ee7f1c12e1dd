// Stops groups that read so far behind the end of the log that they spoil the page cache for the
// others (BrokerController.protectBroker).

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import { readInt64, RecordAt } from '../../../protocol/message.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerTable } from '../clients/consumers.js';
import type { GroupConfigs } from '../metadata/groups.js';
import type { TopicConfigs } from '../metadata/topics.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';

export interface SlowConsumersParts {
  config: { disableConsumeIfConsumerReadSlowly: boolean; consumerFallbehindThreshold: number };
  consumers: Pick<ConsumerTable, 'all'>;
  groups: Pick<GroupConfigs, 'get' | 'update'>;
  offsets: Pick<ConsumerOffsets, 'queryPulled'>;
  topics: Pick<TopicConfigs, 'get'>;
  store: Pick<MessageStore, 'get' | 'runtimeInfo'>;
  clock: Clock;
  log: Logger;
}

const PERIOD_MS = 3 * 60 * 1000;

export class SlowConsumers implements Part {
  private timer: Timer | undefined;

  constructor(private readonly parts: SlowConsumersParts) {}

  start(): Promise<void> {
    const { clock, log } = this.parts;
    this.timer = clock.every(PERIOD_MS, () => {
      this.check().catch((error: unknown) => {
        log.warn(`slow consumers were not looked for: ${describeError(error)}`);
      });
    });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.timer?.stop();
    return Promise.resolve();
  }

  /** A group that is stopped stays so until `updateSubGroup` lets it consume again. */
  private async check(): Promise<void> {
    const { config, consumers, groups, log } = this.parts;
    if (!config.disableConsumeIfConsumerReadSlowly) return;
    for (const { name, subscriptions } of [...consumers.all()]) {
      const group = groups.get(name);
      if (!group?.consumeEnable) continue;
      const behind = await this.behind(name, [...subscriptions.keys()]);
      if (behind <= config.consumerFallbehindThreshold) continue;
      log.warn(`group ${name} reads ${behind} bytes behind the end of the log: it is stopped`);
      groups.update([{ ...group, consumeEnable: false, attributes: {} }]);
    }
  }

  /** Of all queues that the group reads, bytes from where it is to the end of the log. */
  private async behind(group: string, names: readonly string[]): Promise<number> {
    const { offsets, store, topics } = this.parts;
    const end = Number(store.runtimeInfo().commitLogMaxOffset ?? 0);
    let most = 0;
    for (const topic of names) {
      const queues = topics.get(topic)?.readQueueNums ?? 0;
      for (let queueId = 0; queueId < queues; queueId++) {
        const offset = offsets.queryPulled(group, topic, queueId);
        if (offset < 0) continue;
        const { records } = await store.get({
          ...{ topic, queueId, offset },
          ...{ maxMessages: 1, maxBytes: 1 },
        });
        if (records.length === 0) continue;
        most = Math.max(most, end - readInt64(records[0]!, RecordAt.physicalOffset));
      }
    }
    return most;
  }
}
