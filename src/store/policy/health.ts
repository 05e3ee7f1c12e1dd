// Whether the store takes messages, and if not, why: every reason is raised and cleared by the
// policy that knows it.

import type { Logger } from '../../base/log.js';

/** What can be wrong: the log's writes, its flushes, derived files, the room on the disk. */
export type Trouble = 'write' | 'flush' | 'derived' | 'diskFull';

export class Health {
  private readonly troubles = new Map<Trouble, string>();

  constructor(private readonly log: Logger) {}

  get ok(): boolean {
    return this.troubles.size === 0;
  }

  has(trouble: Trouble): boolean {
    return this.troubles.has(trouble);
  }

  /** One line for clients and brokerStatus. */
  get reason(): string {
    return [...this.troubles.values()].join('; ');
  }

  raise(trouble: Trouble, reason: string, cause?: unknown): void {
    if (this.troubles.get(trouble) === reason) return;
    this.troubles.set(trouble, reason);
    this.log.error(`the store takes no messages: ${reason}`, cause);
  }

  clear(trouble: Trouble): void {
    if (!this.troubles.delete(trouble)) return;
    this.log.info(
      this.ok ? 'the store takes messages again' : `still no messages taken: ${this.reason}`,
    );
  }
}
