// Acknowledging what POP handed out, one or many, or asking for more time (AckMessageProcessor,
// ChangeInvisibleTimeProcessor).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import { decodeBody, numberOf, objectsOf, textOf } from '../../../protocol/bodies/json.js';
import type { JsonObject } from '../../../protocol/fastjson.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { LiteAcks } from '../lite/lite-acks.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { MessagingConfig, Topics } from '../parts.js';
import type { Inflight } from '../pop/inflight.js';
import type { OrderInfo } from '../pop/order-info.js';
import { illegalQueue, refusalWith, topicOf } from '../pop/pop-checks.js';
import type { PopPolling } from '../pop/pop-polling.js';
import {
  normalTopicOf,
  ORDER_REVIVE_QUEUE,
  parseReceipt,
  realTopicOf,
  type Receipt,
} from '../pop/receipt.js';
import type { ReviveLog } from '../pop/revive-log.js';
import type { Stats } from '../running/stats.js';

export interface PopAckDeps {
  config: MessagingConfig;
  store: MessageStore;
  offsets: ConsumerOffsets;
  topics: Topics;
  orderInfo: OrderInfo;
  inflight: Inflight;
  polling: PopPolling;
  reviveLog: ReviveLog;
  stats: Stats;
  clock: Clock;
  /** Serves the messages of lite topics. */
  lite: LiteAcks;
}

/** Header of an answer that tells of no new time. */
const UNCHANGED = { popTime: 0, invisibleTime: 0, reviveQid: 0 };

type AckHeader = Req<'ACK_MESSAGE'>;
type ChangeHeader = Req<'CHANGE_MESSAGE_INVISIBLETIME'>;

/** What is acknowledged of one POP of one queue. */
interface Acked extends Pick<Receipt, 'startOffset' | 'popTime' | 'invisibleTime'> {
  topic: string;
  group: string;
  queueId: number;
  brokerName: string;
  reviveQueueId: number;
  offsets: number[];
  batch?: boolean;
}

export function popAckHandlers(deps: PopAckDeps): Handlers {
  return {
    ACK_MESSAGE: (header, call) => ackOne(deps, header, call),
    BATCH_ACK_MESSAGE: (_header, call) => ackMany(deps, call),
    CHANGE_MESSAGE_INVISIBLETIME: (header, call) =>
      changeTime(deps, header, call).catch((error: unknown) => refusalWith(error, UNCHANGED)),
  };
}

/** As often as there are messages: without a promise. */
function ackOne(
  deps: PopAckDeps,
  header: AckHeader,
  call: Call,
): Reply | Promise<Reply> | undefined {
  const { topic, queueId, offset, consumerGroup: group } = header;
  const receipt = checkTarget(deps, header, call);
  const liteTopic = header.liteTopic?.trim();
  if (liteTopic) return deps.lite.ack(header, liteTopic, receipt);
  const min = deps.store.minOffset(topic, queueId);
  const max = deps.store.maxOffset(topic, queueId);
  if (offset < min || offset > max) {
    const text =
      `offset is illegal, key:${topic}@${queueId}, ` + `commit:${offset}, store:${min}~${max}`;
    throw refuse(ResponseCode.NO_MESSAGE, text);
  }
  const { startOffset, popTime, invisibleTime, brokerName, reviveQueueId } = receipt;
  // field by field: V8 gives an object made by spreading others a hidden class of its own
  const acked: Acked = {
    topic,
    group,
    queueId,
    brokerName,
    reviveQueueId,
    startOffset,
    popTime,
    invisibleTime,
    offsets: [offset],
  };
  ack(deps, acked, call, (reply) => call.answer(reply));
  return undefined;
}

function ack(deps: PopAckDeps, acked: Acked, call: Call, done: (reply: Reply) => void): void {
  const { topic, group, offsets, invisibleTime, reviveQueueId } = acked;
  if (reviveQueueId === ORDER_REVIVE_QUEUE) return done(ackInOrder(deps, acked, call));
  deps.stats.popAck(group, topic, offsets.length);
  deps.reviveLog.ack(acked, invisibleTime, reviveQueueId, (stored) => {
    deps.inflight.settled(acked, offsets.length);
    done(stored ? {} : notStored('acknowledgement'));
  });
}

function ackInOrder(deps: PopAckDeps, acked: Acked, call: Call): Reply {
  const { inflight, offsets, orderInfo, polling } = deps;
  const { topic, group, queueId, popTime } = acked;
  for (const offset of acked.offsets) {
    const old = offsets.query(group, topic, queueId);
    if (offset < old) continue;
    const next = orderInfo.ack(topic, group, queueId, offset, popTime);
    if (next === -1) {
      const text =
        `offset is illegal, key:${topic}@${group}@${queueId}, old:${old}, commit:${offset}, ` +
        `next:${next}, /${call.connection.remote}`;
      return { code: ResponseCode.MESSAGE_ILLEGAL, remark: text };
    }
    inflight.settled(acked, 1);
    if (next < 0) continue;
    if (!offsets.hasReset(group, topic, queueId)) offsets.commit(group, topic, queueId, next);
    if (orderInfo.freeTime(topic, group, queueId) === undefined)
      polling.wake(topic, group, queueId);
  }
  return {};
}

async function ackMany(deps: PopAckDeps, call: Call): Promise<Reply> {
  const body = call.body.length > 0 ? decodeBody(call.body, 'BatchAckMessageRequestBody') : {};
  const acks = objectsOf(body.acks);
  if (acks.length === 0) return { code: ResponseCode.NO_MESSAGE };
  const brokerName = textOf(body.brokerName);
  let reply: Reply = {};
  for (const fields of acks) {
    const acked = batchOf(deps, fields, brokerName);
    if (acked.offsets.length === 0) continue;
    const answer = await new Promise<Reply>((done) => ack(deps, acked, call, done));
    if (answer.code !== undefined) reply = answer;
  }
  return reply;
}

/** The set bits of `b` are the acknowledged offsets, from the start offset on. */
function batchOf({ store }: PopAckDeps, fields: JsonObject, brokerName: string): Acked {
  const group = textOf(fields.c ?? fields.consumerGroup);
  const named = textOf(fields.t ?? fields.topic);
  const topic = realTopicOf(named, group, textOf(fields.r ?? fields.retry));
  const queueId = numberOf(fields.q ?? fields.queueId);
  const startOffset = numberOf(fields.so ?? fields.startOffset);
  const bits = Buffer.from(textOf(fields.b ?? fields.bitSet), 'base64');
  const min = store.minOffset(topic, queueId);
  const max = store.maxOffset(topic, queueId);
  const offsets: number[] = [];
  for (let i = 0; i < bits.length * 8; i++) {
    const offset = startOffset + i;
    if ((bits[i >> 3] >> (i & 7)) % 2 === 1 && offset >= min && offset <= max) offsets.push(offset);
  }
  return {
    topic,
    group,
    queueId,
    startOffset,
    brokerName,
    offsets,
    batch: true,
    popTime: numberOf(fields.pt ?? fields.popTime),
    invisibleTime: numberOf(fields.it ?? fields.invisibleTime),
    reviveQueueId: numberOf(fields.rq ?? fields.reviveQueueId),
  };
}

async function changeTime(
  deps: PopAckDeps,
  header: ChangeHeader,
  call: Call,
): Promise<Reply<'CHANGE_MESSAGE_INVISIBLETIME'>> {
  const { clock, offsets, orderInfo, reviveLog, store } = deps;
  const { topic, queueId, offset, consumerGroup: group, invisibleTime } = header;
  const receipt = checkTarget(deps, header, call);
  const liteTopic = header.liteTopic?.trim();
  if (liteTopic) return deps.lite.changeTime(header, liteTopic, receipt);
  if (offset < store.minOffset(topic, queueId) || offset >= store.maxOffset(topic, queueId)) {
    return { code: ResponseCode.NO_MESSAGE, header: UNCHANGED };
  }
  const now = clock.now();
  const { brokerName, popTime, reviveQueueId, startOffset } = receipt;
  if (reviveQueueId === ORDER_REVIVE_QUEUE) {
    if (offset < offsets.query(group, topic, queueId)) return { header: UNCHANGED };
    orderInfo.setVisibleAt(topic, group, queueId, offset, popTime, now + invisibleTime);
    const free = orderInfo.freeTime(topic, group, queueId) ?? now;
    deps.polling.wakeAt(free, topic, group, queueId);
    const longer = now + invisibleTime - popTime;
    return { header: { popTime, invisibleTime: longer, reviveQid: reviveQueueId } };
  }
  const at = { topic, group, queueId, brokerName };
  const suspend = header.suspend ?? false;
  const one = { startOffset: offset, differences: [0] };
  const point = { ...at, ...one, popTime: now, invisibleTime, suspend };
  if (!(await reviveLog.checkPoint(point, reviveQueueId))) {
    return { ...notStored('check point'), header: UNCHANGED };
  }
  const old = { ...at, startOffset, popTime, offsets: [offset] };
  await new Promise((stored) => reviveLog.ack(old, receipt.invisibleTime, reviveQueueId, stored));
  deps.stats.popCheckPoint(group, normalTopicOf(topic, group));
  return { header: { popTime: now, invisibleTime, reviveQid: reviveQueueId } };
}

/** The receipt of a request for a queue that exists. */
function checkTarget(
  { topics }: PopAckDeps,
  header: { topic: string; queueId: number; extraInfo: string },
  { connection }: Call,
): Receipt {
  const topic = topicOf(topics, header.topic);
  if (header.queueId < 0 || header.queueId >= topic.readQueueNums) {
    throw refuse(ResponseCode.MESSAGE_ILLEGAL, illegalQueue(header, topic, connection));
  }
  const receipt = parseReceipt(header.extraInfo);
  if (receipt) return receipt;
  throw refuse(ResponseCode.MESSAGE_ILLEGAL, `extraInfo is illegal: ${header.extraInfo}`);
}

function notStored(what: string): { code: number; remark: string } {
  return { code: ResponseCode.SYSTEM_ERROR, remark: `the ${what} could not be stored` };
}
