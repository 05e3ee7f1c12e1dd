// A cluster of many topics and groups, for commands that look at all of them.

import { systemClock } from '../src/base/clock.js';
import { silentLogger } from '../src/base/log.js';
import { updateGroups } from '../src/client/admin/groups.js';
import { updateTopics } from '../src/client/admin/topics.js';
import { inParallel } from '../src/client/in-parallel.js';
import { createSession, type Session } from '../src/client/session.js';
import { decodeGroupConfig } from '../src/protocol/bodies/group.js';
import type { TopicConfig } from '../src/protocol/bodies/topic.js';
import type { Cluster } from '../test/support/cluster.js';
import type { Ending } from '../test/support/temp.js';
import { until } from '../test/support/until.js';

export const TOPICS = 5000;
export const GROUPS = 2000;
export const LARGE = ['topicList', 'topicList -c', 'consumerProgress'];

const PAGE = 500;

/** Topics of which some are the retry topics of the groups; each group has consumed from one. */
export async function fill(ending: Ending, { namesrv, broker }: Cluster): Promise<void> {
  const clock = systemClock;
  const options = { namesrvAddrs: [namesrv], clock, log: silentLogger, timeoutMs: 60_000 };
  const session = createSession(options);
  ending.after(() => session.close());
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const plain = numbers(TOPICS - GROUPS).map((i) => topicConfig(`bench-topic-${i}`, 4));
  const retry = numbers(GROUPS).map((i) => topicConfig(`%RETRY%bench-group-${i}`, 1));
  const topics = [...plain, ...retry];
  const groups = numbers(GROUPS).map((i) => groupConfig(`bench-group-${i}`));
  const where = { brokerAddr: broker };
  for (let at = 0; at < topics.length; at += PAGE) {
    await updateTopics(session, where, topics.slice(at, at + PAGE));
  }
  for (let at = 0; at < groups.length; at += PAGE) {
    await updateGroups(session, where, groups.slice(at, at + PAGE));
  }
  await inParallel(numbers(GROUPS), 64, (i) => consumed(session, broker, i));
  await until('the last topic', () => session.findRoute(retry.at(-1)!.topicName), 90_000);
}

function topicConfig(topicName: string, queues: number): TopicConfig {
  return {
    topicName,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: {},
  };
}

const groupConfig = (groupName: string) =>
  decodeGroupConfig(Buffer.from(JSON.stringify({ groupName, consumeEnable: true })));

async function consumed(session: Session, broker: string, i: number): Promise<void> {
  const offset = { consumerGroup: `bench-group-${i}`, topic: `bench-topic-${i}`, commitOffset: 0 };
  for (const queueId of [0, 1]) {
    await session.request(broker, 'UPDATE_CONSUMER_OFFSET', { ...offset, queueId });
  }
}
