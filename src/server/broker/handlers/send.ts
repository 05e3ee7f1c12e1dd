// Sending messages: one at a time, in batches, to retry topics, as halves of transactions
// (SendMessageProcessor). The hot path: no promise and no parsed properties for a plain message.

import type { Clock } from '../../../base/clock.js';
import { describeError } from '../../../base/log.js';
import { MqError } from '../../../base/errors.js';
import { batchParts } from '../../../protocol/batch.js';
import type { ExtFields } from '../../../protocol/fields.js';
import type { TopicCounts } from '../metadata/topic-counts.js';
import { Property, RETRY_PREFIX, SysFlag, SystemTopic } from '../../../protocol/flags.js';
import type { Host } from '../../../protocol/host.js';
import { findProperty } from '../../../protocol/properties.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { PutMessage } from '../../../store/message-store.js';
import { type Append, type AppendResult, nothingPut } from '../sending/append.js';
import { offsetIdsOf, uniqueIdsOf } from '../sending/message-ids.js';
import type {
  Groups,
  MessagingConfig,
  MessagingStoreConfig,
  QueueLocks,
  Topics,
  TopicView,
} from '../parts.js';
import { batchAttributeOf } from '../metadata/attributes.js';
import { asInnerBatch } from '../sending/inner-batch.js';
import { intoLiteQueue } from '../sending/lite-dispatch.js';
import { putAnswer } from '../sending/put-answers.js';
import { recallHandle } from '../waiting/recall.js';
import { intoPriorityQueue } from '../sending/priority.js';
import { redirectDeadLetter } from '../sending/retry-limit.js';
import { checkSend, type SendHeader } from '../sending/send-checks.js';
import { PropertyStamper } from '../sending/send-properties.js';
import type { Stats } from '../running/stats.js';

export interface SendDeps {
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  append: Append;
  topics: Topics;
  groups: Groups;
  queueLocks: QueueLocks;
  stats: Stats;
  clock: Clock;
  /** The broker's own address, which is part of message ids. */
  storeHost: Host;
  /** Turns a message into the half of a transaction. */
  prepareHalf(message: PutMessage): void;
  /** Counts halves. */
  undecided: Pick<TopicCounts, 'add'>;
}

type SendCall = Call<'SEND_MESSAGE' | 'SEND_MESSAGE_V2' | 'SEND_BATCH_MESSAGE'>;

export function sendHandlers(deps: SendDeps): Handlers {
  const sender = new Sender(deps);
  const send = (header: SendHeader, call: SendCall): Reply | undefined => sender.send(header, call);
  return { SEND_MESSAGE: send, SEND_MESSAGE_V2: send, SEND_BATCH_MESSAGE: send };
}

const MAX_TOPIC_LENGTH = 127;

class Sender {
  private readonly msgIds: (physicalOffsets: readonly number[]) => string;
  private readonly stamper: PropertyStamper;
  private turn = 0;

  constructor(private readonly deps: SendDeps) {
    this.msgIds = offsetIdsOf(deps.storeHost);
    this.stamper = new PropertyStamper(uniqueIdsOf(deps.storeHost, deps.clock));
  }

  send(header: SendHeader, call: SendCall): Reply | undefined {
    const stalled = this.deps.append.stalledMs();
    if (stalled > 0 && this.deps.config.brokerFastFailureEnable) return this.busy(stalled);
    try {
      const topic = checkSend(this.deps, header, call.connection);
      const queueId = header.queueId < 0 ? this.nextQueue(topic) : header.queueId;
      return header.batch
        ? this.sendBatch(header, call, topic, queueId)
        : this.sendOne(header, call, topic, queueId);
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      return this.refusal(error.responseCode, describeError(error));
    }
  }

  /** BrokerFastFailure.cleanExpiredRequest: the client is to try another broker, or later. */
  private busy(waitedMs: number): Reply {
    const text =
      '[PCBUSY_CLEAN_QUEUE]broker busy, start flow control for a while, ' +
      `period in queue: ${waitedMs}ms, size of queue: 0`;
    return { code: ResponseCode.SYSTEM_BUSY, remark: text };
  }

  /** Stands for RocketMQ's random choice; every queue gets its turn. */
  private nextQueue(topic: TopicView): number {
    this.turn = (this.turn + 1) & 0x3fffffff;
    return this.turn % Math.max(1, topic.writeQueueNums);
  }

  private sendOne(
    header: SendHeader,
    call: SendCall,
    topic: TopicView,
    wanted: number,
  ): Reply | undefined {
    const { append, config, stats, clock } = this.deps;
    const { text, uniqueKey } = this.stamper.stamp(header.properties ?? '', {
      region: config.regionId,
      traceOn: config.traceOn,
      cluster: config.brokerClusterName,
    });
    const placed = intoLiteQueue(header.topic, text);
    const message = messageOf(header, call, topic, wanted, call.body, placed);
    if (header.topic.startsWith(RETRY_PREFIX)) {
      redirectDeadLetter(this.deps, header, call, message);
    }
    // a retry has the priority of what is tried again
    const dead = message.topic !== header.topic;
    if (!dead) intoPriorityQueue(message, topic);
    const { queueId } = message;
    if (call.body.length === 0) return this.refusal(ResponseCode.MESSAGE_ILLEGAL, 'no body');
    if (needsKey(topic, text)) {
      return this.refusal(ResponseCode.MESSAGE_ILLEGAL, 'Required message key is missing');
    }
    const half = isHalf(message);
    if (half) {
      if (config.rejectTransactionMessage) {
        const text = `the broker[${config.brokerIP1}] sending transaction message is forbidden`;
        return this.refusal(ResponseCode.NO_PERMISSION, text);
      }
      this.deps.prepareHalf(message);
    }
    const begin = clock.now();
    append.put(message, (result) => {
      const answer = putAnswer(result, this.deps.storeConfig);
      if (!answer.stored) return call.answer(this.refusal(answer.code, answer.remark));
      stats.topicPut(message.topic, queueId, 1, result.bytes, clock.now() - begin);
      if (half) this.deps.undecided.add(header.topic, 1);
      const msgId = this.msgIds(result.physicalOffsets);
      // of a dead letter RocketMQ tells the queue that was asked for, too
      const ext = this.sendResult(msgId, dead ? wanted : queueId, result, uniqueKey);
      const timed = message.topic === SystemTopic.TIMER_WHEEL;
      const handle = timed && recallHandle(message.properties, config.brokerName, uniqueKey);
      if (handle) ext.recallHandle = handle;
      call.answer({ code: answer.code, ext });
    });
    return undefined;
  }

  private sendBatch(
    header: SendHeader,
    call: SendCall,
    topic: TopicView,
    queueId: number,
  ): Reply | undefined {
    const { append, config, stats, storeConfig, clock } = this.deps;
    if (header.topic.length > MAX_TOPIC_LENGTH) {
      const text = `message topic length too long ${header.topic.length}`;
      return this.refusal(ResponseCode.MESSAGE_ILLEGAL, text);
    }
    if (header.topic.startsWith(RETRY_PREFIX)) {
      const text = `batch request does not support retry group ${header.topic}`;
      return this.refusal(ResponseCode.MESSAGE_ILLEGAL, text);
    }
    const outer = header.properties ?? '';
    const uniqueKey = findProperty(outer, Property.UNIQ_KEY);
    const parts = batchParts(call.body);
    if (parts.length === 0) return this.refusal(ResponseCode.MESSAGE_ILLEGAL, 'no message');
    const begin = clock.now();
    const inner = uniqueKey !== undefined && batchAttributeOf(topic);
    if (!inner && isIllegalBatch(header, call.body.length, storeConfig)) {
      const { code, remark } = putAnswer(nothingPut('MESSAGE_ILLEGAL', begin), storeConfig);
      return this.refusal(code, remark);
    }
    const done = (result: AppendResult): void => {
      const answer = putAnswer(result, storeConfig);
      if (!answer.stored) return call.answer(this.refusal(answer.code, answer.remark));
      const ms = clock.now() - begin;
      stats.topicPut(header.topic, queueId, parts.length, result.bytes, ms);
      const msgId = this.msgIds(result.physicalOffsets);
      const ext = this.sendResult(msgId, queueId, result, uniqueKey);
      if (inner) ext.batchUniqId = uniqueKey;
      call.answer({ code: answer.code, ext });
    };
    const whole = messageOf(header, call, topic, queueId, call.body, outer);
    if (!inner) append.putBatch(whole, parts, done);
    else append.put(asInnerBatch(whole, parts.length, config.brokerClusterName), done);
    return undefined;
  }

  private sendResult(
    msgId: string,
    queueId: number,
    result: AppendResult,
    transactionId: string | undefined,
  ): ExtFields {
    const ext: ExtFields = {
      queueId: String(queueId),
      msgId,
      TRACE_ON: String(this.deps.config.traceOn),
      MSG_REGION: this.deps.config.regionId,
      queueOffset: String(result.queueOffset),
    };
    if (transactionId !== undefined) ext.transactionId = transactionId;
    return ext;
  }

  private refusal(code: number, remark: string | undefined): Reply {
    const { traceOn, regionId } = this.deps.config;
    return { code, remark, ext: { TRACE_ON: String(traceOn), MSG_REGION: regionId } };
  }
}

function messageOf(
  header: SendHeader,
  call: SendCall,
  topic: TopicView,
  queueId: number,
  body: Buffer,
  properties: string,
): PutMessage {
  const multiTag = topic.topicFilterType === 'MULTI_TAG' ? SysFlag.MULTI_TAGS : 0;
  return {
    topic: header.topic,
    queueId,
    flag: header.flag,
    sysFlag: header.sysFlag | multiTag,
    bornTimestamp: header.bornTimestamp,
    bornHost: call.connection.host,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    body,
    properties,
  };
}

/** Compaction topics keep the newest message of each key, so there must be one. */
function needsKey(topic: TopicView, properties: string): boolean {
  return (
    topic.attributes?.['cleanup.policy'] === 'COMPACTION' &&
    findProperty(properties, Property.KEYS) === undefined
  );
}

/** A batch is no transaction, is not delayed, and may be as large as a message. */
function isIllegalBatch(
  { sysFlag, properties }: SendHeader,
  bytes: number,
  { maxMessageSize }: MessagingStoreConfig,
): boolean {
  const transaction = (sysFlag & SysFlag.TRANSACTION_MASK) !== 0;
  const delayed = Number(findProperty(properties ?? '', Property.DELAY) ?? 0) > 0;
  return transaction || delayed || bytes > maxMessageSize;
}

function isHalf(message: PutMessage): boolean {
  if (!message.properties.includes(Property.TRAN_MSG)) return false;
  if (findProperty(message.properties, Property.TRAN_MSG)?.toLowerCase() !== 'true') return false;
  // A retry of a consumer before 4.6.1 still carries the property.
  const level = Number(findProperty(message.properties, Property.DELAY) ?? 0);
  return !(message.reconsumeTimes > 0 && level > 0);
}
