// Requests of the load generator, encoded before it starts: while it runs it copies bytes only.

import { encodeBatch } from '../src/protocol/batch.js';
import { encodeFrameHeader } from '../src/protocol/frame.js';
import { formatProperties, type Properties } from '../src/protocol/properties.js';
import {
  type Req,
  requestCodec,
  type RequestName,
  REQUESTS,
} from '../src/protocol/requests/index.js';
import type { LoadPlan } from './plan.js';

/** Width of the queue offset in a pull; it is overwritten in place. */
export const OFFSET_DIGITS = 12;

/** MessageSysFlag. */
const TRANSACTION_PREPARED = 4;

/** Properties as the Java client sends them. */
function propertiesOf(key: number, more: Properties = {}): string {
  const unique = `7F0000010BBC${key.toString(16).toUpperCase().padStart(20, '0')}`;
  return formatProperties({ UNIQ_KEY: unique, WAIT: 'true', TAGS: 'TagA', ...more });
}

type SendPlan = Pick<LoadPlan, 'topic' | 'queues' | 'bodyBytes' | 'batch' | 'properties'>;

/** `count` sends one behind the other, and the length of each. */
export function sendFrames(plan: SendPlan, count: number): { bytes: Buffer; length: number } {
  const { topic, queues, bodyBytes, batch } = plan;
  const name = batch > 1 ? 'SEND_BATCH_MESSAGE' : 'SEND_MESSAGE_V2';
  const frames = Array.from({ length: count }, (_, i) => {
    const body = Buffer.alloc(bodyBytes, 'x');
    const messages = Array.from({ length: batch }, (_, j) => ({
      flag: 0,
      body,
      properties: propertiesOf(i * batch + j, plan.properties),
    }));
    const payload = batch > 1 ? encodeBatch(messages) : body;
    const ext = requestCodec(name).encode({
      producerGroup: 'BenchProducer',
      topic,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: i % queues,
      sysFlag: plan.properties?.TRAN_MSG ? TRANSACTION_PREPARED : 0,
      bornTimestamp: 1_700_000_000_000,
      flag: 0,
      properties: batch > 1 ? '' : propertiesOf(i, plan.properties),
      reconsumeTimes: 0,
      unitMode: false,
      batch: batch > 1,
    });
    // All of one length: they are cut by it.
    const opaque = 1000 + i;
    const head = encodeFrameHeader(
      { code: REQUESTS[name].code, opaque, flag: 0, ext },
      payload.length,
    );
    return Buffer.concat([head, payload]);
  });
  const { length } = frames[0]!;
  if (frames.some((frame) => frame.length !== length)) throw new Error('frames differ in length');
  return { bytes: Buffer.concat(frames), length };
}

/** A pull of 32 messages whose opaque is the queue's, counted from 1. */
export function pullFrame(
  { topic, sql }: Pick<LoadPlan, 'topic' | 'sql'>,
  queueId: number,
  consumerGroup = 'BenchConsumer',
): { request: Buffer; offsetAt: number } {
  const ext = requestCodec('PULL_MESSAGE').encode({
    consumerGroup,
    topic,
    queueId,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: 4, // the subscription travels with the pull
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: sql ?? '*',
    subVersion: 0,
    expressionType: sql ? 'SQL92' : 'TAG',
  });
  const mark = '9'.repeat(OFFSET_DIGITS);
  const fields = { code: REQUESTS.PULL_MESSAGE.code, opaque: queueId + 1, flag: 0 };
  const request = encodeFrameHeader({ ...fields, ext: { ...ext, queueOffset: mark } }, 0);
  return { request, offsetAt: request.indexOf(mark) };
}

/** Any request without a body. */
export function frame<N extends RequestName>(name: N, header: Req<N>, oneway = false): Buffer {
  const ext = requestCodec(name).encode(header);
  return encodeFrameHeader({ code: REQUESTS[name].code, opaque: 1, flag: oneway ? 2 : 0, ext }, 0);
}
