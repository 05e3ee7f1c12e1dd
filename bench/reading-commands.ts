// The commands of mqadmin that only read, with words that make each do its work.

import type { Cluster } from '../test/support/cluster.js';
import type { Ending } from '../test/support/temp.js';
import { Wire } from '../test/support/wire.js';

/** A cluster with a topic, a group and a message. */
export interface Sample extends Cluster {
  /** The offset id of the message. */
  id: string;
}

const [TOPIC, GROUP, KEY, UNIQUE] = ['BenchTopic', 'BenchGroup', 'key-1', '7F0000010001'];

export async function sampleCluster(ending: Ending, cluster: Cluster): Promise<Sample> {
  const wire = new Wire(ending, cluster);
  const retry = `%RETRY%${GROUP}`;
  for (const topic of [TOPIC, retry]) await wire.createTopic(topic, 1);
  const properties = { KEYS: KEY, UNIQ_KEY: UNIQUE, TAGS: 'A' };
  const id = await wire.send(TOPIC, 0, 'a body', properties);
  const body = Buffer.from(JSON.stringify({ groupName: GROUP, consumeEnable: true }));
  const { client } = wire;
  await client.request(cluster.broker, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, { body });
  const offset = { consumerGroup: GROUP, topic: TOPIC, queueId: 0, commitOffset: 1 };
  await client.request(cluster.broker, 'UPDATE_CONSUMER_OFFSET', offset);
  const { namesrv, broker, brokerName } = cluster;
  return { namesrv, broker, brokerName, id };
}

type Words = (sample: Sample) => string[];

const none: Words = () => [];
const topic: Words = () => ['-t', TOPIC];
const group: Words = () => ['-g', GROUP];
const at: Words = ({ broker }) => ['-b', broker];

export const READING: Readonly<Record<string, Words>> = {
  topicList: none,
  'topicList -c': none,
  topicRoute: topic,
  topicStatus: topic,
  topicClusterList: topic,
  clusterList: none,
  'clusterList -m': none,
  brokerStatus: at,
  brokerConsumeStats: at,
  consumerProgress: none,
  'consumerProgress -g': () => [GROUP],
  getConsumerConfig: group,
  getBrokerConfig: at,
  getNamesrvConfig: none,
  queryMsgById: ({ id }) => ['-i', id, '-t', TOPIC],
  queryMsgByKey: () => ['-t', TOPIC, '-k', KEY],
  queryMsgByUniqueKey: () => ['-t', TOPIC, '-i', UNIQUE],
  queryMsgByOffset: ({ brokerName }) => ['-t', TOPIC, '-b', brokerName, '-i', '0', '-o', '0'],
  printMsg: topic,
  printMsgByQueue: ({ brokerName }) => ['-t', TOPIC, '-a', brokerName, '-i', '0', '-p', 'true'],
  consumeMessage: topic,
  queryCq: ({ broker }) => ['-t', TOPIC, '-q', '0', '-i', '0', '-c', '1', '-b', broker],
  haStatus: at,
  producer: at,
  allocateMQ: () => ['-t', TOPIC, '-i', '10.0.0.1,10.0.0.2'],
  statsAll: topic,
  listUser: at,
  listAcl: at,
  getColdDataFlowCtrInfo: at,
};
