// JSON bodies about routes: where topics live, who is in a cluster.

import { type Json, type JsonObject, numberTable, stringTable, writeJson } from '../fastjson.js';
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
import { type DataVersion, dataVersionOf } from './topic.js';

/** Addresses of a broker name by broker id; 0 is the master. */
export type BrokerAddrs = Map<number, string>;

export interface BrokerData {
  cluster: string;
  brokerName: string;
  brokerAddrs: BrokerAddrs;
  enableActingMaster: boolean;
  zoneName?: string;
}

/** Queues of one topic on one broker name. */
export interface QueueData extends JsonObject {
  brokerName: string;
  readQueueNums: number;
  writeQueueNums: number;
  perm: number;
  topicSysFlag: number;
}

/** TopicQueueMappingInfo: which logical queues of a static topic a broker holds. */
export interface QueueMappingInfo {
  topic: string;
  scope: string;
  totalQueues: number;
  bname: string;
  epoch: number;
  dirty: boolean;
  currIdMap: Map<number, number>;
}

/** TopicRouteData: answer of GET_ROUTEINFO_BY_TOPIC. */
export interface TopicRoute {
  brokerDatas: BrokerData[];
  queueDatas: QueueData[];
  /** Filter servers by broker address. */
  filterServerTable: Map<string, string[]>;
  orderTopicConf?: string;
  topicQueueMappingByBroker?: Map<string, QueueMappingInfo>;
}

/** Answer of GET_BROKER_CLUSTER_INFO: brokers by name, broker names by cluster. */
export interface ClusterInfo {
  brokerAddrTable: Map<string, BrokerData>;
  clusterAddrTable: Map<string, string[]>;
}

export interface TopicList {
  topicList: string[];
  brokerAddr?: string;
}

export interface BrokerMemberGroup {
  cluster: string;
  brokerName: string;
  brokerAddrs: BrokerAddrs;
}

export function brokerDataOf(value: Json | undefined, name = ''): BrokerData {
  const fields = objectOf(value);
  const data: BrokerData = {
    cluster: textOf(fields.cluster),
    brokerName: textOf(fields.brokerName, name),
    brokerAddrs: numberTable<string>(fields.brokerAddrs),
    enableActingMaster: flagOf(fields.enableActingMaster),
  };
  if (typeof fields.zoneName === 'string') data.zoneName = fields.zoneName;
  return data;
}

export function queueDataOf(value: Json | undefined): QueueData {
  const fields = objectOf(value);
  return {
    brokerName: textOf(fields.brokerName),
    readQueueNums: numberOf(fields.readQueueNums),
    writeQueueNums: numberOf(fields.writeQueueNums),
    perm: numberOf(fields.perm),
    topicSysFlag: numberOf(fields.topicSysFlag),
  };
}

export function queueMappingInfoOf(value: Json | undefined): QueueMappingInfo {
  const fields = objectOf(value);
  return {
    topic: textOf(fields.topic),
    scope: textOf(fields.scope, '__global__'),
    totalQueues: numberOf(fields.totalQueues),
    bname: textOf(fields.bname),
    epoch: numberOf(fields.epoch),
    dirty: flagOf(fields.dirty),
    currIdMap: numberTable<number>(fields.currIdMap),
  };
}

export function mappingTableOf(value: Json | undefined): Map<string, QueueMappingInfo> {
  const table = new Map<string, QueueMappingInfo>();
  for (const [key, item] of stringTable<Json>(value)) table.set(key, queueMappingInfoOf(item));
  return table;
}

/** Standard JSON with `quoteKeys`, as clients from 4.9.4 on are answered. */
export function encodeTopicRoute(route: TopicRoute, options: { quoteKeys?: boolean } = {}): Buffer {
  return Buffer.from(writeJson(routeJson(route), options));
}

/** A route as the JSON that RocketMQ writes of it. */
export function routeJson(route: TopicRoute): JsonObject {
  const { brokerDatas, filterServerTable, topicQueueMappingByBroker, ...rest } = route;
  return {
    ...rest,
    brokerDatas: brokerDatas.map((data) => ({ ...data })),
    filterServerTable,
    topicQueueMappingByBroker: topicQueueMappingByBroker
      ? mappingTableJson(topicQueueMappingByBroker)
      : undefined,
  };
}

export function mappingTableJson(table: ReadonlyMap<string, QueueMappingInfo>): JsonObject {
  return Object.fromEntries([...table].map(([name, info]) => [name, { ...info }]));
}

export function topicRouteOf(fields: JsonObject): TopicRoute {
  const filterServerTable = new Map<string, string[]>();
  for (const [addr, servers] of stringTable<Json>(fields.filterServerTable)) {
    filterServerTable.set(addr, textsOf(servers));
  }
  const route: TopicRoute = {
    brokerDatas: objectsOf(fields.brokerDatas).map((data) => brokerDataOf(data)),
    queueDatas: objectsOf(fields.queueDatas).map(queueDataOf),
    filterServerTable,
  };
  if (typeof fields.orderTopicConf === 'string') route.orderTopicConf = fields.orderTopicConf;
  if (fields.topicQueueMappingByBroker) {
    route.topicQueueMappingByBroker = mappingTableOf(fields.topicQueueMappingByBroker);
  }
  return route;
}

export function decodeTopicRoute(body: Buffer): TopicRoute {
  return topicRouteOf(decodeBody(body, 'TopicRouteData'));
}

export function encodeClusterInfo(info: ClusterInfo): Buffer {
  const brokers = [...info.brokerAddrTable].map(([name, data]) => [name, { ...data }] as const);
  return encodeBody({
    brokerAddrTable: new Map<string, JsonObject>(brokers),
    clusterAddrTable: info.clusterAddrTable,
  } as JsonObject);
}

export function decodeClusterInfo(body: Buffer): ClusterInfo {
  const fields = decodeBody(body, 'ClusterInfo');
  const info: ClusterInfo = { brokerAddrTable: new Map(), clusterAddrTable: new Map() };
  for (const [name, data] of stringTable<Json>(fields.brokerAddrTable)) {
    info.brokerAddrTable.set(name, brokerDataOf(data, name));
  }
  for (const [cluster, names] of stringTable<Json>(fields.clusterAddrTable)) {
    info.clusterAddrTable.set(cluster, textsOf(names));
  }
  return info;
}

export function encodeTopicList(list: TopicList): Buffer {
  return encodeBody({ ...list });
}

export function decodeTopicList(body: Buffer): TopicList {
  const fields = decodeBody(body, 'TopicList');
  const list: TopicList = { topicList: textsOf(fields.topicList) };
  if (typeof fields.brokerAddr === 'string') list.brokerAddr = fields.brokerAddr;
  return list;
}

/** Answer of GET_BROKER_MEMBER_GROUP. */
export function encodeMemberGroup(brokerMemberGroup: BrokerMemberGroup): Buffer {
  return encodeBody({ brokerMemberGroup: { ...brokerMemberGroup } });
}

export function decodeMemberGroup(body: Buffer): BrokerMemberGroup {
  const { brokerMemberGroup } = decodeBody(body, 'GetBrokerMemberGroupResponseBody');
  const { cluster, brokerName, brokerAddrs } = brokerDataOf(brokerMemberGroup);
  return { cluster, brokerName, brokerAddrs };
}

/** Body of QUERY_DATA_VERSION, and of its answer. */
export function encodeDataVersion(version: DataVersion): Buffer {
  return encodeBody(version);
}

export function decodeDataVersion(body: Buffer): DataVersion {
  return dataVersionOf(decodeBody(body, 'DataVersion'));
}
