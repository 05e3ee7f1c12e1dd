// Peers that read queues from start to end, round and round: one queue after the other, or as a
// consumer does, every queue with a pull of its own under way.

import type { Socket } from 'node:net';
import { OFFSET_DIGITS, pullFrame } from './frames.js';
import { Peer, type Totals } from './peers.js';
import type { LoadPlan } from './plan.js';

const NEXT_OFFSET = Buffer.from('"nextBeginOffset":"');
const OPAQUE = Buffer.from('"opaque":');
/** PULL_NOT_FOUND: the queue ends here. */
const NOT_FOUND = Buffer.from('{"code":19,');

/** A queue that is read, and from where. */
interface Reading {
  request: Buffer;
  offsetAt: number;
  offset: number;
}

abstract class Reader extends Peer {
  /** Messages in the answer; none at the end of the queue, which is read again then. */
  protected advance(queue: Reading, frame: Buffer, ok: boolean): number {
    const next = ok ? numberBehind(frame, NEXT_OFFSET) : 0;
    const got = next - queue.offset;
    if (got > 0) {
      queue.offset = next;
      return got;
    }
    if (!ok && queue.offset === 0) this.refuse(frame);
    queue.offset = 0;
    return 0;
  }

  protected pull({ request, offset, offsetAt }: Reading): void {
    // The kernel may still hold the previous request: never change a buffer that was written.
    const bytes = Buffer.from(request);
    bytes.write(String(offset).padStart(OFFSET_DIGITS, '0'), offsetAt, 'latin1');
    this.socket.write(bytes);
    this.sent(1);
  }
}

/** The number behind a name in the header; 0 without one. */
function numberBehind(frame: Buffer, name: Buffer): number {
  const at = frame.indexOf(name, 8) + name.length;
  const headerEnd = 8 + (frame.readInt32BE(4) & 0xffffff);
  return at < headerEnd ? parseInt(frame.toString('latin1', at, at + 20), 10) : 0;
}

/** Every connection has queues of its own and reads them one after the other. */
export class QueueReader extends Reader {
  private readonly queues: Reading[];
  private current = 0;

  constructor(socket: Socket, totals: Totals, plan: LoadPlan, index: number) {
    super(socket, totals);
    this.queues = Array.from({ length: plan.queues }, (_, id) => id)
      .filter((id) => id % plan.connections === index)
      .map((id) => ({ ...pullFrame(plan, id), offset: 0 }));
  }

  begin(): void {
    this.next();
  }

  protected take(frame: Buffer, ok: boolean): number {
    const got = this.advance(this.queues[this.current]!, frame, ok);
    if (got === 0) this.current = (this.current + 1) % this.queues.length;
    return got;
  }

  protected next(): void {
    this.pull(this.queues[this.current]!);
  }
}

/** Every connection is a consumer of all queues, with a pull under way for each. */
export class Consumer extends Reader {
  private readonly queues: Reading[];
  private answered: Reading[] = [];
  private readonly once: boolean;

  constructor(socket: Socket, totals: Totals, plan: LoadPlan, index: number) {
    super(socket, totals);
    this.once = plan.once ?? false;
    totals.reading += plan.queues;
    const group = `BenchConsumer${index}`;
    this.queues = Array.from({ length: plan.queues }, (_, id) => ({
      ...pullFrame(plan, id, group),
      offset: 0,
    }));
  }

  begin(): void {
    for (const queue of this.queues) this.pull(queue);
  }

  /** Times are not those of the very request, but of as many of them. */
  protected take(frame: Buffer, ok: boolean): number {
    const queue = this.queues[numberBehind(frame, OPAQUE) - 1]!;
    const ended = this.once && frame.indexOf(NOT_FOUND, 8) === 8;
    if (ended) this.totals.queueRead();
    else this.answered.push(queue);
    return ended ? 0 : this.advance(queue, frame, ok);
  }

  protected next(): void {
    for (const queue of this.answered) this.pull(queue);
    this.answered = [];
  }
}
