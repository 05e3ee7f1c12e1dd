// What was sent to a store, what it has answered, and what may be gone for a reason. All lists only
// grow, so that their lengths tell what was so at a moment.

import type { PutResult } from '../../../src/store/message-store.js';

export interface Sent {
  id: number;
  topic: string;
  queueId: number;
  tag: string;
  body: Buffer;
  /** Messages in it. */
  count: number;
  /** Of a compacted topic: only the newest message of it has to stay. */
  key?: string | undefined;
}

export interface Place {
  queueOffset: number;
  physicalOffset: number;
  storeTimestamp: number;
}

interface Answer {
  sent: Sent;
  /** Undefined where it was refused. */
  place: Place | undefined;
}

/** Why a message that was acknowledged may be gone; the log begins at `min`. */
export type Excuse = (sent: Sent, place: Place, min: number) => boolean;

/** Lengths of the lists at a moment. */
export interface Moment {
  answers: number;
  excuses: number;
}

export class Ledger {
  private readonly sent: Sent[] = [];
  private readonly answers: Answer[] = [];
  private readonly excuses: Excuse[] = [];

  send(one: Omit<Sent, 'id'>): Sent {
    const sent = { ...one, id: this.sent.length };
    this.sent.push(sent);
    return sent;
  }

  answer(sent: Sent, result: PutResult, part = 0): void {
    const refused = result.status === 'SERVICE_NOT_AVAILABLE';
    if (!refused && result.status !== 'PUT_OK') return; // stored, and not promised
    this.answers.push({ sent, place: refused ? undefined : placeIn(result, part) });
  }

  /** It is as safe as an answer says, without one. */
  hold(sent: Sent, place: Place): void {
    this.answers.push({ sent, place });
  }

  excuse(excuse: Excuse): void {
    this.excuses.push(excuse);
  }

  get moment(): Moment {
    return { answers: this.answers.length, excuses: this.excuses.length };
  }

  /** As it was then; what was sent later is not known to it. */
  at({ answers, excuses }: Moment): Ledger {
    const then = new Ledger();
    then.sent.push(...this.sent);
    then.answers.push(...this.answers.slice(0, answers));
    then.excuses.push(...this.excuses.slice(0, excuses));
    return then;
  }

  byId(id: number): Sent | undefined {
    return this.sent[id];
  }

  get refused(): ReadonlySet<number> {
    return new Set(this.answers.filter(({ place }) => !place).map(({ sent }) => sent.id));
  }

  /** Those that have to be there, with their places. */
  kept(min: number): { sent: Sent; place: Place }[] {
    return this.answers.flatMap(({ sent, place }) =>
      place && !this.excuses.some((excuse) => excuse(sent, place, min)) ? [{ sent, place }] : [],
    );
  }

  queues(): { topic: string; queueId: number }[] {
    const names = new Set(this.sent.map(({ topic, queueId }) => `${topic}/${queueId}`));
    return [...names].map((name) => {
      const [topic, queueId] = name.split('/') as [string, string];
      return { topic, queueId: Number(queueId) };
    });
  }

  /** Until now acknowledged. */
  places(): { sent: Sent; place: Place }[] {
    return this.answers.flatMap(({ sent, place }) => (place ? [{ sent, place }] : []));
  }

  get size(): number {
    return this.sent.length;
  }
}

function placeIn(result: PutResult, part: number): Place {
  return {
    queueOffset: result.queueOffset + part,
    physicalOffset: result.physicalOffsets[part] ?? result.physicalOffsets[0]!,
    storeTimestamp: result.storeTimestamp,
  };
}
