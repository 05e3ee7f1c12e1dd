// The two sides of the benchmark of lateness: a connection that sends messages with a time of their
// own at a steady rate, and connections that pull them and look at the clock.

import type { Socket } from 'node:net';
import { encodeFrameHeader } from '../src/protocol/frame.js';
import { decodeRecords } from '../src/protocol/message.js';
import { formatProperties } from '../src/protocol/properties.js';
import { requestCodec, REQUESTS } from '../src/protocol/requests/index.js';
import { Peer, Totals } from './peers.js';
import type { LoadPlan } from './plan.js';

const TICK_MS = 5;
/** When they are due, from the time at which they are sent. */
const EARLIEST_MS = 2000;
const SPREAD_MS = 3000;
const HOLD_MS = 15_000;

/** The body begins with the time at which the message is due. */
const TIME_DIGITS = 13;

export class TimedSender extends Peer {
  private sentMessages = 0;
  private started = 0;

  constructor(
    socket: Socket,
    private readonly late: Totals,
    private readonly plan: LoadPlan,
  ) {
    super(socket, new Totals());
  }

  begin(): void {
    this.started = performance.now();
    setInterval(() => this.send(), TICK_MS);
  }

  protected take(frame: Buffer, ok: boolean): number {
    if (!ok) {
      this.late.errors++;
      this.late.firstError ||= frame.toString('latin1', 8, 300);
    }
    return 0;
  }

  protected next(): void {
    // the clock decides when the next is sent
  }

  private send(): void {
    const wanted = ((performance.now() - this.started) * (this.plan.perSecond ?? 1000)) / 1000;
    const frames: Buffer[] = [];
    for (; this.sentMessages < wanted; this.sentMessages++) {
      frames.push(...this.frame(this.sentMessages));
    }
    if (frames.length === 0) return;
    this.socket.write(Buffer.concat(frames));
    this.sent(frames.length / 2);
  }

  private frame(number: number): [head: Buffer, body: Buffer] {
    const { topic, queues, bodyBytes } = this.plan;
    const now = Date.now();
    const due = String(now + EARLIEST_MS + Math.floor(Math.random() * SPREAD_MS));
    const body = Buffer.alloc(bodyBytes, 'x');
    body.write(due, 0, 'latin1');
    const ext = requestCodec('SEND_MESSAGE_V2').encode({
      producerGroup: 'BenchProducer',
      topic,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: number % queues,
      sysFlag: 0,
      bornTimestamp: now,
      flag: 0,
      properties: formatProperties({
        UNIQ_KEY: `7F0000010BBC${now.toString(16)}${number.toString(16).padStart(9, '0')}`,
        WAIT: 'true',
        TIMER_DELIVER_MS: due,
      }),
      reconsumeTimes: 0,
      unitMode: false,
      batch: false,
    });
    const fields = { code: REQUESTS.SEND_MESSAGE_V2.code, opaque: number, flag: 0, ext };
    return [encodeFrameHeader(fields, body.length), body];
  }
}

/** Reads its queues in turn as a consumer does, held at the broker while there is nothing. */
export class TimedPuller extends Peer {
  private offset = 0;

  constructor(
    socket: Socket,
    private readonly late: Totals,
    private readonly plan: LoadPlan,
    private readonly queueId: number,
  ) {
    super(socket, new Totals());
  }

  begin(): void {
    this.next();
  }

  protected take(frame: Buffer, ok: boolean): number {
    const now = Date.now();
    if (!ok) return 0; // nothing was due while it was held
    const { late } = this;
    for (const { body } of decodeRecords(frame.subarray(8 + (frame.readInt32BE(4) & 0xffffff)))) {
      this.offset++;
      if (!late.measuring) continue;
      late.messages++;
      const lateMs = now - Number(body.toString('latin1', 0, TIME_DIGITS));
      if (late.taken < late.samples.length) late.samples[late.taken++] = lateMs;
    }
    return 0;
  }

  protected next(): void {
    const ext = requestCodec('PULL_MESSAGE').encode({
      consumerGroup: 'BenchConsumer',
      topic: this.plan.topic,
      queueId: this.queueId,
      queueOffset: this.offset,
      maxMsgNums: 32,
      sysFlag: 2 | 4, // held, and the subscription travels with the pull
      commitOffset: 0,
      suspendTimeoutMillis: HOLD_MS,
      subscription: '*',
      subVersion: 0,
      expressionType: 'TAG',
    });
    const fields = { code: REQUESTS.PULL_MESSAGE.code, opaque: 1, flag: 0, ext };
    this.socket.write(encodeFrameHeader(fields, 0));
    this.sent(1);
  }
}
