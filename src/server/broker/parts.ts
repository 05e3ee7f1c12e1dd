// What the parts of the broker need of each other; each is built elsewhere and handed in.

import type { Connection } from '../../remoting/connection.js';

/** What message handling reads of a topic's configuration (protocol/bodies/topic.ts has it all). */
export interface TopicView {
  topicName: string;
  readQueueNums: number;
  writeQueueNums: number;
  perm: number;
  topicFilterType: string;
  topicSysFlag: number;
  order: boolean;
  attributes?: Readonly<Record<string, string>>;
}

export interface CreateOnSend {
  topic: string;
  /** The topic whose settings the new one takes (TBW102 from clients). */
  defaultTopic: string;
  queueNums: number;
  /** `ip:port` of the producer, for the log. */
  remote: string;
  sysFlag: number;
}

export interface Topics {
  get(name: string): TopicView | undefined;
  /** Auto-creation by a producer; undefined when it is not allowed. */
  createOnSend(wish: CreateOnSend): TopicView | undefined;
  /** The topic of retries or dead letters, created when missing. */
  createSendBack(topic: string, queueNums: number, perm: number, sysFlag: number): TopicView;
  /** Gives a topic that exists so many queues, to read and to write. */
  setQueueNums(topic: string, queueNums: number): void;
}

/** What message handling reads of a subscription group (protocol/bodies/group.ts has it all). */
export interface GroupView {
  groupName: string;
  consumeEnable: boolean;
  consumeBroadcastEnable: boolean;
  retryQueueNums: number;
  retryMaxTimes: number;
  brokerId: number;
  whichBrokerWhenConsumeSlowly: number;
  groupSysFlag: number;
  attributes?: Readonly<Record<string, string>>;
}

/** A table that can be gone through. */
export interface Listed<T> {
  all(): ReadonlyMap<string, T>;
}

export interface Groups {
  /** Creates the group when autoCreateSubscriptionGroup (or a system group) allows it. */
  find(name: string): GroupView | undefined;
  /** Never creates. */
  has(name: string): boolean;
  /** Bit `permIndex` (1 write, 2 read) of the group's forbidden table for a topic. */
  forbidden(group: string, topic: string, permIndex: number): boolean;
}

/** SubscriptionData of a heartbeat. */
export interface Subscription {
  topic: string;
  subString: string;
  tagsSet: readonly string[];
  codeSet: readonly number[];
  subVersion: number;
  expressionType: string;
  classFilterMode?: boolean;
}

/** LITE_SELECTIVE: each client consumes lite topics of its own. */
export type MessageModel = 'BROADCASTING' | 'CLUSTERING' | 'LITE_SELECTIVE';
export type ConsumeType = 'CONSUME_ACTIVELY' | 'CONSUME_PASSIVELY' | 'CONSUME_POP';

export interface ConsumerGroup {
  messageModel: MessageModel;
  consumeType: ConsumeType;
  subscription(topic: string): Subscription | undefined;
  /** Client id of the member behind a connection. */
  clientIdOf(connection: Connection): string | undefined;
  clientIds(): string[];
  members(): ClientMember[];
}

/** One client of a group, as its heartbeat introduced it. */
export interface ClientMember {
  clientId: string;
  connection: Connection;
  language: string;
  version: number;
}

export interface Consumers {
  group(name: string): ConsumerGroup | undefined;
}

export interface Producers {
  /** A connection of some member of the producer group, in turn; for checking transactions. */
  connectionOf(group: string): Connection | undefined;
  /** The connection of the producer with this client id; for replies. */
  byClientId(clientId: string): Connection | undefined;
}

/** Locks of queues for orderly consumption (RebalanceLockManager). */
export interface QueueLocks {
  /** No member of the group holds an unexpired lock. */
  allExpired(group: string): boolean;
}

/** The properties of BrokerConfig that message handling reads, by their names there. */
export interface MessagingConfig {
  brokerName: string;
  brokerClusterName: string;
  brokerIP1: string;
  brokerId: number;
  enableControllerMode: boolean;
  enableSlaveActingMaster: boolean;
  enableRemoteEscape: boolean;
  brokerPermission: number;
  brokerFastFailureEnable: boolean;
  regionId: string;
  traceOn: boolean;
  rejectTransactionMessage: boolean;
  startAcceptSendRequestTimeStamp: number;
  litePullMessageEnable: boolean;
  slaveReadEnable: boolean;
  enablePropertyFilter: boolean;
  filterSupportRetry: boolean;
  rejectPullConsumerEnable: boolean;
  longPollingEnable: boolean;
  shortPollingTimeMills: number;
  useServerSideResetOffset: boolean;
  enableBroadcastOffsetStore: boolean;
  broadcastOffsetExpireSecond: number;
  broadcastOffsetExpireMaxSecond: number;
  flushConsumerOffsetInterval: number;
  consumerOffsetUpdateVersionStep: number;
  transactionTimeOut: number;
  transactionCheckMax: number;
  transactionCheckInterval: number;
  transactionMetricFlushInterval: number;
  transactionOpMsgMaxSize: number;
  transactionOpBatchInterval: number;
  storeReplyMessageEnable: boolean;
  recallMessageEnable: boolean;
  allowRecallWhenBrokerNotWriteable: boolean;
  reviveQueueNum: number;
  popFromRetryProbability: number;
  popFromRetryProbabilityForPriority: number;
  priorityOrderAsc: boolean;
  useSeparateRetryQueue: boolean;
  enableRetryTopicV2: boolean;
  retrieveMessageFromPopRetryTopicV1: boolean;
  popResponseReturnActualRetryTopic: boolean;
  popConsumerKVServiceEnable: boolean;
  skipWhenCKRePutReachMaxTimes: boolean;
  initPopOffsetByCheckMsgInMem: boolean;
  enableNotifyAfterPopOrderLockRelease: boolean;
  enablePopMessageThreshold: boolean;
  popInflightMessageThreshold: number;
  popPollingSize: number;
  popPollingMapSize: number;
  popLongPollingForceNotifyInterval: number;
  useMessageFilterForNotification: boolean;
  maxMessageFilterNumForNotification: number;
  maxPopPollingSize: number;
  enableLiteEventMode: boolean;
  enableLitePopLog: boolean;
  liteEventCheckInterval: number;
  liteTtlCheckInterval: number;
  minLiteTTl: number;
  liteSubscriptionCheckInterval: number;
  liteSubscriptionCheckTimeoutMills: number;
  maxLiteSubscriptionCount: number;
  maxClientEventCount: number;
  liteEventFullDispatchDelayTime: number;
  liteEventFullDispatchDelayTimeForWildcardGroup: number;
  liteLagLatencyCollectEnable: boolean;
  liteLagLatencyTopK: number;
}

/** The properties of MessageStoreConfig that message handling reads. */
export interface MessagingStoreConfig {
  storePathRootDir: string;
  maxMessageSize: number;
  brokerRole: string;
  /** A slave tells consumers of offsets that it does not have. */
  offsetCheckInSlave: boolean;
  messageDelayLevel: string;
  flushDelayOffsetInterval: number;
  maxTransferBytesOnMessageInMemory: number;
  maxTransferCountOnMessageInMemory: number;
  defaultQueryMaxNum: number;
  maxLmqConsumeQueueNum: number;
  timerWheelEnable: boolean;
  /** Hours that the log is kept. */
  fileReservedTime: number;
  timerMaxDelaySec: number;
  timerPrecisionMs: number;
  timerRollWindowSlot: number;
  timerFlushIntervalMs: number;
  timerCongestNumEachSlot: number;
  timerStopEnqueue: boolean;
  timerStopDequeue: boolean;
  timerEnableCheckMetrics: boolean;
  timerCheckMetricsWhen: string;
  timerMetricSmallThreshold: number;
  mappedFileSizeTimerLog: number;
  /** Recalls name the topic beside the unique key. */
  appendTopicForTimerDeleteKey: boolean;
}
