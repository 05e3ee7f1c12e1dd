// Which broker names have which topics, with how many queues (topicQueueTable).

import type { Logger } from '../../base/log.js';
import type { QueueData } from '../../protocol/bodies/route.js';

export class TopicQueues {
  private readonly table = new Map<string, Map<string, QueueData>>();
  constructor(private readonly log: Logger) {}

  /** Queues of a topic by broker name. */
  get(topic: string): ReadonlyMap<string, QueueData> | undefined {
    return this.table.get(topic);
  }

  has(topic: string, brokerName: string): boolean {
    return this.table.get(topic)?.has(brokerName) ?? false;
  }

  put(topic: string, data: QueueData): void {
    const queues = this.table.get(topic);
    if (!queues) {
      this.table.set(topic, new Map([[data.brokerName, data]]));
      this.log.info(`new topic registered, ${topic} ${describe(data)}`);
      return;
    }
    const old = queues.get(data.brokerName);
    if (old && describe(old) !== describe(data)) {
      this.log.info(`topic changed, ${topic} OLD: ${describe(old)} NEW: ${describe(data)}`);
    }
    queues.set(data.brokerName, data);
  }

  /** Forgets a topic, or its queues on one broker name. */
  delete(topic: string, brokerName?: string): void {
    if (brokerName === undefined) {
      this.table.delete(topic);
      return;
    }
    const queues = this.table.get(topic);
    if (!queues?.delete(brokerName)) return;
    this.log.info(`deleteTopic, remove one broker's topic ${brokerName} ${topic}`);
    if (queues.size > 0) return;
    this.table.delete(topic);
    this.log.info(`deleteTopic, remove the topic all queue ${topic}`);
  }

  /** Forgets a broker name in every topic. */
  deleteBroker(brokerName: string): void {
    for (const [topic, queues] of this.table) {
      if (queues.delete(brokerName) && queues.size === 0) this.table.delete(topic);
    }
  }

  /** Replaces the permission of a broker name in all its topics; how many they are. */
  changePerm(brokerName: string, change: (perm: number) => number): number {
    let topics = 0;
    for (const queues of this.table.values()) {
      const data = queues.get(brokerName);
      if (!data) continue;
      data.perm = change(data.perm);
      topics++;
    }
    return topics;
  }

  names(): string[] {
    return [...this.table.keys()];
  }

  namesOf(brokerNames: Iterable<string>): string[] {
    const names = [...brokerNames];
    return this.names().filter((topic) => names.some((name) => this.has(topic, name)));
  }

  /** Topics whose system flag passes; all brokers have the same, the first is asked. */
  namesByFlag(passes: (topicSysFlag: number) => boolean): string[] {
    return this.names().filter((topic) => {
      const [first] = this.table.get(topic)!.values();
      return first !== undefined && passes(first.topicSysFlag);
    });
  }
}

function describe(data: QueueData): string {
  const { brokerName, readQueueNums, writeQueueNums, perm, topicSysFlag } = data;
  return (
    `QueueData [brokerName=${brokerName}, readQueueNums=${readQueueNums}, ` +
    `writeQueueNums=${writeQueueNums}, perm=${perm}, topicSysFlag=${topicSysFlag}]`
  );
}
