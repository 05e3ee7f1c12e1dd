// What is wrong with the members of a group, told from what they say of themselves
// (ConsumerRunningInfo.analyzeSubscription, analyzeProcessQueue).

import type { ConsumerRunningInfo } from '../../protocol/bodies/running.js';

const BLOCKED_MS = 60_000;
const SETTLED_MS = 120_000;

/** Of push consumers that run for a while; others may still change. */
export function sameSubscriptions(
  [first, ...others]: readonly ConsumerRunningInfo[],
  now: number,
): boolean {
  const { PROP_CONSUME_TYPE: type, PROP_CONSUMER_START_TIMESTAMP: start } = first!.properties;
  if (type !== 'CONSUME_PASSIVELY' || now - Number(start) <= SETTLED_MS) return true;
  const key = ({ subscriptionSet }: ConsumerRunningInfo): string =>
    subscriptionSet
      .map(({ topic, subString }) => `${topic}\n${subString}`)
      .sort()
      .join('\n\n');
  return others.every((info) => key(info) === key(first!));
}

/** Queues that a push consumer cannot lock or does not get on with; lines as RocketMQ has them. */
export function queueProblems(clientId: string, info: ConsumerRunningInfo, now: number): string[] {
  if (info.properties.PROP_CONSUME_TYPE !== 'CONSUME_PASSIVELY') return [];
  const orderly = info.properties.PROP_CONSUMEORDERLY === 'true';
  return [...info.mqTable].flatMap(([queue, held]) => {
    const { topic, brokerName, queueId } = queue;
    const name = `MessageQueue [topic=${topic}, brokerName=${brokerName}, queueId=${queueId}]`;
    const who = `${clientId} ${name}`;
    if (orderly && !held.locked) {
      return [`${who} can't lock for a while, ${now - held.lastLockTimestamp}ms\n`];
    }
    if (orderly && held.droped && held.tryUnlockTimes > 0) {
      return [`${who} unlock ${held.tryUnlockTimes} times, still failed\n`];
    }
    const idleMs = now - held.lastConsumeTimestamp;
    return !orderly && idleMs > BLOCKED_MS && held.cachedMsgCount > 0
      ? [`${who} can't consume for a while, maybe blocked, ${idleMs}ms\n`]
      : [];
  });
}
