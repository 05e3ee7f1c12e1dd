// Which queues this consumer has now: rebalances, starts and drops readers, holds locks.

import { describeError } from '../../base/log.js';
import { decodeConsumerList } from '../../protocol/bodies/client.js';
import { decodeLockedQueues, encodeLockBatch } from '../../protocol/bodies/group.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { queueAddress, queueKey, readableQueues, sameQueue } from '../queues.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';
import { allocateAveragely } from './allocate.js';
import type { QueueReader } from './queue-reader.js';

export interface AssignmentOwner {
  readonly session: Session;
  readonly clientId: string;
  readonly group: string;
  readonly broadcasting: boolean;
  readonly orderly: boolean;
  topics(): Iterable<string>;
  /** Queues that the program chose; undefined to share them out among the group. */
  fixed(): readonly MessageQueue[] | undefined;
  /** A reader that starts where the group is; throws where that cannot be found out. */
  open(queue: MessageQueue): Promise<QueueReader>;
  /** A reader was dropped: stores its offset. */
  closed(reader: QueueReader): Promise<void>;
}

const LOCK_RETRY_MS = 1000;

export class Assignment {
  readonly readers = new Map<string, QueueReader>();
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly owner: AssignmentOwner) {}

  /** Takes the queues that are ours now; calls during a run lead to one more run. */
  rebalance(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.runAll().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Drops every reader and gives the locks back. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.catch(() => undefined);
    const readers = [...this.readers.values()];
    await Promise.all(readers.map((reader) => this.close(reader)));
  }

  /** Asks the brokers again for the locks of all queues; one that is lost stops its queue. */
  async renewLocks(): Promise<void> {
    const readers = [...this.readers.values()];
    for (const brokerName of new Set(readers.map(({ queue }) => queue.brokerName))) {
      const mine = readers.filter(({ queue }) => queue.brokerName === brokerName);
      await this.lock(mine.map(({ queue }) => queue)).then(
        (locked) => {
          for (const reader of mine) {
            reader.locked = locked.some((queue) => sameQueue(queue, reader.queue));
            if (reader.locked) reader.lastLockTime = this.owner.session.clock.now();
          }
        },
        (error: unknown) => this.warn(`locks at ${brokerName}`, error),
      );
    }
  }

  async drop(reader: QueueReader): Promise<void> {
    await this.close(reader);
  }

  private async runAll(): Promise<void> {
    do {
      this.again = false;
      const topics = new Set(this.owner.topics());
      for (const topic of topics) {
        await this.assign(topic).catch((error: unknown) => this.warn(`queues of ${topic}`, error));
      }
      for (const reader of [...this.readers.values()]) {
        if (!topics.has(reader.queue.topic)) await this.close(reader);
      }
    } while (this.again && !this.stopped);
  }

  private async assign(topic: string): Promise<void> {
    const { session, clientId, broadcasting } = this.owner;
    const route = await session.findRoute(topic);
    if (!route) return;
    const queues = readableQueues(topic, route);
    let mine = queues;
    const fixed = this.owner.fixed();
    if (fixed) {
      mine = fixed.filter((queue) => queue.topic === topic);
    } else if (!broadcasting) {
      const members = await this.members(topic);
      if (!members) return;
      mine = allocateAveragely(queues, members, clientId);
    }
    if (this.stopped) return;
    for (const reader of [...this.readers.values()]) {
      const { queue } = reader;
      if (queue.topic === topic && !mine.some((one) => sameQueue(one, queue))) {
        await this.close(reader);
      }
    }
    const wanted = mine.filter((queue) => !this.readers.has(queueKey(queue)));
    await Promise.all(wanted.map((queue) => this.open(queue)));
  }

  /** Client ids of the group, sorted; undefined when no broker could say. */
  private async members(topic: string): Promise<string[] | undefined> {
    const { session, group } = this.owner;
    const route = await session.route(topic);
    for (const data of route.brokerDatas) {
      const address = readAddressOf(data);
      if (address === undefined) continue;
      try {
        const header = { consumerGroup: group };
        const answer = await session.request(address, 'GET_CONSUMER_LIST_BY_GROUP', header);
        return decodeConsumerList(answer.body).sort();
      } catch (error) {
        this.warn(`members of ${group}`, error);
      }
    }
    return undefined;
  }

  private async open(queue: MessageQueue): Promise<void> {
    const { orderly, broadcasting, session } = this.owner;
    try {
      const locking = orderly && !broadcasting;
      if (locking && (await this.lock([queue])).length === 0) {
        // Its last owner still has it, most likely for a moment.
        session.clock.after(LOCK_RETRY_MS, () => void this.rebalance());
        return;
      }
      const reader = await this.owner.open(queue);
      if (this.stopped) return;
      reader.locked = locking;
      reader.lastLockTime = session.clock.now();
      this.readers.set(queueKey(queue), reader);
      void reader.run();
    } catch (error) {
      this.warn(`${queue.brokerName} queue ${queue.queueId} of ${queue.topic}`, error);
    }
  }

  private async close(reader: QueueReader): Promise<void> {
    reader.drop();
    this.readers.delete(queueKey(reader.queue));
    await this.owner.closed(reader);
    if (reader.locked) {
      await this.unlock(reader.queue).catch((error: unknown) => this.warn('unlock', error));
    }
  }

  private async lock(queues: readonly MessageQueue[]): Promise<MessageQueue[]> {
    const { session } = this.owner;
    // logical queues have one broker name, and several leaders
    const byAddress = new Map<string, MessageQueue[]>();
    for (const queue of queues) {
      const address = await queueAddress(session, queue);
      byAddress.set(address, [...(byAddress.get(address) ?? []), queue]);
    }
    const locked: MessageQueue[] = [];
    for (const [address, some] of byAddress) {
      const body = encodeLockBatch(this.lockBatch(some));
      const answer = await session.request(address, 'LOCK_BATCH_MQ', {}, { body });
      locked.push(...decodeLockedQueues(answer.body));
    }
    return locked;
  }

  private async unlock(queue: MessageQueue): Promise<void> {
    const { session } = this.owner;
    const body = encodeLockBatch(this.lockBatch([queue]));
    await session.request(await queueAddress(session, queue), 'UNLOCK_BATCH_MQ', {}, { body });
  }

  private lockBatch(queues: readonly MessageQueue[]) {
    const { group: consumerGroup, clientId } = this.owner;
    return { consumerGroup, clientId, onlyThisBroker: false, mqSet: [...queues] };
  }

  private warn(what: string, error: unknown): void {
    if (!this.stopped) this.owner.session.log.warn(`${what}: ${describeError(error)}`);
  }
}
