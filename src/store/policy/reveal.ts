// Makes messages readable: their entries go into consume queues and index, whoever waits for them
// is told. In a group with a controller not before all replicas in sync have them
// (ReputMessageService up to the confirm offset): what is read must survive a change of master.

import type { Queue } from '../consumequeue/queue.js';
import type { Indexed } from '../format/record-scan.js';
import type { Arrivals } from './arrivals.js';
import type { Dispatch } from './dispatch.js';
import type { LightQueues } from './light-queues.js';
import type { ReplicaWaiters } from './replica-waiters.js';

export interface Revealed extends Indexed {
  queue: Queue | undefined;
  tagsCode: number;
}

export interface RevealParts {
  dispatch: Dispatch;
  arrivals: Arrivals;
  light: LightQueues;
  replicas: ReplicaWaiters;
}

export class Reveal<T extends Revealed> {
  /** Written, but not yet to be read; in the order of the log. */
  private hidden: T[] = [];
  private everything = false;

  constructor(private readonly parts: RevealParts) {}

  /** Puts into queues and index what may be read; the rest waits. Those that may be announced. */
  dispatch(entries: readonly T[]): readonly T[] {
    const last = entries[entries.length - 1];
    const readable = this.readable();
    if (this.hidden.length === 0 && last.physicalOffset + last.size <= readable) {
      return this.dispatchAll(entries);
    }
    for (const entry of entries) this.hidden.push(entry);
    return this.due(readable);
  }

  /** More may be read than before. */
  confirmed(): void {
    if (this.hidden.length > 0) this.announce(this.due(this.readable()));
  }

  /** With `everything` there is nobody to wait for: the broker stops, or is no master any more. */
  show(everything: boolean): void {
    this.everything = everything;
    this.confirmed();
  }

  announce(entries: readonly T[]): void {
    const { arrivals, light } = this.parts;
    for (const entry of entries) {
      if (entry.queue) arrivals.announce(entry, entry.tagsCode);
      if (!light.dispatching) continue;
      for (const { queue, queueOffset } of light.places(entry)) {
        const { topic, queueId } = queue;
        arrivals.announce({ ...entry, topic, queueId, queueOffset }, entry.tagsCode);
      }
    }
  }

  private readable(): number {
    return this.everything ? Infinity : this.parts.replicas.readableTo();
  }

  private due(readable: number): readonly T[] {
    const { hidden } = this;
    let count = 0;
    while (count < hidden.length && hidden[count].physicalOffset + hidden[count].size <= readable) {
      count++;
    }
    return this.dispatchAll(hidden.splice(0, count));
  }

  private dispatchAll(entries: readonly T[]): readonly T[] {
    for (const entry of entries) this.parts.dispatch.dispatch(entry, entry.queue, entry.tagsCode);
    return entries;
  }
}
