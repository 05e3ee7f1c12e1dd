// Details of answers that say no: what their headers hold all the same.

import type { FeatureTalk } from './feature-talk.js';

export async function detailFeature(talk: FeatureTalk): Promise<void> {
  await talk.topic('Detailed', { readQueueNums: 2, writeQueueNums: 2 });
  await talk.topic('Unread', { readQueueNums: 0, writeQueueNums: 0 });
  await talk.group('details');
  await talk.group('shut', { consumeEnable: false });
  await talk.send('Detailed', 'one', { KEYS: 'k1' });
  await talk.record('Detailed', 0, 0);
  const sought = { topic: 'Detailed', key: 'none', maxNum: 2, beginTimestamp: 0 };
  const until = { ...sought, endTimestamp: Date.now() + 1000 };
  await talk.note('no message of this key', 'QUERY_MESSAGE', until);
  for (const [what, topic, group, queueId] of [
    ['of an unknown topic', 'NeverMade', 'details', 0],
    ['of an unknown queue', 'Detailed', 'details', 2],
    ['of a group that is shut', 'Detailed', 'shut', 0],
  ] as const) {
    const header = { topic, consumerGroup: group, queueId };
    await talk.note(`who waits, ${what}`, 'POLLING_INFO', header);
    const ask = { ...header, pollTime: 0, bornTime: Date.now() };
    await talk.note(`anything there, ${what}`, 'NOTIFICATION', ask);
  }
  const reset = { topic: 'Unread', group: 'details', timestamp: -1, isForce: true };
  await talk.note('no queues to reset', 'INVOKE_BROKER_TO_RESET_OFFSET', reset);
  await talk.note('nothing to check', 'CHECK_CLIENT_CONFIG', {});
  const pop = { topic: 'Detailed', consumerGroup: 'details', queueId: 0, maxMsgNums: 1 };
  const never = { ...pop, invisibleTime: 1000, pollTime: 0, initMode: 0, bornTime: -1 };
  await talk.note('a pop that was born before time began', 'POP_MESSAGE', never);
}
