// Commands that both mqadmins run against both systems, in this order.

import type { Cluster } from '../support/cluster.js';
import type { Looseness } from './admin-text.js';

export const TOPIC = 'AdminTopic';
export const GROUP = 'AdminGroup';
export const PRODUCER = 'PG_admin';

export const TRACES = 'AdminTraces';
export const TRACED = 'AC11000100002A9F00000000000000AA';

/** What commands are given of a cluster. */
export interface Place extends Cluster {
  /** Of a message in TOPIC. */
  msgId: string;
  /** Of the consumer in GROUP. */
  clientId: string;
  /** Lists of topics and groups for commands that read files. */
  topicsFile: string;
  groupsFile: string;
  /** A folder for what is exported. */
  exports: string;
  /** For names that differ between the tools: Java's, ours. */
  tool: 'J' | 'O';
}

export interface AdminCase extends Looseness {
  argv: (place: Place) => string[];
  /** The command goes on until it is stopped; it is, when it has printed this. */
  until?: string;
}

const words = (line: string): string[] => line.split(' ');
const plain = (line: string, looseness: Looseness = {}): AdminCase => ({
  argv: () => words(line),
  ...looseness,
});

export const CASES: Record<string, AdminCase> = {
  clusterList: plain('clusterList', { numbers: true }),
  'clusterList -m': plain('clusterList -m', { numbers: true }),
  'updateTopic -b': {
    argv: ({ broker }) => words(`updateTopic -b ${broker} -t AdminMade -r 4 -w 4`),
  },
  'updateTopic -c': plain('updateTopic -c DefaultCluster -t AdminMade2 -p 4 -o true'),
  topicList: plain('topicList', { unordered: true }),
  'topicList -c': plain('topicList -c', { unordered: true }),
  topicRoute: plain(`topicRoute -t ${TOPIC}`),
  'topicRoute -l': plain(`topicRoute -t ${TOPIC} -l`),
  topicStatus: plain(`topicStatus -t ${TOPIC}`),
  topicClusterList: plain(`topicClusterList -t ${TOPIC}`),
  updateSubGroup: plain('updateSubGroup -c DefaultCluster -g AdminGroup2 -r 5'),
  consumerProgress: plain('consumerProgress', { unordered: true, numbers: true }),
  'consumerProgress -g': plain(`consumerProgress -g ${GROUP}`),
  'consumerProgress -g -t': plain(`consumerProgress -g ${GROUP} -t ${TOPIC}`),
  'consumerProgress -s': plain(`consumerProgress -g ${GROUP} -t ${TOPIC} -s true`),
  consumerConnection: plain(`consumerConnection -g ${GROUP}`),
  producerConnection: plain(`producerConnection -g ${PRODUCER} -t ${TOPIC}`),
  queryMsgById: { argv: ({ msgId }) => words(`queryMsgById -t ${TOPIC} -i ${msgId}`) },
  consumeMessage: plain(`consumeMessage -t ${TOPIC} -b broker-a -i 0 -o 0 -c 2`),
  'consumeMessage of a topic': plain(`consumeMessage -t ${TOPIC}`, { unordered: true }),
  sendMessage: plain('sendMessage -t AdminMade -p body -k key -c TagA -b broker-a -i 0'),
  'brokerStatus -b': {
    argv: ({ broker }) => words(`brokerStatus -b ${broker}`),
    numbers: true,
    unordered: true,
  },
  'brokerStatus -c': plain('brokerStatus -c DefaultCluster', { numbers: true, unordered: true }),
  queryMsgByKey: plain(`queryMsgByKey -t ${TOPIC} -k k1`, { numbers: true }),
  queryMsgByUniqueKey: {
    argv: ({ msgId }) => words(`queryMsgByUniqueKey -t ${TOPIC} -i ${msgId}`),
  },
  queryMsgByOffset: plain(`queryMsgByOffset -t ${TOPIC} -b broker-a -i 0 -o 0 -f UTF-8`),
  printMsg: plain(`printMsg -t ${TOPIC}`, { unordered: true }),
  printMsgByQueue: plain(`printMsgByQueue -t ${TOPIC} -a broker-a -i 0 -p true -d true -f true`),
  queryCq: plain(`queryCq -t ${TOPIC} -q 1 -i 0 -c 2`, { numbers: true }),
  brokerConsumeStats: {
    argv: ({ broker }) => words(`brokerConsumeStats -b ${broker}`),
    unordered: true,
  },
  'statsAll -t': plain(`statsAll -t ${TOPIC}`, { numbers: true }),
  'updateTopic with one queue': {
    argv: ({ broker }) => words(`updateTopic -b ${broker} -t AdminOne -r 1 -w 1`),
  },
  allocateMQ: plain('allocateMQ -t AdminOne -i 10.0.0.1'),
  sendMsgStatus: plain('sendMsgStatus -b broker-a -c 2', { numbers: true }),
  checkMsgSendRT: plain('checkMsgSendRT -t AdminMade -a 2', { numbers: true }),
  getConsumerConfig: plain('getConsumerConfig -g AdminGroup2'),
  setConsumeMode: {
    argv: ({ broker }) =>
      words(`setConsumeMode -b ${broker} -t ${TOPIC} -g AdminGroup2 -m POP -q 2`),
  },
  updateTopicPerm: {
    argv: ({ broker }) => words(`updateTopicPerm -b ${broker} -t AdminMade -p 6`),
  },
  'updateTopicPerm -c': plain('updateTopicPerm -c DefaultCluster -t AdminMade -p 6'),
  'updateOrderConf put': plain('updateOrderConf -t AdminMade2 -m put -v broker-a:3'),
  'updateOrderConf get': plain('updateOrderConf -t AdminMade2 -m get'),
  'updateOrderConf delete': plain('updateOrderConf -t AdminMade2 -m delete'),
  updateKvConfig: plain('updateKvConfig -s admin -k k -v v'),
  deleteKvConfig: plain('deleteKvConfig -s admin -k k'),
  updateNamesrvConfig: plain('updateNamesrvConfig -k orderMessageEnable -v true'),
  updateBrokerConfig: {
    argv: ({ broker }) =>
      words(`updateBrokerConfig -b ${broker} -k msgTraceTopicName -v AdminTrace`),
  },
  'updateBrokerConfig -c': plain('updateBrokerConfig -c DefaultCluster -k traceOn -v true'),
  haStatus: { argv: ({ broker }) => words(`haStatus -b ${broker}`), numbers: true },
  wipeWritePerm: plain('wipeWritePerm -b nobody'),
  addWritePerm: plain('addWritePerm -b nobody'),
  cleanExpiredCQ: { argv: ({ broker }) => words(`cleanExpiredCQ -b ${broker}`) },
  'cleanExpiredCQ -c': plain('cleanExpiredCQ -c DefaultCluster'),
  cleanUnusedTopic: plain('cleanUnusedTopic -c DefaultCluster'),
  deleteExpiredCommitLog: plain('deleteExpiredCommitLog -c DefaultCluster'),
  getColdDataFlowCtrInfo: {
    argv: ({ broker }) => words(`getColdDataFlowCtrInfo -b ${broker}`),
    numbers: true,
  },
  updateColdDataFlowCtrGroupConfig: {
    argv: ({ broker }) =>
      words(`updateColdDataFlowCtrGroupConfig -b ${broker} -g ${GROUP} -v 1000`),
  },
  removeColdDataFlowCtrGroupConfig: {
    argv: ({ broker }) => words(`removeColdDataFlowCtrGroupConfig -b ${broker} -g ${GROUP}`),
  },
  setCommitLogReadAheadMode: {
    argv: ({ broker }) => words(`setCommitLogReadAheadMode -b ${broker} -m 0`),
  },
  'setCommitLogReadAheadMode -c': plain('setCommitLogReadAheadMode -c DefaultCluster -m 0'),
  switchTimerEngine: { argv: ({ broker }) => words(`switchTimerEngine -b ${broker} -e F`) },
  exportConfigs: { argv: ({ exports }) => words(`exportConfigs -c DefaultCluster -f ${exports}`) },
  exportMetadata: {
    argv: ({ exports }) => words(`exportMetadata -c DefaultCluster -f ${exports}`),
  },
  exportMetrics: { argv: ({ exports }) => words(`exportMetrics -c DefaultCluster -f ${exports}`) },
  exportPopRecord: plain('exportPopRecord -c DefaultCluster'),
  getBrokerLiteInfo: {
    argv: ({ broker }) => words(`getBrokerLiteInfo -b ${broker}`),
    numbers: true,
  },
  // Before the reset of its offsets, for which the consumer has no queues for seconds.
  'consumerStatus -i': {
    argv: ({ clientId }) => words(`consumerStatus -g ${GROUP} -i ${clientId}`),
    numbers: true,
    unordered: true,
  },
  consumerStatus: plain(`consumerStatus -g ${GROUP}`),
  'consumerStatus -b': {
    argv: ({ broker }) => words(`consumerStatus -g ${GROUP} -b ${broker}`),
  },
  cloneGroupOffset: plain(`cloneGroupOffset -s ${GROUP} -d AdminGroup2 -t ${TOPIC}`),
  resetOffsetByTime: plain(`resetOffsetByTime -g ${GROUP} -t ${TOPIC} -s 0`, { unordered: true }),
  'resetOffsetByTime of a group without clients': plain(
    `resetOffsetByTime -g AdminGroup2 -t ${TOPIC} -s 0`,
    { unordered: true },
  ),
  'resetOffsetByTime -q': {
    argv: ({ broker }) =>
      words(`resetOffsetByTime -g AdminGroup2 -t ${TOPIC} -s 0 -b ${broker} -q 0 -o 1`),
  },
  skipAccumulatedMessage: plain(`skipAccumulatedMessage -g AdminGroup2 -t ${TOPIC}`, {
    unordered: true,
  }),
  'updateTopicList -b': {
    argv: ({ broker, topicsFile }) => words(`updateTopicList -b ${broker} -f ${topicsFile}`),
  },
  'updateTopicList -c': {
    argv: ({ topicsFile }) => words(`updateTopicList -c DefaultCluster -f ${topicsFile}`),
  },
  'topicRoute of a listed topic': plain('topicRoute -t AdminListed2'),
  'updateSubGroupList -b': {
    argv: ({ broker, groupsFile }) => words(`updateSubGroupList -b ${broker} -f ${groupsFile}`),
  },
  'updateSubGroupList -c': {
    argv: ({ groupsFile }) => words(`updateSubGroupList -c DefaultCluster -f ${groupsFile}`),
  },
  'getConsumerConfig of a listed group': plain('getConsumerConfig -g AdminListedGroup'),
  queryMsgTraceById: plain(`queryMsgTraceById -i ${TRACED} -t ${TRACES}`),
  'queryMsgTraceById -c': plain(`queryMsgTraceById -i ${TRACED} -t ${TRACES} -c 1`),
  producer: { argv: ({ broker }) => words(`producer -b ${broker}`), unordered: true },
  clusterRT: { ...plain('clusterRT -a 2 -s 16 -i 60', { numbers: true }), until: 'broker-a' },
  'clusterRT -p': {
    ...plain('clusterRT -a 2 -s 16 -i 60 -p true -m room', { numbers: true }),
    until: 'broker-a',
  },
  getNamesrvConfig: plain('getNamesrvConfig', { unordered: true, settings: true }),
  'getBrokerConfig -b': {
    argv: ({ broker }) => words(`getBrokerConfig -b ${broker}`),
    unordered: true,
    settings: true,
  },
  'getBrokerConfig -c': plain('getBrokerConfig -c DefaultCluster', {
    unordered: true,
    settings: true,
  }),
  updateStaticTopic: {
    argv: ({ tool }) => words(`updateStaticTopic -c DefaultCluster -t AdminStatic${tool} -qn 4`),
  },
  'updateStaticTopic -b': {
    argv: ({ tool }) => words(`updateStaticTopic -b broker-a -t AdminStatic${tool} -qn 6`),
  },
  'topicRoute of a static topic': {
    argv: ({ tool }) => words(`topicRoute -t AdminStatic${tool}`),
  },
  deleteSubGroup: {
    argv: ({ broker }) => words(`deleteSubGroup -b ${broker} -g AdminGroup2 -r true`),
  },
  deleteTopic: plain('deleteTopic -c DefaultCluster -t AdminMade'),
};
