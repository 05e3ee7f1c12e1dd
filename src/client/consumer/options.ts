// What a push consumer can be told, with RocketMQ's defaults.

import type { FileSystem } from '../../base/files.js';
import type { MessageModel } from '../../protocol/bodies/client.js';
import type { ClientOptions } from '../instance.js';

export type ConsumeFrom =
  'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_TIMESTAMP';

export interface ConsumerOptions extends ClientOptions {
  group: string;
  messageModel?: MessageModel;
  /** Where a group begins that has no offset yet. */
  consumeFromWhere?: ConsumeFrom;
  /** ms; for CONSUME_FROM_TIMESTAMP. Half an hour ago by default. */
  consumeTimestamp?: number;
  /** The messages of a queue one after the other, also between clients. */
  orderly?: boolean;
  /** Messages per pull. */
  pullBatchSize?: number;
  /** Most messages in one call of the listener. */
  consumeMessageBatchMaxSize?: number;
  /** Calls of the listener at once. */
  consumeThreadMax?: number;
  /** How often a message is delivered again before it goes to the dead letters. */
  maxReconsumeTimes?: number;
  /** Messages per queue that wait for the listener; beyond it nothing is pulled. */
  pullThresholdForQueue?: number;
  /** How long a broker may hold a pull that finds nothing, ms. */
  brokerSuspendMaxTimeMs?: number;
  persistConsumerOffsetIntervalMs?: number;
  rebalanceIntervalMs?: number;
  /** Writes a trace of every message into this topic, RMQ_SYS_TRACE_TOPIC for `true`. */
  trace?: boolean | string;
  /** Folder of a broadcasting consumer's offsets; `~/.rocketmq_offsets` by default. */
  localOffsetStoreDir?: string;
  files?: FileSystem;
}

/** The options with nothing left open. */
export type ConsumerSettings = ConsumerOptions & Required<Defaulted>;

type Defaulted = Pick<
  ConsumerOptions,
  | 'messageModel'
  | 'consumeFromWhere'
  | 'orderly'
  | 'pullBatchSize'
  | 'consumeMessageBatchMaxSize'
  | 'consumeThreadMax'
  | 'maxReconsumeTimes'
  | 'pullThresholdForQueue'
  | 'brokerSuspendMaxTimeMs'
  | 'persistConsumerOffsetIntervalMs'
  | 'rebalanceIntervalMs'
>;

const DEFAULTS: Required<Defaulted> = {
  messageModel: 'CLUSTERING',
  consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
  orderly: false,
  pullBatchSize: 32,
  consumeMessageBatchMaxSize: 1,
  consumeThreadMax: 20,
  maxReconsumeTimes: 16,
  pullThresholdForQueue: 1000,
  brokerSuspendMaxTimeMs: 15_000,
  persistConsumerOffsetIntervalMs: 5000,
  rebalanceIntervalMs: 20_000,
};

export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  // Orderly consumption waits for a refused message without end unless told otherwise.
  const maxReconsumeTimes = options.orderly ? 0x7fffffff : DEFAULTS.maxReconsumeTimes;
  return { ...DEFAULTS, maxReconsumeTimes, ...options };
}
