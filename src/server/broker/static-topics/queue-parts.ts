// Asks the parts of one logical queue for physical offsets: here, or at the broker that has them.

import { refuse } from '../../../base/errors.js';
import type { MappingItem } from '../../../protocol/bodies/static-topic.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Reply } from '../../../remoting/handler.js';
import type { Boundary, MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { LogicalQueue } from './logical-queue.js';
import { isDecided, logicalOffset } from './mapping-items.js';
import type { Peers } from './peers.js';

export interface QueuePartsDeps {
  peers: Peers;
  store: MessageStore;
  offsets: ConsumerOffsets;
}

type Search = Req<'SEARCH_OFFSET_BY_TIMESTAMP'>;
type Query = Req<'QUERY_CONSUMER_OFFSET'>;

const NOT_FOUND = -1;

export class QueueParts {
  private readonly topic: string;

  constructor(
    private readonly deps: QueuePartsDeps,
    private readonly queue: LogicalQueue,
  ) {
    this.topic = queue.mapping.topic;
  }

  isHere({ bname }: MappingItem): boolean {
    return bname === this.queue.mapping.bname;
  }

  /** The header of a request about the physical queue of a part. */
  placed({ bname, queueId }: MappingItem) {
    return { topic: this.topic, queueId, bname, lo: false };
  }

  /** Nobody can be asked about a queue whose only part has no place yet. */
  known(item: MappingItem | undefined): MappingItem {
    if (item) return item;
    const text = `${this.topic}-${this.queue.id} is being moved, its offsets are not decided`;
    throw refuse(ResponseCode.SYSTEM_ERROR, text);
  }

  async maxOffset(item: MappingItem): Promise<number> {
    if (this.isHere(item)) return this.deps.store.maxOffset(this.topic, item.queueId);
    return (await this.deps.peers.request(item.bname, 'GET_MAX_OFFSET', this.placed(item))).header
      .offset;
  }

  async minOffset(item: MappingItem): Promise<number> {
    if (this.isHere(item)) return this.deps.store.minOffset(this.topic, item.queueId);
    return (await this.deps.peers.request(item.bname, 'GET_MIN_OFFSET', this.placed(item))).header
      .offset;
  }

  async earliestTime(item: MappingItem): Promise<number> {
    if (this.isHere(item)) return this.deps.store.earliestTimestamp(this.topic, item.queueId);
    const name = 'GET_EARLIEST_MSG_STORETIME';
    return (await this.deps.peers.request(item.bname, name, this.placed(item))).header.timestamp;
  }

  /** Logical offset of a time, in the oldest part that reaches so far. */
  async search(search: Search, boundary: Boundary): Promise<number> {
    const parts = this.queue.items.filter(isDecided);
    for (const item of parts) {
      const offset = await this.searchIn(item, search, boundary);
      const last = item === parts.at(-1);
      if (last || offset < (await this.maxOffset(item))) return logicalOffset(item, offset);
    }
    return NOT_FOUND;
  }

  private async searchIn(item: MappingItem, search: Search, boundary: Boundary): Promise<number> {
    const { peers, store } = this.deps;
    const { timestamp } = search;
    if (this.isHere(item)) {
      return store.offsetByTime(this.topic, item.queueId, timestamp, boundary);
    }
    const header = { ...search, ...this.placed(item) };
    return (await peers.request(item.bname, 'SEARCH_OFFSET_BY_TIMESTAMP', header)).header.offset;
  }

  /** Logical offset of a group: the newest part knows better than those before it. */
  async groupOffset(query: Query): Promise<number> {
    for (const item of [...this.queue.items].reverse()) {
      if (!isDecided(item)) continue;
      const offset = await this.groupOffsetIn(item, query);
      if (offset >= 0) return logicalOffset(item, offset);
    }
    return NOT_FOUND;
  }

  private async groupOffsetIn(item: MappingItem, query: Query): Promise<number> {
    const { offsets, peers } = this.deps;
    if (this.isHere(item)) return offsets.query(query.consumerGroup, this.topic, item.queueId);
    const header = { ...query, ...this.placed(item), setZeroIfNotFound: false };
    const absent = [ResponseCode.QUERY_NOT_FOUND];
    const answer = await peers.request(item.bname, 'QUERY_CONSUMER_OFFSET', header, absent);
    return answer.code === ResponseCode.SUCCESS ? answer.header.offset : NOT_FOUND;
  }

  async commit(item: MappingItem, header: Req<'UPDATE_CONSUMER_OFFSET'>): Promise<Reply> {
    await this.deps.peers.request(item.bname, 'UPDATE_CONSUMER_OFFSET', header);
    return {};
  }
}
