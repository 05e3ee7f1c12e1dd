// The queues of a static topic: they have no broker of their own, the route tells which one leads
// each of them now (ClientMetadata.topicRouteData2EndpointsForStaticTopic).

import type { MessageQueue } from '../protocol/bodies/json.js';
import type { TopicRoute } from '../protocol/bodies/route.js';

/** Broker names of logical queues begin so; what follows is the scope. */
const PREFIX = '__syslo__';
/** The name that RocketMQ shows for them. */
export const MOCK_BROKER = `${PREFIX}global__`;

const isLogical = ({ brokerName }: MessageQueue): boolean => brokerName.startsWith(PREFIX);

/** Leaders of the logical queues by their numbers; undefined for a topic that is not static. */
function leadersOf(route: TopicRoute): Map<number, string> | undefined {
  const infos = [...(route.topicQueueMappingByBroker?.values() ?? [])];
  if (infos.length === 0) return undefined;
  const leaders = new Map<number, string>();
  // what a broker said last counts
  infos.sort((a, b) => a.epoch - b.epoch);
  for (const { bname, currIdMap } of infos) {
    for (const id of currIdMap.keys()) leaders.set(id, bname);
  }
  return leaders;
}

/** All logical queues of a static topic; undefined for any other. */
export function logicalQueuesOf(topic: string, route: TopicRoute): MessageQueue[] | undefined {
  const leaders = leadersOf(route);
  const ids = leaders && [...leaders.keys()].sort((a, b) => a - b);
  return ids?.map((queueId) => ({ topic, brokerName: MOCK_BROKER, queueId }));
}

/** The broker that has a queue, be it a logical one. */
export function brokerNameOf(queue: MessageQueue, route: TopicRoute): string {
  if (!isLogical(queue)) return queue.brokerName;
  return leadersOf(route)?.get(queue.queueId) ?? queue.brokerName;
}
