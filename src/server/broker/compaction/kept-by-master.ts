// What a slave's master keeps of compacted topics, asked for by pulls as any consumer's
// (MessageFetcher).

import { PullFlag } from '../../../protocol/flags.js';
import type { TopicConfig } from '../../../protocol/bodies/topic.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { RemotingClient } from '../../../remoting/client.js';

export interface KeptByMasterOptions {
  client: () => RemotingClient;
  topics: () => {
    get(name: string): TopicConfig | undefined;
    all(): ReadonlyMap<string, TopicConfig>;
  };
}

/** RocketMQ has it from the start; MessageFetcher makes a group for every queue. */
const GROUP = 'TOOLS_CONSUMER';
const MESSAGES_AT_ONCE = 32;
const TIMEOUT_MS = 10_000;
const NOTHING_THERE: readonly number[] = [
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_RETRY_IMMEDIATELY,
  ResponseCode.PULL_OFFSET_MOVED,
  ResponseCode.TOPIC_NOT_EXIST,
];

export class KeptByMaster {
  private master: string | undefined;

  constructor(private readonly options: KeptByMasterOptions) {}

  onMaster({ masterAddr }: { masterAddr?: string }): void {
    if (masterAddr) this.master = masterAddr;
  }

  /** What the store is told about compacted topics. */
  wishes<C>(config: C) {
    const topicOf = (name: string) => this.options.topics().get(name);
    return { config, topicOf, master: this };
  }

  topics(): ReadonlyMap<string, TopicConfig> {
    return this.options.topics().all();
  }

  async records(topic: string, queueId: number, offset: number): Promise<Buffer[] | undefined> {
    const { master } = this;
    if (master === undefined) return undefined;
    try {
      const header = { ...this.pullOf(topic, queueId), queueOffset: offset };
      const options = { timeoutMs: TIMEOUT_MS, allow: [...NOTHING_THERE] };
      const answer = await this.options.client().request(master, 'PULL_MESSAGE', header, options);
      return answer.code === ResponseCode.SUCCESS ? recordsIn(answer.body) : [];
    } catch {
      return undefined; // asked again later; that the master is away is said by others
    }
  }

  private pullOf(topic: string, queueId: number) {
    return {
      consumerGroup: GROUP,
      topic,
      queueId,
      maxMsgNums: MESSAGES_AT_ONCE,
      sysFlag: PullFlag.SUBSCRIPTION,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subVersion: 0,
      subscription: '*',
      expressionType: 'TAG',
    };
  }
}

function recordsIn(body: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at + 4 <= body.length;) {
    const size = body.readInt32BE(at);
    if (size <= 0 || at + size > body.length) break;
    records.push(body.subarray(at, at + size));
    at += size;
  }
  return records;
}
