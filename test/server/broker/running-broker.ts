// A broker in this process on a free port, without a name server, and a client that talks to it.

import { type Clock, systemClock } from '../../../src/base/clock.js';
import { realFiles } from '../../../src/base/files.js';
import type { Logger } from '../../../src/base/log.js';
import { loadBrokerConfig } from '../../../src/config/load.js';
import type { BrokerSettings } from '../../../src/config/tables.js';
import type { HeartbeatData } from '../../../src/protocol/bodies/client.js';
import { encodeHeartbeat } from '../../../src/protocol/bodies/client.js';
import { decodeRecords, type DecodedRecord } from '../../../src/protocol/message.js';
import { hashCode, type Properties } from '../../../src/protocol/properties.js';
import type { Req, Res } from '../../../src/protocol/requests/index.js';
import type { Answer, RemotingClient } from '../../../src/remoting/client.js';
import type { Handlers } from '../../../src/remoting/handler.js';
import { type Broker, createBroker } from '../../../src/server/broker/broker.js';
import { KeptLog } from '../../support/evidence.js';
import { patientClient } from '../../support/patient-client.js';
import { PATIENT_STORE } from '../../support/patient-settings.js';
import { sendHeader } from '../../support/send-header.js';
import { type Ending, tempFolder } from '../../support/temp.js';

export interface BrokerChanges {
  broker?: Partial<BrokerSettings['brokerConfig']>;
  store?: Partial<BrokerSettings['messageStoreConfig']>;
  auth?: Partial<BrokerSettings['authConfig']>;
}

export interface RunningBrokerOptions extends BrokerChanges {
  folder?: string;
  clock?: Clock;
  log?: Logger;
  /** Requests of the broker to its clients. */
  handlers?: Handlers;
}

export class RunningBroker {
  private constructor(
    readonly broker: Broker,
    readonly client: RemotingClient,
    readonly folder: string,
  ) {}

  static async start(ending: Ending, options: RunningBrokerOptions = {}): Promise<RunningBroker> {
    const folder = options.folder ?? tempFolder(ending);
    const { config, storePath, extras } = loadBrokerConfig({
      env: {},
      host: { userHome: folder },
    });
    Object.assign(config.brokerConfig, { brokerIP1: '127.0.0.1', brokerName: 'broker-a' });
    Object.assign(config.brokerConfig, options.broker);
    const storePathRootDir = `${folder}/store`;
    const small = { mappedFileSizeCommitLog: 64 * 1024 * 1024, ...PATIENT_STORE };
    Object.assign(config.messageStoreConfig, { storePathRootDir, ...small }, options.store);
    Object.assign(config.authConfig, options.auth);
    Object.assign(config.nettyServerConfig, { bindAddress: '127.0.0.1', listenPort: 0 });
    // A clock that is moved by hand makes long leaps, which are no silence of the client.
    if (options.clock) config.nettyServerConfig.serverChannelMaxIdleTimeSeconds = 1_000_000;
    const clock = options.clock ?? systemClock;
    const kept = new KeptLog(`broker ${config.brokerConfig.brokerName}`);
    ending.after(() => kept.end());
    const log = options.log ?? kept;
    const parts = { config, storePath, extras, clock, files: realFiles, log };
    const broker = createBroker(parts);
    await broker.start();
    const client = patientClient({ log, handlers: options.handlers ?? {} });
    ending.after(() => broker.stop());
    ending.after(() => client.close());
    return new RunningBroker(broker, client, folder);
  }

  get address(): string {
    return `127.0.0.1:${this.broker.port}`;
  }

  async createTopic(topic: string, queues = 4, changes: object = {}): Promise<void> {
    const header = {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      ...changes,
    };
    await this.client.request(this.address, 'UPDATE_AND_CREATE_TOPIC', header);
  }

  /** Sends as Java's client does; any answer comes back. */
  send(
    topic: string,
    body: string | Buffer,
    properties: Properties = {},
    changes: Partial<Req<'SEND_MESSAGE_V2'>> = {},
  ): Promise<Answer<'SEND_MESSAGE_V2'>> {
    const header = sendHeader(topic, properties, changes);
    const options = { body: Buffer.from(body), allow: ANY };
    return this.client.request(this.address, 'SEND_MESSAGE_V2', header, options);
  }

  /** What a successful send answers. */
  async sent(
    topic: string,
    body: string,
    properties: Properties = {},
    changes: Partial<Req<'SEND_MESSAGE_V2'>> = {},
  ): Promise<Res<'SEND_MESSAGE_V2'>> {
    const answer = await this.send(topic, body, properties, changes);
    if (answer.code !== 0) throw new Error(`${answer.code}: ${answer.remark}`);
    return answer.header;
  }

  /** Pulls with a subscription of its own; any answer comes back. */
  async pull(
    group: string,
    topic: string,
    queueId: number,
    queueOffset: number,
    changes: Partial<Req<'PULL_MESSAGE'>> = {},
  ): Promise<Answer<'PULL_MESSAGE'> & { messages: DecodedRecord[] }> {
    const header = {
      consumerGroup: group,
      topic,
      queueId,
      queueOffset,
      maxMsgNums: 32,
      sysFlag: 4,
      commitOffset: 0,
      suspendTimeoutMillis: 15_000,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
      ...changes,
    };
    const answer = await this.client.request(this.address, 'PULL_MESSAGE', header, {
      allow: ANY,
    });
    return { ...answer, messages: decodeRecords(answer.body) };
  }

  /** Bodies of all messages of a queue. */
  async bodies(topic: string, queueId: number, group = 'reader'): Promise<string[]> {
    const { messages } = await this.pull(group, topic, queueId, 0);
    return messages.map(({ body }) => body.toString());
  }

  async heartbeat(changes: Partial<HeartbeatData>): Promise<void> {
    const heartbeat = {
      clientID: 'client@1',
      producerDataSet: [],
      consumerDataSet: [],
      heartbeatFingerprint: 0,
      withoutSub: false,
      ...changes,
    };
    const body = encodeHeartbeat(heartbeat);
    await this.client.request(this.address, 'HEART_BEAT', {}, { body });
  }
}

/** Any answer is one that a test looks at. */
export const ANY = Array.from({ length: 1000 }, (_, code) => code);

/** A member of a consumer group, for a heartbeat. */
export function consumer(
  groupName: string,
  topic: string,
  subString = '*',
  changes: object = {},
): HeartbeatData['consumerDataSet'][number] {
  const tagsSet = subString === '*' ? [] : subString.split('||').map((tag) => tag.trim());
  return {
    groupName,
    consumeType: 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    unitMode: false,
    subscriptionDataSet: [
      {
        topic,
        subString,
        tagsSet,
        codeSet: tagsSet.map(hashCode),
        subVersion: 1,
        expressionType: 'TAG',
        classFilterMode: false,
        ...changes,
      },
    ],
  };
}
