// Pulling messages (PullMessageProcessor, DefaultPullMessageResultHandler).

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import { MASTER_ID, PullFlag, SysFlag } from '../../../protocol/flags.js';
import { readInt64, RecordAt } from '../../../protocol/message.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { GetResult, GetStatus, MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { LongPolling } from '../pulling/long-polling.js';
import { storedTopic } from '../lite/lite-names.js';
import type { MessagingStoreConfig } from '../parts.js';
import {
  checkPull,
  type PullCall,
  type PullCheckDeps,
  type PullHeader,
  type PullPlan,
} from '../pulling/pull-checks.js';
import type { Stats } from '../running/stats.js';

export interface PullDeps extends PullCheckDeps {
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  offsets: ConsumerOffsets;
  longPolling: LongPolling;
  stats: Stats;
  clock: Clock;
  log: Logger;
}

export function pullHandlers(deps: PullDeps): Handlers {
  const puller = new Puller(deps);
  const pull = (header: PullHeader, call: PullCall): Reply | Promise<Reply> | undefined =>
    puller.pull(header, call, FIRST);
  return { PULL_MESSAGE: pull, LITE_PULL_MESSAGE: pull };
}

/** What a client is told of each outcome; an empty queue depends on the offset it asked for. */
const CODES: Readonly<Record<GetStatus, number>> = {
  FOUND: ResponseCode.SUCCESS,
  NO_MATCHED_MESSAGE: ResponseCode.PULL_RETRY_IMMEDIATELY,
  MESSAGE_WAS_REMOVING: ResponseCode.PULL_RETRY_IMMEDIATELY,
  NO_MATCHED_LOGIC_QUEUE: ResponseCode.PULL_OFFSET_MOVED,
  NO_MESSAGE_IN_QUEUE: ResponseCode.PULL_OFFSET_MOVED,
  OFFSET_FOUND_NULL: ResponseCode.PULL_NOT_FOUND,
  OFFSET_OVERFLOW_ONE: ResponseCode.PULL_NOT_FOUND,
  OFFSET_OVERFLOW_BADLY: ResponseCode.PULL_OFFSET_MOVED,
  OFFSET_TOO_SMALL: ResponseCode.PULL_OFFSET_MOVED,
  OFFSET_RESET: ResponseCode.PULL_OFFSET_MOVED,
};

/** How often a pull has been looked at. */
interface Turn {
  first: boolean;
  /** A pull that an arrival has woken may wait on until then. */
  until: number;
}

const FIRST: Turn = { first: true, until: 0 };
const LAST: Turn = { first: false, until: 0 };

class Puller {
  constructor(private readonly deps: PullDeps) {}

  pull(header: PullHeader, call: PullCall, turn: Turn): Reply | Promise<Reply> | undefined {
    const plan = checkPull(this.deps, header, call);
    if ('refusal' in plan) return plan.refusal;
    const begin = this.deps.clock.now();
    const found = this.read(header, plan);
    if (!(found instanceof Promise)) return this.conclude(header, call, plan, found, begin, turn);
    found
      .then((result) => {
        const reply = this.conclude(header, call, plan, result, begin, turn);
        if (reply) call.answer(reply);
      })
      .catch((error: unknown) => call.fail(error));
    return undefined;
  }

  private read(header: PullHeader, plan: PullPlan): GetResult | Promise<GetResult> {
    const { config, offsets, store, storeConfig } = this.deps;
    const { consumerGroup, topic, queueId } = header;
    const reset = offsets.takeReset(consumerGroup, topic, queueId);
    if (reset !== undefined && config.useServerSideResetOffset) {
      return {
        status: 'OFFSET_RESET',
        nextBeginOffset: reset,
        minOffset: store.minOffset(topic, queueId),
        maxOffset: store.maxOffset(topic, queueId),
        records: [],
        bytes: 0,
        suggestPullingFromSlave: false,
      };
    }
    return store.get({
      topic: storedTopic(topic, header.liteTopic),
      queueId,
      offset: header.queueOffset,
      maxMessages: Math.min(header.maxMsgNums, storeConfig.maxTransferCountOnMessageInMemory),
      maxBytes: storeConfig.maxTransferBytesOnMessageInMemory,
      joined: true,
      matchTags: plan.filter.matchTags,
      matchRecord: plan.filter.matchRecord,
    });
  }

  private conclude(
    header: PullHeader,
    call: PullCall,
    plan: PullPlan,
    result: GetResult,
    begin: number,
    turn: Turn,
  ): Reply | undefined {
    this.commit(header, result, turn.first);
    let code = CODES[result.status];
    const empty =
      result.status === 'NO_MESSAGE_IN_QUEUE' || result.status === 'NO_MATCHED_LOGIC_QUEUE';
    if (empty && header.queueOffset === 0) code = ResponseCode.PULL_NOT_FOUND;
    if (code === ResponseCode.PULL_NOT_FOUND && turn.first && this.hold(header, call, plan)) {
      return undefined;
    }
    if (result.status === 'NO_MATCHED_MESSAGE' && turn.until > begin) {
      // What has woken it was not for it after all, as only its record could tell.
      const onwards = { ...header, queueOffset: result.nextBeginOffset };
      if (this.hold(onwards, call, plan, turn.until)) return undefined;
    }
    if (code === ResponseCode.SUCCESS) this.count(header, result, begin);
    const { brokerRole, offsetCheckInSlave } = this.deps.storeConfig;
    let suggested = this.suggestedBroker(plan, result);
    if (code === ResponseCode.PULL_OFFSET_MOVED) {
      if (brokerRole === 'SLAVE' && !offsetCheckInSlave) {
        // A slave that is behind its master does not know better than the consumer.
        code = ResponseCode.PULL_RETRY_IMMEDIATELY;
        suggested = plan.group.brokerId;
      } else {
        this.logMoved(header, call, result);
      }
    }
    const successful = code === ResponseCode.SUCCESS;
    return {
      code,
      remark: result.status,
      header: {
        suggestWhichBrokerId: suggested,
        nextBeginOffset: result.nextBeginOffset,
        minOffset: result.minOffset,
        maxOffset: result.maxOffset,
        topicSysFlag: plan.topic.topicSysFlag,
        groupSysFlag: plan.group.groupSysFlag,
      },
      body: successful ? result.records : undefined,
      sent: successful ? result.release : undefined,
    };
  }

  private commit(header: PullHeader, result: GetResult, first: boolean): void {
    const { consumerGroup, topic, queueId } = header;
    const { offsets } = this.deps;
    offsets.commitPulled(consumerGroup, topic, queueId, result.nextBeginOffset);
    if (first && (header.sysFlag & PullFlag.COMMIT_OFFSET) !== 0) {
      offsets.commit(consumerGroup, topic, queueId, header.commitOffset);
    }
  }

  /** False when the pull must be answered now. */
  private hold(header: PullHeader, call: PullCall, plan: PullPlan, until?: number): boolean {
    if ((header.sysFlag & PullFlag.SUSPEND) === 0) return false;
    const { clock, config, longPolling, store } = this.deps;
    const { queueId, queueOffset: offset } = header;
    const topic = storedTopic(header.topic, header.liteTopic);
    // A message may have come while the store was asked: then there is something to look at.
    if (store.maxOffset(topic, queueId) > offset) return this.again(header, call, LAST);
    const waitMs = config.longPollingEnable
      ? header.suspendTimeoutMillis
      : config.shortPollingTimeMills;
    const deadline = until ?? clock.now() + waitMs;
    return longPolling.hold({
      topic,
      queueId,
      offset,
      deadline,
      connection: call.connection,
      matchTags: plan.filter.matchTags,
      serve: (timeUp) => {
        this.again(header, call, timeUp ? LAST : { first: false, until: deadline });
      },
    });
  }

  private again(header: PullHeader, call: PullCall, turn: Turn): true {
    try {
      const reply = this.pull(header, call, turn);
      if (reply instanceof Promise) reply.then((r) => call.answer(r)).catch((e) => call.fail(e));
      else if (reply) call.answer(reply);
    } catch (error) {
      call.fail(error);
    }
    return true;
  }

  private suggestedBroker({ group }: PullPlan, result: GetResult): number {
    if (!this.deps.config.slaveReadEnable) return MASTER_ID;
    return result.suggestPullingFromSlave ? group.whichBrokerWhenConsumeSlowly : group.brokerId;
  }

  private count(header: PullHeader, result: GetResult, begin: number): void {
    const { clock, stats } = this.deps;
    const { consumerGroup, topic, queueId } = header;
    const { records, messages = records.length, bytes, lastAt = 0 } = result;
    const now = clock.now();
    const behind = now - storeTimestampOf(records[records.length - 1]!, lastAt);
    const ms = now - begin;
    stats.groupGet(consumerGroup, topic, queueId, messages, bytes, ms, behind);
  }

  private logMoved(header: PullHeader, call: PullCall, result: GetResult): void {
    const { consumerGroup, topic, queueId, queueOffset } = header;
    this.deps.log.warn(
      `${call.connection.remote}: ${consumerGroup} asked for offset ${queueOffset} of ${topic} ` +
        `queue ${queueId}, which holds ${result.minOffset} to ${result.maxOffset} ` +
        `(${result.status}); it is sent to ${result.nextBeginOffset}`,
    );
  }
}

function storeTimestampOf(bytes: Buffer, at: number): number {
  const v6 = (bytes.readInt32BE(at + RecordAt.sysFlag) & SysFlag.BORN_HOST_V6) !== 0;
  return readInt64(bytes, at + RecordAt.bornHost + (v6 ? 20 : 8));
}
