// Pulls that wait on this broker for messages of logical queues: when a queue moves away they are
// answered, for nothing comes any more. RocketMQ lets them wait until their time is up.

import { ResponseCode } from '../../../protocol/responses.js';
import type { Call } from '../../../remoting/handler.js';

type PullCall = Call<'PULL_MESSAGE'>;

/** Entries of a topic before those whose clients are gone are looked for. */
const FIRST_SWEEP = 64;

interface OfTopic {
  /** The offset that each asked for. */
  offsets: Map<PullCall, number>;
  sweepAt: number;
}

export class HeldCalls {
  private readonly byTopic = new Map<string, OfTopic>();

  add(topic: string, call: PullCall, offset: number): void {
    let held = this.byTopic.get(topic);
    if (!held) this.byTopic.set(topic, (held = { offsets: new Map(), sweepAt: FIRST_SWEEP }));
    held.offsets.set(call, offset);
    if (held.offsets.size < held.sweepAt) return;
    for (const one of held.offsets.keys()) if (one.connection.closed) held.offsets.delete(one);
    held.sweepAt = Math.max(FIRST_SWEEP, 2 * held.offsets.size);
  }

  answered(topic: string, call: PullCall): void {
    this.byTopic.get(topic)?.offsets.delete(call);
  }

  /** The queues of the topic are elsewhere now: whoever waits shall ask again. */
  release(topic: string): void {
    const held = this.byTopic.get(topic);
    this.byTopic.delete(topic);
    for (const [call, offset] of held?.offsets ?? []) {
      const ext = {
        suggestWhichBrokerId: '0',
        nextBeginOffset: String(offset),
        minOffset: '0',
        maxOffset: String(offset),
      };
      call.answer({ code: ResponseCode.PULL_RETRY_IMMEDIATELY, ext });
    }
  }
}
