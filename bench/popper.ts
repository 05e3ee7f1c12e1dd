// A connection that pops its queues in turn and acknowledges each message by itself, as clients do.

import type { Socket } from 'node:net';
import { frame } from './frames.js';
import { Peer, type Totals } from './peers.js';
import type { LoadPlan } from './plan.js';

const BATCH = 32;
const GROUP = 'BenchPopper';
const INVISIBLE_MS = 60_000;

const field = (header: string, name: string): string =>
  new RegExp(`"${name}":"([^"]*)"`).exec(header)?.[1] ?? '';

export class Popper extends Peer {
  private readonly queues: number[];
  private queue = 0;
  /** Answers to acknowledgements that are still to come. */
  private acks = 0;

  constructor(
    socket: Socket,
    totals: Totals,
    private readonly plan: LoadPlan,
    index: number,
  ) {
    super(socket, totals);
    this.queues = Array.from({ length: plan.queues }, (_, id) => id).filter(
      (id) => id % plan.connections === index,
    );
  }

  begin(): void {
    this.next();
  }

  protected take(answer: Buffer, ok: boolean): number {
    if (this.acks > 0) {
      this.acks--;
      return 0;
    }
    const header = answer.toString('latin1', 8, 8 + (answer.readInt32BE(4) & 0xffffff));
    if (!ok) {
      const none = /"code":(19|210|209),/.test(header);
      if (!none) this.refuse(answer);
      return 0;
    }
    return this.acknowledge(header);
  }

  /** Offsets of a pop's messages stand in its header, as `<topic> <queue> <offset>,<offset>…`. */
  private acknowledge(header: string): number {
    const { topic, brokerName } = this.plan;
    const [start] = field(header, 'startOffsetInfo').split(';');
    const [offsets] = field(header, 'msgOffsetInfo').split(';');
    const [, queueId, first] = start!.split(' ');
    const list = offsets!.split(' ')[2]!.split(',');
    const mark = [field(header, 'popTime'), field(header, 'invisibleTime')].join(' ');
    const reviveQid = field(header, 'reviveQid');
    const acks = list.map((offset) =>
      frame('ACK_MESSAGE', {
        consumerGroup: GROUP,
        topic,
        queueId: Number(queueId),
        extraInfo: `${first} ${mark} ${reviveQid} 0 ${brokerName} ${queueId} ${offset}`,
        offset: Number(offset),
      }),
    );
    this.acks = acks.length;
    this.socket.write(Buffer.concat(acks));
    this.sent(acks.length);
    return acks.length;
  }

  protected next(): void {
    if (this.acks > 0) return;
    this.queue = (this.queue + 1) % this.queues.length;
    const pop = frame('POP_MESSAGE', {
      consumerGroup: GROUP,
      topic: this.plan.topic,
      queueId: this.queues[this.queue]!,
      maxMsgNums: BATCH,
      invisibleTime: INVISIBLE_MS,
      pollTime: 0,
      bornTime: 0,
      initMode: 0,
      expType: 'TAG',
      exp: '*',
      order: false,
    });
    this.socket.write(pop);
    this.sent(1);
  }
}
