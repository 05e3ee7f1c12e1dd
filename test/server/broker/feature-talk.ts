// Says requests to a broker, notes its answers and the records that come of them: to Apache
// RocketMQ 5.5.0 when test/golden/broker/features.json was recorded, and to this broker by a test.

import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { encodeHeartbeat, type HeartbeatData } from '../../../src/protocol/bodies/client.js';
import { encodeGroupConfig, newGroupConfig } from '../../../src/protocol/bodies/group.js';
import type { JsonObject } from '../../../src/protocol/fastjson.js';
import { decodeRecord, decodeRecords, type DecodedRecord } from '../../../src/protocol/message.js';
import { parseProperties, type Properties } from '../../../src/protocol/properties.js';
import type { Req, RequestName } from '../../../src/protocol/requests/index.js';
import { responseName } from '../../../src/protocol/responses.js';
import { type Answer, createClient, type RemotingClient } from '../../../src/remoting/client.js';
import { until } from '../../support/until.js';
import { ANY } from './running-broker.js';
import { sendHeader } from '../../support/send-header.js';

/** Answers and records, each as one text. */
export type Talked = [what: string, ...facts: string[]];

const CHANGING = /^(msgId|transactionId|recallHandle|offsetMsgId|commitLogOffset)$/;

/** What RocketMQ says where nobody set a remark. */
export const NO_REMARK = 'not set any response code';

/** Without addresses, ids and times. */
export const steady = (text: string): string =>
  text
    .replace(/\/?127\.0\.0\.1:\d+/g, 'address')
    .replace(/\b[0-9A-F]{32}\b/g, 'id')
    .replace(/\b\d{13}\b/g, 'time');

/** Of one record all that does not change from run to run. */
export function recordText(record: DecodedRecord): string {
  const { topic, queueId, queueOffset, flag, sysFlag, reconsumeTimes, body } = record;
  const properties = parseProperties(record.properties);
  const pairs = Object.keys(properties)
    .sort()
    .map((key) => `${key}=${properties[key]}`);
  const prepared = record.preparedTransactionOffset > 0 ? ' prepared' : '';
  const place = `${topic}:${queueId}:${queueOffset}`;
  const numbers = `flag=${flag} sys=${sysFlag} times=${reconsumeTimes}${prepared}`;
  return steady(`${place} ${numbers} [${pairs.join(', ')}] ${body.toString().slice(0, 40)}`);
}

/** The place in the log that an offset message id names. */
export const placeOf = (msgId: string): number => Number(`0x${msgId.slice(-16)}`);

export interface Checked {
  header: Req<'CHECK_TRANSACTION_STATE'>;
  ext: Record<string, string>;
  half: DecodedRecord;
  bytes: number;
}

export class FeatureTalk {
  /** Questions about transactions that came. */
  readonly checks: Checked[] = [];
  readonly client: RemotingClient;
  private readonly others: RemotingClient[] = [];

  /** Several that talk in turns may note what they hear in one list. */
  constructor(
    private readonly address: string,
    readonly talked: Talked[] = [],
  ) {
    this.client = this.newClient();
  }

  /** One more connection, as that of another process. */
  newClient(): RemotingClient {
    const client = createClient({
      clock: systemClock,
      log: silentLogger,
      handlers: {
        NOTIFY_CONSUMER_IDS_CHANGED: () => ({}),
        CHECK_TRANSACTION_STATE: (header, call) => {
          const ext = { ...call.frame.ext };
          const half = decodeRecord(call.body);
          if (half) this.checks.push({ header, ext, half, bytes: call.body.length });
          return {};
        },
      },
    });
    this.others.push(client);
    return client;
  }

  close(): void {
    for (const client of this.others) client.close();
  }

  ask<N extends RequestName>(
    name: N,
    header: Req<N>,
    body?: Buffer,
    client = this.client,
  ): Promise<Answer<N>> {
    const options = { allow: ANY, timeoutMs: 20_000, ...(body && { body }) };
    return client.request(this.address, name, header, options);
  }

  add(what: string, ...facts: string[]): void {
    this.talked.push([what, ...facts]);
  }

  /** Asks and notes the answer. */
  async note<N extends RequestName>(
    what: string,
    name: N,
    header: Req<N>,
    body?: Buffer,
    client = this.client,
  ): Promise<Answer<N>> {
    const answer = await this.ask(name, header, body, client);
    this.add(what, ...factsOf(answer));
    return answer;
  }

  async topic(topic: string, changes: Partial<Req<'UPDATE_AND_CREATE_TOPIC'>> = {}): Promise<void> {
    await this.ask('UPDATE_AND_CREATE_TOPIC', {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: 1,
      writeQueueNums: 1,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      ...changes,
    });
  }

  async group(name: string, changes: JsonObject = {}): Promise<void> {
    const group = { ...newGroupConfig(name), ...changes };
    await this.ask('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, encodeGroupConfig(group));
  }

  async config(settings: Record<string, string | number | boolean>): Promise<void> {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await this.ask('UPDATE_BROKER_CONFIG', {}, Buffer.from(lines.join('')));
  }

  send(
    topic: string,
    text: string,
    properties: Properties = {},
    changes: Partial<Req<'SEND_MESSAGE_V2'>> = {},
  ): Promise<Answer<'SEND_MESSAGE_V2'>> {
    const header = sendHeader(topic, { UNIQ_KEY: `key-${text}`, ...properties }, changes);
    return this.ask('SEND_MESSAGE_V2', header, Buffer.from(text));
  }

  pullHeader(topic: string, changes: Partial<Req<'PULL_MESSAGE'>> = {}): Req<'PULL_MESSAGE'> {
    return {
      consumerGroup: 'reader',
      ...{ topic, queueId: 0, queueOffset: 0, maxMsgNums: 32, sysFlag: 4, commitOffset: 0 },
      ...{ suspendTimeoutMillis: 100, subscription: '*', subVersion: 0, expressionType: 'TAG' },
      ...changes,
    };
  }

  pull(what: string, topic: string, changes: Partial<Req<'PULL_MESSAGE'>> = {}) {
    return this.note(what, 'PULL_MESSAGE', this.pullHeader(topic, changes));
  }

  async max(topic: string, queueId = 0): Promise<number> {
    return (await this.ask('GET_MAX_OFFSET', { topic, queueId })).header.offset ?? 0;
  }

  /** The record at an offset of a queue, which is waited for. */
  async record(topic: string, queueId: number, queueOffset: number): Promise<DecodedRecord> {
    let record: DecodedRecord | undefined;
    await until(`record ${queueOffset} of ${topic} ${queueId}`, async () => {
      const header = this.pullHeader(topic, { queueId, queueOffset, maxMsgNums: 1 });
      [record] = decodeRecords((await this.ask('PULL_MESSAGE', header)).body);
      return record !== undefined;
    });
    return record!;
  }

  async noteRecord(what: string, topic: string, queueId: number, queueOffset: number) {
    const record = await this.record(topic, queueId, queueOffset);
    this.add(what, recordText(record));
    return record;
  }

  /** Settings of a topic that the broker made by itself. */
  async noteTopic(topic: string): Promise<void> {
    const { code, body } = await this.ask('GET_TOPIC_CONFIG', { topic, lo: true });
    const text = body.toString();
    const facts = ['order', 'perm', 'readQueueNums', 'topicSysFlag', 'writeQueueNums'].map(
      (key) => new RegExp(`"${key}":[^,}]+`).exec(text)?.[0] ?? '',
    );
    this.add(`topic ${topic}`, responseName(code), ...facts);
  }

  async beat(changes: Partial<HeartbeatData>, client = this.client): Promise<void> {
    const heartbeat = {
      clientID: 'client@1',
      producerDataSet: [],
      consumerDataSet: [],
      heartbeatFingerprint: 0,
      withoutSub: false,
      ...changes,
    };
    await this.ask('HEART_BEAT', {}, encodeHeartbeat(heartbeat), client);
  }
}

function factsOf(answer: Answer<RequestName>): string[] {
  const facts = [responseName(answer.code)];
  if (answer.remark) facts.push(steady(answer.remark));
  const ext = Object.entries(answer.ext ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = ext.map(([key, value]) => `${key}=${CHANGING.test(key) ? '*' : value}`);
  if (shown.length > 0) facts.push(steady(shown.join(' ')));
  if (answer.body.length === 0) return facts;
  const records = decodeRecords(answer.body);
  if (records.length > 0) facts.push(...records.map(recordText));
  else facts.push(steady(answer.body.toString()));
  return facts;
}
