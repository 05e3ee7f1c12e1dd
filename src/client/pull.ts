// One pull request and what its answer means.

import type { MessageQueue } from '../protocol/bodies/json.js';
import { Property, PullFlag } from '../protocol/flags.js';
import { ResponseCode } from '../protocol/responses.js';
import { type ReceivedMessage, receivedMessages } from './message.js';
import { queueAddress } from './queues.js';
import type { Session } from './session.js';

/** Group of mqadmin's own pulls (MixAll.TOOLS_CONSUMER_GROUP). */
export const TOOLS_GROUP = 'TOOLS_CONSUMER';

export interface PullArgs {
  group: string;
  queue: MessageQueue;
  offset: number;
  /** Largest number of messages; brokers give at most 32 or so at once. */
  maxNums?: number;
  /** `TagA || TagB`, `*` for all, or an SQL expression. */
  expression?: string;
  expressionType?: 'TAG' | 'SQL92';
  subVersion?: number;
  /** How long the broker may hold the request when there is nothing new; 0 answers at once. */
  suspendMs?: number;
  /** Commits this offset along the way. */
  commitOffset?: number;
  /** Broker id to pull from, as an earlier answer suggested. */
  brokerId?: number;
  /** Leaves the expression out: the broker has it from the heartbeat. */
  subscribed?: boolean;
}

export type PullStatus = 'FOUND' | 'NO_NEW_MSG' | 'NO_MATCHED_MSG' | 'OFFSET_ILLEGAL';

export interface PullResult {
  status: PullStatus;
  messages: ReceivedMessage[];
  nextBeginOffset: number;
  minOffset: number;
  maxOffset: number;
  suggestWhichBrokerId: number;
}

const STATUS_OF: Readonly<Record<number, PullStatus>> = {
  [ResponseCode.SUCCESS]: 'FOUND',
  [ResponseCode.PULL_NOT_FOUND]: 'NO_NEW_MSG',
  [ResponseCode.PULL_RETRY_IMMEDIATELY]: 'NO_MATCHED_MSG',
  [ResponseCode.PULL_OFFSET_MOVED]: 'OFFSET_ILLEGAL',
};
const ALLOWED = Object.keys(STATUS_OF).map(Number);

/** An answer may come this much later than the broker was allowed to hold the request. */
const GRACE_MS = 10_000;

/** Pulls once. Messages that the client's own tag check refuses are left out. */
export async function pull(session: Session, args: PullArgs): Promise<PullResult> {
  const { queue, expression = '*', expressionType = 'TAG', suspendMs = 0, brokerId } = args;
  const place = brokerId === undefined ? { read: true } : { read: true, brokerId };
  const address = await queueAddress(session, queue, place);
  const header = {
    consumerGroup: args.group,
    topic: queue.topic,
    queueId: queue.queueId,
    queueOffset: args.offset,
    maxMsgNums: args.maxNums ?? 32,
    sysFlag: sysFlagOf(args),
    commitOffset: args.commitOffset ?? 0,
    suspendTimeoutMillis: suspendMs,
    subVersion: args.subVersion ?? 0,
    expressionType,
    bname: queue.brokerName,
    ...(args.subscribed ? {} : { subscription: expression }),
  };
  const timeoutMs = suspendMs > 0 ? suspendMs + GRACE_MS : session.timeoutMs;
  const options = { timeoutMs, allow: ALLOWED };
  const answer = await session.request(address, 'PULL_MESSAGE', header, options);
  const { nextBeginOffset, minOffset, maxOffset, suggestWhichBrokerId } = answer.header;
  const messages = answer.code === ResponseCode.SUCCESS ? receivedMessages(answer.body) : [];
  // In a static topic the offsets of records are those of the part of the queue that has them.
  const offsetDelta = answer.header.offsetDelta ?? 0;
  for (const message of messages) {
    message.queueOffset += offsetDelta;
    message.brokerName = queue.brokerName;
    message.queueId = queue.queueId;
    message.properties[Property.MIN_OFFSET] = String(minOffset);
    message.properties[Property.MAX_OFFSET] = String(maxOffset);
  }
  return {
    status: STATUS_OF[answer.code]!,
    messages: expressionType === 'TAG' ? messages.filter(tagMatcher(expression)) : messages,
    nextBeginOffset: nextBeginOffset ?? args.offset,
    minOffset: minOffset ?? 0,
    maxOffset: maxOffset ?? 0,
    suggestWhichBrokerId: suggestWhichBrokerId ?? 0,
  };
}

/** With COMMIT_OFFSET a broker that is no master ignores the offset, so it is always allowed. */
function sysFlagOf(args: PullArgs): number {
  return (
    (args.commitOffset !== undefined && args.commitOffset > 0 ? PullFlag.COMMIT_OFFSET : 0) |
    (args.suspendMs ? PullFlag.SUSPEND : 0) |
    (args.subscribed ? 0 : PullFlag.SUBSCRIPTION)
  );
}

/** Tags of a subscription expression; none means all. */
export function tagsOf(expression: string): string[] {
  const tags = expression.split('||').map((tag) => tag.trim());
  return tags.includes('*') || expression.trim() === '' ? [] : tags.filter((tag) => tag !== '');
}

/** Brokers filter by the hash of tags only; this is the exact check that follows. */
function tagMatcher(expression: string): (message: ReceivedMessage) => boolean {
  const tags = new Set(tagsOf(expression));
  if (tags.size === 0) return () => true;
  return ({ tags: tag }) => tag !== undefined && tags.has(tag);
}
