// The route of one topic as clients see it: acting masters, zones (pickupTopicRouteData).

import type { BrokerData, TopicRoute } from '../../protocol/bodies/route.js';
import { MASTER_ID, Perm } from '../../protocol/flags.js';
import { minBrokerId } from './brokers.js';
import type { RouteTable } from './route-table.js';

/** Broker groups announce themselves under such a topic; they want the true ids. */
const SYNC_BROKER_MEMBER_GROUP_PREFIX = 'rmq_sys_SYNC_BROKER_MEMBER_';

/** Undefined when no broker has the topic. */
export function pickRoute(
  table: RouteTable,
  topic: string,
  options: { supportActingMaster: boolean },
): TopicRoute | undefined {
  const queues = table.topics.get(topic);
  if (!queues) return undefined;
  const brokerDatas: BrokerData[] = [];
  const filterServerTable = new Map<string, string[]>();
  for (const brokerName of queues.keys()) {
    const data = table.brokers.get(brokerName);
    if (!data) continue;
    brokerDatas.push({ ...data, brokerAddrs: new Map(data.brokerAddrs) });
    for (const addr of data.brokerAddrs.values()) {
      const servers = table.filterServers(data.cluster, addr);
      if (servers.length > 0) filterServerTable.set(addr, [...servers]);
    }
  }
  if (brokerDatas.length === 0) return undefined;
  const route: TopicRoute = { brokerDatas, queueDatas: [...queues.values()], filterServerTable };
  const mappings = table.mappingsOf(topic);
  if (mappings) route.topicQueueMappingByBroker = mappings;
  if (options.supportActingMaster && !topic.startsWith(SYNC_BROKER_MEMBER_GROUP_PREFIX)) {
    for (const data of brokerDatas) showActingMaster(route, data);
  }
  return route;
}

/** Without a master, the slave with the smallest id takes its place for whoever only reads. */
function showActingMaster(route: TopicRoute, data: BrokerData): void {
  const { brokerAddrs, brokerName, enableActingMaster } = data;
  const minId = minBrokerId(brokerAddrs);
  if (minId === undefined || minId === MASTER_ID || !enableActingMaster) return;
  const queue = route.queueDatas.find((q) => q.brokerName === brokerName);
  if (!queue || (queue.perm & Perm.WRITE) !== 0) return;
  const addr = brokerAddrs.get(minId)!;
  brokerAddrs.delete(minId);
  brokerAddrs.set(MASTER_ID, addr);
}

/** Only brokers of the zone, and those whose master is away (ZoneRouteRPCHook). */
export function filterByZone(route: TopicRoute, zoneName: string): TopicRoute {
  const inZone = (data: BrokerData): boolean =>
    !data.brokerAddrs.has(MASTER_ID) || data.zoneName?.toLowerCase() === zoneName.toLowerCase();
  const removed = route.brokerDatas.filter((data) => !inZone(data));
  const removedNames = new Set(removed.map((data) => data.brokerName));
  const filterServerTable = new Map(route.filterServerTable);
  for (const { brokerAddrs } of removed) {
    for (const addr of brokerAddrs.values()) filterServerTable.delete(addr);
  }
  return {
    ...route,
    brokerDatas: route.brokerDatas.filter(inZone),
    queueDatas: route.queueDatas.filter((queue) => !removedNames.has(queue.brokerName)),
    filterServerTable,
  };
}
