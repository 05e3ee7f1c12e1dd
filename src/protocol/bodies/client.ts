// JSON bodies about clients: heartbeats, and the lists of who is connected.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import {
  decodeBody,
  encodeBody,
  flagOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
} from './json.js';

export interface SubscriptionData extends JsonObject {
  topic: string;
  subString: string;
  tagsSet: string[];
  /** Hash codes of the tags. */
  codeSet: number[];
  subVersion: number;
  expressionType: string;
  classFilterMode: boolean;
}

export type ConsumeType = 'CONSUME_ACTIVELY' | 'CONSUME_PASSIVELY' | 'CONSUME_POP';
export type MessageModel = 'BROADCASTING' | 'CLUSTERING' | 'LITE_SELECTIVE';

export interface ConsumerData extends JsonObject {
  groupName: string;
  consumeType: ConsumeType;
  messageModel: MessageModel;
  consumeFromWhere: string;
  subscriptionDataSet: SubscriptionData[];
  unitMode: boolean;
}

/** Body of HEART_BEAT. */
export interface HeartbeatData extends JsonObject {
  clientID: string;
  producerDataSet: { groupName: string }[];
  consumerDataSet: ConsumerData[];
  /** Not 0: a heartbeat of the second version, whose subscriptions may be left out. */
  heartbeatFingerprint: number;
  withoutSub: boolean;
}

const FALLBACK_FROM = 'CONSUME_FROM_LAST_OFFSET';

export function subscriptionOf(value: Json | undefined): SubscriptionData {
  const fields = objectOf(value);
  const codes = Array.isArray(fields.codeSet) ? fields.codeSet : [];
  return {
    topic: textOf(fields.topic),
    subString: textOf(fields.subString),
    tagsSet: textsOf(fields.tagsSet),
    codeSet: codes.map((code) => numberOf(code)),
    subVersion: numberOf(fields.subVersion),
    expressionType: textOf(fields.expressionType, 'TAG'),
    classFilterMode: flagOf(fields.classFilterMode),
  };
}

export function encodeHeartbeat(heartbeat: HeartbeatData): Buffer {
  return encodeBody(heartbeat);
}

export function decodeHeartbeat(body: Buffer): HeartbeatData {
  const fields = decodeBody(body, 'HeartbeatData');
  return {
    clientID: textOf(fields.clientID),
    producerDataSet: objectsOf(fields.producerDataSet).map((producer) => ({
      groupName: textOf(producer.groupName),
    })),
    consumerDataSet: objectsOf(fields.consumerDataSet).map((consumer) => ({
      groupName: textOf(consumer.groupName),
      consumeType: textOf(consumer.consumeType, 'CONSUME_PASSIVELY') as ConsumeType,
      messageModel: textOf(consumer.messageModel, 'CLUSTERING') as MessageModel,
      consumeFromWhere: textOf(consumer.consumeFromWhere, FALLBACK_FROM),
      subscriptionDataSet: objectsOf(consumer.subscriptionDataSet).map(subscriptionOf),
      unitMode: flagOf(consumer.unitMode),
    })),
    heartbeatFingerprint: numberOf(fields.heartbeatFingerprint),
    withoutSub: flagOf(fields.withoutSub),
  };
}

/** Answer of GET_CONSUMER_LIST_BY_GROUP. */
export function encodeConsumerList(consumerIdList: string[]): Buffer {
  return encodeBody({ consumerIdList });
}

export function decodeConsumerList(body: Buffer): string[] {
  return textsOf(decodeBody(body, 'GetConsumerListByGroupResponseBody').consumerIdList);
}

export interface ClientConnection extends JsonObject {
  clientId: string;
  /** `ip:port` of the client's end. */
  clientAddr: string;
  /** Name of flags.ts's LANGUAGES. */
  language: string;
  version: number;
}

const connectionsOf = (value: Json | undefined): ClientConnection[] =>
  objectsOf(value).map((connection) => ({
    clientId: textOf(connection.clientId),
    clientAddr: textOf(connection.clientAddr),
    language: textOf(connection.language),
    version: numberOf(connection.version),
  }));

/** Answer of GET_CONSUMER_CONNECTION_LIST. */
export interface ConsumerConnection {
  connectionSet: ClientConnection[];
  subscriptionTable: Map<string, SubscriptionData>;
  consumeType: string;
  messageModel: string;
  consumeFromWhere: string;
}

export function encodeConsumerConnection(connection: ConsumerConnection): Buffer {
  return encodeBody({ ...connection });
}

export function decodeConsumerConnection(body: Buffer): ConsumerConnection {
  const fields = decodeBody(body, 'ConsumerConnection');
  const subscriptions = [...stringTable<Json>(fields.subscriptionTable)];
  return {
    connectionSet: connectionsOf(fields.connectionSet),
    subscriptionTable: new Map(subscriptions.map(([topic, sub]) => [topic, subscriptionOf(sub)])),
    consumeType: textOf(fields.consumeType),
    messageModel: textOf(fields.messageModel),
    consumeFromWhere: textOf(fields.consumeFromWhere),
  };
}

/** Answer of GET_PRODUCER_CONNECTION_LIST. */
export function encodeProducerConnection(connectionSet: ClientConnection[]): Buffer {
  return encodeBody({ connectionSet });
}

export function decodeProducerConnection(body: Buffer): ClientConnection[] {
  return connectionsOf(decodeBody(body, 'ProducerConnection').connectionSet);
}

export interface ProducerInfo extends JsonObject {
  clientId: string;
  remoteIP: string;
  language: string;
  version: number;
  lastUpdateTimestamp: number;
}

/** Answer of GET_ALL_PRODUCER_INFO: producers by group. */
export function encodeProducerTable(data: Map<string, ProducerInfo[]>): Buffer {
  return encodeBody({ data });
}

export function decodeProducerTable(body: Buffer): Map<string, ProducerInfo[]> {
  const groups = [...stringTable<Json>(decodeBody(body, 'ProducerTableInfo').data)];
  return new Map(
    groups.map(([group, producers]) => [
      group,
      objectsOf(producers).map((producer) => ({
        clientId: textOf(producer.clientId),
        remoteIP: textOf(producer.remoteIP),
        language: textOf(producer.language),
        version: numberOf(producer.version),
        lastUpdateTimestamp: numberOf(producer.lastUpdateTimestamp),
      })),
    ]),
  );
}

/** Body of CHECK_CLIENT_CONFIG. */
export interface CheckClientConfig {
  clientId: string;
  group: string;
  subscriptionData: SubscriptionData | undefined;
  namespace?: string;
}

export function encodeCheckClientConfig(check: CheckClientConfig): Buffer {
  return encodeBody({ ...check });
}

export function decodeCheckClientConfig(body: Buffer): CheckClientConfig {
  const fields = decodeBody(body, 'CheckClientRequestBody');
  const { subscriptionData, namespace } = fields;
  return {
    clientId: textOf(fields.clientId),
    group: textOf(fields.group),
    subscriptionData: subscriptionData ? subscriptionOf(subscriptionData) : undefined,
    ...(typeof namespace === 'string' && { namespace }),
  };
}

/** Answer of QUERY_SUBSCRIPTION_BY_CONSUMER. */
export interface GroupSubscription {
  subscriptionData: SubscriptionData | undefined;
  group: string;
  topic: string;
}

export function encodeGroupSubscription(subscription: GroupSubscription): Buffer {
  return encodeBody({ ...subscription });
}

export function decodeGroupSubscription(body: Buffer): GroupSubscription {
  const fields = decodeBody(body, 'QuerySubscriptionResponseBody');
  const { subscriptionData } = fields;
  return {
    subscriptionData: subscriptionData ? subscriptionOf(subscriptionData) : undefined,
    group: textOf(fields.group),
    topic: textOf(fields.topic),
  };
}
