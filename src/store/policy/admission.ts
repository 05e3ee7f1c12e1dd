// Which messages the store takes, and when it takes none (HookUtils.checkBeforePutMessage,
// MessageExtEncoder.encode).

import { Property, SysFlag } from '../../protocol/flags.js';
import { type BatchPart, partProperties } from '../../protocol/batch.js';
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
  /** The topic that was found to be legal last. */
  private legalTopic: string | undefined;

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

  illegal({ topic, body, properties, sysFlag }: PutMessage): Refusal | undefined {
    // a character takes at most three bytes: only long texts are measured
    const bytes =
      properties.length * 3 > this.propertiesRoom
        ? Buffer.byteLength(properties)
        : properties.length;
    const refusal = this.tooLong(body.length, bytes) ?? this.illegalTopic(topic);
    if (refusal) return refusal;
    return this.illegalKind(sysFlag, topic, properties.includes(INNER_NUM));
  }

  illegalBatch(batch: PutMessage, parts: readonly BatchPart[]): Refusal | undefined {
    const { topic, body, sysFlag } = batch;
    if (parts.length === 0) return illegal('an empty batch');
    let refusal = this.illegalTopic(topic);
    for (const { bodyAt, bodyEnd, propertiesAt, propertiesEnd } of parts) {
      refusal ??= this.tooLong(bodyEnd - bodyAt, propertiesEnd - propertiesAt);
    }
    if (refusal) return refusal;
    // looked for in all of them at once: hardly any batch has it anywhere
    const numbered =
      body.includes(INNER_NUM) &&
      parts.some((part) => partProperties(body, part).includes(INNER_NUM));
    return this.illegalKind(sysFlag, topic, numbered);
  }

  /** `numbered` says whether the properties number the messages within. */
  private illegalKind(sysFlag: number, topic: string, numbered: boolean): Refusal | undefined {
    const inner = (sysFlag & SysFlag.INNER_BATCH) !== 0;
    if (inner && !this.queues.isBatch(topic)) {
      return illegal(`a batch for topic ${topic}, which has not queue.type=BatchCQ`);
    }
    if (inner || !numbered) return undefined;
    return illegal(`${Property.INNER_NUM} in a message that is no batch`);
  }

  private get propertiesRoom(): number {
    const forCrc = this.config.enabledAppendPropCRC ? CRC_PROPERTY_BYTES + 1 : 0;
    return MAX_PROPERTIES_BYTES - forCrc;
  }

  private tooLong(bodyBytes: number, propertiesBytes: number): Refusal | undefined {
    if (propertiesBytes > this.propertiesRoom) {
      return { status: 'PROPERTIES_SIZE_EXCEEDED', reason: 'the properties are too long' };
    }
    const { maxMessageSize } = this.config;
    return bodyBytes > maxMessageSize
      ? illegal(`the body has ${bodyBytes} bytes, maxMessageSize is ${maxMessageSize}`)
      : undefined;
  }

  private illegalTopic(topic: string): Refusal | undefined {
    if (topic === this.legalTopic) return undefined;
    if (topic === '') return illegal('no topic');
    if (FOLDER_SIGNS.test(topic)) return illegal('the topic cannot name a folder');
    if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return illegal('the topic is too long');
    this.legalTopic = topic;
    return undefined;
  }
}

const illegal = (reason: string): Refusal => ({ status: 'MESSAGE_ILLEGAL', reason });
