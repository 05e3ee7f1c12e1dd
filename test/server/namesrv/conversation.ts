// What brokers, clients and administrators say to a name server, one after the other. It was
// said to Apache RocketMQ 5.5.0 too: test/golden/namesrv/answers.json has its answers.

import { encodeCompressedRegisterBody } from '../../../src/protocol/bodies/register.js';
import { newTopicConfig, type TopicConfig } from '../../../src/protocol/bodies/topic.js';
import type { ExtFields } from '../../../src/protocol/fields.js';
import { type Json, writeJson } from '../../../src/protocol/fastjson.js';
import { bodyCrc } from '../../../src/protocol/message.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';

export interface Step {
  /** Who speaks; every speaker has a connection of its own. */
  from: string;
  /** Absent: the speaker hangs up. */
  request?: RequestName;
  ext?: ExtFields;
  body?: Buffer;
  /** MQVersion of the speaker. */
  version?: number;
}

interface FakeBroker {
  name: string;
  id?: number;
  addr: string;
  cluster?: string;
  from?: string;
  ext?: ExtFields;
  topics: TopicConfig[];
  counter?: number;
  stateVersion?: number;
  filterServers?: string[];
  mapping?: Json;
  compressed?: boolean;
  version?: number;
}

const topic = (name: string, fields: Partial<TopicConfig> = {}): TopicConfig =>
  newTopicConfig(name, { readQueueNums: 4, writeQueueNums: 4, ...fields });

function register(broker: FakeBroker): Step {
  const { name, addr, id = 0, cluster = 'C1', topics, counter = 1, stateVersion = 0 } = broker;
  const wrapper = {
    topicConfigTable: new Map(topics.map((t) => [t.topicName, t])),
    dataVersion: { stateVersion, timestamp: 1700000000000, counter },
    topicQueueMappingInfoMap: new Map(),
  };
  const filterServerList = broker.filterServers ?? [];
  const body = broker.compressed
    ? encodeCompressedRegisterBody({ topicConfigSerializeWrapper: wrapper, filterServerList })
    : Buffer.from(
        writeJson({
          filterServerList,
          topicConfigSerializeWrapper: {
            ...wrapper,
            topicQueueMappingInfoMap: broker.mapping ?? {},
          },
        } as Json),
      );
  const ext = {
    brokerName: name,
    brokerAddr: addr,
    clusterName: cluster,
    haServerAddr: addr.replace(/\d$/, '9'),
    brokerId: String(id),
    compressed: String(broker.compressed ?? false),
    bodyCrc32: String(bodyCrc(body)),
    ...broker.ext,
  };
  const version = broker.version ? { version: broker.version } : {};
  return { from: broker.from ?? addr, request: 'REGISTER_BROKER', ext, body, ...version };
}

function unregister(name: string, id: number, addr: string, cluster = 'C1'): Step {
  const ext = { brokerName: name, brokerAddr: addr, clusterName: cluster, brokerId: String(id) };
  return { from: addr, request: 'UNREGISTER_BROKER', ext };
}

const ask = (request: RequestName, ext?: ExtFields, more: Partial<Step> = {}): Step => ({
  from: 'admin',
  request,
  ...(ext && { ext }),
  ...more,
});
const route = (name: string, ext: ExtFields = {}, more: Partial<Step> = {}): Step =>
  ask('GET_ROUTEINFO_BY_TOPIC', { topic: name, ...ext }, more);
const version = (broker: string, addr: string, counter: number): Step =>
  ask(
    'QUERY_DATA_VERSION',
    { brokerName: broker, brokerAddr: addr, clusterName: 'C1', brokerId: '0' },
    { body: Buffer.from(`{"counter":${counter},"stateVersion":0,"timestamp":1700000000000}`) },
  );
const kv = (request: RequestName, namespace: string, key?: string, value?: string): Step =>
  ask(request, { namespace, ...(key !== undefined && { key }), ...(value && { value }) });
const hangUp = (from: string): Step => ({ from });

const A0 = '10.0.0.1:10911';
const A1 = '10.0.0.2:10911';
const B0 = '10.0.0.3:10911';
const Z0 = '10.0.0.4:10911';
const lists = [
  ask('GET_BROKER_CLUSTER_INFO'),
  ask('GET_ALL_TOPIC_LIST_FROM_NAMESERVER'),
  ask('GET_TOPICS_BY_CLUSTER', { cluster: 'C1' }),
  ask('GET_TOPICS_BY_CLUSTER', { cluster: 'nowhere' }),
  ask('GET_SYSTEM_TOPIC_LIST_FROM_NS'),
  ask('GET_UNIT_TOPIC_LIST'),
  ask('GET_HAS_UNIT_SUB_TOPIC_LIST'),
  ask('GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST'),
];

const T1 = topic('T1');
const UNIT = topic('Unit', { topicSysFlag: 1 });
const SUB = topic('UnitSub', { topicSysFlag: 2, readQueueNums: 8 });
const BOTH = topic('UnitBoth', { topicSysFlag: 3, order: true });
const MAPPING = {
  T1: {
    topic: 'T1',
    scope: '__global__',
    totalQueues: 8,
    bname: 'b',
    epoch: 7,
    dirty: false,
    currIdMap: { 0: 0, 5: 1 },
  },
};

const registration: Step[] = [
  ...lists,
  route('T1'),
  version('a', A0, 1),
  register({ name: 'a', addr: A0, topics: [T1] }),
  register({ name: 'a', addr: A0, topics: [T1, UNIT, SUB, BOTH] }),
  register({ name: 'a', addr: A0, topics: [topic('One')], counter: 2 }),
  register({ name: 'a', id: 1, addr: A1, topics: [T1, topic('FromSlave')], counter: 2 }),
  version('a', A0, 2),
  version('a', A0, 1),
  ...lists,
  route('T1'),
  route('One', { acceptStandardJsonOnly: 'true' }, { version: 300 }),
  route('One', {}, { version: 300 }),
  route('One', {}, { version: 400 }),
  route('One', {}, { version: 401 }),
  route('FromSlave'),
  register({
    name: 'b',
    addr: B0,
    topics: [T1, topic('只在b')],
    filterServers: ['10.0.0.3:30000'],
    mapping: MAPPING,
  }),
  route('T1'),
  route('只在b'),
  register({ name: 'b', addr: B0, topics: [T1, topic('Packed')], counter: 3, compressed: true }),
  route('Packed'),
  register({ name: 'b', addr: B0, topics: [T1, T1], counter: 3, ext: { bodyCrc32: '1' } }),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 'a' }),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 'none' }),
  ask('BROKER_HEARTBEAT', { clusterName: 'C1', brokerAddr: A0, brokerName: 'a' }),
  ask('BROKER_HEARTBEAT', { clusterName: 'C1', brokerAddr: 'x:1', brokerName: 'x' }),
];

const administration: Step[] = [
  ask('WIPE_WRITE_PERM_OF_BROKER', { brokerName: 'a' }),
  route('T1'),
  ask('ADD_WRITE_PERM_OF_BROKER', { brokerName: 'a' }),
  route('T1'),
  ask('WIPE_WRITE_PERM_OF_BROKER', { brokerName: 'none' }),
  ask(
    'REGISTER_TOPIC_IN_NAMESRV',
    { topic: 'Made' },
    {
      body: Buffer.from(
        '{"queueDatas":[{"brokerName":"a","perm":6,"readQueueNums":2,"topicSysFlag":0,' +
          '"writeQueueNums":3}]}',
      ),
    },
  ),
  route('Made'),
  ask(
    'REGISTER_TOPIC_IN_NAMESRV',
    { topic: 'Unmade' },
    {
      body: Buffer.from('{"queueDatas":[{"brokerName":"nobody","perm":6}]}'),
    },
  ),
  route('Unmade'),
  ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'T1', clusterName: 'C2' }),
  ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'Made', clusterName: 'C1' }),
  ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'One' }),
  ask('DELETE_TOPIC_IN_NAMESRV', { topic: 'NeverThere' }),
  route('Made'),
  route('One'),
  kv('GET_KV_CONFIG', 'ns', 'k'),
  kv('GET_KVLIST_BY_NAMESPACE', 'ns'),
  kv('PUT_KV_CONFIG', 'ns', 'k', 'v=1;2'),
  kv('PUT_KV_CONFIG', 'ns', 'k2', '值'),
  kv('GET_KV_CONFIG', 'ns', 'k'),
  kv('GET_KVLIST_BY_NAMESPACE', 'ns'),
  kv('DELETE_KV_CONFIG', 'ns', 'k'),
  kv('DELETE_KV_CONFIG', 'ns', 'k2'),
  kv('DELETE_KV_CONFIG', 'other', 'k'),
  kv('GET_KV_CONFIG', 'ns', 'k'),
  kv('GET_KVLIST_BY_NAMESPACE', 'ns'),
  kv('PUT_KV_CONFIG', 'ORDER_TOPIC_CONFIG', 'T1', 'a:4;b:4'),
  register({ name: 'a', addr: A0, topics: [T1, UNIT, SUB, BOTH], counter: 4 }),
  route('T1'),
  ask('UPDATE_NAMESRV_CONFIG', undefined, { body: Buffer.from('orderMessageEnable=true') }),
  route('T1'),
  ask('UPDATE_NAMESRV_CONFIG', undefined, { body: Buffer.from('kvConfigPath=/tmp/x') }),
  ask('UPDATE_NAMESRV_CONFIG', undefined, {
    body: Buffer.from('supportActingMaster=true\nenableTopicList = false'),
  }),
  ask('GET_TOPICS_BY_CLUSTER', { cluster: 'C1' }),
  ask('UPDATE_NAMESRV_CONFIG', undefined, { body: Buffer.from('enableAllTopicList=false') }),
  ask('GET_ALL_TOPIC_LIST_FROM_NAMESERVER'),
  ask('UPDATE_NAMESRV_CONFIG', undefined, {
    body: Buffer.from('enableAllTopicList=true\nenableTopicList=true'),
  }),
];

const acting = { enableActingMaster: 'true' };
const changes: Step[] = [
  // another process with the same id: an older epoch is ignored, a newer one takes over
  register({ name: 's', addr: '10.0.1.1:1', topics: [T1, UNIT], stateVersion: 5 }),
  register({ name: 's', addr: '10.0.1.2:1', topics: [T1, UNIT], stateVersion: 4 }),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 's' }),
  register({ name: 's', addr: '10.0.1.2:1', topics: [T1, UNIT], stateVersion: 6 }),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 's' }),
  // a slave that becomes master keeps its address and loses its old id
  register({ name: 's', id: 2, addr: '10.0.1.3:1', topics: [T1, UNIT], stateVersion: 6 }),
  register({ name: 's', id: 0, addr: '10.0.1.3:1', topics: [T1, UNIT], stateVersion: 7 }),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 's' }),
  unregister('s', 0, '10.0.1.3:1'),
  ask('GET_BROKER_MEMBER_GROUP', { clusterName: 'C1', brokerName: 's' }),
  route('Unit'),
  // acting master: the slave stands for the master that left, its topics take no messages
  register({ name: 'm', addr: '10.0.2.1:1', topics: [T1, topic('M')], ext: acting }),
  register({ name: 'm', id: 1, addr: '10.0.2.2:1', topics: [T1, topic('M')], ext: acting }),
  register({ name: 'm', id: 2, addr: '10.0.2.3:1', topics: [T1, topic('M')], ext: acting }),
  route('M'),
  hangUp('10.0.2.1:1'),
  route('M'),
  ask('GET_BROKER_CLUSTER_INFO'),
  register({ name: 'm', id: 1, addr: '10.0.2.2:1', topics: [T1, topic('M')], ext: acting, counter: 5 }), // prettier-ignore
  route('M'),
  register({ name: 'm', addr: '10.0.2.1:1', topics: [T1, topic('M')], ext: acting, from: 'm0' }),
  route('M'),
  // a slave of an old version, alone: its topics are not taken
  register({ name: 'o', id: 3, addr: '10.0.3.1:1', topics: [T1, topic('Old')] }),
  route('Old'),
  // zones
  register({ name: 'z', addr: Z0, topics: [T1, topic('Z')], ext: { __ZONE_NAME: 'East' } }),
  route('T1', { __ZONE_MODE: 'true', __ZONE_NAME: 'east' }),
  route('T1', { __ZONE_MODE: 'true', __ZONE_NAME: ' ' }),
  route('T1', { __ZONE_MODE: 'false', __ZONE_NAME: 'east' }),
  // brokers before 3.0.11 send their topics without an envelope
  {
    from: 'old',
    request: 'REGISTER_BROKER',
    ext: {
      brokerName: 'v',
      brokerAddr: 'v:1',
      clusterName: 'C3',
      haServerAddr: 'v:2',
      brokerId: '0',
    },
    body: Buffer.from(
      writeJson({
        topicConfigTable: { V: topic('V'), W: topic('W') },
        dataVersion: { counter: 1, timestamp: 3 },
      } as Json),
    ),
    version: 30,
  },
  route('V'),
  unregister('v', 0, 'v:1', 'C3'),
  route('V'),
  unregister('none', 0, 'none:1', 'C9'),
  hangUp(B0),
  route('Packed'),
  route('T1'),
  ...lists,
  // what nobody serves, and what is not complete
  ask('GET_KV_CONFIG', { namespace: 'ns' }),
  ask('SEND_MESSAGE_V2', { a: 'x' }),
];

export const CONVERSATION: readonly Step[] = [...registration, ...administration, ...changes];
