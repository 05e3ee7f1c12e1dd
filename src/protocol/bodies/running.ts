// JSON bodies that clients answer with: what a consumer does now, the result of a direct consume.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import { type SubscriptionData, subscriptionOf } from './client.js';
import {
  decodeBody,
  encodeBody,
  flagOf,
  type MessageQueue,
  numberOf,
  objectOf,
  objectsOf,
  queueTableOf,
  textOf,
  textTableOf,
} from './json.js';

/** ProcessQueueInfo: what a push consumer holds of one queue. */
export interface ProcessQueueInfo extends JsonObject {
  commitOffset: number;
  cachedMsgMinOffset: number;
  cachedMsgMaxOffset: number;
  cachedMsgCount: number;
  cachedMsgSizeInMiB: number;
  transactionMsgMinOffset: number;
  transactionMsgMaxOffset: number;
  transactionMsgCount: number;
  locked: boolean;
  tryUnlockTimes: number;
  lastLockTimestamp: number;
  /** RocketMQ's spelling. */
  droped: boolean;
  lastPullTimestamp: number;
  lastConsumeTimestamp: number;
}

export interface PopProcessQueueInfo extends JsonObject {
  waitAckCount: number;
  droped: boolean;
  lastPopTimestamp: number;
}

/** Rates of consumption of one topic. */
export interface ConsumeStatus extends JsonObject {
  pullRT: number;
  pullTPS: number;
  consumeRT: number;
  consumeOKTPS: number;
  consumeFailedTPS: number;
  consumeFailedMsgs: number;
}

/** Answer of GET_CONSUMER_RUNNING_INFO. */
export interface ConsumerRunningInfo {
  properties: Record<string, string>;
  subscriptionSet: SubscriptionData[];
  mqTable: Map<MessageQueue, ProcessQueueInfo>;
  mqPopTable: Map<MessageQueue, PopProcessQueueInfo>;
  statusTable: Map<string, ConsumeStatus>;
  userConsumerInfo: Record<string, string>;
  jstack?: string;
}

/** Keys of ConsumerRunningInfo.properties that carry a meaning. */
export const RunningProperty = {
  NAMESERVER_ADDR: 'PROP_NAMESERVER_ADDR',
  THREADPOOL_CORE_SIZE: 'PROP_THREADPOOL_CORE_SIZE',
  CONSUME_ORDERLY: 'PROP_CONSUMEORDERLY',
  CONSUME_TYPE: 'PROP_CONSUME_TYPE',
  CLIENT_VERSION: 'PROP_CLIENT_VERSION',
  CONSUMER_START_TIMESTAMP: 'PROP_CONSUMER_START_TIMESTAMP',
} as const;

export function encodeRunningInfo(info: ConsumerRunningInfo): Buffer {
  return encodeBody({ ...info });
}

export function decodeRunningInfo(body: Buffer): ConsumerRunningInfo {
  const fields = decodeBody(body, 'ConsumerRunningInfo');
  const status = [...stringTable<Json>(fields.statusTable)];
  return {
    properties: textTableOf(fields.properties),
    subscriptionSet: objectsOf(fields.subscriptionSet).map(subscriptionOf),
    mqTable: queueTableOf(fields.mqTable, processQueueOf),
    mqPopTable: queueTableOf(fields.mqPopTable, popQueueOf),
    statusTable: new Map(status.map(([topic, item]) => [topic, consumeStatusOf(item)])),
    userConsumerInfo: textTableOf(fields.userConsumerInfo),
    ...(typeof fields.jstack === 'string' ? { jstack: fields.jstack } : {}),
  };
}

function processQueueOf(value: Json): ProcessQueueInfo {
  const item = objectOf(value);
  return {
    commitOffset: numberOf(item.commitOffset),
    cachedMsgMinOffset: numberOf(item.cachedMsgMinOffset),
    cachedMsgMaxOffset: numberOf(item.cachedMsgMaxOffset),
    cachedMsgCount: numberOf(item.cachedMsgCount),
    cachedMsgSizeInMiB: numberOf(item.cachedMsgSizeInMiB),
    transactionMsgMinOffset: numberOf(item.transactionMsgMinOffset),
    transactionMsgMaxOffset: numberOf(item.transactionMsgMaxOffset),
    transactionMsgCount: numberOf(item.transactionMsgCount),
    locked: flagOf(item.locked),
    tryUnlockTimes: numberOf(item.tryUnlockTimes),
    lastLockTimestamp: numberOf(item.lastLockTimestamp),
    droped: flagOf(item.droped),
    lastPullTimestamp: numberOf(item.lastPullTimestamp),
    lastConsumeTimestamp: numberOf(item.lastConsumeTimestamp),
  };
}

function popQueueOf(value: Json): PopProcessQueueInfo {
  const item = objectOf(value);
  return {
    waitAckCount: numberOf(item.waitAckCount),
    droped: flagOf(item.droped),
    lastPopTimestamp: numberOf(item.lastPopTimestamp),
  };
}

function consumeStatusOf(value: Json): ConsumeStatus {
  const item = objectOf(value);
  return {
    pullRT: numberOf(item.pullRT),
    pullTPS: numberOf(item.pullTPS),
    consumeRT: numberOf(item.consumeRT),
    consumeOKTPS: numberOf(item.consumeOKTPS),
    consumeFailedTPS: numberOf(item.consumeFailedTPS),
    consumeFailedMsgs: numberOf(item.consumeFailedMsgs),
  };
}

/** In the order of CMResult: Go's client sends the place in it, which fastjson reads as well. */
const CONSUME_RESULTS: readonly string[] = [
  'CR_SUCCESS',
  'CR_LATER',
  'CR_ROLLBACK',
  'CR_COMMIT',
  'CR_THROW_EXCEPTION',
  'CR_RETURN_NULL',
];

/** Answer of CONSUME_MESSAGE_DIRECTLY. */
export interface DirectConsumeResult extends JsonObject {
  order: boolean;
  autoCommit: boolean;
  /** One of CONSUME_RESULTS. */
  consumeResult: string;
  remark?: string;
  spentTimeMills: number;
}

export function encodeDirectResult(result: DirectConsumeResult): Buffer {
  return encodeBody(result);
}

export function decodeDirectResult(body: Buffer): DirectConsumeResult {
  const fields = decodeBody(body, 'ConsumeMessageDirectlyResult');
  return {
    order: flagOf(fields.order),
    autoCommit: flagOf(fields.autoCommit, true),
    consumeResult:
      CONSUME_RESULTS[numberOf(fields.consumeResult, -1)] ?? textOf(fields.consumeResult),
    spentTimeMills: numberOf(fields.spentTimeMills),
    ...(typeof fields.remark === 'string' ? { remark: fields.remark } : {}),
  };
}
