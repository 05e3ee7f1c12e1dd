// Which messages the store takes, and when it takes none (HookUtils.checkBeforePutMessage,
// MessageExtEncoder.encode).

import { Property, SysFlag } from '../../protocol/flags.js';
import { MAX_PROPERTIES_BYTES } from '../../protocol/message.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { CRC_PROPERTY_BYTES } from '../format/crc-property.js';
import type { PutMessage, PutStatus } from '../message-store.js';
import type { Health } from './health.js';

/** What may wait for a flush; beyond it senders are refused. */
const MAX_UNFLUSHED_BYTES = 64 * 1024 * 1024;
const MAX_TOPIC_BYTES = 255;
const INNER_NUM = `${Property.INNER_NUM}\u0001`;
/** A consume queue lies in a folder of its topic's name. */
const FOLDER_SIGNS = /[/\\]|^\.\.?$/;

export interface Refusal {
  status: PutStatus;
  reason: string;
}

export const tooLarge = (bytes: number): Refusal => ({
  status: 'MESSAGE_ILLEGAL',
  reason: `${bytes} bytes do not fit into a commitlog file`,
});

export class Admission {
  /** Between start and stop. */
  open = false;
  /** No master is elected yet: nobody knows whether this broker may take messages. */
  fenced = false;

  constructor(
    private readonly config: StoreConfig,
    private readonly commitLog: CommitLog,
    private readonly health: Health,
    private readonly queues: QueueTable,
  ) {}

  /** Why no message is taken now. */
  closed(): Refusal | undefined {
    const { health, config, commitLog } = this;
    if (this.open && !this.fenced && health.ok && config.brokerRole !== 'SLAVE') {
      const waiting = commitLog.written - commitLog.flushed;
      if (waiting <= MAX_UNFLUSHED_BYTES || config.flushDiskType !== 'SYNC_FLUSH') return undefined;
    }
    const reason = !this.open
      ? 'the store is not running'
      : config.brokerRole === 'SLAVE'
        ? 'this broker is a slave'
        : this.fenced
          ? 'no master is elected'
          : health.reason || 'the disk does not keep up with SYNC_FLUSH';
    return { status: 'SERVICE_NOT_AVAILABLE', reason };
  }

  illegal(message: PutMessage): Refusal | undefined {
    const { config } = this;
    const { topic, body, properties } = message;
    const room = config.enabledAppendPropCRC ? CRC_PROPERTY_BYTES + 1 : 0;
    // a character takes at most three bytes: only long texts are measured
    if (properties.length * 3 + room > MAX_PROPERTIES_BYTES) {
      if (Buffer.byteLength(properties) + room > MAX_PROPERTIES_BYTES) {
        return { status: 'PROPERTIES_SIZE_EXCEEDED', reason: 'the properties are too long' };
      }
    }
    const status = 'MESSAGE_ILLEGAL';
    if (body.length > config.maxMessageSize) {
      const limit = `maxMessageSize is ${config.maxMessageSize}`;
      return { status, reason: `the body has ${body.length} bytes, ${limit}` };
    }
    if (topic === '') return { status, reason: 'no topic' };
    const inner = (message.sysFlag & SysFlag.INNER_BATCH) !== 0;
    if (inner && !this.queues.isBatch(topic)) {
      return { status, reason: `a batch for topic ${topic}, which has not queue.type=BatchCQ` };
    }
    if (!inner && properties.includes(INNER_NUM)) {
      return { status, reason: `${Property.INNER_NUM} in a message that is no batch` };
    }
    if (FOLDER_SIGNS.test(topic)) return { status, reason: 'the topic cannot name a folder' };
    if (topic.length * 3 > MAX_TOPIC_BYTES && Buffer.byteLength(topic) > MAX_TOPIC_BYTES) {
      return { status, reason: 'the topic is too long' };
    }
    return undefined;
  }
}
