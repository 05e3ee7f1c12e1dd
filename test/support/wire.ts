// The few requests that tests make by themselves, straight to a name server or a broker.

import { type Credentials, signWith } from '../../src/protocol/sign.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import type { RemotingClient } from '../../src/remoting/client.js';
import type { Cluster } from './cluster.js';
import { patientClient } from './patient-client.js';
import { sendHeader } from './send-header.js';
import type { Ending } from './temp.js';
import { until } from './until.js';

export class Wire {
  readonly client: RemotingClient;

  constructor(
    ending: Ending,
    readonly cluster: Cluster,
    account?: Credentials,
  ) {
    this.client = patientClient(account && { sign: signWith(account) });
    ending.after(() => this.client.close());
  }

  /** Creates a topic and waits until clients can find it. */
  async createTopic(topic: string, queues = 8, attributes?: string): Promise<void> {
    const { broker, namesrv } = this.cluster;
    const header = {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      attributes,
    };
    await this.client.request(broker, 'UPDATE_AND_CREATE_TOPIC', header);
    await until(`route of ${topic}`, async () => {
      const allow = [ResponseCode.TOPIC_NOT_EXIST];
      const answer = await this.client.request(
        namesrv,
        'GET_ROUTEINFO_BY_TOPIC',
        { topic, acceptStandardJsonOnly: true },
        { allow },
      );
      return answer.code === ResponseCode.SUCCESS;
    });
  }

  /** Sends one message; returns its offset message id. */
  async send(
    topic: string,
    queueId: number,
    body: string,
    properties: Record<string, string>,
  ): Promise<string> {
    const header = sendHeader(topic, properties, { queueId });
    const options = { body: Buffer.from(body) };
    const { broker } = this.cluster;
    const answer = await this.client.request(broker, 'SEND_MESSAGE_V2', header, options);
    return answer.header.msgId;
  }

  /** Next free offset of each queue. */
  async maxOffsets(topic: string, queues = 8): Promise<number[]> {
    const offsets: number[] = [];
    for (let queueId = 0; queueId < queues; queueId++) {
      const header = { topic, queueId };
      const { broker } = this.cluster;
      const answer = await this.client.request(broker, 'GET_MAX_OFFSET', header);
      offsets.push(answer.header.offset);
    }
    return offsets;
  }

  /** Committed offset of each queue; -1 for none. */
  async committed(consumerGroup: string, topic: string, queues = 8): Promise<number[]> {
    const offsets: number[] = [];
    for (let queueId = 0; queueId < queues; queueId++) {
      const answer = await this.client.request(
        this.cluster.broker,
        'QUERY_CONSUMER_OFFSET',
        { consumerGroup, topic, queueId },
        { allow: [ResponseCode.QUERY_NOT_FOUND] },
      );
      offsets.push(answer.code === ResponseCode.SUCCESS ? answer.header.offset : -1);
    }
    return offsets;
  }
}
