// The properties of MessageStoreConfig that the store reads, by their names there.

export interface StoreConfig {
  storePathRootDir: string;
  storePathCommitLog?: string | null;
  readOnlyCommitLogStorePaths?: string | null;
  storeType?: string;
  mappedFileSizeCommitLog: number;
  mappedFileSizeConsumeQueue: number;
  mapperFileSizeBatchConsumeQueue: number;
  /** Entries of consume queues keep which filters their message passes. */
  enableConsumeQueueExt: boolean;
  mappedFileSizeConsumeQueueExt: number;
  maxMessageSize: number;
  osPageCacheBusyTimeOutMills: number;
  brokerRole: string;
  inSyncReplicas: number;
  slaveTimeout: number;
  offsetCheckInSlave: boolean;

  flushDiskType: string;
  syncFlushTimeout: number;
  flushIntervalCommitLog: number;
  flushCommitLogLeastPages: number;
  flushCommitLogThoroughInterval: number;
  flushIntervalConsumeQueue: number;
  flushConsumeQueueLeastPages: number;
  flushConsumeQueueThoroughInterval: number;

  checkCRCOnRecover: boolean;
  enabledAppendPropCRC: boolean;
  forceVerifyPropCRC: boolean;
  messageDelayLevel: string;

  /** Light queues: offsets are given to `%LMQ%` names in INNER_MULTI_DISPATCH … */
  enableLmq?: boolean;
  /** … and messages are put into the queues that are named there. */
  enableMultiDispatch?: boolean;
  /** … as long as there are not too many of them. */
  enableLmqQuota?: boolean;
  maxLmqConsumeQueueNum?: number;

  messageIndexEnable: boolean;
  maxHashSlotNum: number;
  maxIndexNum: number;
  maxMsgsNumBatch: number;

  maxFilterMessageSize: number;
  accessMessageInMemoryMaxRatio: number;
  maxTransferBytesOnMessageInMemory: number;
  maxTransferCountOnMessageInMemory: number;
  maxTransferBytesOnMessageInDisk: number;
  maxTransferCountOnMessageInDisk: number;

  cleanResourceInterval: number;
  deleteWhen: string;
  fileReservedTime: number;
  deleteFileBatchMax: number;
  deleteCommitLogFilesInterval: number;
  deleteConsumeQueueFilesInterval: number;
  redeleteHangedFileInterval: number;
  diskMaxUsedSpaceRatio: number;
  diskSpaceWarningLevelRatio: number;
  diskSpaceCleanForciblyRatio: number;
  cleanFileForciblyEnable: boolean;
}
