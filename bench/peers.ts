// One connection of the load generator: requests under way, answers counted.

import type { Socket } from 'node:net';
import { sendFrames } from './frames.js';
import type { LoadPlan } from './plan.js';

const SUCCESS = Buffer.from('{"code":0,');
const MAX_SAMPLES = 2_000_000;

export class Totals {
  messages = 0;
  errors = 0;
  firstError = '';
  samples = new Float64Array(MAX_SAMPLES);
  taken = 0;
  measuring = false;
  /** Queues that consumers have not read to their ends, and what happens when there are none. */
  reading = 0;
  allRead: () => void = () => undefined;

  queueRead(): void {
    if (--this.reading === 0) this.allRead();
  }
}

/** One connection: `inFlight` requests under way, each answer starts the next. */
export abstract class Peer {
  private rest: Buffer | undefined;
  private readonly sentAt: number[] = [];
  private oldest = 0;

  constructor(
    protected readonly socket: Socket,
    protected readonly totals: Totals,
  ) {}

  abstract begin(): void;
  /** Takes one answer; returns how many messages it stands for. */
  protected abstract take(frame: Buffer, ok: boolean): number;
  /** Sends the next `count` requests. */
  protected abstract next(count: number): void;

  protected sent(count: number): void {
    const now = performance.now();
    for (let i = 0; i < count; i++) this.sentAt.push(now);
  }

  protected refuse(frame: Buffer): void {
    this.totals.errors++;
    this.totals.firstError ||= frame.toString('latin1', 8, 300);
  }

  /** Takes what was read; its memory is used again. */
  receive(chunk: Buffer): void {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    const now = performance.now();
    let at = 0;
    let answers = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      this.count(bytes.subarray(at, end), now);
      answers++;
      at = end;
    }
    this.rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
    if (answers > 0) this.next(answers);
  }

  private count(frame: Buffer, now: number): void {
    const ok = frame.compare(SUCCESS, 0, SUCCESS.length, 8, 8 + SUCCESS.length) === 0;
    const messages = this.take(frame, ok);
    const { totals } = this;
    const started = this.sentAt[this.oldest++]!;
    if (this.oldest > 4096) {
      this.sentAt.splice(0, this.oldest);
      this.oldest = 0;
    }
    if (!totals.measuring) return;
    totals.messages += messages;
    if (totals.taken < MAX_SAMPLES) totals.samples[totals.taken++] = now - started;
  }
}

export class Sender extends Peer {
  private readonly frames: { bytes: Buffer; length: number };
  private at = 0;

  constructor(
    socket: Socket,
    totals: Totals,
    private readonly plan: LoadPlan,
  ) {
    super(socket, totals);
    const ring = Math.max(32, plan.inFlight);
    this.frames = sendFrames(plan, ring);
  }

  begin(): void {
    this.next(this.plan.inFlight);
  }

  protected take(frame: Buffer, ok: boolean): number {
    if (ok) return this.plan.batch;
    this.refuse(frame);
    return 0;
  }

  /** One write, or two where the ring of frames ends. */
  protected next(count: number): void {
    const { bytes, length } = this.frames;
    let left = count * length;
    while (left > 0) {
      const part = Math.min(left, bytes.length - this.at);
      this.socket.write(bytes.subarray(this.at, this.at + part));
      this.at = (this.at + part) % bytes.length;
      left -= part;
    }
    this.sent(count);
  }
}
