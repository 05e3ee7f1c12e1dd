// What a broker tells the store about compacted topics.

/** The properties of MessageStoreConfig that compaction reads, by their names there. */
export interface CompactionConfig {
  enableCompaction: boolean;
  compactionMappedFileSize: number;
  compactionCqMappedFileSize: number;
  compactionScheduleInternal: number;
  compactionThreadNum: number;
  maxOffsetMapSize: number;
}

export interface CompactedTopic {
  writeQueueNums: number;
  attributes?: Readonly<Record<string, string>>;
}

export interface CompactionWishes {
  config: CompactionConfig;
  topicOf: (name: string) => CompactedTopic | undefined;
  /** What a slave begins with that has nothing of a compacted topic. */
  master?: KeptByMaster;
}

export interface KeptByMaster {
  /** All topics. */
  topics(): ReadonlyMap<string, CompactedTopic>;
  /**
   * Records of a queue that the master keeps, from queue offset `offset` on: a piece of them, none
   * when there are no more, undefined when it cannot be asked now.
   */
  records(topic: string, queueId: number, offset: number): Promise<Buffer[] | undefined>;
}
