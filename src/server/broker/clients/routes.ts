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
  readable: MessageQueue[];
  /** In the order in which producers see them. */
  writable: MessageQueue[];
  masters: ReadonlyMap<string, string>;
  at: number;
}

const TIMEOUT_MS = 3000;

export class Routes {
  private readonly known = new Map<string, Known>();

  constructor(private readonly options: RoutesOptions) {}

  /** Queues of a topic that can be read, on all brokers; undefined when nobody knows the topic. */
  async readable(topic: string): Promise<MessageQueue[] | undefined> {
    return (await this.find(topic))?.readable;
  }

  /** The same of queues that can be written to. */
  async writable(topic: string): Promise<MessageQueue[] | undefined> {
    return (await this.find(topic))?.writable;
  }

  /** Address of a broker's master, once the topic's queues were asked for. */
  masterOf(topic: string, brokerName: string): string | undefined {
    return this.known.get(topic)?.masters.get(brokerName);
  }

  private async find(topic: string): Promise<Known | undefined> {
    const { clock, config } = this.options;
    const old = this.known.get(topic);
    const fresh = clock.now() - config.loadBalancePollNameServerInterval;
    if (old && old.at >= fresh) return old;
    const route = await this.ask(topic);
    if (!route) return old;
    const readable = queuesOf(topic, route, Perm.READ);
    const writable = queuesOf(topic, route, Perm.WRITE);
    const known = { readable, writable, masters: mastersOf(route), at: clock.now() };
    this.known.set(topic, known);
    return known;
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

function mastersOf({ brokerDatas }: TopicRoute): Map<string, string> {
  const masters = new Map<string, string>();
  for (const { brokerName, brokerAddrs } of brokerDatas) {
    const address = brokerAddrs.get(MASTER_ID);
    if (address) masters.set(brokerName, address);
  }
  return masters;
}

/** Queues of brokers that have a master, by the names of the brokers for those who write. */
function queuesOf(topic: string, route: TopicRoute, perm: number): MessageQueue[] {
  const alive = route.brokerDatas.filter(({ brokerAddrs }) => brokerAddrs.has(MASTER_ID));
  const names = new Set(alive.map(({ brokerName }) => brokerName));
  const writing = perm === Perm.WRITE;
  const datas = route.queueDatas.filter(
    (data) => (data.perm & perm) !== 0 && names.has(data.brokerName),
  );
  if (writing) datas.sort((a, b) => (a.brokerName < b.brokerName ? -1 : 1));
  return datas.flatMap(({ brokerName, readQueueNums, writeQueueNums }) =>
    Array.from({ length: writing ? writeQueueNums : readQueueNums }, (_, queueId) => {
      return { topic, brokerName, queueId };
    }),
  );
}
