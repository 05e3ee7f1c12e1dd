// Where a consumer keeps how far it has consumed: at the brokers, or for broadcasting in a file.

import type { FileSystem } from '../../base/files.js';
import { describeError } from '../../base/log.js';
import { decodeResetOffsets, encodeResetOffsets } from '../../protocol/bodies/group.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { commitOffset, consumerOffset } from '../queue-offsets.js';
import { queueKey } from '../queues.js';
import type { Session } from '../session.js';

export interface OffsetStore {
  /** What was stored last, undefined when nothing was. */
  load(queue: MessageQueue): Promise<number | undefined>;
  /** Notes an offset; `persist` stores it. */
  update(queue: MessageQueue, offset: number): void;
  /** The noted offset. */
  peek(queue: MessageQueue): number | undefined;
  /** Stores what has changed, of one queue or of all. */
  persist(queue?: MessageQueue): Promise<void>;
  forget(queue: MessageQueue): void;
}

interface Noted {
  queue: MessageQueue;
  offset: number;
  changed: boolean;
}

/** Offsets of a clustering group: the brokers keep them (RemoteBrokerOffsetStore). */
export class BrokerOffsets implements OffsetStore {
  private readonly noted = new Map<string, Noted>();

  constructor(
    private readonly session: Session,
    private readonly group: string,
  ) {}

  load(queue: MessageQueue): Promise<number | undefined> {
    return consumerOffset(this.session, this.group, queue);
  }

  update(queue: MessageQueue, offset: number): void {
    const key = queueKey(queue);
    const noted = this.noted.get(key);
    if (noted?.offset === offset) return;
    this.noted.set(key, { queue, offset, changed: true });
  }

  peek(queue: MessageQueue): number | undefined {
    return this.noted.get(queueKey(queue))?.offset;
  }

  async persist(queue?: MessageQueue): Promise<void> {
    const one = queue && this.noted.get(queueKey(queue));
    const all = queue ? (one ? [one] : []) : [...this.noted.values()];
    await Promise.all(all.filter(({ changed }) => changed).map((noted) => this.store(noted)));
  }

  forget(queue: MessageQueue): void {
    this.noted.delete(queueKey(queue));
  }

  private async store(noted: Noted): Promise<void> {
    const { queue, offset } = noted;
    try {
      await commitOffset(this.session, this.group, queue, offset);
      if (noted.offset === offset) noted.changed = false;
    } catch (error) {
      this.session.log.warn(`offset of ${queueKey(queue)}: ${describeError(error)}`);
    }
  }
}

/** Offsets of a broadcasting consumer, in the file that RocketMQ's clients use. */
export class FileOffsets implements OffsetStore {
  private readonly noted = new Map<string, { queue: MessageQueue; offset: number }>();
  private changed = false;

  constructor(
    private readonly files: FileSystem,
    private readonly path: string,
  ) {
    const text = files.readText(path);
    if (text === undefined) return;
    for (const [queue, offset] of decodeResetOffsets(Buffer.from(text))) {
      this.noted.set(queueKey(queue), { queue, offset });
    }
  }

  load(queue: MessageQueue): Promise<number | undefined> {
    return Promise.resolve(this.peek(queue));
  }

  update(queue: MessageQueue, offset: number): void {
    if (this.peek(queue) === offset) return;
    this.noted.set(queueKey(queue), { queue, offset });
    this.changed = true;
  }

  peek(queue: MessageQueue): number | undefined {
    return this.noted.get(queueKey(queue))?.offset;
  }

  async persist(): Promise<void> {
    if (!this.changed) return;
    this.changed = false;
    const table = new Map([...this.noted.values()].map(({ queue, offset }) => [queue, offset]));
    await this.files.saveText(this.path, encodeResetOffsets(table).toString(), { backup: true });
  }

  /** A broadcasting consumer that gets the queue again goes on where it was. */
  forget(): void {}
}
