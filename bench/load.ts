// The load generator, a process of its own: writes requests encoded beforehand to raw sockets and
// counts answers. Prints "begin" and "end" around what is measured, then one line of JSON.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { OFFSET_DIGITS, pullFrame, sendFrames } from './frames.js';

export interface LoadPlan {
  kind: 'send' | 'pull';
  broker: string;
  topic: string;
  queues: number;
  connections: number;
  inFlight: number;
  bodyBytes: number;
  batch: number;
  warmMs: number;
  runMs: number;
}

export interface LoadResult {
  messages: number;
  ms: number;
  /** Of requests, in ms. */
  p50: number;
  p99: number;
  errors: number;
  firstError: string;
  /** Of the generator itself. */
  cpuMs: number;
}

const NEXT_OFFSET = Buffer.from('"nextBeginOffset":"');
const SUCCESS = Buffer.from('{"code":0,');
const MAX_SAMPLES = 2_000_000;

class Totals {
  messages = 0;
  errors = 0;
  firstError = '';
  samples = new Float64Array(MAX_SAMPLES);
  taken = 0;
  measuring = false;
}

/** One connection: `inFlight` requests under way, each answer starts the next. */
abstract class Peer {
  private rest: Buffer | undefined;
  private readonly sentAt: number[] = [];
  private oldest = 0;

  constructor(
    protected readonly socket: Socket,
    protected readonly totals: Totals,
  ) {
    socket.on('data', (chunk) => this.receive(chunk));
  }

  abstract begin(): void;
  /** Takes one answer; returns how many messages it stands for. */
  protected abstract take(frame: Buffer, ok: boolean): number;
  /** Sends the next `count` requests. */
  protected abstract next(count: number): void;

  protected sent(count: number): void {
    const now = performance.now();
    for (let i = 0; i < count; i++) this.sentAt.push(now);
  }

  private receive(chunk: Buffer): void {
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
    this.rest = at === bytes.length ? undefined : bytes.subarray(at);
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

class Sender extends Peer {
  private readonly frames: { bytes: Buffer; length: number };
  private at = 0;

  constructor(
    socket: Socket,
    totals: Totals,
    private readonly plan: LoadPlan,
  ) {
    super(socket, totals);
    const ring = Math.max(32, plan.inFlight);
    this.frames = sendFrames(plan.topic, plan.queues, plan.bodyBytes, plan.batch, ring);
  }

  begin(): void {
    this.next(this.plan.inFlight);
  }

  protected take(frame: Buffer, ok: boolean): number {
    if (ok) return this.plan.batch;
    this.totals.errors++;
    this.totals.firstError ||= frame.toString('latin1', 8, 300);
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

/** Reads its queues from start to end, one pull of 32 messages at a time, round and round. */
class Puller extends Peer {
  private readonly pulls: { bytes: Buffer; offsetAt: number }[];
  private queue = 0;
  private offset = 0;

  constructor(socket: Socket, totals: Totals, plan: LoadPlan, index: number) {
    super(socket, totals);
    const mine = Array.from({ length: plan.queues }, (_, id) => id).filter(
      (id) => id % plan.connections === index,
    );
    this.pulls = mine.map((id) => pullFrame(plan.topic, id));
  }

  begin(): void {
    this.next(1);
  }

  protected take(frame: Buffer, ok: boolean): number {
    const headerEnd = 8 + (frame.readInt32BE(4) & 0xffffff);
    const at = frame.indexOf(NEXT_OFFSET, 8) + NEXT_OFFSET.length;
    const next = at < headerEnd ? parseInt(frame.toString('latin1', at, at + 20), 10) : 0;
    const got = next - this.offset;
    if (ok && got > 0) {
      this.offset = next;
      return got;
    }
    if (!ok && this.offset === 0) {
      this.totals.errors++;
      this.totals.firstError ||= frame.toString('latin1', 8, 300);
    }
    this.queue = (this.queue + 1) % this.pulls.length;
    this.offset = 0;
    return 0;
  }

  protected next(_count: number): void {
    const pull = this.pulls[this.queue]!;
    // The kernel may still hold the previous request: never change a buffer that was written.
    const bytes = Buffer.from(pull.bytes);
    bytes.write(String(this.offset).padStart(OFFSET_DIGITS, '0'), pull.offsetAt, 'latin1');
    this.socket.write(bytes);
    this.sent(1);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(plan: LoadPlan): Promise<LoadResult> {
  const totals = new Totals();
  const [host, port] = plan.broker.split(':');
  const peers: Peer[] = [];
  for (let i = 0; i < plan.connections; i++) {
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    socket.on('close', () => fail(`the broker closed connection ${i}`));
    peers.push(
      plan.kind === 'send' ? new Sender(socket, totals, plan) : new Puller(socket, totals, plan, i),
    );
  }
  for (const peer of peers) peer.begin();
  await sleep(plan.warmMs);
  console.log('begin');
  const cpu = process.cpuUsage();
  const started = performance.now();
  totals.measuring = true;
  await sleep(plan.runMs);
  totals.measuring = false;
  const ms = performance.now() - started;
  const used = process.cpuUsage(cpu);
  console.log('end');
  const samples = totals.samples.subarray(0, totals.taken).sort();
  const at = (part: number): number => samples[Math.floor(samples.length * part)] ?? 0;
  const { messages, errors, firstError } = totals;
  const cpuMs = (used.user + used.system) / 1000;
  return { messages, ms, p50: at(0.5), p99: at(0.99), errors, firstError, cpuMs };
}

function fail(text: string): never {
  console.error(`error: ${text}`);
  process.exit(1);
}

const result = await run(JSON.parse(process.argv[2]!) as LoadPlan);
console.log(JSON.stringify(result));
process.exit(0);
