// Popping from lite topics: a client gets messages of all lite topics that it has subscribed to and
// that have news, each lite topic in its order (PopLiteMessageProcessor).

import type { Clock } from '../../../base/clock.js';
import { MqError, refuse } from '../../../base/errors.js';
import { Property } from '../../../protocol/flags.js';
import { decodeRecord } from '../../../protocol/message.js';
import { findProperty } from '../../../protocol/properties.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { GetResult, GetStatus, MessageStore } from '../../../store/message-store.js';
import type { LiteEvents } from '../lite/events.js';
import type { LiteLag } from '../lite/lag.js';
import { LITE_QUEUE_ID } from '../lite/lite-names.js';
import type { LiteOrder } from '../lite/lite-order.js';
import type { LitePolling } from '../lite/polling.js';
import { isLite } from '../lite/metadata.js';
import type { Groups, MessagingConfig, Topics } from '../parts.js';
import { ORDER_REVIVE_QUEUE } from '../pop/receipt.js';
import type { Turns } from '../pop/turns.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import { isYoungQueue } from '../pulling/young-queue.js';
import { FURTHER_DETAILS, readable } from '../remarks.js';
import type { Stats } from '../running/stats.js';

export interface LitePopDeps {
  config: MessagingConfig;
  topics: Topics;
  groups: Groups;
  events: LiteEvents;
  order: LiteOrder;
  lag: LiteLag;
  polling: LitePolling;
  turns: Turns;
  store: MessageStore;
  offsets: ConsumerOffsets;
  stats: Stats;
  clock: Clock;
}

type PopHeader = Req<'POP_LITE_MESSAGE'>;
type PopCall = Call<'POP_LITE_MESSAGE'>;

const MAX_MESSAGES = 32;
const MAX_BYTES = 4 * 1024 * 1024;
/** A request that was so long under way is not served any more. */
const TOO_LATE_MS = 500;
/** The group's place is not in the queue: it goes on where the store says. */
const MISPLACED = new Set<GetStatus>([
  'OFFSET_TOO_SMALL',
  'OFFSET_OVERFLOW_BADLY',
  'OFFSET_FOUND_NULL',
  'NO_MATCHED_MESSAGE',
  'MESSAGE_WAS_REMOVING',
  'NO_MATCHED_LOGIC_QUEUE',
]);

export function litePopHandlers(deps: LitePopDeps): Handlers {
  const popper = new LitePopper(deps);
  return {
    POP_LITE_MESSAGE(header, call) {
      try {
        return popper.start(header, call);
      } catch (error) {
        if (!(error instanceof MqError)) throw error;
        // Clients read the header of every answer to a POP.
        const empty = { popTime: 0, invisibleTime: 0, reviveQid: 0 };
        return { code: error.responseCode, remark: error.message, header: empty };
      }
    },
  };
}

interface Harvest {
  popTime: number;
  records: Buffer[];
  counts: string[];
}

class LitePopper {
  constructor(private readonly deps: LitePopDeps) {}

  start(header: PopHeader, call: PopCall): undefined {
    const { clock, config } = this.deps;
    const born = header.bornTime !== 0 ? header.bornTime : clock.now();
    if (clock.now() - born - header.pollTime > TOO_LATE_MS) {
      const text = `the broker[${config.brokerIP1}] pop message is timeout too much`;
      throw refuse(ResponseCode.POLLING_TIMEOUT, text);
    }
    check(this.deps, header);
    // who does not wait is answered at once, also if its clock is ahead
    const deadline = header.pollTime > 0 ? born + header.pollTime : 0;
    this.serve(header, call, deadline, false);
    return undefined;
  }

  private serve(header: PopHeader, call: PopCall, deadline: number, last: boolean): void {
    this.pop(header, call, deadline, last).catch((error: unknown) => call.fail(error));
  }

  private async pop(header: PopHeader, call: PopCall, deadline: number, last: boolean) {
    const { events, polling } = this.deps;
    const { clientId } = header;
    const harvest = await this.harvest(header);
    if (harvest.records.length > 0) return call.answer(replyOf(header, harvest));
    const { connection } = call;
    const serve = (isLast: boolean): void => this.serve(header, call, deadline, isLast);
    const held = last ? 'TIMEOUT' : polling.hold({ clientId, deadline, connection, serve });
    if (held === 'HELD') {
      // News may have come while the queues were read.
      if (events.pending(clientId)) polling.wake(clientId);
      return;
    }
    const code = held === 'FULL' ? ResponseCode.POLLING_FULL : ResponseCode.POLLING_TIMEOUT;
    call.answer({ ...replyOf(header, harvest), code, remark: 'NO_MESSAGE_IN_QUEUE' });
  }

  private async harvest(header: PopHeader): Promise<Harvest> {
    const harvest: Harvest = { popTime: this.deps.clock.now(), records: [], counts: [] };
    const seen = new Set<string>();
    // looked at before each step: what is taken off the client's news must be served
    const queues = this.deps.events.queuesFor(header.clientId);
    while (harvest.records.length < header.maxMsgNum) {
      const { done, value: queue } = queues.next();
      if (done) break;
      if (seen.has(queue)) continue;
      seen.add(queue);
      const key = `${header.consumerGroup}@${queue}`;
      await this.deps.turns.run(key, () => this.popQueue(header, queue, harvest));
    }
    return harvest;
  }

  private async popQueue(header: PopHeader, queue: string, harvest: Harvest): Promise<void> {
    const { lag, order, stats, clock } = this.deps;
    const { attemptId, consumerGroup: group, invisibleTime, maxMsgNum, topic } = header;
    const { popTime } = harvest;
    if (order.blocked(queue, group, attemptId)) return;
    const room = maxMsgNum - harvest.records.length;
    const { result, queueOffsets } = await this.read(group, queue, room);
    const { bytes, records } = result;
    if (records.length === 0) return;
    const out = { attemptId, popTime, invisibleTime, queueOffsets };
    harvest.counts.push(order.update(queue, group, out));
    harvest.records.push(...records);
    const ms = clock.now() - popTime;
    stats.groupGet(group, topic, LITE_QUEUE_ID, records.length, bytes, ms, 0);
    await lag.note(group, queue, harvest.records.length >= maxMsgNum, result.nextBeginOffset);
  }

  private async read(group: string, queue: string, maxMessages: number) {
    const { offsets, store } = this.deps;
    let offset = await this.startOffset(group, queue);
    const read = (): GetResult | Promise<GetResult> =>
      store.get({ topic: queue, queueId: LITE_QUEUE_ID, offset, maxMessages, maxBytes: MAX_BYTES });
    let result = await read();
    if (MISPLACED.has(result.status)) {
      offset = Math.max(0, result.nextBeginOffset);
      offsets.commit(group, queue, LITE_QUEUE_ID, offset);
      result = await read();
    }
    const { records } = result;
    const queueOffsets = records.map((record, i) => placeOf(record, queue) ?? offset + i);
    return { result, queueOffsets };
  }

  /** Where the group stands; a new one starts at the end, as far as that is not the beginning. */
  private async startOffset(group: string, queue: string): Promise<number> {
    const { config, offsets, order, store } = this.deps;
    const reset = offsets.takeReset(group, queue, LITE_QUEUE_ID);
    if (reset !== undefined) {
      order.remove(queue, group);
      offsets.commit(group, queue, LITE_QUEUE_ID, reset);
      return reset;
    }
    const known = offsets.query(group, queue, LITE_QUEUE_ID);
    if (known >= 0) return known;
    const young =
      config.initPopOffsetByCheckMsgInMem && (await isYoungQueue(store, queue, LITE_QUEUE_ID));
    const offset = young ? 0 : Math.max(0, store.maxOffset(queue, LITE_QUEUE_ID) - 1);
    offsets.commit(group, queue, LITE_QUEUE_ID, offset);
    return offset;
  }
}

/** The message's offset in the light queue: the record's own is that of its parent topic. */
function placeOf(bytes: Buffer, queue: string): number | undefined {
  const properties = decodeRecord(bytes)?.properties ?? '';
  const names = findProperty(properties, Property.INNER_MULTI_DISPATCH)?.split(',') ?? [];
  const offsets = findProperty(properties, Property.INNER_MULTI_QUEUE_OFFSET)?.split(',') ?? [];
  const offset = offsets[names.indexOf(queue)];
  return offset ? Number(offset) : undefined;
}

function replyOf(
  { invisibleTime }: PopHeader,
  { counts, popTime, records }: Harvest,
): Reply<'POP_LITE_MESSAGE'> {
  const orderCountInfo = counts.join(';');
  const reviveQid = ORDER_REVIVE_QUEUE;
  const header = { popTime, invisibleTime, reviveQid, orderCountInfo };
  return { remark: 'FOUND', header, body: records };
}

/** PopLiteMessageProcessor.preCheck. */
function check({ config, groups, topics }: LitePopDeps, header: PopHeader): void {
  const { consumerGroup, maxMsgNum, topic: name } = header;
  const { INVALID_PARAMETER, NO_PERMISSION } = ResponseCode;
  if (!readable(config.brokerPermission)) {
    throw refuse(NO_PERMISSION, `the broker[${config.brokerIP1}] pop message is forbidden`);
  }
  if (maxMsgNum > MAX_MESSAGES) {
    const text = `the broker[${config.brokerIP1}] pop message's num is greater than 32`;
    throw refuse(INVALID_PARAMETER, text);
  }
  const topic = topics.get(name);
  if (!topic) {
    const text = `topic [${name}] not exist, apply first please! ${FURTHER_DETAILS}`;
    throw refuse(ResponseCode.TOPIC_NOT_EXIST, text);
  }
  if (!readable(topic.perm)) {
    throw refuse(NO_PERMISSION, `the topic [${name}] peeking message is forbidden`);
  }
  if (!isLite(topic)) {
    throw refuse(INVALID_PARAMETER, `the topic [${name}] message type not match`);
  }
  const group = groups.find(consumerGroup);
  if (!group) {
    const text = `subscription group [${consumerGroup}] not exist, ${FURTHER_DETAILS}`;
    throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, text);
  }
  if (!group.consumeEnable) {
    throw refuse(NO_PERMISSION, `subscription group no permission, ${consumerGroup}`);
  }
  if (group.attributes?.['lite.bind.topic'] !== name) {
    throw refuse(INVALID_PARAMETER, `subscription bind topic not match, ${consumerGroup}`);
  }
}
