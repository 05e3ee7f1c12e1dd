// Offsets of a topic's queues on all its brokers (topicStatus).

import { MqError } from '../../base/errors.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import type { TopicOffset } from '../../protocol/bodies/topic.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';
import { compareQueues, topicStatsAt } from './topics.js';

export interface TopicStats {
  queues: (MessageQueue & TopicOffset)[];
  topicPutTps: number;
}

/**
 * topicStatus: offsets of every queue, by broker and queue id. `cluster` names the topic whose
 * route is used, for light queues that have none of their own.
 */
export async function topicStats(
  session: Session,
  { topic, cluster }: { topic: string; cluster?: string | undefined },
): Promise<TopicStats> {
  const route = await session.route(cluster ?? topic);
  const stats: TopicStats = { queues: [], topicPutTps: 0 };
  for (const data of route.brokerDatas) {
    const address = readAddressOf(data);
    if (address === undefined) continue;
    const table = await topicStatsAt(session, address, topic);
    for (const [queue, offset] of table.offsetTable) stats.queues.push({ ...queue, ...offset });
    stats.topicPutTps += table.topicPutTps;
  }
  if (stats.queues.length === 0) {
    throw new MqError('TOPIC_NOT_FOUND', { topic }, { responseCode: ResponseCode.TOPIC_NOT_EXIST });
  }
  if (route.topicQueueMappingByBroker?.size) {
    const { logicalQueues } = await import('./static-topics.js');
    stats.queues.push(...(await logicalQueues(session, topic, stats.queues)));
  }
  stats.queues.sort(compareQueues);
  return stats;
}
