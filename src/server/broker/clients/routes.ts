// Routes of topics, from the name servers, for assigning queues of other brokers too
// (TopicRouteInfoManager).

import type { Clock } from '../../../base/clock.js';
import { describeError, type Logger } from '../../../base/log.js';
import type { MessageQueue } from '../../../protocol/bodies/json.js';
import { decodeTopicRoute, type TopicRoute } from '../../../protocol/bodies/route.js';
import { MASTER_ID, Perm } from '../../../protocol/flags.js';
import type { RemotingClient } from '../../../remoting/client.js';

export interface RoutesOptions {
  config: { namesrvAddr: string; loadBalancePollNameServerInterval: number };
  client: RemotingClient;
  clock: Clock;
  log: Logger;
}

interface Known {
  queues: MessageQueue[];
  at: number;
}

const TIMEOUT_MS = 3000;

export class Routes {
  private readonly known = new Map<string, Known>();

  constructor(private readonly options: RoutesOptions) {}

  /** Queues of a topic that can be read, on all brokers; undefined when nobody knows the topic. */
  async readable(topic: string): Promise<MessageQueue[] | undefined> {
    const { clock, config } = this.options;
    const known = this.known.get(topic);
    const fresh = clock.now() - config.loadBalancePollNameServerInterval;
    if (known && known.at >= fresh) return known.queues;
    const route = await this.ask(topic);
    if (!route) return known?.queues;
    const queues = readableQueues(topic, route);
    this.known.set(topic, { queues, at: clock.now() });
    return queues;
  }

  private async ask(topic: string): Promise<TopicRoute | undefined> {
    const { config, client, log } = this.options;
    const header = { topic, acceptStandardJsonOnly: true };
    const options = { timeoutMs: TIMEOUT_MS };
    for (const address of config.namesrvAddr.split(';').map((text) => text.trim())) {
      if (address === '') continue;
      try {
        const answer = await client.request(address, 'GET_ROUTEINFO_BY_TOPIC', header, options);
        return decodeTopicRoute(answer.body);
      } catch (error) {
        log.debug(`route of ${topic}: ${describeError(error)}`);
      }
    }
    return undefined;
  }
}

function readableQueues(topic: string, route: TopicRoute): MessageQueue[] {
  const alive = route.brokerDatas.filter(({ brokerAddrs }) => brokerAddrs.has(MASTER_ID));
  const names = new Set(alive.map(({ brokerName }) => brokerName));
  return route.queueDatas
    .filter(({ brokerName, perm }) => (perm & Perm.READ) !== 0 && names.has(brokerName))
    .flatMap(({ brokerName, readQueueNums }) =>
      Array.from({ length: readQueueNums }, (_, queueId) => ({ topic, brokerName, queueId })),
    );
}
