// Talks to a driver: a program beside this file that uses a released client as it is told.

import assert from 'node:assert/strict';
import type { Child } from '../support/child.js';

/** One line of a driver; which fields there are depends on the event. */
export interface DriverEvent {
  id: string;
  event: string;
  key?: string;
  body?: string;
  /** Characters of the whole body. */
  size?: number;
  tag?: string;
  topic?: string;
  queue?: number;
  offset?: number;
  broker?: string;
  times?: number;
  msgId?: string;
  offsetMsgId?: string;
  count?: number;
  members?: number;
  /** What recalls a delayed message. */
  handle?: string;
  exit?: number;
  out?: string;
  err?: string;
  text?: string;
}

/** When a client tells the broker how far its group has come. */
export type Commits = 'at intervals' | 'when told' | 'at its stop';

/** The proxy and its client took a minute to start beside a loaded machine's other work. */
const WAIT_MS = 180_000;

export class Driver {
  readonly events: DriverEvent[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly name: string,
    private readonly child: Child,
    readonly commits: Commits = 'at its stop',
  ) {
    child.onLine((line) => {
      if (!line.startsWith('{')) return; // a client's own print
      this.events.push(JSON.parse(line) as DriverEvent);
      for (const check of [...this.waiting]) check();
    });
    void child.ended.then(() => [...this.waiting].forEach((check) => check()));
  }

  send(...words: (string | number)[]): void {
    this.child.write(`${words.join('\t')}\n`);
  }

  of(id: string, event: string): DriverEvent[] {
    return this.events.filter((one) => one.id === id && one.event === event);
  }

  /** Waits until `done` gives something, looking again at each event. */
  async until<T>(what: string, done: () => T | undefined | false, ms = WAIT_MS): Promise<T> {
    let over = false;
    void this.child.ended.then(() => (over = true));
    const give = (): T | undefined => {
      const value = done();
      if (value !== undefined && value !== false) return value;
      assert.ok(!over, `waiting for ${what}: ${this.child.describe()}`);
      return undefined;
    };
    return new Promise((resolve, reject) => {
      const check = (): void => {
        try {
          const value = give();
          if (value !== undefined) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error as Error));
        }
      };
      const finish = (then: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(check);
        then();
      };
      const timer = setTimeout(() => {
        const last = this.events.slice(-5).map((event) => JSON.stringify(event));
        const text = `${this.name}: no ${what} within ${ms} ms; last:\n${last.join('\n')}`;
        finish(() => reject(new Error(`${text}\n${this.child.describe()}`)));
      }, ms);
      this.waiting.add(check);
      check();
    });
  }

  /** Waits for an event of `id`; an error of it ends the wait. */
  event(id: string, event: string): Promise<DriverEvent> {
    return this.until(`${event} of ${id}`, () => {
      this.assertNoErrors(id);
      return this.of(id, event)[0];
    });
  }

  /** Fails if anything that `id` did went wrong. */
  assertNoErrors(id: string): void {
    assert.deepEqual(this.of(id, 'error'), []);
  }

  async ready(): Promise<void> {
    await this.event('driver', 'ready');
  }

  /** Of a driver that commits when told. */
  async commit(id: string): Promise<void> {
    const before = this.of(id, 'committed').length;
    this.send('commit', id);
    await this.until(`commit of ${id}`, () => {
      this.assertNoErrors(id);
      return this.of(id, 'committed').length > before;
    });
  }

  async stop(id: string): Promise<void> {
    this.send('stop', id);
    await this.event(id, 'stopped');
  }
}
