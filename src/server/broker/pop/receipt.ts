// Texts that POP clients get and give back: receipt handles, offsets of the messages handed out,
// names of the retry topics (ExtraInfoUtil, KeyBuilder).

import { RETRY_PREFIX } from '../../../protocol/flags.js';

/** Stands in a handle for ordered POP, which keeps no check points. */
export const ORDER_REVIVE_QUEUE = 999;

/** Which kind of topic a message came from. */
export const RetryKind = { NORMAL: '0', V1: '1', V2: '2' } as const;
export type RetryKind = '0' | '1' | '2';

/** What identifies a message that was handed out (POP_CK, extraInfo). */
export interface Receipt {
  /** First offset of what was handed out together. */
  startOffset: number;
  popTime: number;
  invisibleTime: number;
  reviveQueueId: number;
  retry: RetryKind;
  brokerName: string;
  queueId: number;
  queueOffset?: number;
}

export function formatReceipt(receipt: Receipt): string {
  const { startOffset, popTime, invisibleTime, reviveQueueId, retry, brokerName, queueId } =
    receipt;
  const parts = [startOffset, popTime, invisibleTime, reviveQueueId, retry, brokerName, queueId];
  if (receipt.queueOffset !== undefined) parts.push(receipt.queueOffset);
  return parts.join(' ');
}

/** Undefined for text that is no receipt; the queue may be left out, for requests name it. */
export function parseReceipt(text: string): Receipt | undefined {
  const parts = text.split(' ');
  if (parts.length < 6) return undefined;
  const numbers = [0, 1, 2, 3, 6].map((i) => Number(parts[i] ?? 0));
  const retry = parts[4];
  if (!numbers.every(Number.isSafeInteger) || !/^[012]$/.test(retry)) return undefined;
  const [startOffset, popTime, invisibleTime, reviveQueueId, queueId] = numbers;
  const receipt: Receipt = {
    startOffset,
    popTime,
    invisibleTime,
    reviveQueueId,
    retry: retry as RetryKind,
    brokerName: parts[5],
    queueId,
  };
  if (parts[7] !== undefined) receipt.queueOffset = Number(parts[7]);
  return receipt;
}

export const retryTopicV1 = (topic: string, group: string): string =>
  `${RETRY_PREFIX}${group}_${topic}`;
export const retryTopicV2 = (topic: string, group: string): string =>
  `${RETRY_PREFIX}${group}+${topic}`;

export function retryKindOf(topic: string): RetryKind {
  if (!topic.startsWith(RETRY_PREFIX)) return RetryKind.NORMAL;
  return topic.includes('+') ? RetryKind.V2 : RetryKind.V1;
}

/** The topic whose messages a retry topic of `group` holds; any other topic as it is. */
export function normalTopicOf(topic: string, group: string): string {
  for (const prefix of [`${RETRY_PREFIX}${group}+`, `${RETRY_PREFIX}${group}_`]) {
    if (topic.startsWith(prefix)) return topic.slice(prefix.length);
  }
  return topic;
}

/** The true topic of an acknowledgement that names the normal one. */
export function realTopicOf(topic: string, group: string, retry: string): string {
  if (retry === RetryKind.V1) return retryTopicV1(topic, group);
  return retry === RetryKind.V2 ? retryTopicV2(topic, group) : topic;
}
