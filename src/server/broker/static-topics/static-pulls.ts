// Pulls from queues of static topics (PullMessageProcessor.rewriteRequestForStaticTopic): from the
// part of the queue that holds the offset, on this broker or the one that has it.

import { refuse } from '../../../base/errors.js';
import type { MappingItem } from '../../../protocol/bodies/static-topic.js';
import { PullFlag } from '../../../protocol/flags.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handler, Reply } from '../../../remoting/handler.js';
import { HeldCalls } from './held-calls.js';
import { ledQueue, type LogicalQueue } from './logical-queue.js';
import {
  isEnded,
  itemAfter,
  itemAt,
  logicalOffset,
  mappedEnd,
  oldestItem,
  physicalOffset,
} from './mapping-items.js';
import type { Peers } from './peers.js';
import type { QueueMappings } from './queue-mappings.js';
import { fieldsOf, handleRewritten } from './rewritten-call.js';

type PullHeader = Req<'PULL_MESSAGE'>;
type Pull = Handler<'PULL_MESSAGE'>;
type PullReply = Reply<'PULL_MESSAGE'>;

const { PULL_NOT_FOUND, PULL_OFFSET_MOVED, PULL_RETRY_IMMEDIATELY, SUCCESS } = ResponseCode;
const PULL_CODES = [PULL_NOT_FOUND, PULL_OFFSET_MOVED, PULL_RETRY_IMMEDIATELY];

export class StaticPulls {
  private readonly held = new HeldCalls();

  constructor(
    private readonly mappings: QueueMappings,
    private readonly peers: Peers,
  ) {
    mappings.onChange((topic) => this.held.release(topic));
  }

  wrap(next: Pull): Pull {
    return (header, call) => {
      const queue = ledQueue(this.mappings, header, (topic, id, broker) => {
        const where = `in request process of current broker ${broker}`;
        return `${topic}-${id} cannot find mapping item ${where}`;
      });
      return queue ? this.pull(queue, header, call, next) : next(header, call);
    };
  }

  private pull(
    queue: LogicalQueue,
    header: PullHeader,
    call: Call<'PULL_MESSAGE'>,
    next: Pull,
  ): ReturnType<Pull> {
    const item = itemAt(queue.items, header.queueOffset);
    if (!item) throw undecided(queue);
    const there = physicalHeader(item, header);
    let answered = false;
    const rewrite = (reply: PullReply): PullReply => {
      answered = true;
      this.held.answered(header.topic, call);
      return rewritten(queue, item, there.queueOffset, reply);
    };
    if (item.bname !== queue.mapping.bname) return this.forward(item, there).then(rewrite);
    const reply = handleRewritten(next, localHeader(queue, item, header, there), call, rewrite);
    if (!reply && !answered) this.held.add(header.topic, call, header.queueOffset);
    return reply;
  }

  private async forward({ bname }: MappingItem, header: PullHeader): Promise<PullReply> {
    // Whoever asks waits here, and commits what it has consumed here.
    const sysFlag = header.sysFlag & ~(PullFlag.SUSPEND | PullFlag.COMMIT_OFFSET);
    const there = { ...header, sysFlag, lo: false, bname };
    const { code, remark, ext, body } = await this.peers.request(
      bname,
      'PULL_MESSAGE',
      there,
      PULL_CODES,
    );
    return { code, remark, ext, body };
  }
}

function undecided({ id, mapping }: LogicalQueue): Error {
  const text = `${mapping.topic}-${id} is being moved, its offsets are not decided`;
  return refuse(ResponseCode.SYSTEM_ERROR, text);
}

function physicalHeader(item: MappingItem, header: PullHeader): PullHeader {
  const queueOffset = physicalOffset(item, header.queueOffset);
  const physical = { ...header, queueId: item.queueId, queueOffset };
  if (!isEnded(item)) return physical;
  const left = item.endOffset - item.startOffset;
  return { ...physical, maxMsgNums: Math.min(left, header.maxMsgNums) };
}

/**
 * A pull that this broker serves itself. It waits only where messages arrive, and commits only what
 * belongs to the queue that it reads: RocketMQ takes the logical offset for a physical one.
 */
function localHeader(
  { items }: LogicalQueue,
  item: MappingItem,
  { commitOffset, sysFlag }: PullHeader,
  physical: PullHeader,
): PullHeader {
  let flags = sysFlag;
  if (item !== items.at(-1)) flags &= ~PullFlag.SUSPEND;
  if (itemAt(items, commitOffset) !== item) flags &= ~PullFlag.COMMIT_OFFSET;
  return { ...physical, sysFlag: flags, commitOffset: physicalOffset(item, commitOffset) };
}

interface Outcome {
  code: number;
  item: MappingItem;
  next: number;
  min: number;
  max: number;
}

/** The answer in logical offsets; at the end of one part the next one is named. */
function rewritten(
  queue: LogicalQueue,
  asked: MappingItem,
  askedOffset: number,
  reply: PullReply,
): PullReply {
  const { header: _, ...rest } = reply;
  const fields = fieldsOf(reply);
  const { nextBeginOffset, minOffset, maxOffset } = fields;
  if (nextBeginOffset === undefined) return reply;
  const { code, item, next, min, max } = outcome(queue, askedOffset, {
    code: reply.code ?? SUCCESS,
    item: asked,
    next: Number(nextBeginOffset),
    min: Number(minOffset),
    max: Number(maxOffset),
  });
  const bounded = isEnded(item) ? Math.min(next, item.endOffset) : next;
  const end = Math.max(logicalOffset(item, max), mappedEnd(queue.items.at(-1)!));
  const ext = {
    ...fields,
    nextBeginOffset: String(logicalOffset(item, bounded)),
    minOffset: String(logicalOffset(item, Math.max(item.startOffset, min))),
    maxOffset: String(end),
    offsetDelta: String(item.logicOffset - item.startOffset),
  };
  return { ...rest, code, ext };
}

function outcome({ items }: LogicalQueue, asked: number, found: Outcome): Outcome {
  const { code, item, min, max } = found;
  if (code === SUCCESS) return found;
  if (asked < min) {
    // Only before the oldest part is there nothing that could have been read.
    const moved = item.gen === oldestItem(items)?.gen;
    return { ...found, next: min, code: moved ? PULL_OFFSET_MOVED : PULL_RETRY_IMMEDIATELY };
  }
  if (item === items.at(-1)) {
    return asked > max && code === PULL_OFFSET_MOVED ? { ...found, next: max } : found;
  }
  if (asked < max) return found;
  const next = itemAfter(items, item);
  if (!next) return { ...found, code: PULL_NOT_FOUND };
  const start = next.startOffset;
  return { code: PULL_RETRY_IMMEDIATELY, item: next, next: start, min: start, max: start };
}
