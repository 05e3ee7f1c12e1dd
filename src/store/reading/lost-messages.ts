// Tells of messages that readers were not given because the log or an entry is damaged.

import type { Logger } from '../../base/log.js';

export interface LostMessage {
  topic: string;
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
}

export class LostMessages {
  /** Queues of which it was said. */
  private readonly told = new Set<string>();

  constructor(private readonly log: Logger) {}

  /** Once for each queue: readers come again. */
  tell({ topic, queueId, queueOffset, physicalOffset }: LostMessage): void {
    const name = `${topic}/${queueId}`;
    if (this.told.has(name)) return;
    this.told.add(name);
    this.log.error(
      `message ${queueOffset} of ${name} cannot be read: there is no whole record at ` +
        `${physicalOffset}; it is passed over, and maybe others. 'pocketmq store check' tells ` +
        `what is damaged: a consume queue can be made again from the log, a file of the log ` +
        `comes from a copy`,
    );
  }
}
