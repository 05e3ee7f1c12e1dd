// A connection that sends transactions: each half is committed, without an answer, as the Java client
// does, and the next half follows.

import type { Socket } from 'node:net';
import { parseOffsetMessageId } from '../src/protocol/host.js';
import { frame } from './frames.js';
import { Sender, type Totals } from './peers.js';
import type { LoadPlan } from './plan.js';

/** MessageSysFlag. */
const COMMIT = 8;

export class Transactor extends Sender {
  constructor(
    socket: Socket,
    totals: Totals,
    private readonly halves: LoadPlan,
  ) {
    const properties = { TRAN_MSG: 'true', PGROUP: 'BenchProducer' };
    super(socket, totals, { ...halves, properties });
  }

  protected override take(answer: Buffer, ok: boolean): number {
    const count = super.take(answer, ok);
    if (!ok) return count;
    const text = answer.toString('latin1', 8, 8 + (answer.readInt32BE(4) & 0xffffff));
    const msgId = /"msgId":"(\w+)"/.exec(text)![1]!;
    const queueOffset = Number(/"queueOffset":"(\d+)"/.exec(text)![1]);
    const commit = frame(
      'END_TRANSACTION',
      {
        topic: this.halves.topic,
        producerGroup: 'BenchProducer',
        tranStateTableOffset: queueOffset,
        commitLogOffset: parseOffsetMessageId(msgId)!.offset,
        commitOrRollback: COMMIT,
        fromTransactionCheck: false,
        msgId,
        transactionId: msgId,
      },
      true,
    );
    this.socket.write(commit);
    return count;
  }
}
