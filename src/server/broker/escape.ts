// Where a slave that acts for its master puts what has become due (EscapeBridge): its own log is
// that of its master, so with enableRemoteEscape such messages go to another broker of their topic.

import { describeError, type Logger } from '../../base/log.js';
import { Property, SysFlag, SystemTopic } from '../../protocol/flags.js';
import {
  formatProperties,
  hashCode,
  parseProperties,
  type Properties,
} from '../../protocol/properties.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { MessageStore, PutMessage, PutResult } from '../../store/message-store.js';
import type { Routes } from './clients/routes.js';
import { REVIVE_PREFIX } from './metadata/system-topics.js';
import { PREPARED_QUEUE_OFFSET } from './waiting/half-messages.js';

export interface EscapeOptions {
  /** Properties of BrokerConfig, read at each use. */
  config: {
    brokerName: string;
    brokerId: number;
    enableSlaveActingMaster: boolean;
    enableRemoteEscape: boolean;
  };
  storeConfig: { brokerRole: string };
  store: MessageStore;
  routes: Pick<Routes, 'writable' | 'masterOf'>;
  client: RemotingClient;
  log: Logger;
}

const TIMEOUT_MS = 3000;
const DEFAULT_QUEUES = 8;
/** What waits in them is this broker's own affair. */
const KEPT: ReadonlySet<string> = new Set([
  SystemTopic.SCHEDULE,
  SystemTopic.TIMER_WHEEL,
  SystemTopic.TRANS_OP_HALF,
]);

/** Whether what has become due goes to another broker. */
export function escapes({ config, storeConfig }: Pick<EscapeOptions, 'config' | 'storeConfig'>) {
  const acting = storeConfig.brokerRole === 'SLAVE' && config.enableSlaveActingMaster;
  return acting && config.enableRemoteEscape;
}

/** The store as those see it that deliver what was waiting. */
export function escapingStore(options: EscapeOptions): MessageStore {
  const { store } = options;
  const escape = new Escape(options);
  const put: MessageStore['put'] = (message, done) => {
    if (escapes(options) && !KEPT.has(message.topic)) {
      return void escape.put(message).then(done);
    }
    store.put(message, done);
  };
  // all else is the store's own
  return Object.assign(Object.create(store) as MessageStore, { put });
}

class Escape {
  private turn = 0;
  private failure = '';

  constructor(private readonly options: EscapeOptions) {}

  /** A message that nobody takes is tried again by whoever wanted to put it. */
  async put(message: PutMessage): Promise<PutResult> {
    const escaping = message.topic === SystemTopic.TRANS_HALF ? asPrepared(message) : message;
    const { body, bornTimestamp: storeTimestamp } = message;
    const result = { bytes: body.length, physicalOffsets: [0], storeTimestamp };
    try {
      const queueOffset = await this.send(escaping);
      this.failure = '';
      return { ...result, status: 'PUT_OK', queueOffset };
    } catch (error) {
      const reason = describeError(error);
      if (reason !== this.failure) {
        this.options.log.warn(`no other broker takes messages of ${escaping.topic}: ${reason}`);
      }
      this.failure = reason;
      const nothing = { physicalOffsets: [], bytes: 0, queueOffset: 0 };
      return { ...result, ...nothing, status: 'SERVICE_NOT_AVAILABLE', reason };
    }
  }

  /** Acknowledgements of POP go where their check points went. */
  private turnOf(topic: string): number {
    if (!topic.startsWith(REVIVE_PREFIX)) return this.turn++;
    return hashCode(topic + this.options.config.brokerName) & 0x7fffffff;
  }

  private async send(message: PutMessage): Promise<number> {
    const { client, config, routes } = this.options;
    const { topic, body, sysFlag, bornTimestamp, flag, reconsumeTimes } = message;
    const properties = parseProperties(message.properties);
    const all = (await routes.writable(topic)) ?? [];
    const others = all.filter(({ brokerName }) => brokerName !== config.brokerName);
    const queue = others[this.turnOf(topic) % Math.max(1, others.length)];
    const address = queue && routes.masterOf(topic, queue.brokerName);
    if (!address) throw new Error('no other broker has the topic');
    const inner = `InnerProducerGroup_${config.brokerName}_${config.brokerId}`;
    const header = {
      producerGroup: properties[Property.PGROUP] || inner,
      topic,
      defaultTopic: SystemTopic.AUTO_CREATE,
      defaultTopicQueueNums: DEFAULT_QUEUES,
      queueId: queue.queueId,
      sysFlag,
      bornTimestamp,
      flag,
      properties: formatProperties({ ...properties, [Property.WAIT]: 'false' }),
      reconsumeTimes,
      batch: false,
    };
    const options = { body, timeoutMs: TIMEOUT_MS };
    const answer = await client.request(address, 'SEND_MESSAGE_V2', header, options);
    return answer.header.queueOffset;
  }
}

/** The half of a transaction as its producer sent it (buildTransactionalMessageFromHalfMessage). */
function asPrepared(half: PutMessage): PutMessage {
  const properties: Properties = parseProperties(half.properties);
  properties[Property.TRAN_MSG] = 'true';
  const topic = properties[Property.REAL_TOPIC] ?? half.topic;
  delete properties[Property.REAL_QID];
  delete properties[PREPARED_QUEUE_OFFSET];
  const sysFlag = half.sysFlag | SysFlag.TRANSACTION_PREPARED;
  return { ...half, topic, sysFlag, properties: formatProperties(properties) };
}
